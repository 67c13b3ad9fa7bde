"""Which of an owner's papers are given, and why none is."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.catalogue_files import load_paper_types
from dossier.identifiers import PaperId
from dossier.lookups import MOST_IN_FULL, MOST_NAMED, Candidate, outcome
from dossier.papers import PaperKind, PaperState, SourceGrade
from dossier.reuse import Hindrance, hindrance
from dossier.verdicts import Verdict

DAY = dt.date(2026, 11, 22)
NOON = dt.datetime(2026, 11, 22, 5, tzinfo=dt.UTC)
TYPES = load_paper_types(on=DAY)
BIRTH, LAND = TYPES["birth-certificate"], TYPES["land-use-certificate"]


def candidate(number: int = 1, **more: object) -> Candidate:
    usable = {"state": PaperState.STORED, "verdict": Verdict.VALID, "stored_at": NOON}
    values = {"paper_type": BIRTH.code, "kind": PaperKind.COMPONENT, **usable, **more}
    return Candidate(id=PaperId.derived(str(number)), **values)  # type: ignore[arg-type]  # by name


candidates = st.builds(
    candidate,
    st.integers(0, 10_000),
    state=st.sampled_from(PaperState),
    verdict=st.sampled_from([*Verdict, None]),
    grade=st.sampled_from([*SourceGrade, None]),
    issued_on=st.none() | st.dates(DAY - dt.timedelta(days=3), DAY + dt.timedelta(days=1)),
    valid_until=st.none() | st.dates(DAY - dt.timedelta(days=2), DAY + dt.timedelta(days=2)),
)


@given(st.lists(candidates, max_size=8, unique_by=lambda c: c.id), st.integers(), st.sampled_from([BIRTH, LAND]))
def test_the_order_in_which_papers_are_found_makes_no_difference(
    found: list[Candidate], seed: int, kind: object
) -> None:
    assert kind in (BIRTH, LAND)
    paper_type = BIRTH if kind is BIRTH else LAND
    mixed = random.Random(seed).sample(found, len(found))  # noqa: S311 - no secret
    answer = outcome(found, paper_type, {}, DAY)
    assert answer == outcome(mixed, paper_type, {}, DAY)
    usable = {c.id for c in found if hindrance(c, paper_type, None, DAY) is None}
    shown = (*answer.given, *answer.others)
    assert {c.id for c in shown} == usable
    assert answer.usable == len(usable)
    assert [c.preference for c in shown] == sorted(c.preference for c in shown)
    assert (answer.why_not is None) == bool(usable or not found)
    if answer.nearest:
        order = list(Hindrance)
        reasons = [hindrance(c, paper_type, None, DAY) for c in found]
        assert answer.why_not == min((r for r in reasons if r), key=order.index)


def test_a_better_grade_comes_before_a_later_day() -> None:
    early, late = DAY - dt.timedelta(days=9), DAY - dt.timedelta(days=1)
    scan = candidate(1, grade=SourceGrade.SEALED_SCAN, issued_on=late)
    newer = candidate(2, grade=SourceGrade.SEALED_SCAN, issued_on=late, stored_at=NOON + dt.timedelta(hours=1))
    copy = candidate(3, grade=SourceGrade.CERTIFIED_COPY, issued_on=early)
    original = candidate(4, grade=SourceGrade.ELECTRONIC_ORIGINAL)
    answer = outcome([scan, copy, newer, original], BIRTH, {}, DAY)
    assert (answer.given, answer.others) == ((original,), (copy, newer, scan))


@pytest.mark.parametrize(("paper_type", "every"), [(LAND, False), (BIRTH, True)])
def test_one_answer_is_never_without_bound(paper_type: object, *, every: bool) -> None:
    many = [candidate(number) for number in range(MOST_IN_FULL + MOST_NAMED + 5)]
    answer = outcome(many, LAND if paper_type is LAND else BIRTH, {}, DAY, every=every)
    assert (len(answer.given), len(answer.others), answer.usable) == (MOST_IN_FULL, MOST_NAMED, len(many))


def test_what_holds_for_one_dossier_is_never_given() -> None:
    answer = outcome([candidate()], TYPES["general-application"], {}, DAY)
    assert (answer.given, answer.why_not, answer.nearest) == ((), Hindrance.NOT_REUSABLE, None)
