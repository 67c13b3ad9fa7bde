"""Pages strewn with single dark pixels."""

import cv2
import numpy as np

from ocr.cleanup.step import DARK, Grey, Measured, Sheet

# Dark pixels of a 3x3 square whose middle alone is dark, or alone is light.
_ALONE, _ALL_BUT_ONE = 1, 8


def measure(sheet: Sheet) -> Measured:
    """Count the dark pixels without a dark neighbour, per million pixels.

    They, and light ones without a light neighbour, take the median of their 3x3 square; to give it to all pixels would
    cost marks and thin strokes.
    """
    dark = (sheet.grey < DARK).view(np.uint8)
    count = np.asarray(cv2.boxFilter(dark, cv2.CV_8U, (3, 3), normalize=False))
    pepper = count == _ALONE
    pepper &= dark.view(np.bool_)

    def mend() -> Grey:
        salt = (dark == 0) & (count == _ALL_BUT_ONE)
        return np.where(pepper | salt, np.asarray(cv2.medianBlur(sheet.grey, 3), dtype=np.uint8), sheet.grey)

    return Measured(1e6 * np.count_nonzero(pepper) / dark.size, mend)
