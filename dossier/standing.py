"""How a stored paper stands: in force, or expired, superseded or revoked: since when, why, and by whose word.

Sources: decree 45/2020/NĐ-CP art. 16 (the owner's store holds what is in force), the provinces' plans ("còn hiệu lực"),
decree 30/2020/NĐ-CP art. 18 (withdrawal and annulment of what was issued).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

from dossier import times
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from dossier.wording import Worded

ENDED = frozenset({PaperState.EXPIRED, PaperState.SUPERSEDED, PaperState.REVOKED})
"""States of papers that are kept, proven, and no longer to be used."""


class Reason(Worded):
    """Why a paper is no longer in force: stable words, which status lists carry."""

    VALIDITY_ENDED = "validity-ended", "hết thời hạn", "its validity ended"
    LATER_VERSION = "later-version", "đã có bản mới hơn", "there is a later one"
    """A paper of the same type and series with a higher number or later day was stored."""
    REISSUED = "reissued", "đã cấp lại", "it was issued anew"
    CORRECTED = "corrected", "đã đính chính", "it was corrected"
    SCANNED_AGAIN = "scanned-again", "đã số hóa lại", "it was digitized again"
    WITHDRAWN = "withdrawn", "bị thu hồi", "it was withdrawn"
    """Whoever issued it, or who is above him, took it back for the future (thu hồi)."""
    ANNULLED = "annulled", "bị hủy bỏ", "it was annulled"
    """It ought never to have been issued (hủy bỏ)."""
    FORGED = "forged", "bản gốc là giả", "the original is false"
    """The original turned out to be false."""
    WRONGLY_DIGITIZED = "wrongly-digitized", "số hóa sai so với bản gốc", "it was digitized wrongly"
    """The scan does not say what the original says, or is of another paper."""


SupersedingReason = Literal[Reason.REISSUED, Reason.CORRECTED, Reason.SCANNED_AGAIN]
"""Reasons that a person gives where one paper takes the place of another."""
RevokingReason = Literal[Reason.WITHDRAWN, Reason.ANNULLED, Reason.FORGED, Reason.WRONGLY_DIGITIZED]
"""Reasons of a revocation."""
SUPERSEDING: tuple[Reason, ...] = get_args(SupersedingReason)
REVOKING: tuple[Reason, ...] = get_args(RevokingReason)


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One change of how a stored paper stands; changes are only ever added.

    Attributes:
        paper: Whose. at: When it was recorded, UTC. since: From when on it holds, UTC, never later than ``at``.
        before, after: The states. reason: Why.
        by: Name of the access key or the duty that told. person: Name of the person who answers for it.
        authority: Who decided it, and by which document, as that person wrote it.
        successor: The paper that took its place.
    """

    paper: PaperId
    at: dt.datetime
    since: dt.datetime
    before: PaperState
    after: PaperState
    reason: Reason
    by: str
    person: str | None = None
    authority: str | None = None
    successor: PaperId | None = None


def first_moment(day: dt.date) -> dt.datetime:
    """Return the moment at which a day begins in Vietnam, UTC."""
    return times.midnight(day)
