"""The figures a province reports of digitization, computed from the facts of each dossier and from nothing else.

The ratios are those of decision 766/QD-TTg of 23 June 2022, group 4, and of the provinces' plans. What is counted is
here; how it is worded, which targets hold and where they come from is data (``dossier/catalogue/figures.toml``) and is
printed with the figures, so that whoever reads a report can count again.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from dossier.agencies import Agencies, above
from dossier.dossiers import Dossier
from dossier.identifiers import AgencyCode, ProcedureCode
from dossier.periods import Period
from dossier.text import nfc
from dossier.toml_tables import CATALOGUE, Table, read_file

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """What the figures need of one dossier.

    Attributes:
        dossier: What was told of it.
        components: Its papers that were digitized, sealed and stored as components. results: As results.
        reuses: Papers of the store accepted in it instead of being asked for again.
        shared: Its papers, reused ones too, that the national portal accepted in it.
        last_stored_at: When the last of its components was stored, UTC; ``None`` without any.
    """

    dossier: Dossier
    components: int = 0
    results: int = 0
    reuses: int = 0
    shared: int = 0
    last_stored_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What must be reached from a day on.

    Attributes:
        since: That day. percent: 0 to 100.
    """

    since: dt.date
    percent: int


@dataclass(frozen=True, slots=True)
class FigureRule:
    """What a figure is called and how it is worded.

    Attributes:
        code: Of the decision, or ours. name_vi, name_en: Its names.
        above_vi, above_en, below_vi, below_en: What is counted above and below the line.
        targets: The latest that has begun holds. source: Where all that comes from.
        confirmed: Whether a person compared the wording with the official sheet.
    """

    code: str
    name_vi: str
    name_en: str
    above_vi: str
    above_en: str
    below_vi: str
    below_en: str
    targets: tuple[Target, ...]
    source: str
    confirmed: bool

    def target(self, day: dt.date) -> int | None:
        """Return the target that holds on a day, in percent."""
        begun = [t for t in self.targets if t.since <= day]
        return max(begun, key=lambda t: t.since).percent if begun else None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure's two counts.

    Attributes:
        above, below: What is counted above and below the line; ``above`` is never the larger.
    """

    above: int = 0
    below: int = 0

    @property
    def percent(self) -> Decimal | None:
        """The ratio in percent with two decimals, halves rounded up; ``None`` where there was nothing to count."""
        if not self.below:
            return None
        return (Decimal(100 * self.above) / self.below).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one unit: of everything, an agency with what lies in it, or a procedure.

    Attributes:
        key: The code, ``None`` for everything. ratios: By figure's code, in the order of the definitions.
    """

    key: str | None
    ratios: Mapping[str, Ratio]


ReturnsPaper = Callable[[ProcedureCode], bool]
"""Whether a procedure ends with a paper for the applicant."""
Units = Callable[[Dossier], Iterable[str]]
"""The keys of all rows in which a dossier counts."""


def count(
    facts: Iterable[DossierFacts], period: Period, returns_paper: ReturnsPaper, units: Units
) -> tuple[FigureRow, list[FigureRow]]:
    """Return the figures of everything, and those of each unit by its key.

    Args:
        facts: Each dossier once; those that do not count in the period may be among them.
        period: Of the report.
        returns_paper: Of a procedure's code without the agency.
        units: In which rows a dossier counts besides the one of everything.
    """
    total: dict[str, list[int]] = {}
    rows: dict[str, dict[str, list[int]]] = {}
    for one in facts:
        counted = dict(_counts(one, period, returns_paper))
        if not counted:
            continue
        for row in (total, *(rows.setdefault(key, {}) for key in units(one.dossier))):
            for code, fulfilled in counted.items():
                sums = row.setdefault(code, [0, 0])
                sums[0] += fulfilled
                sums[1] += 1
    return _row(None, total), [_row(key, rows[key]) for key in sorted(rows)]


def by_agency(agencies: Agencies, period: Period) -> Units:
    """Return what counts a dossier to the agency in whose competence it is, and to all that this lies in.

    An agency that ended before the period's last day counts as whoever took over from it.
    """

    def units(dossier: Dossier) -> Iterable[str]:
        code = agencies.on(dossier.decided_by or dossier.agency, period.last)
        return [one.value for one in above(code)]

    return units


def by_procedure(dossier: Dossier) -> Iterable[str]:
    """Count a dossier to its procedure."""
    return [dossier.procedure.national.value]


def lies_in(dossier: Dossier, agency: AgencyCode, agencies: Agencies, day: dt.date) -> bool:
    """Return whether a dossier is in the competence of ``agency``, or of one that lies in it, as of a day."""
    return agency.canonical in above(agencies.on(dossier.decided_by or dossier.agency, day))


def _counts(one: DossierFacts, period: Period, returns_paper: ReturnsPaper) -> Iterable[tuple[str, bool]]:
    """Yield each figure in which a dossier counts below the line, and whether it counts above it too."""
    dossier = one.dossier
    has_component = bool(one.components or one.reuses)
    if period.holds(dossier.ended_at):
        gives_result = dossier.is_accepted and returns_paper(dossier.procedure.national)
        if gives_result:
            yield "4.1", one.results > 0
        yield "4.2", has_component and (one.results > 0 or not gives_result)
    if period.holds(dossier.received_at):
        yield "4.3", one.reuses > 0
        yield "4.4", one.shared > 0
    began = dossier.processing_started_at
    if began is not None and period.holds(began):
        yield "before-processing", has_component and (one.last_stored_at is None or one.last_stored_at < began)


def _row(key: str | None, sums: Mapping[str, list[int]]) -> FigureRow:
    return FigureRow(key, {rule.code: Ratio(*sums.get(rule.code, ())) for rule in figure_rules()})


@cache
def figure_rules() -> tuple[FigureRule, ...]:
    """Return the definitions in the order of the report.

    Raises:
        ConfigurationError: The catalogue's file breaks the schema.
    """
    return read_file(CATALOGUE / "figures.toml", _rules)


def _rules(table: Table) -> tuple[FigureRule, ...]:
    rules = table.each("figure", _rule)
    table.require_distinct("figure", [rule.code for rule in rules])
    return rules


def _rule(table: Table) -> FigureRule:
    words = {name: nfc(table.text(name)) for name in ("name_vi", "above_vi", "below_vi", "source")}
    return FigureRule(
        code=table.text("code"),
        name_en=table.text("name_en"),
        above_en=table.text("above_en"),
        below_en=table.text("below_en"),
        targets=table.each("targets", _target),
        confirmed=table.flag("confirmed", default=False),
        **words,
    )


def _target(table: Table) -> Target:
    since = table.date("from")
    if since is None:
        raise table.fault("from", "is missing")
    return Target(since, table.whole("percent"))
