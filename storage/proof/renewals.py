"""Until when stored papers are proven, which are due, and the versions of their files that renewals make.

Functions on a `Catalogue`; like its methods each is one transaction with its audit entry and event, and each may raise
``StoreUnavailable``.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from dossier.errors import WrongState
from dossier.papers import Paper, PaperState, StoredObject
from storage.audit_log import audit
from storage.catalogue import Catalogue, paper_row
from storage.database import reading, writing
from storage.rows import paper_from
from storage.schema import EventRow, PaperRow, SealedVersionRow

RENEWED = "paper.renewed"
"""Action in the audit log, and kind of event."""
PROTECTION = "paper.protection"
"""Action in the audit log: until when a paper is proven was found out anew."""
_KEPT = tuple(s.value for s in (PaperState.STORED, PaperState.EXPIRED, PaperState.SUPERSEDED, PaperState.REVOKED))
"""States of papers that are in the store; those nobody is served any more must be proven too."""
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Ending:
    """Papers whose protection ends at the same moment.

    Attributes:
        until: That moment; ``None`` if it is not known. signed_origin: They arrived signed. papers: How many.
    """

    until: dt.datetime | None
    signed_origin: bool
    papers: int


def endings(catalogue: Catalogue) -> list[Ending]:
    """Return how many papers end when, the soonest first, the unknown last.

    Papers share their ends, which come from few certificates, so the list is short whatever the store holds.
    """
    query = (
        select(PaperRow.protected_until, PaperRow.signed_origin, func.count())
        .where(_in_store())
        .group_by(PaperRow.protected_until, PaperRow.signed_origin)
        .order_by(PaperRow.protected_until.nulls_last(), PaperRow.signed_origin)
    )
    with reading(catalogue.engine) as session:
        return [Ending(*row) for row in session.execute(query)]


def of_unknown_end(catalogue: Catalogue) -> Iterator[Paper]:
    """Yield the stored papers of which nobody has found out until when they are proven."""
    return _each(catalogue, select(PaperRow).where(_in_store(), PaperRow.protected_until.is_(None)))


def all_stored(catalogue: Catalogue) -> Iterator[Paper]:
    """Yield all stored papers in the order they came in."""
    return _each(catalogue, select(PaperRow).where(_in_store()))


def due(catalogue: Catalogue, before: dt.datetime) -> Iterator[Paper]:
    """Yield the stored papers that are proven until some moment before ``before`` only, the soonest first.

    Those that arrived signed are left out: they are kept bit for bit.
    """
    query = (
        select(PaperRow)
        .where(_in_store(), PaperRow.signed_origin.is_(False), PaperRow.protected_until < before)
        .order_by(PaperRow.protected_until, PaperRow.serial)
        .limit(_PAGE)
    )
    until, serial = None, 0
    while True:
        rows = query
        if until is not None:
            later = and_(PaperRow.protected_until == until, PaperRow.serial > serial)
            rows = query.where(or_(PaperRow.protected_until > until, later))
        with reading(catalogue.engine) as session:
            found = [(row.protected_until, row.serial, paper_from(row)) for row in session.scalars(rows)]
        if not found:
            return
        yield from (paper for _, _, paper in found)
        until, serial, _ = found[-1]


def count_due(catalogue: Catalogue, before: dt.datetime, at: dt.datetime) -> int:
    """Return how many papers `due` yields whose protection has not ended at the moment ``at``."""
    query = (
        select(func.count())
        .select_from(PaperRow)
        .where(
            _in_store(),
            PaperRow.signed_origin.is_(False),
            PaperRow.protected_until < before,
            PaperRow.protected_until > at,
        )
    )
    with reading(catalogue.engine) as session:
        return session.scalar(query) or 0


def keep_end(catalogue: Catalogue, paper: Paper, until: dt.datetime | None, *, actor: str) -> bool:
    """Keep until when a paper is proven; ``False``, and nothing changed, if that is known or its file not this one now.

    Raises:
        NotFound: There is no such paper.
    """
    with writing(catalogue.engine) as session:
        row = paper_row(session, paper.id)
        if row.protected_until == until or paper.sealed is None or not _has_file(row, paper.sealed):
            return False
        row.protected_until = until
        detail = {"protected_until": _text(until)}
        about = f"paper:{paper.id}"
        audit.append(session, actor=actor, action=PROTECTION, about=about, at=catalogue.now(), detail=detail)
    return True


def keep_renewed(
    catalogue: Catalogue, paper: Paper, sealed: StoredObject, until: dt.datetime, *, actor: str, at: dt.datetime
) -> Paper:
    """Keep the version of a paper's sealed file that renews it, and return the paper as kept.

    Args:
        catalogue: Where.
        paper: Read from the catalogue; its version of the file is what was renewed.
        sealed: The new version, under the same key.
        until: When it is proven until.
        actor: Who renewed it.
        at: When, aware.

    Raises:
        NotFound: There is no such paper.
        WrongState: Somebody else renewed it meanwhile, or it was disposed of.
    """
    with writing(catalogue.engine) as session:
        row = paper_row(session, paper.id)
        if paper.sealed is None or not _has_file(row, paper.sealed) or row.sealed_key != sealed.key:
            raise WrongState(state=row.state, needed="the version of the file that was renewed")
        row.sealed_version, row.sealed_sha256, row.sealed_size = sealed.version, sealed.sha256, sealed.size
        row.protected_until = until
        count = select(func.count()).where(SealedVersionRow.paper == paper.id.value)
        session.add(
            SealedVersionRow(
                paper=paper.id.value,
                number=(session.scalar(count) or 0) + 1,
                key=sealed.key,
                version=sealed.version,
                sha256=sealed.sha256,
                since=at,
            )
        )
        detail = {
            "before_sha256": paper.sealed.sha256,
            "sealed_sha256": sealed.sha256,
            "protected_until": _text(until),
        }
        about = f"paper:{paper.id}"
        audit.append(session, actor=actor, action=RENEWED, about=about, at=catalogue.now(), detail=detail)
        payload = {"sealed_sha256": sealed.sha256, "before_sha256": paper.sealed.sha256}
        session.add(EventRow(kind=RENEWED, paper=paper.id.value, at=at, payload=payload))
    return replace(paper, sealed=sealed, protected_until=until)


def _in_store() -> ColumnElement[bool]:
    return and_(PaperRow.state.in_(_KEPT), PaperRow.sealed_key.is_not(None))


def _has_file(row: PaperRow, sealed: StoredObject) -> bool:
    """Return whether a paper is in the store, with this version of its file."""
    return row.state in _KEPT and row.sealed_version == sealed.version


def _each(catalogue: Catalogue, query: Select[PaperRow]) -> Iterator[Paper]:
    serial = 0
    while True:
        with reading(catalogue.engine) as session:
            page = query.where(PaperRow.serial > serial).order_by(PaperRow.serial).limit(_PAGE)
            found = [(row.serial, paper_from(row)) for row in session.scalars(page)]
        if not found:
            return
        yield from (paper for _, paper in found)
        serial = found[-1][0]


def _text(until: dt.datetime | None) -> str:
    return until.astimezone(dt.UTC).isoformat() if until else ""
