"""Where the stamp goes: the place in the top margin of the first page, nearest to zone 14, that has no ink under it."""

import datetime as dt
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from signing.stamp import Stamp, find_free_area

_POINTS_PER_INCH = 72


def stamp_on_free_paper(agency: str, master: NDArray[np.uint8], dpi: int, moment: dt.datetime) -> Stamp:
    """Return the stamp of a copy made by ``agency`` at ``moment``, placed where it covers nothing of the page.

    A page whose whole top margin is full of ink gets the stamp at its usual place: it is text without a ground, so the
    page still shows through.

    Args:
        agency: Name of the agency.
        master: The first page, H×W×3 BGR.
        dpi: Of the page.
        moment: Of signing, aware.
    """
    height, width = (side / dpi * _POINTS_PER_INCH for side in master.shape[:2])
    stamp = Stamp(agency=agency)
    strip = np.asarray(cv2.cvtColor(master[: max(1, master.shape[0] // 4)], cv2.COLOR_BGR2GRAY), np.uint8)
    free = find_free_area(strip, width, height, stamp.size(moment, width, height))
    return replace(stamp, area=free)
