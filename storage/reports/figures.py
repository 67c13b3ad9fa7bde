"""What the figures are counted from: the facts of dossiers, and what stations did. Nothing is counted in advance.

Functions on a `Catalogue`; each may raise ``StoreUnavailable``.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, and_, case, func, or_, select

from dossier.figures import DossierFacts
from dossier.papers import REPLACED, PaperKind, PaperState
from dossier.periods import Period
from storage.catalogue import Catalogue
from storage.database import reading
from storage.rows import dossier_from
from storage.schema import BatchRow, DossierRow, PaperRow, PortalRow, ReuseRow

_AT_ONCE = 2000
"""Rows fetched at once: the report of a province needs the memory of so many dossiers."""


@dataclass(frozen=True, slots=True)
class StationWork:
    """What one person at one station handed in within a period.

    Attributes:
        station: The key's name. operator: The person's name or number, ``None`` where nobody was named.
        employer: Whom the person works for, ``None`` for the agency itself.
        batches, papers: How many; in place of a scan that was split, or of parts that were joined, what they became.
        pages: Of the papers read so far.
        stored: Papers that are in the store by now. waiting: That wait for a person.
        stopped: That were rejected, quarantined, or failed.
    """

    station: str
    operator: str | None
    employer: str | None
    batches: int
    papers: int
    pages: int
    stored: int
    waiting: int
    stopped: int


def dossier_facts(catalogue: Catalogue, period: Period) -> Iterator[DossierFacts]:
    """Yield the facts of every dossier that was received, began to be processed, or ended within ``period``.

    They come in the order of their numbers; memory is bounded. A paper counts once it is stored, whatever became of it
    later: what was digitized is not undone by its expiry. It counts as shared in each dossier in which the national
    portal has accepted it, other than by a reuse that was withdrawn.
    """
    with reading(catalogue.engine) as session, session.execute(_facts(period)) as rows:
        for dossier, components, results, reuses, shared, last in rows:
            counts = (components or 0, results or 0, reuses or 0, shared or 0)
            yield DossierFacts(dossier_from(dossier), *counts, last)


def station_work(catalogue: Catalogue, period: Period) -> list[StationWork]:
    """Return what each person at each station handed in within ``period``, by station, name and employer."""
    stopped = (PaperState.REJECTED, PaperState.QUARANTINED, PaperState.FAILED)
    waits = (PaperState.NEEDS_REVIEW, PaperState.READY)
    counts = and_(PaperRow.batch == BatchRow.id, PaperRow.state.not_in([s.value for s in REPLACED]))
    query = (
        select(
            BatchRow.station,
            BatchRow.operator,
            BatchRow.employer,
            func.count(BatchRow.id.distinct()),
            func.count(PaperRow.id),
            func.coalesce(func.sum(PaperRow.page_count), 0),
            func.count(PaperRow.stored_at),
            func.count(case((PaperRow.state.in_([s.value for s in waits]), 1))),
            func.count(case((PaperRow.state.in_([s.value for s in stopped]), 1))),
        )
        .outerjoin(PaperRow, counts)
        .where(BatchRow.created_at >= period.begins, BatchRow.created_at < period.ends)
        .group_by(BatchRow.station, BatchRow.operator, BatchRow.employer)
        .order_by(BatchRow.station, BatchRow.operator.nulls_first(), BatchRow.employer.nulls_first())
    )
    with reading(catalogue.engine) as session:
        return [StationWork(*row[:5], int(row[5] or 0), *row[6:]) for row in session.execute(query)]


def _facts(period: Period) -> Select[DossierRow, int, int, int, int, dt.datetime]:
    papers = (
        select(
            PaperRow.dossier,
            func.count(case((PaperRow.kind == PaperKind.COMPONENT.value, 1))).label("components"),
            func.count(case((PaperRow.kind == PaperKind.RESULT.value, 1))).label("results"),
            func.max(case((PaperRow.kind == PaperKind.COMPONENT.value, PaperRow.stored_at))).label("last"),
        )
        .where(PaperRow.dossier.is_not(None), PaperRow.stored_at.is_not(None))
        .group_by(PaperRow.dossier)
        .subquery()
    )
    reuses = (
        select(ReuseRow.dossier, func.count().label("reuses"))
        .where(ReuseRow.withdrawn_at.is_(None))
        .group_by(ReuseRow.dossier)
        .subquery()
    )
    number = func.coalesce(ReuseRow.dossier, PaperRow.dossier)
    shared = (
        select(number.label("dossier"), func.count().label("shared"))
        .select_from(PortalRow)
        .join(PaperRow, PaperRow.id == PortalRow.paper)
        .outerjoin(ReuseRow, ReuseRow.reference == PortalRow.reference)
        .where(PortalRow.known.is_not(None), ReuseRow.withdrawn_at.is_(None))
        .group_by(number)
        .subquery()
    )
    moments = (DossierRow.received_at, DossierRow.processing_started_at, DossierRow.ended_at)
    return (
        select(DossierRow, papers.c.components, papers.c.results, reuses.c.reuses, shared.c.shared, papers.c.last)
        .outerjoin(papers, papers.c.dossier == DossierRow.number)
        .outerjoin(reuses, reuses.c.dossier == DossierRow.number)
        .outerjoin(shared, shared.c.dossier == DossierRow.number)
        .where(or_(*(and_(m >= period.begins, m < period.ends) for m in moments)))
        .order_by(DossierRow.number)
        .execution_options(yield_per=_AT_ONCE)
    )
