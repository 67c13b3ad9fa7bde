"""What takes the place of what: the later paper of a series as soon as it is stored, any other by a person's word.

Both happen in one transaction, so that never two papers of a series are in force at once.
"""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dossier.errors import InvalidValue, WrongState
from dossier.identifiers import PaperId
from dossier.paper_types import PaperType
from dossier.papers import Paper, PaperState
from dossier.standing import SUPERSEDING, Reason, StatusChange
from storage.catalogue import Catalogue, is_of, paper_row
from storage.database import writing
from storage.lifecycle.standing import move, require_reason
from storage.rows import paper_from
from storage.schema import OwnerRow, PaperRow

_STANDS_IN_SERIES = tuple(s.value for s in (PaperState.STORED, PaperState.EXPIRED, PaperState.SUPERSEDED))
"""A paper that was revoked takes nobody's place: it may be false."""


@dataclass(frozen=True, slots=True)
class Supersession:
    """That one paper took the place of another, by a person's word.

    Attributes:
        by: The one that is in force now. reason: One of ``SUPERSEDING``. person: Name of the person who tells.
    """

    by: PaperId
    reason: Reason
    person: str

    def __post_init__(self) -> None:
        """Check the reason.

        Raises:
            InvalidValue: It is none of a supersession.
        """
        require_reason(self.reason, SUPERSEDING)


def supersede(catalogue: Catalogue, paper_id: PaperId, supersession: Supersession, *, actor: str) -> Paper:
    """Let another stored paper of the same owner take the place of a paper; told again nothing changes.

    Raises:
        NotFound: No such paper.
        WrongState: One of the two is not in force, or another took this one's place already.
        InvalidValue: Both are one, or the other is nobody's of this one's owners.
    """
    with writing(catalogue.engine) as session:
        row, successor = paper_row(session, paper_id), paper_row(session, supersession.by)
        if row.state == PaperState.SUPERSEDED.value and row.superseded_by == successor.id:
            return paper_from(row)
        if row.id == successor.id or not _owners(session, row) & _owners(session, successor):
            raise InvalidValue(
                key="successor",
                reason="another paper of the same owner is needed",
                reason_vi="cần một giấy tờ khác của cùng chủ",
            )
        if successor.state != PaperState.STORED.value:
            raise WrongState(state=successor.state, needed=PaperState.STORED.value)
        at = catalogue.now()
        change = _change(row, successor, at, supersession.reason, actor)
        move(session, row, replace(change, person=supersession.person))
        return paper_from(row)


def settle(session: Session, row: PaperRow, paper_type: PaperType | None, *, at: dt.datetime, actor: str) -> None:
    """Let the latest paper of a series be the only one in force; done twice, nothing changes.

    Called within the transaction that stores a paper, or that changes what its series is: what was read, whose it is.

    Args:
        session: Of that transaction.
        row: The paper. Whether it or others step back is found out.
        paper_type: Its type; of most, papers take nobody's place.
        at: Now, aware.
        actor: Who stores it.
    """
    if paper_type is None or paper_type.supersedes_by is None or row.owner is None:
        return
    own = paper_type.place(paper_from(row).fields)
    if own is None:
        return
    placed = []
    for one in session.scalars(_others(session, row)):
        place = paper_type.place(paper_from(one).fields)
        if place is not None and place.series == own.series:
            placed.append((place.number, one))
    placed.append((own.number, row))
    highest, latest = max(placed, key=lambda entry: (entry[0], entry[1].serial))
    for number, one in placed:
        if number < highest and one.state == PaperState.STORED.value:
            move(session, one, _change(one, latest, at, Reason.LATER_VERSION, actor))


def _others(session: Session, row: PaperRow) -> Select[PaperRow]:
    return (
        select(PaperRow)
        .where(
            PaperRow.paper_type == row.paper_type,
            PaperRow.state.in_(_STANDS_IN_SERIES),
            is_of(_owners(session, row)),
            PaperRow.id != row.id,
        )
        .order_by(PaperRow.serial)
    )


def _owners(session: Session, row: PaperRow) -> set[int]:
    """Return the serials of all numbers of all owners of a paper."""
    named = (row.owner, *(one.owner for one in row.co_owners))
    heads = {one.same_as or one.serial for one in named if one}
    return set(session.scalars(select(OwnerRow.serial).where(OwnerRow.serial.in_(heads) | OwnerRow.same_as.in_(heads))))


def _change(row: PaperRow, successor: PaperRow, at: dt.datetime, reason: Reason, actor: str) -> StatusChange:
    return StatusChange(
        PaperId(row.id),
        at,
        at,
        PaperState(row.state),
        PaperState.SUPERSEDED,
        reason,
        actor,
        successor=PaperId(successor.id),
    )
