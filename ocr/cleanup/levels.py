"""Faint ink and grey paper."""

import cv2
import numpy as np

from ocr.cleanup.step import Grey, Measured, Sheet, histogram, level

# Share of the ink that turns fully black, and of the paper that does not turn fully white. Little ink and half the
# paper: whatever is clipped beyond that is lost from the soft edges of letters.
_BLACK_SHARE, _WHITE_SHARE = 0.2, 0.5
# Ink is at least so many levels darker than paper; what is fainter is the paper's grain or the print on its back.
_LEAST_CONTRAST = 75


def measure(sheet: Sheet) -> Measured:
    """Measure how many grey levels the page's ink is from black or its paper from white, whichever is farther.

    Otsu's threshold parts ink from paper; of each the far end is taken, so that the grey edges of letters stay grey.
    Both are stretched to full black and white. A page without ink has no fault.
    """
    sample = np.ascontiguousarray(sheet.grey[::2, ::2])
    threshold = int(cv2.threshold(sample, 0, 255, cv2.THRESH_OTSU)[0])
    counts = histogram(sample)
    dark, light = counts.copy(), counts.copy()
    dark[threshold + 1 :] = 0
    light[: threshold + 1] = 0
    if not dark.any() or not light.any():
        return Measured(0, sheet.grey.copy)
    black, white = level(dark, _BLACK_SHARE), level(light, _WHITE_SHARE)
    if white - black < _LEAST_CONTRAST:
        return Measured(0, sheet.grey.copy)

    def mend() -> Grey:
        table = np.clip((np.arange(256) - black) * 255 / max(1.0, white - black), 0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(sheet.grey, table), dtype=np.uint8)

    return Measured(max(black, 255 - white), mend)
