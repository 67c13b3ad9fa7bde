"""What a paper is worth as a source: by evidence, at the lowest where that does not decide."""

from dataclasses import replace

import pytest

from dossier.errors import InvalidValue
from dossier.papers import Paper, SourceGrade
from dossier.verdicts import Verdict
from ingest.reuse.grades import GRADE_UNSURE, chosen_grade, grade_of
from ocr.copies import CopyWords
from tests.storage.examples import paper

ORIGINAL, CERTIFIED, SCAN = SourceGrade
COPIED, ELECTRONIC, ON_PAPER = CopyWords


def arrived(verdict: Verdict = Verdict.VALID) -> Paper:
    return replace(paper(), signed_origin=True, verdict=verdict)


@pytest.mark.parametrize(
    ("words", "drawn", "grade", "unsure"),
    [
        (frozenset(), True, ORIGINAL, False),
        (frozenset(), False, SCAN, True),
        ({COPIED}, True, SCAN, False),
        ({COPIED}, False, SCAN, False),
        ({ELECTRONIC}, False, CERTIFIED, False),
        ({ELECTRONIC}, True, CERTIFIED, False),
        ({ELECTRONIC, ON_PAPER}, False, CERTIFIED, False),
        ({ELECTRONIC, COPIED}, True, SCAN, False),
        ({ON_PAPER}, True, SCAN, True),
        ({ON_PAPER}, False, SCAN, True),
    ],
)
def test_a_validly_signed_paper_is_graded_by_what_it_shows(
    *, words: frozenset[CopyWords], drawn: bool, grade: SourceGrade, unsure: bool
) -> None:
    found, doubts = grade_of(arrived(), frozenset(words), drawn=drawn)
    assert found is grade
    assert [doubt.code for doubt in doubts] == [GRADE_UNSURE] * unsure


@pytest.mark.parametrize("verdict", [Verdict.INVALID, Verdict.UNDETERMINED])
@pytest.mark.parametrize("words", [frozenset(), frozenset({ELECTRONIC})])
def test_signatures_that_are_not_valid_raise_nothing(verdict: Verdict, words: frozenset[CopyWords]) -> None:
    assert grade_of(arrived(verdict), words, drawn=True) == (SCAN, ())


def test_a_scan_has_no_grade_before_it_is_sealed() -> None:
    assert grade_of(paper(), frozenset({ELECTRONIC}), drawn=True) == (None, ())


def test_a_person_may_choose_where_evidence_allows_it() -> None:
    unsure = replace(arrived(), grade=SCAN)
    assert chosen_grade(unsure, None) is SCAN
    assert [chosen_grade(unsure, grade) for grade in SourceGrade] == list(SourceGrade)
    assert chosen_grade(replace(arrived(Verdict.INVALID), grade=ORIGINAL), None) is SCAN
    assert chosen_grade(paper(), None) is None
    unproven = replace(arrived(Verdict.UNDETERMINED), grade=SCAN)
    assert chosen_grade(unproven, ORIGINAL) is ORIGINAL
    for never in (replace(arrived(Verdict.INVALID), grade=SCAN), paper()):
        for grade in (ORIGINAL, CERTIFIED):
            with pytest.raises(InvalidValue):
                chosen_grade(never, grade)
        assert chosen_grade(never, SCAN) is SCAN
