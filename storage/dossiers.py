"""Facts of dossiers, as the one-stop system tells them; what it tells later takes the place of what it told before."""

from collections.abc import Iterable

from sqlalchemy import select

from dossier.dossiers import Dossier
from dossier.identifiers import DossierNumber
from storage import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.records import Event
from storage.rows import dossier_from, event_row, write_dossier
from storage.schema import DossierRow

TOLD = "dossier.told"
"""Action in the audit log, and kind of the event."""


def keep_dossier(catalogue: Catalogue, dossier: Dossier, *, actor: str) -> Dossier | None:
    """Keep what is told of a dossier and return what was known before; telling the same again changes nothing.

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
            audit.append(
                session,
                actor=actor,
                action=TOLD,
                about=f"dossier:{number}",
                at=catalogue.now(),
                detail=detail,
            )
            session.add(event_row(Event(TOLD, None, catalogue.now(), detail, about=f"dossier:{number}")))
        return known


def known_dossiers(catalogue: Catalogue, numbers: Iterable[DossierNumber]) -> dict[DossierNumber, Dossier]:
    """Return what is known of each of ``numbers``, by its canonical form; those nobody told of are left out.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    wanted = {number.canonical.value for number in numbers}
    with reading(catalogue.engine) as session:
        rows = session.scalars(select(DossierRow).where(DossierRow.number.in_(wanted))) if wanted else ()
        return {DossierNumber(row.number): dossier_from(row) for row in rows}
