"""Telling pages apart: which pages are blank. Blank pages are flagged and kept, never dropped."""

import cv2
import numpy as np

from ingest.images import PageImage
from ingest.ink import Mask, find_border, find_ink, reduce_to, without_border

_MIN_BLOB_PIXELS = 10
_MIN_INK_PIXELS = 60
_MARGIN = 0.03


def is_blank(page: PageImage) -> bool:
    """Return whether nothing is printed, written or stamped on a page.

    Dust, paper grain, scanner border and bleed-through from the other side do not count; a page number alone does.
    """
    small = reduce_to(page.pixels, page.dpi)
    return has_no_marks(find_ink(without_border(small, find_border(small))))


def has_no_marks(ink: Mask) -> bool:
    """Return whether ink found by ``find_ink`` is only specks, or lies at the very edge."""
    rows, columns = (max(1, round(n * _MARGIN)) for n in ink.shape)
    inner = ink[rows:-rows, columns:-columns].astype(np.uint8)
    if not inner.any():
        return True
    _, _, facts, _ = cv2.connectedComponentsWithStats(inner, connectivity=8)
    areas = facts[1:, cv2.CC_STAT_AREA]
    return int(areas[areas >= _MIN_BLOB_PIXELS].sum()) < _MIN_INK_PIXELS
