"""The report of figures: over everything, and by agency, procedure or station."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dossier import times
from dossier.figures import DossierFacts, FigureRow, by_agency, by_procedure, count, lies_in
from dossier.identifiers import AgencyCode, ProcedureCode
from dossier.periods import Period
from ingest.house import House
from storage.reports.figures import StationWork, dossier_facts, station_work

ALL = "Tất cả / All"
"""Name of the row of everything."""


class By(StrEnum):
    """What the rows of a report are."""

    AGENCY = "agency"
    PROCEDURE = "procedure"


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one period.

    Attributes:
        period: Of which days. by: What the rows are. under: Only dossiers of this agency and those that lie in it.
        made_at: When it was counted, UTC: facts told later change it. unknown_procedures: Codes that the catalogue does
            not have; they count as returning a paper.
        total, rows: The figures. names: Of the rows' keys, where known.
        stations: What was handed in where and by whom.
    """

    period: Period
    by: By
    under: AgencyCode | None
    made_at: dt.datetime
    unknown_procedures: tuple[str, ...]
    total: FigureRow
    rows: tuple[FigureRow, ...]
    names: dict[str, str]
    stations: tuple[StationWork, ...]


def figures_of(house: House, period: Period, by: By, under: AgencyCode | None = None) -> Report:
    """Return the report of a period.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    stations = () if under else tuple(station_work(house.catalogue, period))
    facts = dossier_facts(house.catalogue, period)
    return report_from(house, facts, period=period, by=by, under=under, stations=stations)


def report_from(
    house: House,
    facts: Iterable[DossierFacts],
    *,
    period: Period,
    by: By,
    under: AgencyCode | None = None,
    stations: tuple[StationWork, ...] = (),
) -> Report:
    """Return the report that facts lead to, wherever they come from."""
    unknown: set[str] = set()

    def returns_paper(code: ProcedureCode) -> bool:
        procedure = house.procedures.get(code)
        if procedure is None:
            unknown.add(code.value)
        return procedure is None or procedure.returns_paper

    within = (f for f in facts if under is None or lies_in(f.dossier, under, house.agencies, period.last))
    units = by_agency(house.agencies, period) if by is By.AGENCY else by_procedure
    total, rows = count(within, period, returns_paper, units)
    if under is not None:  # what lies above it is not what was asked for
        rows = [row for row in rows if by is not By.AGENCY or _lies_in(row, under)]
    return Report(
        period,
        by,
        under,
        times.now(),
        tuple(sorted(unknown)),
        total,
        tuple(rows),
        {row.key: name for row in rows if row.key and (name := _name(house, by, row.key))},
        stations,
    )


def _lies_in(row: FigureRow, under: AgencyCode) -> bool:
    stem = under.canonical.value
    return row.key is not None and (row.key == stem or row.key.startswith(f"{stem}."))


def _name(house: House, by: By, key: str) -> str | None:
    if by is By.AGENCY:
        return house.agencies.name(AgencyCode(key))
    procedure = house.procedures.get(ProcedureCode(key))
    return procedure.name_vi if procedure else None


def name_of(report: Report, row: FigureRow) -> str:
    """Return a row's name, empty if its key alone is known."""
    return ALL if row.key is None else report.names.get(row.key, "")
