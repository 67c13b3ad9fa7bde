"""State-secret marks: a framed MẬT, TỐI MẬT or TUYỆT MẬT stamped near the head of a paper.

Decree 30/2020/NĐ-CP, annex I, puts the mark into zone 10a, under number and subject; it is stamped in red, 8 mm high
and 20, 30 or 40 mm wide. Two ways lead to it, since cleaning takes red ink away before a page is read:

- ink of about that shape in the upper part of a page is cut out and read by itself: red ink, or on a page without
  colour a frame and what is in it;
- a line that says the mark and nothing else.

Words that hold the mark, such as "bảo mật" or "mật khẩu", are never a line of their own in a frame of their own; a line
that says more than the mark is none. A mark that is read wrong by one letter counts where it is long enough.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from dossier.papers import Box
from dossier.text import fold
from ocr.engine import LineReader
from ocr.model import PageReading

MARKS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")

_LETTERS = tuple("".join(c for c in fold(mark) if c.isalpha()) for mark in MARKS)
_ONE_WRONG_FROM = 5
"""Letters of a mark of which one may be misread."""
_UPPER_PART = 0.6
"""Of the page's height."""
_MM_PER_INCH = 25.4
_HEIGHT_MM, _WIDTH_MM = (4.0, 18.0), (10.0, 65.0)
_SLENDER = 1.3
"""Width over height, at least."""
_GAP_MM = 3.0
"""Between the letters of one mark, and between these and its frame."""
_RED = 35
"""By how much the red channel is above the others in stamping ink, of 255."""
_DARK = 150
_COLOURED = 2e-4
"""Share of coloured pixels of a page that has colour: a mark is a thousandth of it."""
_FRAME = 0.6
"""Share of the mark's width or height that a piece of the frame has."""
_LEAST_LINE_MM = 2.0
"""Height of a mark's letters on a page without colour."""


def has_secrecy_mark(master: NDArray[np.uint8], reading: PageReading, engine: LineReader) -> bool:
    """Return whether a page bears a state-secret mark.

    Args:
        master: Master page, height x width x 3, blue-green-red, upright.
        reading: Its words.
        engine: What reads a stamp cut out.

    Raises:
        PartError: The engine is missing, failed, or ran out of time.
    """
    return _is_printed(reading) or _is_stamped(master, reading.dpi, engine)


def says_mark(text: str) -> bool:
    """Return whether a text says a mark, in capitals, and nothing else."""
    letters = [c for c in text if c.isalpha()]
    if not letters or sum(c.isupper() for c in letters) < len(letters) - 1:
        return False
    said = fold("".join(letters))
    return any(
        said == mark or (len(mark) >= _ONE_WRONG_FROM and Levenshtein.distance(said, mark) <= 1) for mark in _LETTERS
    )


def _is_printed(reading: PageReading) -> bool:
    lowest, least = reading.height * _UPPER_PART, _LEAST_LINE_MM * reading.dpi / _MM_PER_INCH
    lines = [line for line in reading.lines if line.words]
    return any(line.box.y < lowest and line.box.height >= least and says_mark(line.text) for line in lines)


def _is_stamped(master: NDArray[np.uint8], dpi: int, engine: LineReader) -> bool:
    upper = master[: round(master.shape[0] * _UPPER_PART)]
    grey = int((cv2.subtract(upper.max(axis=2), upper.min(axis=2)) > _RED).sum()) < _COLOURED * upper[..., 0].size
    ink = _dark_ink(upper) if grey else _red_ink(upper)
    crops = [crop for box in _places(ink, dpi, gap_mm=0.0 if grey else _GAP_MM) if (crop := _cut(ink, box)) is not None]
    if not crops:
        return False
    # Upside down as well: whoever stamps in haste does not look.
    both = [turned for crop in crops for turned in (crop, np.ascontiguousarray(crop[::-1, ::-1]))]
    return any(says_mark(" ".join(word.text for word in words)) for words in engine.read_lines(both, dpi))


def _red_ink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 255 where there is red ink."""
    blue, green, red = cv2.split(image)
    above = cv2.subtract(red, cv2.max(blue, green))
    return np.asarray(cv2.threshold(above, _RED, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _dark_ink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 255 where there is ink of any colour."""
    return np.asarray(cv2.threshold(image.max(axis=2), _DARK, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)


def _places(ink: NDArray[np.uint8], dpi: int, gap_mm: float) -> Iterator[Box]:
    """Give where ink has about the shape of a mark, in pixels, when what is ``gap_mm`` apart is taken for one."""
    gap = max(1, round(gap_mm * dpi / _MM_PER_INCH))
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((max(1, gap // 2), gap), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(joined)
    for x, y, width, height, _ in found[1:]:
        across, down = width * _MM_PER_INCH / dpi, height * _MM_PER_INCH / dpi
        fits = _HEIGHT_MM[0] <= down <= _HEIGHT_MM[1] and _WIDTH_MM[0] <= across <= _WIDTH_MM[1]
        if fits and across >= _SLENDER * down:
            yield Box(int(x), int(y), int(width), int(height))


def _cut(ink: NDArray[np.uint8], box: Box) -> NDArray[np.uint8] | None:
    """Return the letters in a place, dark on white with a margin, without their frame; ``None`` if there are none."""
    part = ink[box.y : box.bottom, box.x : box.right].copy()
    count, labels, found, _ = cv2.connectedComponentsWithStats(part)
    for number in range(1, count):
        _, _, width, height, _ = found[number]
        if width >= _FRAME * box.width or height >= 0.95 * box.height:
            part[labels == number] = 0
    rows, columns = np.nonzero(part)
    if not len(rows):
        return None
    letters = part[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    margin = max(4, letters.shape[0] // 3)
    return np.pad(255 - letters, margin, constant_values=255)
