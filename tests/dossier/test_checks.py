import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dossier import checks
from dossier.amounts import amount_in_words
from dossier.catalogue_files import load_paper_types, read_paper_type
from dossier.checks import CODES, check, needs_review
from dossier.owners import Owner
from dossier.paper_types import PaperType
from dossier.papers import Box, Field, FieldSource
from dossier.verdicts import Finding, Severity
from dossier.words import date_in_words

TYPES = load_paper_types(on=dt.date(2026, 11, 22))
BIRTH, CARD, DECISION = (TYPES[code] for code in ("birth-certificate", "identity-card", "decision"))
TODAY = dt.date(2026, 11, 22)
CHILD = Owner.parse("001321012345", "Lê Thị Ánh")

GOOD = {
    "full_name": "LÊ THỊ ÁNH",
    "birth_date": "2021-03-05",
    "birth_date_words": date_in_words(dt.date(2021, 3, 5)),
    "sex": "female",
    "citizen_number": "001321012345",
    "mother_birth_year": "1990",
    "father_birth_year": "1988",
    "registered_on": "2021-03-15",
}


def _fields(values: dict[str, str | None], confidence: float = 0.95) -> list[Field]:
    return [Field(k, v, v or "?", 1, Box(0, 0, 1, 1), confidence) for k, v in values.items()]


def _check(
    changes: dict[str, str | None] | None = None, *, paper_type: PaperType = BIRTH, owner: Owner | None = CHILD
) -> list[tuple[str, str | None]]:
    found = check(paper_type, _fields(GOOD | (changes or {})), owner=owner, today=TODAY)
    return [(f.code, f.field) for f in found]


def test_the_codes_are_those_of_the_table_and_of_the_findings() -> None:
    table = re.findall(r"^([a-z-]+) +(?:warning|error) ", checks.__doc__ or "", re.MULTILINE)
    made = re.findall(r'"([a-z-]+)",\s+(?:Severity|weight)', Path(checks.__file__).read_text(encoding="utf-8"))
    assert set(made) <= set(table) == CODES


def test_what_stands_in_tables_is_looked_at_row_by_row() -> None:
    table = DECISION.tables[0]
    columns = tuple(replace(column, required=column.key == "name") for column in table.columns)
    decision = replace(DECISION, fields=(), tables=(replace(table, required=True, columns=columns),))
    assert _codes(decision, {}) == [("field-missing", "persons", Severity.ERROR)]
    values = {"persons.1.name": "Lê An", "persons.2.amount": "5000", "persons.2.birth_date": None}
    assert _codes(decision, values) == [
        ("field-missing", "persons.2.name", Severity.ERROR),
        ("field-unreadable", "persons.2.birth_date", Severity.INFO),
    ]
    assert _codes(decision, {"persons.1.name": "Lê An"}, 0.5) == [
        ("field-uncertain", "persons.1.name", Severity.WARNING)
    ]
    assert _codes(DECISION, {"persons.1.birth_date": "2099-01-01"})[-1][1] != "persons.1.birth_date"


def _codes(
    paper_type: PaperType, values: dict[str, str | None], confidence: float = 0.95
) -> list[tuple[str, str | None, Severity]]:
    found = check(paper_type, _fields(values, confidence), owner=CHILD, today=TODAY)
    return [(f.code, f.field, f.severity) for f in found]


def test_a_faultless_paper_has_no_findings() -> None:
    found = check(BIRTH, _fields(GOOD), owner=CHILD, today=TODAY, type_confidence=0.95)
    assert found == ()
    assert not needs_review(found)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"sex": "male"}, "citizen-number-sex", "citizen_number"),
        ({"citizen_number": "001221012345"}, "citizen-number-sex", "citizen_number"),
        ({"citizen_number": "001320012345"}, "citizen-number-birth-year", "citizen_number"),
        ({"birth_date_words": date_in_words(dt.date(2021, 3, 6))}, "words-contradict-figures", "birth_date_words"),
        ({"birth_date_words": "không rõ"}, "words-contradict-figures", "birth_date_words"),
        ({"mother_birth_year": "2012"}, "parent-too-young", "mother_birth_year"),
        ({"father_birth_year": "2022"}, "parent-too-young", "father_birth_year"),
        ({"registered_on": "2027-01-01"}, "date-in-future", "registered_on"),
        ({"registered_on": "2021-03-01"}, "issued-before-birth", "registered_on"),
        ({"citizen_number": "001321012346"}, "owner-number-differs", "citizen_number"),
        ({"full_name": "LÊ THỊ OANH"}, "owner-name-differs", "full_name"),
        ({"birth_date": None}, "field-unreadable", "birth_date"),
        ({"mother_birth_year": None}, "field-unreadable", "mother_birth_year"),
    ],
)
def test_each_doubt_is_found_where_it_is(changes: dict[str, str | None], code: str, field: str) -> None:
    assert (code, field) in _check(changes)


MONEY_TYPE = """
code = "receipt"
name_vi = "Biên lai"
name_en = "Receipt"
kind = "component"
version = 1
validity = "permanent"
legal_basis = "Quy chế nội bộ"
""" + "".join(
    f'[[fields]]\nkey = "{key}"\nname_vi = "Số tiền"\nname_en = "Amount"\nvalue = "{kind}"\n'
    for key, kind in (("fee", "money"), ("fee_words", "money_words"), ("rest_words", "money_words"))
)


@pytest.fixture
def receipt(tmp_path: Path) -> PaperType:
    path = tmp_path / "receipt.toml"
    path.write_text(MONEY_TYPE, encoding="utf-8")
    return read_paper_type(path)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
@example(figures=1_200_000, words=1_200_000)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_amount_in_words_must_be_the_amount_in_figures(receipt: PaperType, figures: int, words: int) -> None:
    fields = _fields({"fee": str(figures), "fee_words": amount_in_words(words), "rest_words": "năm đồng"})
    found = check(receipt, fields, owner=CHILD, today=TODAY)
    assert [(f.code, f.field, f.severity) for f in found] == (
        [] if figures == words else [("words-contradict-figures", "fee_words", Severity.ERROR)]
    )
    assert all("số tiền" in f.text.lower() for f in found)


@pytest.mark.parametrize("words", ["hai nghìn năm đồng", "miễn phí"])
def test_words_that_spell_no_amount_contradict_any(receipt: PaperType, words: str) -> None:
    found = check(receipt, _fields({"fee": "2005", "fee_words": words}), owner=CHILD, today=TODAY)
    assert [(f.code, f.field) for f in found] == [("words-contradict-figures", "fee_words")]


def test_words_beside_figures_that_could_not_be_read_contradict_nothing(receipt: PaperType) -> None:
    found = check(receipt, _fields({"fee": None, "fee_words": "năm đồng"}), owner=CHILD, today=TODAY)
    assert [f.code for f in found] == ["field-unreadable"]


def test_lines_that_contradict_the_print_are_shown_apart_from_codes() -> None:
    others = [f for f in _fields(GOOD) if f.key != "sex"]
    printed = Field("sex", "male", "Nam", 1, None, 0.9)
    lines = replace(printed, value="female", source=FieldSource.MRZ)
    found = check(BIRTH, [*others, lines, printed], owner=CHILD, today=TODAY)
    assert [(f.code, f.severity) for f in found] == [("lines-contradict-print", Severity.ERROR)]
    code = replace(lines, source=FieldSource.QR)
    found = check(BIRTH, [*others, code, printed, lines], owner=CHILD, today=TODAY)
    assert [f.code for f in found] == ["code-contradicts-print"]
    found = check(BIRTH, [*others, code, replace(lines, value="male")], owner=CHILD, today=TODAY)
    assert [f.code for f in found] == ["lines-contradict-code"]


def test_print_that_is_likelier_wrong_than_right_contradicts_no_code() -> None:
    others = [f for f in _fields(GOOD) if f.key != "sex"]
    code = Field("sex", "female", "Nữ", 1, None, 1.0, FieldSource.QR)
    for confidence, findings in ((0.49, []), (0.5, ["code-contradicts-print"])):
        printed = Field("sex", "male", "Nam", 1, None, confidence)
        found = check(BIRTH, [*others, code, printed], owner=CHILD, today=TODAY)
        assert [f.code for f in found] == findings


def test_a_missing_required_field_is_an_error_and_a_missing_other_one_is_not() -> None:
    fields = [f for f in _fields(GOOD) if f.key not in {"sex", "mother_birth_year"}]
    found = check(BIRTH, fields, owner=CHILD, today=TODAY)
    assert [(f.code, f.field, f.severity) for f in found] == [("field-missing", "sex", Severity.ERROR)]


def test_a_required_field_that_cannot_be_read_weighs_more() -> None:
    fields = _fields(GOOD | {"sex": None, "mother_birth_year": None})
    found = {f.field: f.severity for f in check(BIRTH, fields, owner=CHILD, today=TODAY)}
    assert found == {"sex": Severity.ERROR, "mother_birth_year": Severity.INFO}


def test_marks_and_case_of_the_owners_name_do_not_matter() -> None:
    assert _check(owner=Owner.parse("001321012345", "le thi anh")) == []
    assert _check(owner=Owner.parse("001321012345")) == []


def test_a_paper_without_owner_or_number_has_no_home() -> None:
    fields = [f for f in _fields(GOOD) if f.key != "citizen_number"]
    assert [f.code for f in check(BIRTH, fields, owner=None, today=TODAY)] == ["owner-unknown"]
    assert _check(owner=None) == []


def test_an_owner_known_by_the_old_number_on_the_card_is_the_same() -> None:
    card = _fields({"citizen_number": "001190012345", "old_identity_number": "123456789", "full_name": "Lê Thị Ánh",
                    "birth_date": "1990-01-01", "sex": "female", "issued_on": "2022-01-01"})  # fmt: skip
    assert check(CARD, card, owner=Owner.parse("123456789"), today=TODAY) == ()
    codes = [f.code for f in check(CARD, card, owner=Owner.parse("123456780"), today=TODAY)]
    assert codes == ["owner-number-differs"]


def test_a_code_that_contradicts_the_print_is_shown() -> None:
    code = replace(_fields(GOOD)[3], source=FieldSource.QR, confidence=1.0)
    fields = [*(f for f in _fields(GOOD) if f.key != "sex"), code, replace(code, value="male", source=FieldSource.OCR)]
    found = check(BIRTH, fields, owner=CHILD, today=TODAY)
    assert [(f.code, f.field) for f in found] == [("code-contradicts-print", "sex")]


def test_the_first_source_of_a_field_is_the_one_checked() -> None:
    qr = Field("sex", "female", "Nữ", 1, None, 1.0, FieldSource.QR)
    fields = [qr, *(f for f in _fields(GOOD) if f.key != "sex")]
    assert check(BIRTH, fields, owner=CHILD, today=TODAY) == ()


def test_uncertain_types_and_fields_go_to_a_person() -> None:
    found = check(BIRTH, _fields(GOOD, confidence=0.5), owner=CHILD, today=TODAY, type_confidence=0.53)
    assert {f.code for f in found} == {"type-uncertain", "field-uncertain"}
    assert len(found) == 1 + len(GOOD)
    assert needs_review(found)


@pytest.mark.parametrize(
    ("second_raw", "code"),
    [("06/03/2021", "readings-differ"), ("O5/03/2021", "field-uncertain"), ("", "field-uncertain")],
)
def test_a_doubtful_value_that_was_read_otherwise_by_another_engine_is_told_apart(second_raw: str, code: str) -> None:
    fields = [replace(f, confidence=0.4, second_raw=second_raw) if f.key == "birth_date" else f for f in _fields(GOOD)]
    found = check(BIRTH, fields, owner=CHILD, today=TODAY)
    assert [(f.code, f.field) for f in found] == [(code, "birth_date")]


def test_a_decision_is_checked_by_its_own_threshold() -> None:
    values = {
        "agency": "SỞ NỘI VỤ",
        "document_number": "1/QĐ-SNV",
        "issued_on": "2025-01-01",
        "document_kind": "QUYẾT ĐỊNH",
        "subject": "Về việc hỗ trợ",
        "signer": "Lê Thị Ánh",
    }
    found = check(DECISION, _fields(values, confidence=0.75), owner=CHILD, today=TODAY)
    assert {f.code for f in found} == {"field-uncertain"}
    assert check(DECISION, _fields(values, confidence=0.99), owner=CHILD, today=TODAY) == ()


def test_information_alone_needs_no_person() -> None:
    assert not needs_review([Finding("note", Severity.INFO, "Ghi chú")])
    assert needs_review([Finding("note", Severity.INFO, "Ghi chú"), Finding("doubt", Severity.WARNING, "Nghi ngờ")])


@given(st.sampled_from(sorted(GOOD)), st.floats(0, 1), st.booleans())
def test_findings_never_quote_values_and_speak_both_languages(key: str, confidence: float, unreadable: bool) -> None:  # noqa: FBT001
    changed = GOOD | {key: None} if unreadable else {k: v for k, v in GOOD.items() if k != key}
    for finding in check(BIRTH, _fields(changed, confidence), owner=Owner.parse("001190012345", "Lê An"), today=TODAY):
        assert finding.text
        assert finding.text_en
        assert not any(value in finding.text + finding.text_en for value in GOOD.values())


COUPLE = {
    "husband_name": "LÊ VĂN AN",
    "husband_birth_date": "1990-02-01",
    "husband_citizen_number": "001090012345",
    "wife_name": "MAI THỊ ÁNH",
    "wife_birth_date": "1992-04-03",
    "wife_citizen_number": "001192012345",
    "registered_on": "2020-05-05",
}


def _check_couple(changes: dict[str, str | None], owner: Owner | None) -> list[tuple[str, str | None]]:
    found = check(TYPES["marriage-certificate"], _fields(COUPLE | changes), owner=owner, today=TODAY)
    return [(f.code, f.field) for f in found]


@pytest.mark.parametrize(
    ("number", "name", "codes"),
    [
        ("001090012345", "Lê Văn An", []),
        ("001192012345", "Mai Thị Ánh", []),
        ("001192012345", "Lê Văn An", ["owner-name-differs"]),
        ("001192099999", "Mai Thị Ánh", ["owner-number-differs", "owner-name-differs"]),
    ],
)
def test_a_paper_of_two_belongs_to_either(number: str, name: str, codes: list[str]) -> None:
    assert [code for code, _ in _check_couple({}, Owner.parse(number, name))] == codes


def test_each_owners_number_is_compared_with_that_owners_birth() -> None:
    husband = Owner.parse("001090012345")
    assert _check_couple({"wife_birth_date": "1991-04-03"}, husband) == [
        ("citizen-number-birth-year", "wife_citizen_number")
    ]
    assert _check_couple({"registered_on": "1991-01-01"}, husband) == [("issued-before-birth", "registered_on")]
    assert _check_couple({"husband_citizen_number": None}, None)[-1] == ("owner-unknown", None)


def test_anothers_sex_on_the_paper_is_not_the_owners() -> None:
    form = {"applicant_name": "LÊ VĂN AN", "applicant_number": "001090012345", "full_name": "LÊ THỊ ÁNH",
            "birth_date": "2021-03-05", "sex": "female"}  # fmt: skip
    owner = Owner.parse("001090012345", "Lê Văn An")
    assert check(TYPES["birth-registration-form"], _fields(dict(form)), owner=owner, today=TODAY) == ()


@pytest.mark.parametrize(("key", "severity"), [("full_name", Severity.WARNING), ("mother_name", Severity.INFO)])
def test_words_must_be_surer_than_figures_and_only_what_is_required_waits_for_a_person(
    key: str, severity: Severity
) -> None:
    fields = [replace(f, confidence=0.85) if f.key == key else f for f in _fields({**GOOD, key: "Lê Thị An"})]
    found = check(BIRTH, fields, owner=None, today=TODAY)
    assert [(f.code, f.severity) for f in found if f.field == key] == [("field-uncertain", severity)]
    dates = [replace(f, confidence=0.85) if f.key == "birth_date" else f for f in _fields(GOOD)]
    assert check(BIRTH, dates, owner=CHILD, today=TODAY) == ()


def test_handwriting_is_named_once_and_nothing_else_is_said_of_it() -> None:
    number = Field("document_number", None, "…/QĐ-UBND", 1, Box(0, 0, 9, 9), 0.0, FieldSource.HANDWRITING, "12")
    findings = [f for f in check(DECISION, [number], owner=CHILD, today=TODAY) if f.field == "document_number"]
    assert [(f.code, f.severity) for f in findings] == [("handwritten", Severity.WARNING)]
    assert needs_review(findings)
