"""Uneven light, grey and coloured paper."""

import cv2
import numpy as np

from ocr.cleanup.step import Grey, Measured, Sheet, quantile

# The background is estimated on squares of this size, inches: wider than any stroke, narrower than any shadow.
_WINDOW = 0.2
# It is estimated on a copy this many times smaller, where the result is as good.
_SHRINK = 4
# The darkest paper is that which all but this share of the page outshines.
_DARKEST = 0.01


def measure(sheet: Sheet) -> Measured:
    """Measure how many grey levels the darkest paper of the page is below white.

    The light and the paper's colour are divided out: what is as bright as its background turns white.
    """
    background = paper(sheet.grey, sheet.dpi)
    return Measured(
        255 - quantile(background, _DARKEST),
        lambda: np.asarray(cv2.divide(sheet.grey, background, scale=255), dtype=np.uint8),
    )


def paper(image: Grey, dpi: int) -> Grey:
    """Estimate how bright the empty paper is at every pixel: a closing wider than any stroke removes the print."""
    height, width = image.shape
    size = (max(1, width // _SHRINK), max(1, height // _SHRINK))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    window = max(3, round(_WINDOW * dpi / _SHRINK) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (window, window)))
    smooth = cv2.blur(closed, (window, window))
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
