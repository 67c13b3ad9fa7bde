import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import InvalidValue
from dossier.text import nfc
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


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        parse_value("colour", "red")
