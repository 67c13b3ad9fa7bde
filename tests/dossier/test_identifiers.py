import datetime as dt
import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dossier.errors import InvalidIdentifier, InvalidOwnerNumber
from dossier.identifiers import (
    AgencyCode,
    CitizenNumber,
    DossierNumber,
    OldIdentityNumber,
    OwnerNumber,
    PaperId,
    PassportNumber,
    ProcedureCode,
    ResultCode,
    Sex,
    TaxCode,
    parse_owner_number,
    province_names,
)

WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
"""Of the nine digits before a tax code's check digit: circular 105/2020/TT-BTC, annex."""

places = st.sampled_from(sorted(province_names()))
six_digits = st.from_regex(r"[0-9]{6}", fullmatch=True)


@given(places, st.dates(dt.date(1900, 1, 1), dt.date(2026, 1, 1)), st.sampled_from(Sex), six_digits)
def test_a_citizen_number_tells_sex_and_birth_year(place: str, birth: dt.date, sex: Sex, rest: str) -> None:
    century = 2 * (birth.year // 100 - 19) + (sex is Sex.FEMALE)
    number = CitizenNumber(f"{place}{century}{birth.year % 100:02}{rest}")
    assert number.sex is sex
    assert number.birth_year == birth.year


@given(st.text(max_size=15))
def test_a_citizen_number_is_twelve_ascii_digits_or_refused(text: str) -> None:
    assume(not re.fullmatch(r"[0-9]{12}", text))
    with pytest.raises(InvalidOwnerNumber):
        CitizenNumber(text)


@pytest.mark.parametrize("text", ["003190012345", "001990012345", "٠٠١١٩٠٠١٢٣٤٥", "001190012345\n"])
def test_unknown_provinces_future_births_and_foreign_digits_are_refused(text: str) -> None:
    with pytest.raises(InvalidOwnerNumber):
        CitizenNumber(text)


def test_countries_of_birth_are_accepted_as_places() -> None:
    assert CitizenNumber("101085000123").birth_year == 1985


@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.integers(0, 9))
def test_one_check_digit_makes_a_tax_code(nine: str, last: int) -> None:
    remainder = sum(int(d) * w for d, w in zip(nine, WEIGHTS, strict=True)) % 11
    code = f"{nine}{last}"
    if remainder and last == 10 - remainder and nine[2:] != "0000000":
        assert TaxCode(code).value == code
        assert parse_owner_number(code) == TaxCode(code)
        assert parse_owner_number(f"{code}001") == TaxCode(f"{code}-001")
    else:
        with pytest.raises(InvalidOwnerNumber):
            TaxCode(code)


@pytest.mark.parametrize("text", ["0100109106", "0314409058", "0100109106-001"])
def test_known_tax_codes_pass(text: str) -> None:
    assert TaxCode(text).value == text


def test_a_branch_zero_does_not_exist() -> None:
    with pytest.raises(InvalidOwnerNumber):
        TaxCode("0100109106-000")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("001 190 012 345", CitizenNumber("001190012345")),
        ("001.190.012.345", CitizenNumber("001190012345")),
        ("123 456 789", OldIdentityNumber("123456789")),
        ("c1234567", PassportNumber("C1234567")),
    ],
)
def test_owner_numbers_are_told_apart_by_their_form(text: str, number: object) -> None:
    assert parse_owner_number(text) == number


@given(st.text(max_size=20))
def test_any_text_is_a_valid_owner_number_or_refused_with_a_vietnamese_reason(text: str) -> None:
    outcome = _outcome(text)
    if isinstance(outcome, InvalidOwnerNumber):
        assert outcome.details["reason_vi"]
        assert outcome.text_vi
    else:
        assert parse_owner_number(outcome.value) == outcome


def _outcome(text: str) -> OwnerNumber | InvalidOwnerNumber:
    try:
        return parse_owner_number(text)
    except InvalidOwnerNumber as refusal:
        return refusal


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (AgencyCode, ["H41.12.5", "H41", "000.00.53.H48"], ["Z41", "h41", "H41.", "H41.1234"]),
        (
            DossierNumber,
            ["H15.50.05.13-261008-0975", "000.00.53.H48-190101-0001", "G09.20-20260609-0092637"],
            ["H15", "-"],
        ),
        (ProcedureCode, ["1.001193", "1.002891.000.00.00.H40"], ["4.001193", "1.01193"]),
        (ResultCode, ["KQ.G15.000031"], ["KQ.G15.31", "kq.G15.000031"]),
    ],
)
def test_codes_have_their_forms(kind: type[AgencyCode], good: list[str], bad: list[str]) -> None:
    for text in good:
        assert str(kind.parse(f" {text} ")) == text
    for text in bad:
        with pytest.raises(InvalidIdentifier):
            kind.parse(text)


_agencies = st.from_regex(AgencyCode.pattern, fullmatch=True, alphabet=string.printable).map(AgencyCode)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("000.00.00.H48", "H48"),
        ("000.00.53.H48", "H48.53"),
        ("000.12.05.H41", "H41.05.12"),
        ("003.12.05.H41", "H41.05.12.003"),
        ("003.00.05.H41", "H41.05.00.003"),
        ("H41.12.5", "H41.12.5"),
        ("H41.00", "H41.00"),
    ],
)
def test_the_old_form_of_an_agency_code_becomes_the_new_one(old: str, new: str) -> None:
    assert AgencyCode(old).canonical == AgencyCode(new)
    assert AgencyCode(old).is_same(AgencyCode(new))
    assert DossierNumber(f"{old}-220921-0099").canonical == DossierNumber(f"{new}-220921-0099")


@given(_agencies)
def test_the_canonical_form_of_an_agency_code_is_one_form(code: AgencyCode) -> None:
    assert code.canonical.canonical == code.canonical
    assert code.canonical.value[0].isalpha()
    assert code.is_same(code.canonical)


@given(st.from_regex(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}", fullmatch=True, alphabet=string.printable))
def test_no_two_old_codes_become_the_same(old: str) -> None:
    groups = [*AgencyCode(old).levels, *["00", "00", "000"][len(AgencyCode(old).levels) - 1 :]]
    assert ".".join(reversed(groups)) == old


@given(_agencies)
def test_the_forms_of_a_code_are_all_that_are_its_own(code: AgencyCode) -> None:
    assert code in code.forms
    assert code.forms[0] == code.canonical
    assert len({form.canonical for form in code.forms}) == 1
    number = DossierNumber(f"{code}-220921-0099")
    assert number in number.forms
    assert number.forms == tuple(DossierNumber(f"{form}-220921-0099") for form in code.forms)


@pytest.mark.parametrize(
    ("code", "forms"),
    [
        ("H48", ["H48", "000.00.00.H48"]),
        ("000.12.05.H41", ["H41.05.12", "000.12.05.H41"]),
        ("H41.12.5", ["H41.12.5"]),
        ("H41.05.12.003.01", ["H41.05.12.003.01"]),
        ("H41.00", ["H41.00"]),
    ],
)
def test_a_code_has_the_older_form_where_its_groups_fit(code: str, forms: list[str]) -> None:
    assert [form.value for form in AgencyCode(code).forms] == forms


@given(_agencies, _agencies)
def test_codes_are_the_same_if_their_canonical_forms_are(one: AgencyCode, other: AgencyCode) -> None:
    assert one.is_same(other) == (one.canonical == other.canonical)


@given(st.from_regex(DossierNumber.pattern, fullmatch=True, alphabet=string.printable).map(DossierNumber))
def test_a_dossier_number_has_its_agency_before_it(number: DossierNumber) -> None:
    assert number.value.startswith(f"{number.agency}-")
    assert number.is_same(number.canonical)
    assert number.canonical.agency == number.agency.canonical


def test_numbers_of_two_dossiers_are_never_the_same() -> None:
    assert not DossierNumber("H48.53-220921-0099").is_same(DossierNumber("000.00.53.H48-220921-0098"))


def test_fresh_paper_identifiers_are_valid_and_differ() -> None:
    fresh = {PaperId.new() for _ in range(200)}
    assert len(fresh) == 200
    assert {PaperId.parse(str(one)) for one in fresh} == fresh


@pytest.mark.parametrize("text", ["", "3f9k2m7x8c4v5b6", "3f9k2m7x8c4v5b6i", "3F9K2M7X8C4V5B6N"])
def test_other_letters_make_no_paper_identifier(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        PaperId(text)
