"""Faint ink and grey paper."""

import cv2
import numpy as np

from ocr.cleanup.step import Grey, Measured, Sheet, level

# How much of the ink may turn fully black, and of the paper stay grey: little of both, so that soft edges are kept.
_BLACK_SHARE, _WHITE_SHARE = 0.2, 0.02


def measure(sheet: Sheet) -> Measured:
    """Measure how many grey levels the page's ink is from black or its paper from white, whichever is farther.

    Otsu's threshold parts ink from paper; of each the far end is taken, so that the grey edges of letters stay grey.
    Both are stretched to full black and white. A page of one colour has no ink and no fault.
    """
    sample = np.ascontiguousarray(sheet.grey[::2, ::2])
    threshold = int(cv2.threshold(sample, 0, 255, cv2.THRESH_OTSU)[0])
    histogram = np.bincount(sample.ravel(), minlength=256)
    dark, light = histogram.copy(), histogram.copy()
    dark[threshold + 1 :] = 0
    light[: threshold + 1] = 0
    if not dark.any() or not light.any():
        return Measured(0, sheet.grey.copy)
    black, white = level(dark, _BLACK_SHARE), level(light, _WHITE_SHARE)

    def mend() -> Grey:
        table = np.clip((np.arange(256) - black) * 255 / max(1.0, white - black), 0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(sheet.grey, table), dtype=np.uint8)

    return Measured(max(black, 255 - white), mend)
