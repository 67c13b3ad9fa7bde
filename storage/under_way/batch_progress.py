"""How far batches are: read from the catalogue, so that any process can tell it, by the numbers of the audit log.

Every change of a paper or batch has its entry in the audit log, whose numbers rise without gaps in the order in which
changes become visible: they are what a listener resumes from. What is asked of the database at a time is one question
for all batches that anybody listens to.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, String, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from dossier.identifiers import PaperId
from dossier.papers import PaperState
from storage.database import reading
from storage.schema import AuditRow, BatchRow, PaperRow

if TYPE_CHECKING:  # it is opened elsewhere
    from storage.catalogue import Catalogue

CLOSED = "batch.closed"
"""The audit log's word for a batch whose sender has its receipt."""
_CHECKED = "paper.checked"
_PAPER, _BATCH = "paper:", "batch:"
_OPEN = frozenset({PaperState.RECEIVED, PaperState.READY, PaperState.NEEDS_REVIEW, PaperState.CONFIRMED})
"""States from which a paper still goes on, by itself or by a person."""


@dataclass(frozen=True, slots=True)
class PaperProgress:
    """How far a paper is.

    Attributes:
        paper, name: Which. state: Where it stands. problem: Why it was stopped, if it was.
        split_from: The scan it is a part of. entry: Number of the newest audit entry about it.
        checked_after_s, stored_after_s: Seconds from its arrival until it was read and checked, and stored.
    """

    paper: PaperId
    name: str
    state: PaperState
    problem: str | None
    split_from: PaperId | None
    entry: int
    checked_after_s: float | None
    stored_after_s: float | None


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a batch is.

    Attributes:
        position: Number of the newest audit entry of the whole log. closed: Its sender has the receipt.
        papers: Its own papers in the order they came in.
    """

    position: int
    closed: bool
    papers: tuple[PaperProgress, ...]

    @property
    def has_ended(self) -> bool:
        """Whether nothing about it changes any more."""
        return self.closed and not any(paper.state in _OPEN for paper in self.papers)


def goes_on() -> ColumnElement[bool]:
    """Return what is true of a row of batches as long as something about the batch still changes."""
    closed = exists().where(AuditRow.object == literal(_BATCH, String) + BatchRow.id, AuditRow.action == CLOSED)
    states = [state.value for state in _OPEN]
    return or_(~closed, exists().where(PaperRow.batch == BatchRow.id, PaperRow.state.in_(states)))


def progress(catalogue: "Catalogue", batch: str) -> BatchProgress:
    """Return how far a batch is; one that is not known has no papers.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    entries = (
        select(
            AuditRow.object,
            func.max(AuditRow.seq).label("newest"),
            func.min(case((AuditRow.action == _CHECKED, AuditRow.at))).label("checked"),
        )
        .where(AuditRow.object.in_(select(literal(_PAPER, String) + PaperRow.id).where(PaperRow.batch == batch)))
        .group_by(AuditRow.object)
        .subquery()
    )
    query = (
        select(
            *(PaperRow.id, PaperRow.name, PaperRow.state, PaperRow.problem, PaperRow.split_from),
            *(PaperRow.created_at, PaperRow.stored_at, entries.c.newest, entries.c.checked),
        )
        .outerjoin(entries, entries.c.object == literal(_PAPER, String) + PaperRow.id)
        .where(PaperRow.batch == batch)
        .order_by(PaperRow.serial)
    )
    closed = select(AuditRow.seq).where(AuditRow.object == f"{_BATCH}{batch}", AuditRow.action == CLOSED).limit(1)
    with reading(catalogue.engine, statements=3) as session:
        papers = tuple(
            PaperProgress(
                PaperId(row.id),
                row.name,
                PaperState(row.state),
                row.problem,
                PaperId(row.split_from) if row.split_from else None,
                row.newest or 0,
                _seconds(row.created_at, row.checked),
                _seconds(row.created_at, row.stored_at),
            )
            for row in session.execute(query)
        )
        return BatchProgress(_newest(session), session.scalar(closed) is not None, papers)


def touched(catalogue: "Catalogue", after: int) -> tuple[int, dict[str, int]]:
    """Return the number of the newest audit entry, and by batch that of the newest about it or a paper of it.

    Args:
        catalogue: Whose.
        after: Only entries that follow this number count.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    newest = func.max(AuditRow.seq)
    papers = (
        select(PaperRow.batch, newest)
        .join(AuditRow, PaperRow.id == func.substr(AuditRow.object, len(_PAPER) + 1))
        .where(AuditRow.seq > after, AuditRow.object.startswith(_PAPER))
        .group_by(PaperRow.batch)
    )
    batches = (
        select(BatchRow.id, newest)
        .join(AuditRow, BatchRow.id == func.substr(AuditRow.object, len(_BATCH) + 1))
        .where(AuditRow.seq > after, AuditRow.object.startswith(_BATCH))
        .group_by(BatchRow.id)
    )
    with reading(catalogue.engine, statements=3) as session:
        found: dict[str, int] = {}
        for batch, entry in (*session.execute(papers), *session.execute(batches)):
            found[batch] = max(entry, found.get(batch, 0))
        return max(after, _newest(session)), found


def _newest(session: Session) -> int:
    return session.scalar(select(AuditRow.seq).order_by(AuditRow.seq.desc()).limit(1)) or 0


def _seconds(since: dt.datetime, until: dt.datetime | None) -> float | None:
    return round((until - since).total_seconds(), 3) if until else None
