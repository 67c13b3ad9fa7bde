"""Which way up a page lies: some of its lines are read as it would lie, and read surely where it stands upright.

Lines upside down, or columns of letters taken for lines, are read as nothing, or as what the reader itself doubts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.cleanup import levels, lighting
from ocr.crops import cut
from ocr.engine import LineReader
from ocr.linefinder import find_lines
from ocr.reading_image import STEPS, reading_image

Grey = NDArray[np.uint8]

# So many lines are read, those with most pieces of ink.
_LINES = 8
# From this confidence on a word is read surely; so many characters tell as much as any.
_SURE, _ENOUGH = 0.9, 40
# Faults without whose mending no lines are found.
_STEPS = tuple(step for step in STEPS if step.measure in {lighting.measure, levels.measure})


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a page lies.

    Attributes:
        degrees: Clockwise degrees by which the page must be turned to stand upright: 0, 90, 180 or 270.
        confidence: 0 to 1: how many more characters are surely read than with the next best turn; 0 if none are.
    """

    degrees: int
    confidence: float


OrientationDetector = Callable[[NDArray[np.uint8], int, Sequence[int]], Orientation]
"""Takes an image (H×W×3 BGR), its dots per inch, and the possible clockwise turns in degrees, the likeliest first; says
which of these makes it upright."""


def orientation(page: NDArray[np.uint8], dpi: int, turns: Sequence[int], *, engine: LineReader) -> Orientation:
    """Tell which way up a page lies.

    Args:
        page: Height x width x 3, blue-green-red; 150 dpi are enough.
        dpi: Its resolution.
        turns: The clockwise turns that are possible, degrees, the likeliest first: of 0, 90, 180 and 270.
        engine: Reads lines.

    Raises:
        PartError: The engine is missing, failed, or ran out of time.
    """
    image = reading_image(page, dpi, _STEPS)
    sure = {turn: _surely_read(np.ascontiguousarray(np.rot90(image, -(turn // 90))), dpi, engine) for turn in turns}
    best, *others = sorted(turns, key=lambda turn: -sure[turn])
    lead = sure[best] - max((sure[turn] for turn in others), default=0)
    return Orientation(best, lead / max(sure[best], _ENOUGH))


def _surely_read(image: Grey, dpi: int, engine: LineReader) -> int:
    """Count the characters of a page's longest lines that are read surely."""
    found = find_lines(image, dpi)
    longest = sorted(range(len(found.runs)), key=lambda run: -len(found.runs[run].members))[:_LINES]
    read = engine.read_lines([cut(image, found, run).image for run in longest], dpi)
    return sum(len(word.text) for words in read for word in words if word.confidence >= _SURE)
