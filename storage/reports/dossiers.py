"""Facts of dossiers, as the one-stop system tells them; what it tells later takes the place of what it told before."""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import times
from dossier.dossiers import Dossier
from dossier.identifiers import DossierNumber
from dossier.paper_types import PaperType
from dossier.papers import Paper, PaperKind, PaperState
from dossier.reuse import hindrance
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.lifecycle.standing import HANDED_OVER
from storage.records import Event
from storage.rows import dossier_from, event_row, paper_from, write_dossier
from storage.schema import DossierRow, EventRow, PaperRow

REUSABLE = "paper.reusable"
"""Kind of event: from now on a paper of a dossier can be used again."""
WITHHELD = "paper.withheld"
"""Kind of event: a correction of its dossier took that back, or the handing over of a result."""
_NO_TYPES: Mapping[str, PaperType] = MappingProxyType({})

TOLD = "dossier.told"
"""Action in the audit log, and kind of the event."""


def keep_dossier(
    catalogue: Catalogue, dossier: Dossier, *, actor: str, types: Mapping[str, PaperType] = _NO_TYPES
) -> Dossier | None:
    """Keep what is told of a dossier and return what was known before; telling the same again changes nothing.

    Others are told, in the same transaction, of each of its stored papers that can be used again from now on, was
    handed over with it, or is withheld again.

    Args:
        catalogue: Where.
        dossier: All that is known of it now.
        actor: Who told.
        types: The paper types, which say what can be used again at all.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    number = dossier.number.canonical.value
    with writing(catalogue.engine) as session:
        row = session.get(DossierRow, number)
        known = dossier_from(row) if row else None
        if row is None:
            row = DossierRow(number=number)
        write_dossier(row, dossier)
        told = dossier_from(row)
        if known != told:
            session.add(row)
            detail = {"outcome": told.outcome.value} if told.outcome else {}
            at = catalogue.now()
            audit.append(session, actor=actor, action=TOLD, about=f"dossier:{number}", at=at, detail=detail)
            session.add(event_row(Event(TOLD, None, at, detail, about=f"dossier:{number}")))
            _announce(session, known, told, types, at)
        return known


def announce_reusable(session: Session, row: PaperRow, paper_type: PaperType | None, at: dt.datetime) -> None:
    """Tell others that a paper can be used again which was stored only after its dossier was accepted.

    Called within the transaction that stores it. Of a paper without a dossier ``paper.stored`` says so.
    """
    told = session.get(DossierRow, DossierNumber(row.dossier).canonical.value) if row.dossier else None
    today = times.local(at).date()
    if told is not None and hindrance(paper_from(row), paper_type, dossier_from(told), today) is None:
        session.add(EventRow(kind=REUSABLE, paper=row.id, at=at, payload={"dossier": told.number}))


def _announce(
    session: Session, known: Dossier | None, told: Dossier, types: Mapping[str, PaperType], at: dt.datetime
) -> None:
    today = times.local(at).date()
    forms = [form.value for form in told.number.forms]
    stored = select(PaperRow).where(PaperRow.dossier.in_(forms), PaperRow.state == PaperState.STORED.value)
    for row in session.scalars(stored.order_by(PaperRow.serial)):
        paper = paper_from(row)
        was, now = (_is_given(paper, types.get(paper.paper_type or ""), one, today) for one in (known, told))
        if was is not now:
            gained = HANDED_OVER if paper.kind is PaperKind.RESULT else REUSABLE
            kind, payload = gained if now else WITHHELD, {"dossier": told.number.value}
            session.add(EventRow(kind=kind, paper=row.id, at=at, payload=payload))


def _is_given(paper: Paper, paper_type: PaperType | None, dossier: Dossier | None, on: dt.date) -> bool:
    """Return whether, by what is known of its dossier, a result is its owner's and a component can be used again."""
    if paper.kind is PaperKind.RESULT:
        return paper.handed_over_at is not None or (dossier is not None and dossier.returned_at is not None)
    return hindrance(paper, paper_type, dossier, on) is None


def known_dossiers(catalogue: Catalogue, numbers: Iterable[DossierNumber]) -> dict[DossierNumber, Dossier]:
    """Return what is known of each of ``numbers``, by its canonical form; those nobody told of are left out.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    wanted = {number.canonical.value for number in numbers}
    with reading(catalogue.engine) as session:
        rows = session.scalars(select(DossierRow).where(DossierRow.number.in_(wanted))) if wanted else ()
        return {DossierNumber(row.number): dossier_from(row) for row in rows}
