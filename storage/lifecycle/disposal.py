"""The disposal of papers by two persons: what the catalogue knows of it.

Functions on a `Catalogue`; each is one transaction with its audit entry, and each may raise ``StoreUnavailable``. The
objects themselves are deleted by ``ingest.upkeep.disposal``.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from dossier.errors import AlreadyExists, NotFound, ObjectHeld, WrongState
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from dossier.standing import ENDED
from storage.audit_log import audit
from storage.catalogue import Catalogue, paper_row, running_number
from storage.database import reading, writing
from storage.lifecycle.holds import holding
from storage.rules import require_second_person
from storage.schema import (
    AuditRow,
    ClaimRow,
    CorrectionRow,
    DisposalRow,
    EventRow,
    OwnerMergeRow,
    PagePrintRow,
    PaperRow,
    SealedVersionRow,
    SetbackRow,
    VerificationRow,
    WaitingRow,
)
from storage.searching.search_index import take_out

DISPOSED = "paper.disposed"
"""Action in the audit log, and kind of event."""
RECEIVED_AGAIN = "paper.received-again"
"""Action in the audit log: a file with a paper's very bytes came once more, in the ``batch`` that its detail names."""
DISPOSED_KEY = "disposed"
"""Stands in rows where the key of an object stood that was deleted."""
_TOGETHER = 1000
"""Papers read from the catalogue at once."""
UNDER_WAY = frozenset({PaperState.RECEIVED, PaperState.CONFIRMED})
"""States in which a paper is being worked on: it is disposed of when that has ended."""


@dataclass(frozen=True, slots=True)
class Disposal:
    """That a paper is to be disposed of, or was.

    Attributes:
        reason: Why. proposed_by, proposed_with, proposed_at: Person, access key, moment (UTC).
        approved_by, approved_with, approved_at: Of the second person.
        disposed_at: When nothing of it was left in the object store.
    """

    paper: PaperId
    reason: str
    proposed_by: str
    proposed_with: str
    proposed_at: dt.datetime
    approved_by: str | None = None
    approved_with: str | None = None
    approved_at: dt.datetime | None = None
    disposed_at: dt.datetime | None = None


def propose(catalogue: Catalogue, proposal: Disposal, *, actor: str) -> Disposal:
    """Propose that a paper be disposed of; proposing again leaves the first proposal as it is and returns it.

    Raises:
        NotFound: No such paper. WrongState: It is under way, or disposed of. ObjectHeld: It is under a hold.
    """
    with writing(catalogue.engine) as session:
        row = _disposable(session, proposal.paper)
        present = session.get(DisposalRow, row.id)
        if present is not None:
            return _disposal(present)
        session.add(
            DisposalRow(
                paper=row.id,
                reason=proposal.reason,
                proposed_by=proposal.proposed_by,
                proposed_with=proposal.proposed_with,
                proposed_at=proposal.proposed_at,
            )
        )
        _audit(session, catalogue, actor, "paper.disposal-proposed", proposal.paper)
    return proposal


def withdraw(catalogue: Catalogue, paper: PaperId, *, actor: str) -> None:
    """Take a proposal back.

    Raises:
        NotFound: There is none. AlreadyExists: A second person has agreed.
    """
    with writing(catalogue.engine) as session:
        row = _proposal(session, paper)
        if row.approved_at is not None:
            raise AlreadyExists(kind="paper", id=f"{paper}, disposal")
        session.delete(row)
        _audit(session, catalogue, actor, "paper.disposal-withdrawn", paper)


def approve(catalogue: Catalogue, paper: PaperId, *, person: str, actor: str, at: dt.datetime) -> Disposal:
    """Agree as the second person: from here on the paper is gone for everybody, and its objects are deleted next.

    What is left of it is a tombstone: identifier, type, dates, hashes, who digitized it; not whose it was, nor what it
    said. Agreeing again changes nothing.

    Raises:
        NotFound: Nobody proposed it. SamePerson: Who proposed it cannot agree, nor can the same access key.
        WrongState: It is under way. ObjectHeld: It is under a hold.
    """
    with writing(catalogue.engine) as session:
        row = _proposal(session, paper)
        if row.approved_at is not None:
            return _disposal(row)
        require_second_person(person, actor, first=row.proposed_by, first_key=row.proposed_with)
        kept = _disposable(session, paper)
        row.state_before = kept.state
        row.approved_by, row.approved_with, row.approved_at = person, actor, at
        _buried(session, catalogue, row, kept, actor=actor)
        return _disposal(row)


def follow(catalogue: Catalogue, agreed: Iterable[Disposal], *, actor: str) -> int:
    """Bury what was disposed of in a later state of this catalogue; return how many papers that were.

    What is under a hold here, is not known or was buried already is left as it is. The objects are deleted next.
    """
    buried = 0
    with writing(catalogue.engine) as session:
        for one in agreed:
            kept = session.scalar(select(PaperRow).where(PaperRow.id == one.paper.value))
            if kept is None or kept.state == PaperState.DISPOSED.value or session.scalar(holding(one.paper).limit(1)):
                continue
            row = session.merge(
                DisposalRow(
                    paper=kept.id,
                    reason=one.reason,
                    proposed_by=one.proposed_by,
                    proposed_with=one.proposed_with,
                    proposed_at=one.proposed_at,
                    approved_by=one.approved_by,
                    approved_with=one.approved_with,
                    approved_at=one.approved_at,
                    state_before=kept.state,
                    disposed_at=None,
                )
            )
            _buried(session, catalogue, row, kept, actor=actor)
            buried += 1
    return buried


def finish(catalogue: Catalogue, paper: PaperId, *, at: dt.datetime) -> None:
    """Note that nothing of a disposed paper is left in the object store, and forget where it was."""
    with writing(catalogue.engine) as session:
        row, kept = _proposal(session, paper), paper_row(session, paper)
        row.disposed_at = row.disposed_at or at
        kept.original_key = DISPOSED_KEY
        if kept.sealed_key is not None:
            kept.sealed_key = DISPOSED_KEY


def disposals(
    catalogue: Catalogue, *, unfinished: bool, limit: int | None = None, after: PaperId | None = None
) -> list[Disposal]:
    """Return the disposals that wait for a second person or for the object store, or those that are done.

    Args:
        catalogue: Where they are kept.
        unfinished: Which of the two.
        limit: How many at most, the oldest first; ``None``: all.
        after: Only those that follow this paper's in the list.

    Raises:
        NotFound: There is none of ``after``, or it was withdrawn.
    """
    done = DisposalRow.disposed_at
    query = select(DisposalRow).where(done.is_(None) if unfinished else done.is_not(None))
    query = query.order_by(DisposalRow.proposed_at, DisposalRow.paper).limit(limit)
    with reading(catalogue.engine) as session:
        if after is not None:
            edge = _proposal(session, after)
            query = query.where(tuple_(DisposalRow.proposed_at, DisposalRow.paper) > (edge.proposed_at, edge.paper))
        return [_disposal(row) for row in session.scalars(query)]


def is_disposed(catalogue: Catalogue, paper: PaperId) -> bool:
    """Return whether a paper was disposed of; not so of one that nobody knows."""
    with reading(catalogue.engine) as session:
        state = session.scalar(select(PaperRow.state).where(PaperRow.id == paper.value))
        return state == PaperState.DISPOSED.value


def batch_is_gone(catalogue: Catalogue, batch: str) -> bool:
    """Return whether no paper of a batch is left that is not disposed of."""
    left = select(PaperRow.serial).where(PaperRow.batch == batch, PaperRow.state != PaperState.DISPOSED.value)
    with reading(catalogue.engine) as session:
        return session.scalar(left.limit(1)) is None


def repeating_batches(catalogue: Catalogue, paper: PaperId) -> list[str]:
    """Return the batches that had the file of a paper once more."""
    query = select(AuditRow.detail).where(AuditRow.object == f"paper:{paper}", AuditRow.action == RECEIVED_AGAIN)
    with reading(catalogue.engine) as session:
        return list(dict.fromkeys(detail["batch"] for detail in session.scalars(query) if "batch" in detail))


def stored_papers_of_types(
    catalogue: Catalogue, paper_types: set[str | None], confirmed_before: dt.datetime
) -> Iterator[PaperId]:
    """Yield, oldest first, the papers of some types, ``None`` for no type, that were confirmed before a moment.

    They are read in pieces, so that no transaction is open while the caller works.
    """
    named = PaperRow.paper_type.in_([t for t in paper_types if t is not None])
    query = (
        select(PaperRow.confirmed_at, PaperRow.serial, PaperRow.id)
        .where(
            (named | PaperRow.paper_type.is_(None)) if None in paper_types else named,
            PaperRow.confirmed_at < confirmed_before,
            PaperRow.stored_at.is_not(None),
            PaperRow.state != PaperState.DISPOSED.value,
        )
        .order_by(PaperRow.confirmed_at, PaperRow.serial)
        .limit(_TOGETHER)
    )
    following = query
    while True:
        with reading(catalogue.engine) as session:
            found = session.execute(following).all()
        if not found:
            return
        yield from (PaperId(paper) for _, _, paper in found)
        confirmed_at, serial, _ = found[-1]
        following = query.where(tuple_(PaperRow.confirmed_at, PaperRow.serial) > (confirmed_at, serial))


def _buried(session: Session, catalogue: Catalogue, disposal: DisposalRow, row: PaperRow, *, actor: str) -> None:
    """Bury a paper whose disposal is agreed upon, and tell the audit log and others."""
    _bury(session, row)
    detail = {"from": str(disposal.state_before), "to": row.state, "original_sha256": row.original_sha256}
    at = catalogue.now()
    audit.append(session, actor=actor, action=DISPOSED, about=f"paper:{row.id}", at=at, detail=detail)
    session.add(EventRow(kind=DISPOSED, paper=row.id, at=at, payload={}))


def _bury(session: Session, row: PaperRow) -> None:
    """Leave of a paper what says that there was one."""
    for table in (VerificationRow, WaitingRow, SetbackRow, PagePrintRow, ClaimRow, CorrectionRow):
        session.execute(delete(table).where(table.paper == row.id))
    session.execute(update(OwnerMergeRow).where(OwnerMergeRow.paper == row.id).values(paper=None))  # it names owners
    if row.code is not None and row.owner is not None:
        row.owner.codes_gone = max(row.owner.codes_gone, running_number(row.code))
    versions = SealedVersionRow.paper == row.id
    if row.state in ENDED:  # somebody may hold a copy: status lists go on saying that it is no longer in force
        session.execute(update(SealedVersionRow).where(versions).values(key=DISPOSED_KEY, version=DISPOSED_KEY))
    else:
        session.execute(delete(SealedVersionRow).where(versions))
    for owner in (row.owner, *(one.owner for one in row.co_owners)):
        if owner is not None:
            owner.name = None  # it may be this paper that gave it; those that others gave stand with these
    row.fields, row.checks, row.co_owners, row.waiting, row.setback = [], [], [], None, None
    row.owner, row.owner_serial, row.owner_name, row.code, row.title = None, None, None, None, None
    take_out(session, [row.serial])
    row.name, row.state = "", PaperState.DISPOSED.value
    session.flush()


def _disposable(session: Session, paper: PaperId) -> PaperRow:
    row = paper_row(session, paper)
    state = PaperState(row.state)
    if state in UNDER_WAY or state is PaperState.DISPOSED:
        raise WrongState(state=state.value, needed="stored, expired, superseded, revoked, rejected, ready")
    if session.scalar(holding(paper).limit(1)) is not None:
        raise ObjectHeld
    return row


def _proposal(session: Session, paper: PaperId) -> DisposalRow:
    row = session.get(DisposalRow, paper.value)
    if row is None:
        raise NotFound(kind="disposal", id=paper)
    return row


def _disposal(row: DisposalRow) -> Disposal:
    return Disposal(
        PaperId(row.paper),
        row.reason,
        row.proposed_by,
        row.proposed_with,
        row.proposed_at,
        row.approved_by,
        row.approved_with,
        row.approved_at,
        row.disposed_at,
    )


def _audit(session: Session, catalogue: Catalogue, actor: str, action: str, paper: PaperId) -> None:
    audit.append(session, actor=actor, action=action, about=f"paper:{paper}", at=catalogue.now())
