"""The number, the signer and names in capitals read again: when, and what of a second reading counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.engine import Layout
from ocr.model import Line, Word
from ocr.reader import read_page
from ocr.second_look import with_names, with_number, with_signer
from ocr.tesseract import TesseractEngine
from tests.ocr import drawn

PAGE = np.full((drawn.HEIGHT, drawn.WIDTH), 255, np.uint8)
RECIPIENTS = drawn.line("Nơi nhận:", 100, 400)
OFFICE = drawn.line("KT. CHỦ TỊCH", 800, 390)
NAME = drawn.line("Hồ Đức Phước", 800, 560)


@dataclass
class Second:
    """An engine that gives prepared lines, placed on the page, for any part of it, and remembers what it was asked."""

    lines: Sequence[Line] = ()
    asked: list[tuple[Layout, tuple[int, ...]]] = field(default_factory=list)
    corner: tuple[int, int] = (drawn.WIDTH // 2, 310)
    name: str = "second 1"

    def read(self, image: NDArray[np.uint8], dpi: int, layout: Layout = Layout.PAGE) -> tuple[Line, ...]:  # noqa: ARG002 - the port's signature
        self.asked.append((layout, image.shape))
        return tuple(replace(line, words=tuple(map(self._cut, line.words))) for line in self.lines)

    def _cut(self, word: Word) -> Word:
        x, y = self.corner
        return replace(word, box=replace(word.box, x=word.box.x - x, y=word.box.y - y))


def _signed(first: Sequence[Line], *second: Line) -> tuple[list[str], Second]:
    engine = Second(second)
    return [line.text for line in with_signer(first, PAGE, drawn.DPI, engine)], engine


@pytest.mark.parametrize(
    "name",
    [NAME, drawn.line("NGUYỄN VĂN AN", 800, 560), drawn.line("/ Lê An ~", 800, 560)],
    ids=["lower case", "upper case", "specks beside it"],
)
def test_a_page_whose_signer_was_read_is_not_read_again(name: Line) -> None:
    first = [RECIPIENTS, OFFICE, name]
    texts, engine = _signed(first)
    assert texts == [line.text for line in first]
    assert engine.asked == []


def test_a_page_without_recipients_is_not_read_again() -> None:
    _, engine = _signed([drawn.line(text, 100, 100 + 80 * i) for i, text in enumerate(drawn.SENTENCES)])
    assert engine.asked == []


def test_the_signer_missed_is_looked_for_right_of_the_recipients() -> None:
    texts, engine = _signed([RECIPIENTS, drawn.line("¿2%", 810, 565, confidence=0.3)], OFFICE, NAME)
    assert texts == [RECIPIENTS.text, OFFICE.text, NAME.text]
    assert engine.asked == [(Layout.SPARSE, (90 + drawn.HEIGHT // 4, drawn.WIDTH // 2))]


def test_words_found_stand_at_their_place_in_a_block_of_their_own() -> None:
    found = with_signer([RECIPIENTS], PAGE, drawn.DPI, Second((NAME,)))
    assert found == (RECIPIENTS, replace(NAME, block=1))


@pytest.mark.parametrize(
    "second",
    [
        drawn.line("Minh Chính", 800, 560),
        drawn.line("tiyễn Hòa Bình", 800, 560),
        drawn.line("“Ai Chính", 800, 560),
        drawn.line("Hồ Đức Phước", 800, 560, confidence=0.5),
        drawn.line("Hồ", 800, 560),
        drawn.line("ĐÀ À 7", 800, 560),
    ],
    ids=lambda line: line.text,
)
def test_what_may_be_only_a_part_of_a_name_is_left_out(second: Line) -> None:
    texts, engine = _signed([RECIPIENTS, OFFICE], second)
    assert texts == [RECIPIENTS.text, OFFICE.text]
    assert len(engine.asked) == 1


def test_an_office_read_well_is_not_replaced() -> None:
    texts, _ = _signed([RECIPIENTS, OFFICE], drawn.line("TL. CHỦ TỊCH", 800, 390), NAME)
    assert texts == [RECIPIENTS.text, OFFICE.text, NAME.text]


def _numbered(first: Line, *second: Line) -> tuple[Line, Second]:
    engine = Second(second, corner=(88, 88))
    before, after = drawn.line("SỞ NỘI VỤ", 100, 50), drawn.line("QUYẾT ĐỊNH", 500, 200)
    one, number, two = with_number([before, first, after], PAGE, drawn.DPI, engine)
    assert (one, two) == (before, after)
    return number, engine


def test_a_number_read_well_is_not_read_again() -> None:
    number, engine = _numbered(drawn.line("Số: 320/QĐ-SNV"))
    assert number == drawn.line("Số: 320/QĐ-SNV")
    assert engine.asked == []


def test_a_second_reading_of_a_number_confirms_it() -> None:
    second = drawn.line("Số: 320/QĐ-SNV", confidence=0.92)
    number, engine = _numbered(drawn.line("Số: 320/QĐ-S", block=4, confidence=0.7), second)
    assert number == replace(second, block=4)
    assert [layout for layout, _ in engine.asked] == [Layout.BLOCK]


@pytest.mark.parametrize("confidence", [0.6, 0.97])
def test_a_number_read_in_two_ways_is_doubtful(confidence: float) -> None:
    number, _ = _numbered(
        drawn.line("Số: 922/QĐ-TTg", confidence=0.84), drawn.line("Số: 999/QĐ-TTg", confidence=confidence)
    )
    assert number.text == ("Số: 999/QĐ-TTg" if confidence > 0.84 else "Số: 922/QĐ-TTg")
    assert {word.confidence for word in number.words} == {0.5}


@pytest.mark.parametrize("second", [(), (drawn.line("TL — MA"),)], ids=["nothing", "no number"])
def test_a_second_reading_without_a_number_changes_nothing(second: tuple[Line, ...]) -> None:
    first = drawn.line("Số: 320/QĐ-SNV", confidence=0.7)
    assert _numbered(first, *second)[0] == first


def test_numbers_of_other_documents_in_the_text_are_not_read_again() -> None:
    engine = Second()
    lines = [
        drawn.line("Nghị định số 30/2020/NĐ-CP", confidence=0.7),
        drawn.line("Số / No. 001", 100, 150, confidence=0.7),
        drawn.line("Số: 320/QĐ-SNV", 100, 700, confidence=0.7),
    ]
    assert with_number(lines, PAGE, drawn.DPI, engine) == tuple(lines)
    assert engine.asked == []


def _sealed() -> NDArray[np.uint8]:
    """A signature block with the rings, star and rays of a black seal over the office and beside the name."""
    page = drawn.write(np.full((1600, drawn.WIDTH, 3), 255, np.uint8), [(100, 500, "Nơi nhận:")], size=30)
    block = [(800, 500, "KT. CHỦ TỊCH"), (800, 545, "PHÓ CHỦ TỊCH"), (830, 760, "Hồ Đức Phước")]
    page = drawn.write(page, block, size=36, face="bold")
    centre = (720, 660)
    for radius, width in ((150, 9), (138, 2), (98, 3)):
        cv2.circle(page, centre, radius, (0, 0, 0), width)
    cv2.drawMarker(page, centre, (0, 0, 0), cv2.MARKER_STAR, 90, 4)
    cv2.line(page, (760, 700), (1060, 640), (0, 0, 0), 4)
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def test_the_real_engine_finds_the_name_beside_a_black_seal_and_where_it_stands() -> None:
    recipients = drawn.line("Nơi nhận:", 100, 500)
    found = with_signer([recipients], _sealed(), drawn.DPI, TesseractEngine())
    name = next(line for line in found if line.text.startswith("Hồ"))
    place = Box(820, 755, 270, 50)
    assert name.text == "Hồ Đức Phước"
    assert place.union(name.box) == place


def test_a_number_beside_the_motto_is_read_right_on_a_whole_page() -> None:
    header = [(120, 100, "SỞ NỘI VỤ"), (420, 100, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), (100, 180, "Số: 320/QĐ-SNV")]
    page = drawn.write(drawn.page([]), [*header, (560, 180, "Đắk Lắk, ngày 05 tháng 3 năm 2021")], size=34)
    reading = read_page(page, number=1, dpi=drawn.DPI, engine=TesseractEngine())
    assert "Số: 320/QĐ-SNV" in [line.text for line in reading.lines]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("LÝ BÁ TUẤN", "Họ tên: LÝ BÁ TUẤN"),
        ("LÝ BA TUẤT", "Họ tên: LY BA TUAN"),  # other letters: not the same name
        ("LÝ BÁ", "Họ tên: LY BA TUAN"),
    ],
)
def test_capitals_after_a_label_get_their_marks_and_nothing_else(second: str, expected: str) -> None:
    engine = Second((drawn.line(second, 300, 400),))
    (line,) = with_names([drawn.line("Họ tên: LY BA TUAN", 100, 400)], PAGE, drawn.DPI, engine)
    assert line.text == expected
    assert [layout for layout, _ in engine.asked] == [Layout.BLOCK]


@pytest.mark.parametrize(
    "text",
    ["QUYẾT ĐỊNH", "KT. CHỦ TỊCH", "Nơi sinh: phường Bình Lạc", "Số: 05/QĐ-UBND", "Họ tên: LÝ BÁ TUẤN và vợ TRẦN"],
)
def test_lines_without_capitals_after_a_label_are_not_read_again(text: str) -> None:
    engine = Second()
    lines = (drawn.line(text, 100, 400),)
    assert with_names(lines, PAGE, drawn.DPI, engine) == lines
    assert engine.asked == []
