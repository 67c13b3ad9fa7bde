"""Scans out of focus."""

import cv2
import numpy as np

from ocr.cleanup.step import Grey, Measured, Sheet

# Levels between which an edge is neither ink nor paper.
_INK, _MIDDLE, _PAPER = 64, 128, 192
# Radius over which the image is sharpened, inches.
_RADIUS = 0.0075


def measure(sheet: Sheet) -> Measured:
    """Measure how wide the edges between ink and paper are, in thousandths of an inch; an unsharp mask narrows them."""
    rows = sheet.grey[::4]
    grey = np.count_nonzero((rows >= _INK) & (rows < _PAPER))
    edges = np.count_nonzero((rows[:, :-1] < _MIDDLE) != (rows[:, 1:] < _MIDDLE))

    def mend() -> Grey:
        blurred = cv2.GaussianBlur(sheet.grey, (0, 0), _RADIUS * sheet.dpi)
        return np.asarray(cv2.addWeighted(sheet.grey, 2, blurred, -1, 0), dtype=np.uint8)

    return Measured(1000 * grey / (edges * sheet.dpi) if edges else 0.0, mend)
