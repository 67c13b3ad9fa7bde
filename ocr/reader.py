"""From a master page to its reading."""

import numpy as np
from numpy.typing import NDArray

from ocr.confidence import calibrated
from ocr.engine import Engine
from ocr.layout import frames, in_reading_order
from ocr.model import PageReading
from ocr.noise import without_noise
from ocr.reading_image import reading_image
from ocr.second_look import with_names, with_number, with_signer
from ocr.spelling import respelt


def read_page(
    master: NDArray[np.uint8], *, number: int, dpi: int, engine: Engine, calibrate: bool = True
) -> PageReading:
    """Read one page.

    Args:
        master: Master page, height x width x 3, blue-green-red, upright.
        number: Page number, from 1.
        dpi: Resolution of the master.
        engine: What reads it.
        calibrate: Whether confidences are to be made to mean something; without, they are the engine's own.

    Returns:
        Words in lines in reading order, boxes in pixels of the master; no lines for a page without text.

    Raises:
        PartError: The engine is missing, failed, or ran out of time.
    """
    height, width = master.shape[:2]
    image = reading_image(master, dpi)
    lines = with_signer(without_noise(engine.read(image, dpi)), image, dpi, engine)
    lines = in_reading_order(lines, width, frames(image, dpi))
    lines = respelt(with_names(with_number(lines, image, dpi, engine), image, dpi, engine))
    if calibrate:
        lines = calibrated(lines, engine.name)
    return PageReading(number, width, height, dpi, lines, engine.name)
