"""The stairs of pages that were scanned in black and white only."""

import cv2
import numpy as np

from ocr.cleanup.step import Measured, Sheet

# Levels up to which a pixel is ink, and from which it is paper; between are the grey edges of letters.
_INK, _PAPER = 64, 192
# Radius of the blur that softens the stairs, inches.
_RADIUS = 0.003


def measure(sheet: Sheet) -> Measured:
    """Measure how many of a hundred edges step from ink to paper at once: all of them on a page of two levels.

    Engines learn from grey edges; the stairs of two-level scans are taken for marks on the letters.
    """
    rows = sheet.grey[::4]
    ink, paper = rows[:, :-1] < _INK, rows[:, 1:] >= _PAPER
    edges = np.count_nonzero(ink & (rows[:, 1:] >= _INK))
    return Measured(
        100 * np.count_nonzero(ink & paper) / edges if edges else 0.0,
        lambda: np.asarray(cv2.GaussianBlur(sheet.grey, (0, 0), _RADIUS * sheet.dpi), dtype=np.uint8),
    )
