"""When a paper may be used again: one rule for the lookup, the counter and the figures.

Sources: decree 107/2021/ND-CP art. 21a (what was digitized, sealed and accepted is not asked for again), the provinces'
plans (accepted in a dossier that ended successfully; results from their return on), decree 118/2025/ND-CP.
"""

import datetime as dt
from typing import Protocol

from dossier.dossiers import Dossier
from dossier.identifiers import DossierNumber
from dossier.paper_types import PaperType
from dossier.papers import PaperKind, PaperState
from dossier.verdicts import Verdict
from dossier.wording import Worded


class Hindrance(Worded):
    """Why a paper cannot be used again, the nearest to being usable first."""

    HIDDEN = "hidden", "Kết quả chưa trả cho chủ giấy tờ.", "The result has not been handed over to its owner yet."
    """A result that has not been given to its owner yet."""
    NOT_ACCEPTED_YET = (
        "not_accepted_yet",
        "Hồ sơ nộp giấy tờ này chưa kết thúc.",
        "The dossier of this paper has not ended.",
    )
    """Its dossier has not ended."""
    IN_PROCESS = (
        "in_process",
        "Giấy tờ đang được số hóa hoặc chờ đối chiếu.",
        "The paper is being digitized or reviewed.",
    )
    """Being digitized, or waiting for a person's eye."""
    NOT_YET_ISSUED = (
        "not_yet_issued",
        "Giấy tờ được cấp sau ngày cần dùng.",
        "The paper was issued after the day asked for.",
    )
    """Issued after the day that was asked for."""
    EXPIRED = "expired", "Giấy tờ đã hết hạn.", "The paper has expired."
    SUPERSEDED = "superseded", "Giấy tờ đã được thay bằng giấy tờ khác.", "Another paper took the place of this one."
    REVOKED = "revoked", "Giấy tờ đã bị thu hồi.", "The paper was revoked."
    SIGNATURE_NOT_VALID = (
        "signature_not_valid",
        "Chữ ký số chưa được xác nhận là hợp lệ.",
        "Its signatures are not known valid.",
    )
    NOT_ACCEPTED = (
        "not_accepted",
        "Hồ sơ nộp giấy tờ này không được giải quyết thành công.",
        "The dossier of this paper ended without success.",
    )
    """Its dossier ended without success."""
    NOT_REUSABLE = (
        "not_reusable",
        "Loại giấy tờ này chỉ dùng cho một hồ sơ.",
        "Papers of this type hold for one dossier.",
    )
    """Of a type that holds for one dossier alone: an application, a declaration, a draft."""
    NEVER_STORED = "never_stored", "Giấy tờ không có trong kho.", "The paper is not in the store."
    """Rejected, quarantined, failed, split into others, or disposed of since."""


_BY_STATE = {
    PaperState.RECEIVED: Hindrance.IN_PROCESS,
    PaperState.NEEDS_REVIEW: Hindrance.IN_PROCESS,
    PaperState.READY: Hindrance.IN_PROCESS,
    PaperState.CONFIRMED: Hindrance.IN_PROCESS,
    PaperState.EXPIRED: Hindrance.EXPIRED,
    PaperState.SUPERSEDED: Hindrance.SUPERSEDED,
    PaperState.REVOKED: Hindrance.REVOKED,
}


class Standing(Protocol):
    """What decides about a paper; :class:`dossier.papers.Paper` is one."""

    @property
    def state(self) -> PaperState: ...  # noqa: D102 - see Paper
    @property
    def kind(self) -> PaperKind: ...  # noqa: D102
    @property
    def verdict(self) -> Verdict | None: ...  # noqa: D102
    @property
    def issued_on(self) -> dt.date | None: ...  # noqa: D102
    @property
    def valid_until(self) -> dt.date | None: ...  # noqa: D102
    @property
    def dossier(self) -> DossierNumber | None: ...  # noqa: D102
    @property
    def handed_over_at(self) -> dt.datetime | None: ...  # noqa: D102


def hindrance(paper: Standing, paper_type: PaperType | None, dossier: Dossier | None, on: dt.date) -> Hindrance | None:
    """Return why ``paper`` cannot be used again on a day, or ``None`` if it can.

    A paper without a dossier was accepted by whoever confirmed it; one whose dossier nobody told us of waits for it.

    Args:
        paper: As the catalogue has it.
        paper_type: Its type; ``None`` if unknown.
        dossier: What is known of the dossier that ``paper.dossier`` names.
        on: The day in Vietnam.
    """
    if paper_type is None or not paper_type.reusable:
        return Hindrance.NOT_REUSABLE
    if paper.state is not PaperState.STORED:
        # Papers superseded or expired by now may have been valid on an earlier day: the present counts all the same.
        return _BY_STATE.get(paper.state, Hindrance.NEVER_STORED)
    standing = (
        (Hindrance.SIGNATURE_NOT_VALID, paper.verdict is not Verdict.VALID),
        (Hindrance.EXPIRED, paper.valid_until is not None and paper.valid_until < on),
        (Hindrance.NOT_YET_ISSUED, paper.issued_on is not None and paper.issued_on > on),
    )
    return next((why for why, holds in standing if holds), None) or _in_dossier(paper, dossier)


def _in_dossier(paper: Standing, dossier: Dossier | None) -> Hindrance | None:
    if paper.dossier is None:
        return None
    if paper.kind is PaperKind.RESULT:
        is_handed_over = paper.handed_over_at is not None or (dossier is not None and dossier.returned_at is not None)
        return None if is_handed_over else Hindrance.HIDDEN
    if dossier is None or dossier.outcome is None:
        return Hindrance.NOT_ACCEPTED_YET
    return None if dossier.is_accepted else Hindrance.NOT_ACCEPTED
