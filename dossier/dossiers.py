"""Dossiers: what is told of one administrative procedure carried out for one applicant, from reception to return.

The one-stop system that handles dossiers tells these facts; the store only keeps them. They decide when the papers of a
dossier may be used again (:mod:`dossier.reuse`), and the figures are counted from them.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from dossier import times
from dossier.errors import InvalidValue
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode


class Channel(StrEnum):
    """How a dossier was handed in."""

    DIRECT = "direct"
    POST = "post"
    ONLINE = "online"


class Outcome(StrEnum):
    """How a dossier ended."""

    SUCCESSFUL = "successful"
    """Settled: its papers were accepted."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of one dossier.

    Attributes:
        number: Its number. procedure: The procedure.
        agency: The agency that received it. decided_by: The one in whose competence it is, if another.
        channel: How it was handed in.
        received_at: When it was received; without it, it counts in no figure (decision 766/QD-TTg, group 4).
        processing_started_at: When its settling began: papers are to be digitized before.
        ended_at, outcome: When and how it ended; both or neither.
        returned_at: When its results were given to the applicant; until then they are hidden.

    Raises:
        InvalidValue: A moment has no zone, is in no year of ours, or comes before the one it must follow; or only one
            of ``ended_at`` and ``outcome`` is given.
    """

    number: DossierNumber
    procedure: ProcedureCode
    agency: AgencyCode
    decided_by: AgencyCode | None = None
    channel: Channel = Channel.DIRECT
    received_at: dt.datetime | None = None
    processing_started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    outcome: Outcome | None = None
    returned_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        """Check that the facts fit each other."""
        moments = ("received_at", "processing_started_at", "ended_at", "returned_at")
        latest: dt.datetime | None = None
        for name in moments:
            moment = getattr(self, name)
            if moment is None:
                continue
            if moment.tzinfo is None:
                raise InvalidValue(key=name, reason="a moment without a zone", reason_vi="thời điểm thiếu múi giờ")
            times.require_day(name, moment.date())
            if latest is not None and moment < latest:
                raise InvalidValue(
                    key=name, reason="before the moment it must follow", reason_vi="sớm hơn mốc thời gian đứng trước"
                )
            latest = moment
        if (self.ended_at is None) != (self.outcome is None):
            raise InvalidValue(
                key="outcome",
                reason="when a dossier ended and how belong together",
                reason_vi="thời điểm kết thúc và kết quả phải đi cùng nhau",
            )

    @property
    def is_accepted(self) -> bool:
        """Whether it ended successfully, so that its components were accepted."""
        return self.outcome is Outcome.SUCCESSFUL
