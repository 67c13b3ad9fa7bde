"""The port through which pages are read: what any OCR engine must be able to do."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ocr.model import Line


class Layout(Enum):
    """How text lies on an image; an engine finds more when it is told.

    Attributes:
        PAGE: Columns and paragraphs, in an order to be found.
        BLOCK: Lines of one column, from edge to edge.
        SPARSE: A few words among drawings, in no order.
    """

    PAGE = "page"
    BLOCK = "block"
    SPARSE = "sparse"


class Engine(Protocol):
    """Reads one page image, or what was cut out of one."""

    @property
    def name(self) -> str:
        """Name, version and language, e.g. ``"tesseract 5.3.0 vie"``."""
        ...

    def read(self, image: NDArray[np.uint8], dpi: int, layout: Layout = Layout.PAGE) -> tuple[Line, ...]:
        """Read the text of an image.

        Args:
            image: Grey, height x width, dark text on light paper, upright.
            dpi: Its resolution, dots per inch.
            layout: How its text lies.

        Returns:
            The lines in the engine's reading order, boxes in the image's own pixels; none for an empty image.

        Raises:
            PartError: The engine is missing, failed, or ran out of time.
        """
        ...


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a page lies.

    Attributes:
        degrees: Clockwise degrees by which the page must be turned to stand upright: 0, 90, 180 or 270.
        confidence: 0 or more, in the engine's own scale; 0 means that nothing could be told.
    """

    degrees: int
    confidence: float
