"""From a master page to its reading."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ocr.engine import Engine
from ocr.layout import frames, in_reading_order
from ocr.model import Line, PageReading
from ocr.noise import without_noise
from ocr.reading_image import reading_image
from ocr.second_look import with_names, with_number, with_signer
from ocr.spelling import mended


def read_page(master: NDArray[np.uint8], *, number: int, dpi: int, engine: Engine) -> PageReading:
    """Read one page.

    Args:
        master: Master page, height x width x 3, blue-green-red, upright.
        number: Page number, from 1.
        dpi: Resolution of the master.
        engine: What reads it.

    Returns:
        Words in lines in reading order, boxes in pixels of the master; no lines for a page without text.

    Raises:
        PartError: The engine is missing, failed, or ran out of time.
    """
    height, width = master.shape[:2]
    image = reading_image(master, dpi)
    lines = with_signer(without_noise(engine.read(image, dpi)), image, dpi, engine)
    lines = in_reading_order(tuple(map(_respelt, lines)), width, frames(image, dpi))
    lines = with_names(with_number(lines, image, dpi, engine), image, dpi, engine)
    return PageReading(number, width, height, dpi, lines, engine.name)


def _respelt(line: Line) -> Line:
    return replace(line, words=tuple(replace(word, text=mended(word.text)) for word in line.words))
