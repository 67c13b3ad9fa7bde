"""Where the stamp goes: the place in the top margin of the first page, nearest to zone 14, that has no ink under it."""

import datetime as dt
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from signing.stamp import Area, Stamp, find_free_area

HEADROOM_MM = 12.0
"""White paper added above a first page whose top margin is full: two lines of the stamp and some air."""
_POINTS_PER_INCH = 72
_MM_PER_INCH = 25.4


def headroom_mm(stamp: Stamp, master: NDArray[np.uint8], dpi: int, moment: dt.datetime) -> float:
    """Return how much white paper must be added above the first page so that ``stamp`` covers nothing: mostly none.

    Args:
        stamp: What it says.
        master: The first page, H×W×3 BGR.
        dpi: Of the page.
        moment: Of signing, aware; every moment takes the same place.
    """
    return 0.0 if _free_area(stamp, master, dpi, moment) else HEADROOM_MM


def on_free_paper(stamp: Stamp, master: NDArray[np.uint8], dpi: int, moment: dt.datetime) -> Stamp:
    """Return ``stamp`` as it is set at ``moment``, placed where it covers nothing of the page.

    Args:
        stamp: What it says.
        master: The first page, H×W×3 BGR, without the headroom it was given.
        dpi: Of the page.
        moment: Of signing, aware.
    """
    area = _free_area(stamp, master, dpi, moment)
    if area is None:
        rows = round(HEADROOM_MM / _MM_PER_INCH * dpi)
        headroom = np.full((rows, *master.shape[1:]), 255, np.uint8)
        area = _free_area(stamp, np.concatenate([headroom, master]), dpi, moment)
    return replace(stamp, area=area)


def _free_area(stamp: Stamp, page: NDArray[np.uint8], dpi: int, moment: dt.datetime) -> Area | None:
    height, width = (side / dpi * _POINTS_PER_INCH for side in page.shape[:2])
    strip = np.asarray(cv2.cvtColor(page[: max(1, page.shape[0] // 4)], cv2.COLOR_BGR2GRAY), np.uint8)
    return find_free_area(strip, width, height, stamp.size(moment, width, height))
