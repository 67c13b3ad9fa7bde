"""Claims: who has a paper in hand that waits for a person. Two never have the same, and nobody keeps one for good.

Functions on a `Catalogue`; writing transactions follow one another, so that of two who reach for a paper one gets it.
A claim is no statement about the paper: it leaves no entry in the audit log, that of reading the paper does.
"""

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from dossier.errors import ClaimedByOther, WrongState
from dossier.identifiers import DossierNumber, PaperId
from dossier.lanes import Lane
from dossier.papers import PaperState
from dossier.verdicts import Severity
from storage.catalogue import Catalogue, paper_row
from storage.database import reading, writing
from storage.records import Claim, Queued, Reviewer
from storage.rows import BareRow
from storage.schema import CheckRow, ClaimRow, CorrectionRow, PaperRow
from storage.under_way.corrections import is_change

WAITING = (PaperState.READY, PaperState.NEEDS_REVIEW)
"""States in which a paper waits for a person."""
_WAITS = PaperRow.state.in_(
    bindparam("waiting", [state.value for state in WAITING], expanding=True, literal_execute=True)
)
"""Written out as in the index ``ix_papers_waiting``: else SQLite does not see that the index has every such paper."""
Critical = frozenset[tuple[str, str]]
"""Fields of which whoever corrected them cannot confirm the paper: code of the type and key of the field."""
HELD_FOR = dt.timedelta(minutes=10)
"""So long after the last sign of life of its reviewer a paper is free again."""


def queue(
    catalogue: Catalogue,
    *,
    states: Collection[PaperState] = WAITING,
    limit: int,
    lanes: Collection[Lane] = tuple(Lane),
    person: str = "",
    account: str | None = None,
    critical: Critical = frozenset(),
) -> list[Queued]:
    """Return the first papers that wait for a person, by lane and age, each with who has it in hand.

    Args:
        catalogue: Where papers are.
        states: Of the papers wanted.
        limit: How many at most.
        lanes: Of the papers wanted.
        person: Who asks.
        account: Of the person, if signed in under one.
        critical: Fields of which whoever corrected them cannot confirm the paper.
    """
    doubts = select(func.count()).where(CheckRow.paper == PaperRow.id, CheckRow.severity != Severity.INFO.value)
    query = (
        select(
            PaperRow.id,
            PaperRow.name,
            PaperRow.state,
            PaperRow.paper_type,
            PaperRow.lane,
            PaperRow.dossier,
            PaperRow.page_count,
            PaperRow.created_at,
            doubts.scalar_subquery().label("doubts"),
            (_corrected_by(Reviewer(person, account), critical) if critical else false()).label("awaits_other"),
            ClaimRow,
        )
        .outerjoin(ClaimRow, (ClaimRow.paper == PaperRow.id) & (ClaimRow.until > catalogue.now()))
        .where(_WAITS, PaperRow.state.in_([state.value for state in states]))
    )
    with reading(catalogue.engine) as session:
        return [_queued(row) for row in _in_turn(session, query, lanes, limit)]


def _in_turn(session: Session, query: Select[Any], lanes: Collection[Lane], limit: int) -> list[BareRow]:
    """Return the first rows of papers that wait, by lane, then by age."""
    rows: list[BareRow] = []
    for lane in sorted(lanes, key=lambda lane: lane.rank):
        if len(rows) < limit:
            of_lane = query.where(PaperRow.lane == lane.value).order_by(PaperRow.serial).limit(limit - len(rows))
            rows += session.execute(of_lane)
    return rows


def count(catalogue: Catalogue) -> dict[PaperState, int]:
    """Return how many papers wait in each of ``WAITING``, those in hand among them."""
    query = select(PaperRow.state, func.count()).where(_WAITS).group_by(PaperRow.state)
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
    catalogue: Catalogue,
    *,
    states: Collection[PaperState],
    actor: str,
    person: str,
    account: str | None = None,
    lanes: Collection[Lane] = tuple(Lane),
    skip: Collection[PaperId] = (),
    critical: Critical = frozenset(),
) -> Claim | None:
    """Take in hand the first paper that nobody else has, by lane and age; ``None``: none waits.

    Args:
        catalogue: Where papers are.
        states: Of the papers wanted.
        actor: Name of the account or key that takes it.
        person: Name of the person.
        account: Of the person, if signed in under one.
        lanes: Of the papers wanted.
        skip: Papers laid aside.
        critical: Papers of which ``person`` last changed one of these fields are left to others.
    """
    now = catalogue.now()
    held_by_others = select(ClaimRow.paper).where(ClaimRow.until > now, ClaimRow.actor != actor)
    query = select(PaperRow.id).where(
        _WAITS,
        PaperRow.state.in_([state.value for state in states]),
        PaperRow.id.not_in(held_by_others),
        PaperRow.id.not_in([paper.value for paper in skip]),
    )
    if critical:
        query = query.where(~_corrected_by(Reviewer(person, account), critical))
    with writing(catalogue.engine) as session:
        session.execute(delete(ClaimRow).where(ClaimRow.until <= now))
        first = _in_turn(session, query, lanes, limit=1)
        return _take(catalogue, session, first[0].id, actor, person) if first else None


def _corrected_by(who: Reviewer, critical: Critical) -> ColumnElement[bool]:
    """Return the condition that a person was the last to change one of the critical fields of a paper."""
    one, later = aliased(CorrectionRow), aliased(CorrectionRow)
    changed_later = exists().where(
        later.paper == one.paper, later.key == one.key, later.serial > one.serial, is_change(later)
    )
    return exists().where(
        one.paper == PaperRow.id,
        _is_same(one, who),
        tuple_(PaperRow.paper_type, one.key).in_(sorted(critical)),
        is_change(one),
        ~changed_later,
    )


def _is_same(row: type[CorrectionRow], who: Reviewer) -> ColumnElement[bool]:
    """Return the condition that a correction is this person's; see ``Reviewer.is_same``."""
    named = row.person == who.person
    if who.account is None:
        return named
    return or_(row.account == who.account, row.account.is_(None) & named)


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


def _queued(row: BareRow) -> Queued:
    return Queued(
        id=PaperId(row.id),
        name=row.name,
        state=PaperState(row.state),
        paper_type=row.paper_type,
        lane=Lane(row.lane),
        dossier=DossierNumber(row.dossier) if row.dossier else None,
        pages=row.page_count,
        doubts=row.doubts,
        created_at=row.created_at,
        claim=_claim(row.ClaimRow) if row.ClaimRow else None,
        awaits_other=bool(row.awaits_other),
    )


def _claim(row: ClaimRow) -> Claim:
    return Claim(PaperId(row.paper), row.actor, row.person, row.until)
