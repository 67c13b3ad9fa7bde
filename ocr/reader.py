"""From a master page to its reading."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.cleanup.step import Step
from ocr.confidence import calibrated
from ocr.crops import cut, on_page
from ocr.engine import LineReader
from ocr.layout import in_reading_order
from ocr.linefinder import Found, find_lines
from ocr.model import Line, PageReading, Word
from ocr.noise import without_noise
from ocr.order import rows_in_order
from ocr.reading_image import STEPS, reading_image
from ocr.rulings import OUTSIDE
from ocr.spelling import SAME_SHAPE
from ocr.tables import with_tables
from ocr.tick_boxes import find_tick_boxes

# A number in boxes has so many digits at least.
_DIGITS = 6
# They stand so many digits' widths apart at least, and none so many times as far as others.
_APART, _EVEN = 1.5, 1.4
# Letters that look like their capitals are small ones below this height, in usual letter heights.
_LOW = 0.85


def read_page(
    master: NDArray[np.uint8],
    *,
    number: int,
    dpi: int,
    engine: LineReader,
    steps: Iterable[Step] = STEPS,
    calibrate: bool = True,
) -> PageReading:
    """Read one page.

    Args:
        master: Master page, height x width x 3, blue-green-red, upright.
        number: Page number, from 1.
        dpi: Resolution of the master.
        engine: What reads its lines.
        steps: Of the cleanup, taken where the page needs them.
        calibrate: Whether confidences are to be made to mean something; without, they are the engine's own.

    Returns:
        Words in lines in reading order, and boxes to tick, in pixels of the master; no lines for a page without text.

    Raises:
        PartError: The engine is missing, failed, or ran out of time.
    """
    height, width = master.shape[:2]
    image = reading_image(master, dpi, steps)
    found = with_tables(find_lines(image, dpi))
    lines = without_noise(_read(found, image, dpi, engine))
    lines = in_reading_order(lines, width, found.stamps)
    if calibrate:
        lines = calibrated(lines, engine.name)
    return PageReading(number, width, height, dpi, lines, engine.name, find_tick_boxes(image, dpi))


def _read(found: Found, image: NDArray[np.uint8], dpi: int, engine: LineReader) -> tuple[Line, ...]:
    """Cut out what was found, read it, and put it in order."""
    crops = [cut(image, found, run) for run in range(len(found.runs))]
    read = engine.read_lines([crop.image for crop in crops], dpi)
    letter = found.letter / found.scale
    words = [
        _whole(on_page(own, crop), crop.ink, letter, is_cell=run.region != OUTSIDE)
        for own, crop, run in zip(read, crops, found.runs, strict=True)
    ]
    lines = (Line(tuple(word for run in row.runs for word in words[run]), row.block) for row in rows_in_order(found))
    return tuple(line for line in lines if line.words)


def _whole(words: tuple[Word, ...], ink: NDArray[np.float64], letter: float, *, is_cell: bool) -> tuple[Word, ...]:
    """Put together a number whose digits were filled into boxes of their own; tell x from X by its height.

    A reader in doubt between these two is sure of half; in a cell, where a lone x is a tick, that half counts twice.

    Args:
        words: Of a run.
        ink: Left, top, right and bottom of each piece of its ink, from left to right.
        letter: Usual height of a letter, pixels.
        is_cell: Whether the run stands in a table or frame.
    """
    digits = "".join(word.text for word in words)
    if digits.isdecimal() and len(digits) == len(ink) >= _DIGITS and _stand_in_boxes(ink):
        return (_joined(words),)
    whole: list[Word] = []
    for is_single, group in groupby(words, key=lambda word: len(word.text) == 1):
        own = tuple(group)
        if is_single and len(own) >= _DIGITS:
            own = (_joined(own),)
        whole += own
    if len(whole) == 1 and whole[0].text.upper() in SAME_SHAPE:
        (lone,) = whole
        text = lone.text.lower() if lone.box.height < _LOW * letter else lone.text
        return (replace(lone, text=text, confidence=min(1.0, lone.confidence * (1 + is_cell))),)
    return tuple(whole)


def _stand_in_boxes(ink: NDArray[np.float64]) -> bool:
    """Tell whether pieces of ink stand evenly and farther apart than print does."""
    pitch = np.diff((ink[:, 0] + ink[:, 2]) / 2)
    apart = _APART * np.median(ink[:, 2] - ink[:, 0])
    return bool(pitch.min() >= apart and pitch.max() <= _EVEN * pitch.min())


def _joined(words: Sequence[Word]) -> Word:
    """Return the words as one."""
    box = reduce(Box.union, (word.box for word in words))
    return Word("".join(word.text for word in words), box, min(word.confidence for word in words))
