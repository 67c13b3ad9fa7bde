"""Text, JSON, ALTO and hOCR of a reading, whatever its words are."""

import json
import re
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.papers import Box
from ocr.alto import NAMESPACE
from ocr.formats import Format, render
from ocr.markup import printable
from ocr.model import Line, PageReading, Reading, Word
from tests.ocr import drawn

ALTO = f"{{{NAMESPACE}}}"
HTML = "{http://www.w3.org/1999/xhtml}"

words = st.builds(
    Word,
    text=st.text(st.characters(codec=None), min_size=1, max_size=12),
    box=st.builds(Box, st.integers(0, 500), st.integers(0, 500), st.integers(1, 300), st.integers(1, 90)),
    confidence=st.floats(0, 1),
)
lines = st.builds(Line, words=st.lists(words, min_size=1, max_size=5).map(tuple), block=st.integers(0, 3))
pages = st.builds(
    PageReading,
    number=st.integers(1, 99),
    width=st.just(800),
    height=st.just(900),
    dpi=st.sampled_from([150, 200, 300]),
    lines=st.lists(lines, max_size=5).map(tuple),
    engine=st.text(max_size=10),
)
readings = st.builds(Reading, pages=st.lists(pages, min_size=1, max_size=3, unique_by=lambda p: p.number).map(tuple))


@pytest.fixture
def sample() -> Reading:
    first = PageReading(
        1,
        drawn.WIDTH,
        drawn.HEIGHT,
        200,
        (drawn.line("UBND XÃ"), drawn.line("Số: 1", y=150), drawn.line('Điều 1 <a> & "b"', y=250, block=1)),
        "drawn 1",
    )
    return Reading((first, PageReading(2, drawn.WIDTH, drawn.HEIGHT, 200, ())))


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own output


def test_text_parts_blocks_and_pages(sample: Reading) -> None:
    assert render(sample, "text") == 'UBND XÃ\nSố: 1\n\nĐiều 1 <a> & "b"\f\n'


def test_json_has_its_documented_shape(sample: Reading) -> None:
    first, second = json.loads(render(sample, "json"))["pages"]
    assert second == {
        "number": 2,
        "width": 1240,
        "height": 900,
        "dpi": 200,
        "engine": "",
        "lines": [],
        "tick_boxes": [],
    }
    assert first["lines"][0] == {
        "text": "UBND XÃ",
        "block": 0,
        "box": [100, 100, 118, 30],
        "confidence": 0.95,
        "words": [
            {"text": "UBND", "box": [100, 100, 72, 30], "confidence": 0.95},
            {"text": "XÃ", "box": [182, 100, 36, 30], "confidence": 0.95},
        ],
    }


def test_alto_nests_pages_blocks_lines_and_words(sample: Reading) -> None:
    root = parsed(render(sample, "alto"))
    assert root.tag == f"{ALTO}alto"
    assert root.findtext(f"{ALTO}Description/{ALTO}MeasurementUnit") == "pixel"
    spaces = root.findall(f"{ALTO}Layout/{ALTO}Page/{ALTO}PrintSpace")
    assert [len(space) for space in spaces] == [2, 0]
    line = spaces[0].find(f"{ALTO}TextBlock/{ALTO}TextLine")
    assert line is not None
    assert [child.tag.removeprefix(ALTO) for child in line] == ["String", "SP", "String"]
    assert line[0].attrib == {
        "CONTENT": "UBND",
        "HPOS": "100",
        "VPOS": "100",
        "HEIGHT": "30",
        "WIDTH": "72",
        "WC": "0.950",
    }


def test_hocr_nests_pages_areas_lines_and_words(sample: Reading) -> None:
    root = parsed(render(sample, "hocr"))
    found = [(e.get("class"), e.get("title")) for e in root.iter() if e.get("class")]
    assert found[:4] == [
        ("ocr_page", "bbox 0 0 1240 900; ppageno 0; scan_res 200 200"),
        ("ocr_carea", "bbox 100 100 218 180"),
        ("ocr_line", "bbox 100 100 218 130"),
        ("ocrx_word", "bbox 100 100 172 130; x_wconf 95"),
    ]


@given(readings)
def test_alto_is_well_formed_and_complete_for_any_text(reading: Reading) -> None:
    root = parsed(render(reading, "alto"))
    contents = [e.get("CONTENT") for e in root.iter(f"{ALTO}String")]
    assert [as_attribute(c or "") for c in contents] == [as_attribute(w.text) for p in reading.pages for w in p.words]
    identifiers = [e.get("ID") for e in root.iter() if e.get("ID")]
    assert len(set(identifiers)) == len(identifiers)
    for element in root.iter(f"{ALTO}String"):
        assert 0 <= float(element.get("WC", "nan")) <= 1


@given(readings)
def test_hocr_is_well_formed_and_complete_for_any_text(reading: Reading) -> None:
    root = parsed(render(reading, "hocr"))
    read = [e.text or "" for e in root.iter(f"{HTML}span") if e.get("class") == "ocrx_word"]
    assert [as_attribute(t) for t in read] == [as_attribute(w.text) for p in reading.pages for w in p.words]
    for element in root.iter():
        if element.get("class"):
            assert re.match(r"bbox \d+ \d+ \d+ \d+(;|$)", element.get("title", ""))


@given(readings)
def test_json_is_valid_for_any_text(reading: Reading) -> None:
    shape = json.loads(json.dumps(json.loads(render(reading, "json"))))
    assert [page["number"] for page in shape["pages"]] == [page.number for page in reading.pages]


@pytest.mark.parametrize("form", ["text", "json", "alto", "hocr"])
def test_every_form_ends_with_a_newline(sample: Reading, form: Format) -> None:
    assert render(sample, form).encode().endswith(b"\n")


@given(st.text(st.characters(codec=None)))
def test_printable_keeps_letters_and_drops_controls(text: str) -> None:
    kept = printable(text)
    assert [c for c in text if c.isalpha()] == [c for c in kept if c.isalpha()]
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in kept)


def as_attribute(text: str) -> str:
    return " ".join(printable(text).split())
