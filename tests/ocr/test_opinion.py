"""Second opinions, with both real engines."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pytesseract import pytesseract

from dossier.catalogue_files import load_paper_types
from dossier.paper_types import PaperType
from dossier.papers import Box, Field, FieldSource
from ocr.ctc import CtcReader
from ocr.engine import LineReader
from ocr.extract import Found, find_fields
from ocr.model import PageReading, Reading
from ocr.opinion import AGREED, DIFFERED, second_opinion, value_crop
from ocr.reader import read_page
from ocr.tesseract import TesseractEngine
from tests.ocr import drawn

CARD = load_paper_types()["identity-card"]
READERS: list[LineReader] = [TesseractEngine(), CtcReader()]
PAGE = drawn.page(["Lê Thị Ánh", "17/09/1991", "001190012345"])


def _ink(line: int) -> Box:
    """Return the box around the ink of one of the page's lines."""
    top = 90 + 80 * line
    ys, xs = np.nonzero(PAGE[top : top + 70].min(axis=2) < 128)
    return Box(int(xs.min()), top + int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)


NAME, DATE, NUMBER = map(_ink, range(3))
READING = Reading((PageReading(1, drawn.WIDTH, drawn.HEIGHT, drawn.DPI, ()),))


def _found(key: str, value: str | None, box: Box, *, confidence: float = 0.5, certainty: float = 1.0) -> Found:
    return Found(Field(key, value, value or "?", 1, box, confidence * certainty), certainty)


def _ask(found: Sequence[Found], reader: LineReader | None = None, paper_type: PaperType = CARD) -> tuple[Field, ...]:
    return second_opinion(found, paper_type, READING, lambda _: PAGE, reader or READERS[0])


def _no_master(_: int) -> NDArray[np.uint8]:
    raise AssertionError("nothing is in doubt")


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_values_both_engines_read_alike_are_surer_and_stay_what_they_are(reader: LineReader) -> None:
    found = [
        _found("full_name", "Lê Thị Ánh", NAME),
        _found("birth_date", "1991-09-17", DATE),
        _found("citizen_number", "001190012345", NUMBER),
    ]
    fields = _ask(found, reader)
    assert [f.value for f in fields] == [one.field.value for one in found]
    assert [f.second_raw for f in fields] == ["Lê Thị Ánh", "17/09/1991", "001190012345"]
    assert [f.confidence for f in fields] == [AGREED] * 3


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_value_read_otherwise_keeps_and_shows_both_readings_for_a_person(reader: LineReader) -> None:
    name, date = _ask([_found("full_name", "Lê Thị Anh", NAME), _found("birth_date", "1991-09-11", DATE)], reader)
    assert (name.value, name.raw, name.second_raw) == ("Lê Thị Anh", "Lê Thị Anh", "Lê Thị Ánh")
    assert (date.value, date.second_raw) == ("1991-09-11", "17/09/1991")
    assert name.confidence == date.confidence == DIFFERED < CARD.review_below


def test_a_value_that_did_not_parse_gets_none_from_the_second_reading() -> None:
    (field,) = _ask([_found("birth_date", None, DATE)])
    assert (field.value, field.second_raw, field.confidence) == (None, "17/09/1991", 0.5)


def test_where_nothing_can_be_made_out_nothing_is_confirmed() -> None:
    (field,) = _ask([_found("birth_date", "1991-09-17", Box(700, 600, 190, 28), confidence=0.9)])
    assert field.confidence == DIFFERED


def test_agreement_on_letters_does_not_make_a_doubtful_place_sure() -> None:
    (field,) = _ask([_found("full_name", "Lê Thị Ánh", NAME, certainty=0.6)])
    assert field.confidence == pytest.approx(0.6 * AGREED)


def test_only_doubtful_lines_that_were_read_are_read_again() -> None:
    sure = _found("full_name", "Lê Thị Ánh", NAME, confidence=0.99)
    surely_read_in_a_doubtful_place = _found("full_name", "Lê Thị Ánh", NAME, confidence=0.99, certainty=0.5)
    flowing = _found("residence", "Hà Nội", NAME)
    coded = _found("birth_date", "1991-09-17", DATE)
    coded = replace(coded, field=replace(coded.field, source=FieldSource.QR))
    found = [sure, surely_read_in_a_doubtful_place, flowing, coded]
    fields = second_opinion(found, CARD, READING, _no_master, TesseractEngine())
    assert fields == tuple(one.field for one in found)


def test_without_tesseract_doubts_stay_as_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pytesseract, "tesseract_cmd", str(tmp_path / "missing"))
    found = [_found("full_name", "Lê Thị Ánh", NAME)]
    assert _ask(found, TesseractEngine()) == (found[0].field,)


def test_what_one_engine_reads_on_a_page_the_other_confirms() -> None:
    lines = ["Số / No.: 001190012345", "Họ và tên / Full name: Lê Thị Ánh", "Ngày sinh / Date of birth: 17/09/1991"]
    master = drawn.page(lines)
    reading = Reading((read_page(master, number=1, dpi=drawn.DPI, engine=CtcReader()),))
    found = find_fields(reading, CARD)
    fields = second_opinion(found, CARD, reading, lambda _: master, TesseractEngine(), below=2.0)
    assert {f.key: f.value for f in fields} == {
        "citizen_number": "001190012345",
        "full_name": "Lê Thị Ánh",
        "birth_date": "1991-09-17",
    }
    for one, field in zip(found, fields, strict=True):
        assert field.second_raw
        assert field.confidence >= one.field.confidence


@settings(max_examples=30)
@given(st.integers(0, drawn.WIDTH - 1), st.integers(0, drawn.HEIGHT - 1), st.integers(1, 300), st.integers(1, 80))
def test_any_place_on_the_page_can_be_cut_out(x: int, y: int, width: int, height: int) -> None:
    box = Box(x, y, min(width, drawn.WIDTH - x), min(height, drawn.HEIGHT - y))
    crop = value_crop(PAGE, box, drawn.DPI)
    assert crop.ndim == 2
    assert crop.shape[0] > box.height
    assert crop.shape[1] > box.width
