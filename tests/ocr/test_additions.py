"""Arrival stamps and what digital signatures print are told from the document they stand on."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from dossier.catalogue_files import load_paper_types
from dossier.papers import Box, Field, FieldSource
from ocr.additions import SignaturePrint, signature_print, without_additions
from ocr.extract import Found
from ocr.model import Line, PageReading, Reading, Word
from ocr.opinion import AGREED, with_signature_print

DECISION = load_paper_types()["decision"]
VIETNAM = dt.timezone(dt.timedelta(hours=7))
HEADER = (("ỦY BAN NHÂN DÂN XÃ AN THỦY", 100, 200), ("Số: 12/QĐ-UBND", 120, 300), ("QUYẾT ĐỊNH", 600, 500))
STAMP = (("ĐẾN Số: 4061", 80, 420), ("Ngày: 15/06/2024", 160, 450))
SIGNATURE = (
    ("Người ký: ỦY BAN NHÂN DÂN XÃ AN THỦY", 400, 20),
    ("Email: vanthu@anthuy.example", 400, 45),
    ("Cơ quan: ỦY BAN NHÂN DÂN XÃ AN THỦY", 400, 70),
    ("Thời gian ký: 13.06.2024 15:26:08 +07:00", 400, 95),
)


def reading_of(*lines: tuple[str, int, int]) -> Reading:
    """Return a page with lines of a text, its left edge and its top."""
    return Reading((PageReading(1, 1654, 2339, 200, tuple(_line(*line) for line in lines)),))


def _line(text: str, x: int, y: int) -> Line:
    words = []
    for word in text.split():
        words.append(Word(word, Box(x, y, 12 * len(word), 22), 0.95))
        x += 12 * (len(word) + 1)
    return Line(tuple(words))


def texts(reading: Reading) -> list[str]:
    return [line.text for page in reading.pages for line in page.lines]


def test_a_document_keeps_its_lines_and_loses_stamp_and_signature() -> None:
    whole = reading_of(*SIGNATURE, *HEADER, *STAMP)
    assert texts(without_additions(whole)) == [text for text, _, _ in HEADER]
    printed = signature_print(whole)
    assert printed == SignaturePrint("ỦY BAN NHÂN DÂN XÃ AN THỦY", dt.datetime(2024, 6, 13, 8, 26, 8, tzinfo=dt.UTC))
    assert printed.date == dt.date(2024, 6, 13)


def test_what_only_resembles_a_stamp_or_a_signature_stays() -> None:
    lines = (
        *HEADER,
        ("GIAI ĐOẠN 2026 ĐẾN NĂM 2030", 80, 290),
        ("ĐẾN NĂM 2030", 80, 330),
        ("Cơ quan: Phòng Nội vụ", 100, 900),
        ("Người ký: Trần Văn Đối", 100, 930),
        ("Ngày: 15/06/2024", 100, 1200),
    )
    whole = reading_of(*lines)
    assert without_additions(whole) == whole
    assert signature_print(whole) is None


def test_what_stands_between_a_signatures_lines_goes_with_them() -> None:
    emblem = ("VGPu dongindinhphu", 380, 58)
    assert texts(without_additions(reading_of(*SIGNATURE, emblem, *HEADER))) == [text for text, _, _ in HEADER]


@given(st.integers(0, 500_000_000), st.sampled_from([" +07:00", "+0700", ""]))
def test_every_time_a_signature_prints_is_read(seconds: int, zone: str) -> None:
    moment = dt.datetime(2020, 1, 1, tzinfo=VIETNAM) + dt.timedelta(seconds=seconds)
    printed = signature_print(reading_of((f"Ký bởi: UBND xã Thời gian ký: {moment:%d.%m.%Y %H:%M:%S}{zone}", 400, 20)))
    assert printed is not None
    assert printed.signed_at == moment


@given(st.text(alphabet="0123456789.:+- ĐẾNkyý", max_size=60))
def test_nothing_that_can_be_read_is_too_odd(text: str) -> None:
    whole = reading_of((f"Thời gian ký: {text}", 10, 10))
    assert len(texts(without_additions(whole))) <= 1


def test_a_time_that_is_none_makes_no_signature() -> None:
    assert signature_print(reading_of(("Thời gian ký: 31.02.2024 15:26:08 +07:00", 400, 20))) is None


def test_the_same_agency_is_surer_another_says_nothing_and_a_written_date_gets_a_hint() -> None:
    agency = Found(Field("agency", "UBND XÃ AN THỦY", "UBND XÃ AN THỦY", 1, Box(0, 0, 9, 9), 0.6), 0.9)
    date = Found(Field("issued_on", None, "ngày … tháng 6 năm 2024", 1, Box(0, 0, 9, 9), 0, FieldSource.HANDWRITING))
    signed_at = dt.datetime(2024, 6, 13, 20, 0, tzinfo=dt.UTC)
    same, hinted = with_signature_print([agency, date], DECISION, SignaturePrint("UBND xã An Thuỷ", signed_at))
    assert same.field.confidence == AGREED * 0.9
    assert (hinted.field.value, hinted.field.second_raw) == (None, "14/06/2024")
    other, _ = with_signature_print([agency, date], DECISION, SignaturePrint("VĂN PHÒNG CHÍNH PHỦ", signed_at))
    assert other == agency
    assert with_signature_print([agency, date], DECISION, None) == (agency, date)
