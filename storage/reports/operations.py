"""How the work goes, counted from the papers themselves: what waits, how long papers took, how many needed a person.

Functions on a `Catalogue`; each may raise ``StoreUnavailable``.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select

from dossier.lanes import Lane
from dossier.papers import REPLACED, PaperState
from dossier.verdicts import Severity
from storage.catalogue import Catalogue
from storage.database import reading
from storage.schema import CheckRow, CorrectionRow, ObjectRow, PaperRow

_AT_ONCE = 5000
_MACHINE = (PaperState.RECEIVED, PaperState.CONFIRMED)
_PEOPLE = (PaperState.NEEDS_REVIEW, PaperState.READY)
_UNREAD = (PaperState.RECEIVED, PaperState.REJECTED, PaperState.QUARANTINED, PaperState.FAILED, *REPLACED)
"""States of papers that were not read, or in whose place others count."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in a lane.

    Attributes:
        lane: Which. machine: Papers to be read or sealed. people: Papers that wait for a person.
    """

    lane: Lane
    machine: int
    people: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of papers within a time.

    Attributes:
        received: Papers that came in. rescanned: Of these, those that cannot be digitized: they must be scanned again.
        read: Of the received ones, those that were read. reviewed: Of these, those that a check sends to a person.
        sealed: Papers that were sealed and stored. straight: Of these, those without a doubt and without a correction.
    """

    received: int
    rescanned: int
    read: int
    reviewed: int
    sealed: int
    straight: int


def queues(catalogue: Catalogue) -> list[Queue]:
    """Return what waits in each lane, the first lane first."""
    query = (
        select(PaperRow.lane, PaperRow.state, func.count())
        .where(PaperRow.state.in_([state.value for state in (*_MACHINE, *_PEOPLE)]))
        .group_by(PaperRow.lane, PaperRow.state)
    )
    with reading(catalogue.engine) as session:
        counts = {(lane, state): count for lane, state, count in session.execute(query)}
    return [Queue(lane, *(sum(counts.get((lane, s), 0) for s in of) for of in (_MACHINE, _PEOPLE))) for lane in Lane]


def counts(catalogue: Catalogue, since: dt.datetime) -> Counts:
    """Return what became of the papers that came in, or were stored, since a moment."""
    came = (PaperRow.created_at >= since, PaperRow.split_from.is_(None))
    rejected = PaperRow.state == PaperState.REJECTED.value
    read = PaperRow.state.not_in([state.value for state in _UNREAD])
    stored = PaperRow.stored_at >= since
    with reading(catalogue.engine) as session:

        def count(*conditions: ColumnElement[bool]) -> int:
            return session.scalar(select(func.count()).select_from(PaperRow).where(*conditions)) or 0

        sealed = count(stored)
        return Counts(
            received=count(*came),
            rescanned=count(*came, rejected),
            read=count(PaperRow.created_at >= since, read),
            reviewed=count(PaperRow.created_at >= since, read, _doubted()),
            sealed=sealed,
            straight=sealed - count(stored, _doubted()),
        )


def seconds_to_sealed(catalogue: Catalogue, since: dt.datetime) -> Iterator[tuple[dt.datetime, float]]:
    """Yield of each paper stored since a moment when that was, and the seconds since it came in."""
    query = select(PaperRow.created_at, PaperRow.stored_at).where(PaperRow.stored_at >= since)
    with reading(catalogue.engine) as session:
        for came, stored in session.execute(query.execution_options(yield_per=_AT_ONCE)):
            if stored:
                yield stored, (stored - came).total_seconds()


def store_size(catalogue: Catalogue) -> tuple[int, int]:
    """Return how many versions the inventory of the object store has, and their bytes together."""
    with reading(catalogue.engine) as session:
        objects, size = session.execute(select(func.count(), func.sum(ObjectRow.size)).select_from(ObjectRow)).one()
        return objects, int(size or 0)


def _doubted() -> ColumnElement[bool]:
    """Whether something about a paper made, or makes, a person look: a doubt that stays, or a correction."""
    return or_(
        PaperRow.state == PaperState.NEEDS_REVIEW.value,
        exists().where(CheckRow.paper == PaperRow.id, CheckRow.severity != Severity.INFO.value),
        exists().where(CorrectionRow.paper == PaperRow.id),
    )
