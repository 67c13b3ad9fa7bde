import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dossier.agencies import Agencies, Agency
from dossier.dossiers import Dossier, Outcome
from dossier.figures import DossierFacts, FigureRow, Ratio, by_agency, by_procedure, count, figure_rules, lies_in
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode
from dossier.periods import Period

PERIOD = Period.parse("2026-11")
BEGAN = dt.datetime(2026, 11, 2, 3, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DOSSIER = Dossier(
    DossierNumber("H41.12-261102-0001"),
    ProcedureCode("1.001193"),
    AgencyCode("H41.12"),
    received_at=BEGAN,
    processing_started_at=BEGAN + HOUR,
    ended_at=BEGAN + DAY,
    outcome=Outcome.SUCCESSFUL,
)
DONE = DossierFacts(DOSSIER, components=2, results=1, reuses=1, shared=1, last_stored_at=BEGAN + HOUR / 2)


def total(*facts: DossierFacts, returns_paper: bool = True) -> dict[str, tuple[int, int]]:
    row, _ = count(facts, PERIOD, lambda _code: returns_paper, by_procedure)
    return {code: (ratio.above, ratio.below) for code, ratio in row.ratios.items()}


def test_a_dossier_that_did_everything_counts_everywhere() -> None:
    assert total(DONE) == dict.fromkeys(("4.1", "4.2", "4.3", "4.4", "before-processing"), (1, 1))


def test_a_dossier_without_papers_counts_below_every_line() -> None:
    bare = DossierFacts(DOSSIER)
    assert set(total(bare).values()) == {(0, 1)}


def test_a_paper_result_is_asked_only_where_the_procedure_gives_one() -> None:
    no_result = replace(DONE, results=0)
    assert (total(no_result)["4.1"], total(no_result)["4.2"]) == ((0, 1), (0, 1))
    free = total(no_result, returns_paper=False)
    assert (free["4.1"], free["4.2"]) == ((0, 0), (1, 1))


def test_a_refused_dossier_owes_no_result() -> None:
    refused = replace(DONE, dossier=replace(DOSSIER, outcome=Outcome.REFUSED), results=0)
    assert (total(refused)["4.1"], total(refused)["4.2"]) == ((0, 0), (1, 1))


def test_a_reused_paper_stands_for_a_scanned_one() -> None:
    assert total(replace(DONE, components=0, last_stored_at=None))["4.2"] == (1, 1)
    assert total(replace(DONE, components=0, reuses=0, last_stored_at=None))["4.2"] == (0, 1)


def test_without_reception_nothing_is_counted_as_received() -> None:
    unknown = replace(DONE, dossier=replace(DOSSIER, received_at=None))
    assert (total(unknown)["4.3"], total(unknown)["4.4"]) == ((0, 0), (0, 0))


def test_what_is_stored_after_processing_began_came_too_late() -> None:
    assert total(replace(DONE, last_stored_at=BEGAN + HOUR))["before-processing"] == (0, 1)


def test_each_figure_has_the_period_of_its_own_moment() -> None:
    late = replace(DOSSIER, ended_at=PERIOD.ends, returned_at=None)
    found = total(replace(DONE, dossier=late))
    assert (found["4.1"], found["4.2"], found["4.3"]) == ((0, 0), (0, 0), (1, 1))


def test_percent_is_rounded_half_up_and_unknown_without_anything_to_count() -> None:
    assert Ratio(1, 3).percent == Decimal("33.33")
    assert Ratio(1, 800).percent == Decimal("0.13")
    assert Ratio().percent is None


def test_an_agency_counts_with_all_that_lies_in_it_and_for_whom_it_took_over() -> None:
    ended = Agency(AgencyCode("H41.50"), "Cũ", valid_to=dt.date(2026, 6, 30), successor=AgencyCode("H41.12"))
    agencies = Agencies([ended])
    former = replace(DOSSIER, number=DossierNumber("H41.50-261102-0001"), agency=AgencyCode("H41.50"))
    other = replace(DOSSIER, number=DossierNumber("H41.13-261102-0001"), decided_by=AgencyCode("H41.13"))
    facts = [DONE, replace(DONE, dossier=former), DossierFacts(other)]
    _, rows = count(facts, PERIOD, lambda _code: True, by_agency(agencies, PERIOD))
    assert {row.key: row.ratios["4.3"] for row in rows} == {
        "H41": Ratio(2, 3),
        "H41.12": Ratio(2, 2),
        "H41.13": Ratio(0, 1),
    }
    assert [lies_in(one.dossier, AgencyCode("H41.12"), agencies, PERIOD.last) for one in facts] == [True, True, False]


def test_the_definitions_are_those_that_are_counted() -> None:
    assert [rule.code for rule in figure_rules()] == list(total(DONE))
    assert [rule.target(PERIOD.last) for rule in figure_rules()] == [100, 80, 50, 100, 100]
    assert figure_rules()[0].target(dt.date(2024, 12, 31)) is None


_moments = st.none() | st.builds(lambda hours: PERIOD.begins + hours * HOUR, st.integers(-900, 900))


@st.composite
def some_facts(draw: st.DrawFn) -> DossierFacts:
    ordered = sorted(m for m in (draw(_moments), draw(_moments), draw(_moments)) if m is not None)
    received, began, ended = [*ordered, None, None, None][:3]
    number, small = draw(st.integers(0, 9999)), st.integers(0, 2)
    dossier = Dossier(
        DossierNumber(f"H41.12-261102-{number:04d}"),
        ProcedureCode(draw(st.sampled_from(["1.001193", "1.000894", "2.000635"]))),
        AgencyCode(draw(st.sampled_from(["H41", "H41.12", "H41.12.5", "H42"]))),
        received_at=received,
        processing_started_at=began,
        ended_at=ended,
        outcome=draw(st.sampled_from(Outcome)) if ended else None,
    )
    return DossierFacts(dossier, draw(small), draw(small), draw(small), draw(small), draw(_moments))


@given(facts=st.lists(some_facts(), max_size=30))
def test_rows_of_procedures_add_up_to_everything(facts: list[DossierFacts]) -> None:
    whole, rows = count(facts, PERIOD, lambda code: code.value.startswith("1"), by_procedure)
    for code, ratio in whole.ratios.items():
        assert sum_of(rows, code) == ratio
        assert 0 <= ratio.above <= ratio.below <= len(facts)


def sum_of(rows: Iterable[FigureRow], code: str) -> Ratio:
    found = [row.ratios[code] for row in rows]
    return Ratio(sum(r.above for r in found), sum(r.below for r in found))
