"""What shows on empty paper: grain, noise, and the print on the back of the sheet."""

import cv2
import numpy as np

from ocr.cleanup.step import DARK, Grey, Measured, Sheet, level

# How far the grey edge of a stroke reaches from its ink, inches.
_EDGE = 0.02
# The grain is as dark as the paper is on all but this share of its pixels.
_DARKEST = 0.002


def measure(sheet: Sheet) -> Measured:
    """Measure how many grey levels the grain of the empty paper is below white.

    Paper is all that is too far from ink to be its edge; it turns white.
    """
    size = max(3, round(2 * _EDGE * sheet.dpi) | 1)
    ink = cv2.threshold(sheet.grey, DARK - 1, 255, cv2.THRESH_BINARY_INV)[1]
    near = cv2.dilate(ink, np.ones((size, size), np.uint8))
    sample = sheet.grey[::4, ::4][np.asarray(near)[::4, ::4] == 0]
    grain = 255 - level(np.bincount(sample, minlength=256), _DARKEST) if sample.size else 0

    def mend() -> Grey:
        return np.asarray(cv2.bitwise_or(sheet.grey, cv2.bitwise_not(near)), dtype=np.uint8)

    return Measured(grain, mend)
