"""The one rule of when a paper may be used again."""

import datetime as dt
import json
import pickle
from dataclasses import replace

import pytest

from dossier.catalogue_files import load_paper_types
from dossier.dossiers import Dossier, Outcome
from dossier.identifiers import AgencyCode, DossierNumber, PaperId, ProcedureCode
from dossier.papers import Paper, PaperKind, PaperState, StoredObject
from dossier.reuse import Hindrance, hindrance
from dossier.standing import Reason
from dossier.verdicts import Verdict

NOON = dt.datetime(2026, 11, 22, 5, tzinfo=dt.UTC)
TODAY, DAY = dt.date(2026, 11, 22), dt.timedelta(days=1)
NUMBER = DossierNumber("H41.12-261122-0001")
TYPES = load_paper_types()
BIRTH = TYPES["birth-certificate"]
RECEIVED = Dossier(NUMBER, ProcedureCode("1.001193"), AgencyCode("H41.12"), received_at=NOON)
SUCCEEDED = replace(RECEIVED, ended_at=NOON, outcome=Outcome.SUCCESSFUL)
RETURNED = replace(SUCCEEDED, returned_at=NOON)
ORIGINAL = StoredObject("originals/x", "1", "0" * 64, 4, "application/pdf")
PAPER = Paper(
    PaperId.new(), "b", "scan.pdf", PaperState.STORED, NOON, ORIGINAL, paper_type=BIRTH.code, verdict=Verdict.VALID
)
COMPONENT, RESULT = replace(PAPER, dossier=NUMBER), replace(PAPER, dossier=NUMBER, kind=PaperKind.RESULT)
GIVEN = replace(RESULT, handed_over_at=NOON)


@pytest.mark.parametrize(
    ("paper", "dossier", "why"),
    [
        (PAPER, None, None),
        (COMPONENT, None, Hindrance.NOT_ACCEPTED_YET),
        (COMPONENT, RECEIVED, Hindrance.NOT_ACCEPTED_YET),
        (COMPONENT, SUCCEEDED, None),
        (COMPONENT, replace(SUCCEEDED, outcome=Outcome.REFUSED), Hindrance.NOT_ACCEPTED),
        (COMPONENT, replace(SUCCEEDED, outcome=Outcome.WITHDRAWN), Hindrance.NOT_ACCEPTED),
        (RESULT, None, Hindrance.HIDDEN),
        (RESULT, SUCCEEDED, Hindrance.HIDDEN),
        (RESULT, RETURNED, None),
        (GIVEN, None, None),
        (GIVEN, SUCCEEDED, None),
    ],
)
def test_a_dossier_decides(paper: Paper, dossier: Dossier | None, why: Hindrance | None) -> None:
    assert hindrance(paper, BIRTH, dossier, TODAY) is why


@pytest.mark.parametrize("state", PaperState)
def test_only_stored_papers_are_used_again(state: PaperState) -> None:
    why = hindrance(replace(PAPER, state=state), BIRTH, None, TODAY)
    assert (why is None) == (state is PaperState.STORED)
    if state.value in set(Hindrance):
        assert why == Hindrance(state.value)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"verdict": Verdict.UNDETERMINED}, Hindrance.SIGNATURE_NOT_VALID),
        ({"verdict": Verdict.INVALID}, Hindrance.SIGNATURE_NOT_VALID),
        ({"verdict": None}, Hindrance.SIGNATURE_NOT_VALID),
        ({"valid_until": TODAY - DAY}, Hindrance.EXPIRED),
        ({"valid_until": TODAY}, None),
        ({"issued_on": TODAY + DAY}, Hindrance.NOT_YET_ISSUED),
        ({"issued_on": TODAY, "valid_until": TODAY}, None),
    ],
)
def test_a_paper_must_hold_on_the_day(known: dict[str, object], why: Hindrance | None) -> None:
    assert hindrance(replace(PAPER, **known), BIRTH, None, TODAY) is why  # type: ignore[arg-type]  # of its field's type


def test_forms_and_unknown_types_are_never_used_again() -> None:
    for paper_type in (None, TYPES["birth-registration-form"], TYPES["other"]):
        assert hindrance(PAPER, paper_type, None, TODAY) is Hindrance.NOT_REUSABLE


def test_every_hindrance_has_a_sentence_in_both_languages() -> None:
    for why in Hindrance:
        assert why.text.endswith(".")
        assert why.text_en.endswith(".")
        assert why.text != why.text_en


@pytest.mark.parametrize("word", [*Hindrance, *Reason])
def test_a_word_is_found_by_itself_and_says_itself_in_two_languages(word: Hindrance | Reason) -> None:
    assert type(word)(word.value) is word
    assert pickle.loads(pickle.dumps(word)) is word  # noqa: S301 - made by us a moment ago
    assert json.dumps(word) == f'"{word.value}"'
    assert word.text != word.text_en
    assert word.text
    assert word.text_en
