import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Callable
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import InvalidValue
from dossier.identifiers import ethnic_groups
from dossier.text import fold, nfc
from dossier.values import VALUE_KINDS, mend_digits, parse_value, tidy
from dossier.words import date_in_words

dates = st.dates(dt.date(1850, 1, 1), dt.date(2199, 12, 31))
MISREAD = str.maketrans({"0": "O", "1": "]", "5": "S", "8": "B"})


@given(st.sampled_from(sorted(VALUE_KINDS)), st.text(max_size=60))
def test_any_text_is_a_value_or_refused_in_both_languages(kind: str, raw: str) -> None:
    outcome = _outcome(kind, raw)
    if isinstance(outcome, InvalidValue):
        assert outcome.details["key"] == "field"
        assert outcome.details["reason"]
        assert outcome.details["reason_vi"]
    else:
        assert outcome == nfc(outcome)
        assert outcome
        assert parse_value(kind, _as_printed(kind, outcome)) == outcome


def _outcome(kind: str, raw: str) -> str | InvalidValue:
    try:
        return parse_value(kind, raw, key="field")
    except InvalidValue as refusal:
        return refusal


def _as_printed(kind: str, value: str) -> str:
    if kind == "area":
        return value.replace(".", ",")
    if kind == "sex":
        return {"male": "Nam", "female": "Nữ"}[value]
    if value == "unlimited":
        return "Lâu dài"
    return "/".join(reversed(value.split("-"))) if kind in {"date", "term"} else value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("Lâu dài", "unlimited"),
        ("lau dai.", "unlimited"),
        ("Không thời hạn", "unlimited"),
        ("đến ngày 15 tháng 10 năm 2043", "2043-10-15"),
        ("Đến hết ngày 15/10/2043", "2043-10-15"),
        ("15/10/2043", "2043-10-15"),
    ],
)
def test_a_term_is_a_day_or_has_no_end(raw: str, value: str) -> None:
    assert parse_value("term", raw) == value


@pytest.mark.parametrize("raw", ["50 năm", "Đất ở: Lâu dài; đất vườn: đến ngày 15/10/2043", "Lâu", ""])
def test_a_term_that_is_neither_is_refused(raw: str) -> None:
    with pytest.raises(InvalidValue):
        parse_value("term", raw)


@pytest.mark.parametrize(
    ("raw", "date"),
    [
        ("ngày /5 tháng 5 năm 2025", "2025-05-15"),
        ("ngày 13. tháng 6. năm 2025", "2025-06-13"),
        ("ngày 19 tháng 12 năm 20/8", "2018-12-19"),
        ("ngày 27 tháng + năm 2024", "2024-04-27"),
        ("Hgàu T7 tháng T0 năm 2025", "2025-10-17"),
    ],
)
def test_what_is_read_for_italic_figures_between_words_is_mended(raw: str, date: str) -> None:
    assert parse_value("date", raw) == date


@given(dates, st.sampled_from(["{d:02}/{m:02}/{y}", "{d}.{m}.{y}", "{d}-{m:02}-{y}", "ngày {d:02} tháng {m} năm {y}",
                               "Ngày {d} tháng {m:02} năm {y}.", "{d:02} / {m:02} / {y}"]))  # fmt: skip
def test_dates_are_read_in_every_usual_form(date: dt.date, form: str) -> None:
    printed = form.format(d=date.day, m=date.month, y=date.year)
    assert parse_value("date", printed) == date.isoformat()
    assert parse_value("date", unicodedata.normalize("NFD", printed)) == date.isoformat()
    assert parse_value("date", printed.translate(MISREAD)) == date.isoformat()


@pytest.mark.parametrize(
    "printed",
    [
        "ngay 05 thang 3 nam 2021",
        "ngày O5 tng 3 năm 2O21",
        "05 tháng 3 năm 2021",
        "..05/ 3/2021..",
        "0.5/.03/2021",
        "Ø5/03/2021",
        "0Š/03/202Ì",
    ],
)
def test_damaged_dates_are_mended(printed: str) -> None:
    assert parse_value("date", printed) == "2021-03-05"


@pytest.mark.parametrize(
    "printed",
    [
        "30/02/2021",
        "00/03/2021",
        "05/13/2021",
        "05/03/21",
        "05/03/2921",
        "ngày #+† tháng 9 năm 2024",
        "2021",
        "",
        "ngày  tháng 3 năm 2021",
    ],
)
def test_what_is_no_date_is_refused(printed: str) -> None:
    with pytest.raises(InvalidValue):
        parse_value("date", printed)


@given(dates)
def test_dates_in_words_keep_their_words(date: dt.date) -> None:
    words = date_in_words(date)
    assert parse_value("date_words", f" {words}. ") == words


def test_words_that_spell_no_date_are_refused() -> None:
    with pytest.raises(InvalidValue):
        parse_value("date_words", "không rõ")


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("year", "199O", "1990"),
        ("year", "12/03/1990", "1990"),
        ("year", "19ó§", "1968"),
        ("sex", "Nam", "male"),
        ("sex", "NỮ", "female"),
        ("sex", "Nữ / Female", "female"),
        ("sex", "Nử.", "female"),
        ("citizen_number", "OO1 19O 012 345", "001190012345"),
        ("old_identity_number", "l23 456 78g".replace("g", "9"), "123456789"),
        ("tax_code", "0100109106-001", "0100109106-001"),
        ("tax_code", "O1OO1O91O6", "0100109106"),
        ("owner_number", "001.190.012.345", "001190012345"),
        ("owner_number", "C1234567", "C1234567"),
        ("document_number", "Số: 320/QĐ-UBND", "320/QĐ-UBND"),
        ("document_number", "05 / BNV - VP", "05/BNV-VP"),
        ("document_number", "45/2020/NĐ-CP", "45/2020/NĐ-CP"),
        ("document_number", "l2/QD-TTg", "12/QĐ-TTg"),
        ("document_number", "320/QÐ-UBND", "320/QĐ-UBND"),
        ("document_number", "Só3ó/QĐ-UBND", "36/QĐ-UBND"),
        ("document_number", "12a/QĐ-UBND", "12a/QĐ-UBND"),
        ("register_number", "Số: 15 / 2021", "15/2021"),
        ("register_number", "15", "15"),
        ("money", "1.500.000 đồng", "1500000"),
        ("money", "1.5OO.000 đ", "1500000"),
        ("money", "250000 VNĐ", "250000"),
        ("integer", "1.234", "1234"),
        ("person_name", " NGUYỄN  THỊ ÁNH... ", "NGUYỄN THỊ ÁNH"),
        ("person_name", "Y Bla Niê-Kđăm", "Y Bla Niê-Kđăm"),
        ("place", "Xã Bình Nghĩa,…… tỉnh Quảng Trị.", "Xã Bình Nghĩa, tỉnh Quảng Trị"),
        ("text", ": Kinh ", "Kinh"),
        ("foreign_name", " Tre Viet  Co., Ltd. ", "Tre Viet Co., Ltd"),
        ("phone", "0912 345 67B", "0912345678"),
        ("phone", "(024) 3.825.1234", "02438251234"),
        ("phone", "+84 912-345-678", "0912345678"),
        ("area", "120,5 m²", "120.5"),
        ("area", "1.250,50 m2", "1250.5"),
        ("area", "Diện tích 5 m2".removeprefix("Diện tích"), "5"),
        ("area", "12O,S m²", "120.5"),
        ("area", "120.5 m²", "120.5"),
        ("area", "1.250 m²", "1250"),
        ("area", "12 500 mét vuông", "12500"),
        ("area", "300,0m?", "300"),
        ("area", "0,75", "0.75"),
        ("ethnic_group", "Kinh.", "Kinh"),
        ("ethnic_group", "H'MÔNG", "Mông"),
        ("ethnic_group", "Khơ Me", "Khơ-me"),
        ("ethnic_group", "khmer", "Khơ-me"),
        ("ethnic_group", "Ba Na", "Ba-na"),
        ("ethnic_group", "Êđê", "Ê-đê"),
        ("ethnic_group", "Cao Lan – Sán Chỉ", "Sán Chay"),
        ("nationality", "Việt Nam", "Việt Nam"),
        ("nationality", "VIET NAM", "Việt Nam"),
        ("nationality", "Việt Nam / Vietnamese", "Việt Nam"),
        ("nationality", "Hoa Kỳ", "Hoa Kỳ"),
        ("nationality", "Mỹ.", "Mỹ"),
        ("passport_number", "c 1234567", "C1234567"),
        ("passport_number", "AB-123456.", "AB123456"),
        ("dossier_number", "H15.50.05.13 - 26l008 – O975", "H15.50.05.13-261008-0975"),
        ("dossier_number", "000.00.53.h48-190101-0001", "000.00.53.H48-190101-0001"),
        ("procedure_code", "1.OO1193", "1.001193"),
        ("procedure_code", "1.002891.000.00.00.h40", "1.002891.000.00.00.H40"),
        ("money_words", " một triệu  hai trăm nghìn đồng./.", "một triệu hai trăm nghìn đồng"),
    ],
)
def test_values_become_canonical(kind: str, raw: str, value: str) -> None:
    assert parse_value(kind, raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("year", "19"),
        ("year", "2921"),
        ("sex", "Nặ"),
        ("citizen_number", "66187821426"),
        ("citizen_number", "003190012345"),
        ("old_identity_number", "12345678"),
        ("tax_code", "0100109107"),
        ("owner_number", "12345"),
        ("document_number", "/QĐ-TTg"),
        ("document_number", "⁄4444/QĐ-TTg"),
        ("document_number", "@ /QĐ-TTg"),
        ("register_number", "15/21"),
        ("money", "1.50.000 đồng"),
        ("money", "miễn phí"),
        ("integer", "1,5"),
        ("person_name", "Nguyễn"),
        ("person_name", "Nguyễn V4n Anh"),
        ("place", "12"),
        ("text", "....."),
        ("phone", "912345678"),
        ("date", "ngày d5 tháng 3 năm 2024"),
        ("document_number", "d5/QĐ-UBND"),
        ("phone", "0912 345 678 hoặc"),
        ("area", "1,234 m²"),
        ("area", "120,5 ha"),
        ("area", "12.50.0 m²"),
        ("area", "khoảng 100 m²"),
        ("ethnic_group", "Kinhh"),
        ("ethnic_group", "12"),
        ("ethnic_group", "....."),
        ("nationality", "V"),
        ("nationality", "Việt Nam 1"),
        ("passport_number", "12345678"),
        ("passport_number", "C12"),
        ("dossier_number", "H15.50-2610-0975"),
        ("dossier_number", "99/H15"),
        ("procedure_code", "4.001193"),
        ("procedure_code", "1.01193"),
        ("money_words", "hai nghìn năm"),
        ("money_words", "không rõ"),
    ],
)
def test_values_that_are_none_are_refused_without_being_quoted(kind: str, raw: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        parse_value(kind, raw)
    assert refusal.value.details["key"] == kind
    assert raw.strip(".") == "" or raw not in refusal.value.text_vi + refusal.value.text_en


@given(st.text(alphabet="NguyễnTháOlSBIZ ", min_size=3))
def test_letters_in_names_are_never_turned_into_digits(raw: str) -> None:
    try:
        value = parse_value("person_name", raw)
    except InvalidValue:
        return
    assert not any(c.isdigit() for c in value)
    assert value == tidy(raw)


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_digits_need_no_mending(digits: str) -> None:
    assert mend_digits(digits) == digits
    assert mend_digits(digits.translate(MISREAD)) == digits


@given(st.integers(0, 10**7), st.integers(0, 99), st.sampled_from([" m²", "m2", " mét vuông", ""]))
def test_areas_are_read_with_and_without_groups_and_decimals(whole: int, hundredths: int, unit: str) -> None:
    value = f"{whole}.{hundredths:02}".rstrip("0").rstrip(".")
    grouped = f"{whole:,}".replace(",", ".")
    for number in (f"{whole},{hundredths:02}", f"{grouped},{hundredths:02}", f"{whole}.{hundredths:02}"):
        assert parse_value("area", number + unit) == value
        assert parse_value("area", number.translate(MISREAD) + unit) == value


def test_the_ethnic_groups_are_54_and_no_spelling_stands_for_two() -> None:
    content = tomllib.loads((files("dossier") / "catalogue" / "ethnic_groups.toml").read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = content["groups"]
    assert len(groups) == 54
    spellings = [re.sub(r"[^a-z]", "", fold(t)) for name, variants in groups.items() for t in (name, *variants)]
    assert len(ethnic_groups()) == len(set(spellings))
    for name, variants in groups.items():
        for text in (name, *variants):
            assert parse_value("ethnic_group", text) == name


@given(st.sampled_from(sorted(set(ethnic_groups().values()))), st.sampled_from([str.upper, str.lower, fold]))
def test_case_marks_and_hyphens_of_ethnic_groups_make_no_difference(name: str, damage: Callable[[str], str]) -> None:
    for text in (name, name.replace("-", " "), name.replace("-", "")):
        assert parse_value("ethnic_group", damage(unicodedata.normalize("NFD", text))) == name


@given(st.from_regex(r"[A-Z]{1,2}[0-9]{6,7}", fullmatch=True), st.sampled_from(["{}", " {}. ", "Số {}"]))
def test_passport_numbers_are_read_as_they_are_or_refused(number: str, form: str) -> None:
    if form.startswith("S"):
        with pytest.raises(InvalidValue):
            parse_value("passport_number", form.format(number) + "12")
    else:
        assert parse_value("passport_number", form.format(number.lower())) == number


@given(st.from_regex(r"[A-Y][0-9]{2}(\.[0-9]{1,3}){0,4}-[0-9]{6}-[0-9]{4,7}", fullmatch=True))
def test_numbers_of_dossiers_are_mended_behind_the_agency(number: str) -> None:
    agency, date, running = number.split("-")
    for text in (number, f" {agency.lower()} – {date.translate(MISREAD)} - {running.translate(MISREAD)}"):
        assert parse_value("dossier_number", text) == number


@given(st.from_regex(r"[123]\.[0-9]{6}(\.[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2})?", fullmatch=True))
def test_codes_of_procedures_are_mended_but_for_the_letter_of_the_agency(code: str) -> None:
    letters = {i for i, c in enumerate(code) if c.isalpha()}
    misread = "".join(c if i in letters else c.translate(MISREAD) for i, c in enumerate(code))
    assert parse_value("procedure_code", misread) == code


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        parse_value("colour", "red")
