"""Pages strewn with single dark pixels."""

import cv2
import numpy as np

from ocr.cleanup.step import DARK, Measured, Sheet


def measure(sheet: Sheet) -> Measured:
    """Count the dark pixels without a dark neighbour, per million pixels; a 3x3 median takes them out."""
    dark = (sheet.grey < DARK).view(np.uint8)
    neighbours = cv2.boxFilter(dark, cv2.CV_8U, (3, 3), normalize=False)
    lone = np.count_nonzero(dark & (np.asarray(neighbours) == 1))
    return Measured(1e6 * lone / dark.size, lambda: np.asarray(cv2.medianBlur(sheet.grey, 3), dtype=np.uint8))
