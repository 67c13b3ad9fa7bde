"""Seals over text on pages without colour."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleanup.step import Grey, Measured, Sheet

# Grey levels: print is darker than the first; the ink of a seal is paler than the second, nearly all of it, and darker
# than the third.
_BLACK, _PALER, _PALEST = 50, 55, 190
# The grey edge of a printed stroke is so wide, inches.
_EDGE = 0.012
# Seals are looked for on a copy of this resolution, dpi; of a square of it their strokes cover such a share.
_COPY, _STROKE = 50, 0.25
# Diameter of a seal, inches, at least and at most, and votes for its middle.
_SMALLEST, _LARGEST, _VOTES = 1.0, 2.0, 40
# Its ring is seen in most of so many directions, so far off its radius at most, pixels of the copy; outside, at so many
# radii, ink is seen in few.
_DIRECTIONS, _MOST, _OFF, _OUTSIDE, _FEW = 48, 0.85, 1.6, 1.15, 0.55
# The darkest share of a seal's ink, percent, does not tell its level; ink spreads so far beyond the radius.
_USUAL, _AROUND = 5, 1.08


def measure(sheet: Sheet) -> Measured:
    """Count the round seals whose ink is paler than print.

    What is as pale as a seal turns white within its ring, and what is darker keeps its contrast: print under it stays.
    """
    pale = _pale(sheet)
    seals = [(ring, level) for ring in _rings(pale, sheet.dpi) if (level := _level(sheet.grey, pale, ring)) >= _PALER]

    def mend() -> Grey:
        mended = sheet.grey.copy()
        for (x, y, radius), level in seals:
            inside = cv2.circle(np.zeros(mended.shape, np.uint8), (x, y), round(_AROUND * radius), 1, -1)
            table = np.minimum(np.arange(256) * 255 / level, 255).astype(np.uint8)
            mended = np.where(np.asarray(inside) > 0, np.asarray(cv2.LUT(mended, table)), mended)
        return mended

    return Measured(len(seals), mend)


def _pale(sheet: Sheet) -> NDArray[np.uint8]:
    """Return what is as pale as the ink of a seal, and no edge of print: 1 on 0."""
    black = (sheet.grey < _BLACK).view(np.uint8)
    edge = np.ones((2 * max(1, round(_EDGE * sheet.dpi)) + 1,) * 2, np.uint8)
    pale = ((sheet.grey >= _BLACK) & (sheet.grey <= _PALEST)).view(np.uint8)
    printed = np.asarray(cv2.dilate(black, edge), dtype=np.uint8)
    return np.asarray(pale & (printed ^ 1), dtype=np.uint8)


def _rings(pale: NDArray[np.uint8], dpi: int) -> list[tuple[int, int, int]]:
    """Return middle (column, row) and radius, pixels, of each ring as large as a seal's."""
    scale = _COPY / dpi
    size = tuple(max(1, round(scale * side)) for side in pale.shape[::-1])
    shares = np.asarray(cv2.resize(pale * np.uint8(255), size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    least, most = round(_SMALLEST / 2 * _COPY), round(_LARGEST / 2 * _COPY)
    found = cv2.HoughCircles(
        shares, cv2.HOUGH_GRADIENT, 2, least, param1=200, param2=_VOTES, minRadius=least, maxRadius=most
    )
    circles = [] if found is None else np.asarray(found)[0].tolist()
    rows, columns = np.nonzero(shares > _STROKE * 255)
    rings = ((x, y, _outermost(columns - x, rows - y, radius, most)) for x, y, radius in circles)
    return [(round(x / scale), round(y / scale), round(radius / scale)) for x, y, radius in rings if radius]


def _outermost(across: NDArray[np.float64], down: NDArray[np.float64], least: float, most: int) -> int:
    """Return the radius, from ``least`` to ``most``, of the outermost ring of ink around a middle; 0 for none.

    Args:
        across: How far right of the middle pale ink is, pixels of the copy.
        down: How far below it.
        least: Radius, pixels of the copy.
        most: The same.
    """
    distance, angle = np.hypot(across, down), np.arctan2(down, across) / (2 * np.pi) + 0.5

    def seen(radius: float) -> int:
        near = np.abs(distance - radius) <= _OFF
        return len(np.unique((angle[near] * _DIRECTIONS).astype(int) % _DIRECTIONS))

    outermost = max(
        (radius for radius in range(int(least), most + 1) if seen(radius) >= _MOST * _DIRECTIONS), default=0
    )
    # Around a seal the paper is empty; where the print itself is pale, ink is all around.
    return outermost if seen(_OUTSIDE * outermost) <= _FEW * _DIRECTIONS else 0


def _level(grey: Grey, pale: NDArray[np.uint8], ring: tuple[int, int, int]) -> int:
    """Return the level from which on what stands within a ring is its ink."""
    x, y, radius = ring
    square = np.s_[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
    return int(np.percentile(grey[square][pale[square] > 0], _USUAL))
