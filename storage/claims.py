"""Claims: who has a paper in hand that waits for a person. Two never have the same, and nobody keeps one for good.

Functions on a `Catalogue`; writing transactions follow one another, so that of two who reach for a paper one gets it.
A claim is no statement about the paper: it leaves no entry in the audit log, that of reading the paper does.
"""

import datetime as dt
from collections.abc import Callable, Collection

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from dossier.errors import ClaimedByOther, WrongState
from dossier.identifiers import PaperId
from dossier.lanes import Lane
from dossier.papers import Paper, PaperState
from storage.catalogue import Catalogue, paper_row
from storage.database import reading, writing
from storage.records import Claim
from storage.rows import paper_from
from storage.schema import ClaimRow, PaperRow

WAITING = (PaperState.READY, PaperState.NEEDS_REVIEW)
"""States in which a paper waits for a person."""
_IN_TURN = (case({lane.value: lane.rank for lane in Lane}, value=PaperRow.lane), PaperRow.serial)
"""The order in which papers wait: by lane, then by age."""
HELD_FOR = dt.timedelta(minutes=10)
"""So long after the last sign of life of its reviewer a paper is free again."""


def queue(
    catalogue: Catalogue, *, states: Collection[PaperState] = WAITING, limit: int
) -> list[tuple[Paper, Claim | None]]:
    """Return the papers that wait for a person, by lane and age, each with who has it in hand."""
    now = catalogue.now()
    query = (
        select(PaperRow, ClaimRow)
        .outerjoin(ClaimRow, (ClaimRow.paper == PaperRow.id) & (ClaimRow.until > now))
        .where(PaperRow.state.in_([state.value for state in states]))
        .order_by(*_IN_TURN)
        .limit(limit)
    )
    with reading(catalogue.engine) as session:
        return [(paper_from(row), _claim(claim) if claim else None) for row, claim in session.execute(query)]


def count(catalogue: Catalogue) -> dict[PaperState, int]:
    """Return how many papers wait in each of ``WAITING``, those in hand among them."""
    query = (
        select(PaperRow.state, func.count())
        .where(PaperRow.state.in_([state.value for state in WAITING]))
        .group_by(PaperRow.state)
    )
    with reading(catalogue.engine) as session:
        found = {PaperState(state): number for state, number in session.execute(query)}
    return dict.fromkeys(WAITING, 0) | found


def claim(catalogue: Catalogue, paper: PaperId, *, actor: str, person: str) -> Claim:
    """Take a paper in hand, or keep it in hand longer.

    Raises:
        NotFound: No such paper. WrongState: It does not wait for a person.
        ClaimedByOther: Somebody else has it.
    """
    with writing(catalogue.engine) as session:
        row = paper_row(session, paper)
        if PaperState(row.state) not in WAITING:
            raise WrongState(state=row.state, needed=", ".join(sorted(WAITING)))
        require_free(session, row, actor=actor, now=catalogue.now())
        return _take(catalogue, session, row.id, actor, person)


def is_held(catalogue: Catalogue, paper: PaperId, *, actor: str) -> bool:
    """Return whether ``actor`` has a paper in hand."""
    query = select(ClaimRow.until).where(ClaimRow.paper == paper.value, ClaimRow.actor == actor)
    with reading(catalogue.engine, statements=1) as session:
        until = session.scalar(query)
    return until is not None and until > catalogue.now()


def claim_next(
    catalogue: Catalogue, *, states: Collection[PaperState], actor: str, person: str, skip: Collection[PaperId] = ()
) -> Claim | None:
    """Take in hand the first paper that nobody else has, by lane and age; ``None``: none waits.

    Args:
        catalogue: Where papers are.
        states: Of the papers wanted.
        actor: Name of the account or key that takes it.
        person: Name of the person.
        skip: Papers laid aside.
    """
    now = catalogue.now()
    held_by_others = select(ClaimRow.paper).where(ClaimRow.until > now, ClaimRow.actor != actor)
    query = (
        select(PaperRow.id)
        .where(
            PaperRow.state.in_([state.value for state in states]),
            PaperRow.id.not_in(held_by_others),
            PaperRow.id.not_in([paper.value for paper in skip]),
        )
        .order_by(*_IN_TURN)
        .limit(1)
    )
    with writing(catalogue.engine) as session:
        session.execute(delete(ClaimRow).where(ClaimRow.until <= now))
        paper = session.scalar(query)
        return _take(catalogue, session, paper, actor, person) if paper else None


def release(catalogue: Catalogue, paper: PaperId, *, actor: str) -> None:
    """Lay a paper back; of one that ``actor`` does not have in hand nothing changes."""
    with writing(catalogue.engine) as session:
        session.execute(delete(ClaimRow).where(ClaimRow.paper == paper.value, ClaimRow.actor == actor))


def unclaimed_by_others(catalogue: Catalogue, actor: str) -> Callable[[Session, PaperRow], None]:
    """Return what ``Catalogue.save`` is to do besides, where a person decides about a paper.

    It raises ``ClaimedByOther`` in the same transaction if somebody else has the paper in hand, and ends ``actor``'s
    own claim once the paper no longer waits.
    """

    def check(session: Session, row: PaperRow) -> None:
        require_free(session, row, actor=actor, now=catalogue.now())
        if PaperState(row.state) not in WAITING:
            session.execute(delete(ClaimRow).where(ClaimRow.paper == row.id))

    return check


def require_free(session: Session, row: PaperRow, *, actor: str, now: dt.datetime) -> None:
    """Do nothing if nobody but ``actor`` has a paper in hand.

    Raises:
        ClaimedByOther: Somebody has.
    """
    held = session.get(ClaimRow, row.id)
    if held and held.actor != actor and held.until > now:
        raise ClaimedByOther


def _take(catalogue: Catalogue, session: Session, paper: str, actor: str, person: str) -> Claim:
    until = catalogue.now() + HELD_FOR
    session.merge(ClaimRow(paper=paper, actor=actor, person=person, until=until))
    return Claim(PaperId(paper), actor, person, until)


def _claim(row: ClaimRow) -> Claim:
    return Claim(PaperId(row.paper), row.actor, row.person, row.until)
