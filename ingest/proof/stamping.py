"""Where the stamp goes: the place in the top margin of the first page, nearest to zone 14, that has no ink under it."""

import datetime as dt
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ingest.scan.pixels import Grey, Pixels
from signing.stamp import Area, Stamp, find_free_area

HEADROOM_MM = 12.0
"""White paper added above a first page whose top margin is full: two lines of the stamp and some air."""
_POINTS_PER_INCH = 72
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """The top of a page, where a stamp may go.

    Attributes:
        height: Of the page, pixels. grey: Its upper quarter over the full width, h×W.
    """

    height: int
    grey: Grey

    @classmethod
    def of(cls, page: Pixels) -> "Top":
        """Return the top of a page, H×W×3 BGR."""
        height = page.shape[0]
        return cls(height, np.asarray(cv2.cvtColor(page[: max(1, height // 4)], cv2.COLOR_BGR2GRAY), np.uint8))

    def with_headroom(self, rows: int) -> "Top":
        """Return the same with so many rows of white paper added above."""
        white = np.full((rows, self.grey.shape[1]), 255, np.uint8)
        return Top(self.height + rows, np.concatenate([white, self.grey]))


def headroom_mm(stamp: Stamp, first: Top, dpi: int, moment: dt.datetime) -> float:
    """Return how much white paper must be added above the first page so that ``stamp`` covers nothing: mostly none.

    Args:
        stamp: What it says.
        first: Top of the first page.
        dpi: Of the page.
        moment: Of signing, aware; every moment takes the same place.
    """
    return 0.0 if _free_area(stamp, first, dpi, moment) else HEADROOM_MM


def on_free_paper(stamp: Stamp, first: Top, dpi: int, moment: dt.datetime) -> Stamp:
    """Return ``stamp`` as it is set at ``moment``, placed where it covers nothing of the page.

    Args:
        stamp: What it says.
        first: Top of the first page, without the headroom it was given.
        dpi: Of the page.
        moment: Of signing, aware.
    """
    area = _free_area(stamp, first, dpi, moment)
    if area is None:
        area = _free_area(stamp, first.with_headroom(round(HEADROOM_MM / _MM_PER_INCH * dpi)), dpi, moment)
    return replace(stamp, area=area)


def _free_area(stamp: Stamp, top: Top, dpi: int, moment: dt.datetime) -> Area | None:
    height, width = (side / dpi * _POINTS_PER_INCH for side in (top.height, top.grey.shape[1]))
    return find_free_area(top.grey, width, height, stamp.size(moment, width, height))
