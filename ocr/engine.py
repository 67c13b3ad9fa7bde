"""The ports through which pages are read: what a line reader must be able to do."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ocr.model import Word


class LineReader(Protocol):
    """Reads single lines of text. Where lines are and in what order they follow, it need not know."""

    @property
    def name(self) -> str:
        """Name, version and language, e.g. ``"tesseract 5.3.0 vie"``."""
        ...

    def read_lines(self, crops: Sequence[NDArray[np.uint8]], dpi: int) -> tuple[tuple[Word, ...], ...]:
        """Read lines.

        Args:
            crops: Each shows one line: grey, height x width, dark text on white, upright, with a margin; of any sizes.
            dpi: Their resolution, dots per inch.

        Returns:
            For each crop its words from left to right, boxes in the crop's own pixels; none where it shows no text.

        Raises:
            PartError: The engine is missing, failed, or ran out of time.
        """
        ...
