"""A page from image to reading, with the real engine and with engines that misbehave."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dossier.errors import LimitExceeded, PartFailed, SohoaError
from dossier.papers import Box
from ocr.ctc import CtcReader
from ocr.model import Word
from ocr.reader import read_page
from ocr.tesseract import TesseractEngine
from tests.ocr import drawn


def test_faulty_page_reads_like_a_clean_one() -> None:
    """A seal over the text, light falling off to one side, and grey noise."""
    light = np.linspace(0.5, 1, drawn.WIDTH)[np.newaxis, :, np.newaxis]
    noise = np.random.default_rng(5).normal(0, 6, (drawn.HEIGHT, drawn.WIDTH, 1))
    master = np.clip(drawn.seal(drawn.page(), (400, 200)) * light + noise, 0, 255).astype(np.uint8)
    reading = read_page(master, number=3, dpi=drawn.DPI, engine=TesseractEngine())
    assert [line.text for line in reading.lines] == list(drawn.SENTENCES)
    assert (reading.number, reading.width, reading.height, reading.dpi) == (3, drawn.WIDTH, drawn.HEIGHT, drawn.DPI)
    assert reading.engine == TesseractEngine().name


def test_filled_form_is_read_without_its_leaders() -> None:
    master = drawn.write(drawn.page([]), [(100, 100, "Họ và tên: Trần Thị Hoa")])
    for x in range(620, 1100, 11):
        cv2.circle(master, (x, 132), 2, (0, 0, 0), -1)
    reading = read_page(master, number=1, dpi=drawn.DPI, engine=TesseractEngine())
    assert reading.text == "Họ và tên: Trần Thị Hoa"


@pytest.mark.parametrize("pitch", [48, 60, 68])
@pytest.mark.parametrize("number", ["034186002917", "011188951372"])
def test_a_number_with_a_digit_in_each_box_is_one_word(number: str, pitch: int) -> None:
    digits = [(420 + pitch * i, 105, digit) for i, digit in enumerate(number)]
    master = drawn.write(drawn.page([]), [(100, 100, "Số định danh:"), *digits, (100, 180, "Nơi ở hiện nay:")])
    cv2.rectangle(master, (406, 98), (406 + 12 * pitch, 156), (0, 0, 0), 1)
    for x in range(406 + pitch, 406 + 12 * pitch, pitch):
        cv2.line(master, (x, 98), (x, 156), (0, 0, 0), 1)
    reading = read_page(master, number=1, dpi=drawn.DPI, engine=CtcReader())
    assert number in [word.text for word in reading.words]


@pytest.mark.parametrize("level", [0, 127, 255])
def test_page_of_one_colour_has_no_text(level: int) -> None:
    master = np.full((700, 500, 3), level, np.uint8)
    assert read_page(master, number=1, dpi=200, engine=TesseractEngine()).lines == ()


@dataclass(frozen=True)
class Failing:
    """An engine that always fails in one way."""

    failure: SohoaError
    name: str = "failing 1"

    def read_lines(self, crops: Sequence[NDArray[np.uint8]], dpi: int) -> tuple[tuple[Word, ...], ...]:  # noqa: ARG002 - the port's signature
        raise self.failure


@pytest.mark.parametrize("failure", [PartFailed(part="x", reason="y"), LimitExceeded(limit="time")])
def test_failure_of_the_engine_is_not_hidden(failure: SohoaError) -> None:
    with pytest.raises(type(failure)):
        read_page(drawn.page(), number=1, dpi=200, engine=Failing(failure))


@dataclass(frozen=True)
class Babbling:
    """An engine that gives the same words whatever it is shown."""

    words: tuple[Word, ...]
    name: str = "babbling 1"

    def read_lines(self, crops: Sequence[NDArray[np.uint8]], dpi: int) -> tuple[tuple[Word, ...], ...]:  # noqa: ARG002 - the port's signature
        return (self.words,) * len(crops)


def test_nothing_but_noise_leaves_an_empty_page() -> None:
    noise = Word("|", Box(5, 5, 2, 40), 0.3)
    assert read_page(drawn.page(), number=1, dpi=200, engine=Babbling((noise,))).lines == ()


def test_engine_is_shown_one_crop_for_each_line() -> None:
    shown: list[NDArray[np.uint8]] = []

    class Watching(Babbling):
        def read_lines(self, crops: Sequence[NDArray[np.uint8]], dpi: int) -> tuple[tuple[Word, ...], ...]:
            shown.extend(crops)
            return super().read_lines(crops, dpi)

    read_page(drawn.page(), number=1, dpi=drawn.DPI, engine=Watching(()))
    assert len(shown) == len(drawn.SENTENCES)
    for crop in shown:
        assert crop.dtype == np.uint8
        assert crop.ndim == 2
        assert 30 < crop.shape[0] < 80
        assert crop[[0, -1]].min() == 255


def test_a_doubtful_tick_is_text_in_a_cell_and_a_shred_elsewhere() -> None:
    ticks = [*((90 + 140 * i, 150, "x") for i in range(4)), (90, 330, "x")]
    master = drawn.write(np.full((400, 700, 3), 255, np.uint8), [*ticks, (90, 20, "HHHHHHHH")])
    for x in range(50, 611, 140):
        cv2.line(master, (x, 100), (x, 250), (0, 0, 0), 2)
    for y in (100, 250):
        cv2.line(master, (50, y), (610, y), (0, 0, 0), 2)

    class Doubting(Babbling):
        def read_lines(self, crops: Sequence[NDArray[np.uint8]], dpi: int) -> tuple[tuple[Word, ...], ...]:  # noqa: ARG002 - the port's signature
            return tuple(self.words if crop.shape[1] < 2 * crop.shape[0] else () for crop in crops)

    doubtful = Word("X", Box(10, 10, 18, 18), 0.55)
    read = read_page(master, number=1, dpi=drawn.DPI, engine=Doubting((doubtful,)))
    assert [word.text for word in read.words] == ["x"] * 4
