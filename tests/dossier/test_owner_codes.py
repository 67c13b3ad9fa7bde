"""Which numbers a card's code says are one person's, and when it is not believed."""

import datetime as dt
from dataclasses import replace

import pytest

from dossier.catalogue_files import load_paper_types
from dossier.identifiers import PaperId, parse_owner_number
from dossier.owner_codes import coded_numbers
from dossier.owners import Owner
from dossier.papers import Field, FieldSource, Paper, PaperState, StoredObject
from dossier.verdicts import Finding, Severity

TYPES = load_paper_types()
CARD = TYPES["identity-card"]
NUMBER, OLD = "001190012345", "012345678"


def said(key: str, value: str | None, source: FieldSource = FieldSource.QR) -> Field:
    return Field(key, value, value or "", 1, None, 1.0, source)


PAPER = Paper(
    PaperId.new(),
    "b1",
    "card.pdf",
    PaperState.STORED,
    dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
    StoredObject("originals/x", "1", "0" * 64, 1, "application/pdf"),
    Owner.parse(NUMBER),
    paper_type="identity-card",
    fields=(said("citizen_number", NUMBER), said("old_identity_number", OLD), said("full_name", "LÊ THỊ SEN")),
)


def test_the_code_of_a_stored_card_says_the_old_number() -> None:
    assert coded_numbers(PAPER, CARD) == (parse_owner_number(OLD),)


@pytest.mark.parametrize(
    "paper",
    [
        replace(PAPER, state=PaperState.CONFIRMED),
        replace(PAPER, owner=None),
        replace(PAPER, owner=Owner.parse("001090054321")),
        replace(PAPER, fields=(said("citizen_number", NUMBER), said("old_identity_number", OLD, FieldSource.OCR))),
        replace(PAPER, fields=(said("citizen_number", NUMBER, FieldSource.MRZ), said("old_identity_number", OLD))),
        replace(PAPER, fields=(said("citizen_number", NUMBER), said("old_identity_number", "12"))),
        replace(PAPER, fields=(said("citizen_number", NUMBER), said("old_identity_number", None))),
        replace(PAPER, fields=(said("citizen_number", NUMBER), said("full_name", OLD))),
        replace(PAPER, fields=(said("citizen_number", NUMBER),)),
        replace(PAPER, checks=(Finding("code-contradicts-print", Severity.ERROR, "x", "x", "full_name"),)),
    ],
    ids=[
        "not stored",
        "no owner",
        "another's",
        "read",
        "read too",
        "no number",
        "unread",
        "a name",
        "alone",
        "doubted",
    ],
)
def test_otherwise_it_says_nothing(paper: Paper) -> None:
    assert coded_numbers(paper, CARD) == ()


def test_a_paper_of_a_type_without_a_known_code_says_nothing() -> None:
    assert coded_numbers(PAPER, TYPES["birth-certificate"]) == ()
