"""From a master page to its reading."""

import numpy as np
from numpy.typing import NDArray

from ocr.engine import Engine
from ocr.model import PageReading
from ocr.reading_image import reading_image


def read_page(master: NDArray[np.uint8], *, number: int, dpi: int, engine: Engine) -> PageReading:
    """Read one page."""
    height, width = master.shape[:2]
    return PageReading(number, width, height, dpi, engine.read(reading_image(master, dpi), dpi), engine.name)
