"""Specks of dust and of photocopies.

A small spot is a speck unless it stands where writing has its marks and points: over or under a letter, on the base
line or at the top beside one, or over another point like a colon's.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleanup.step import Measured, Sheet

# Heights of what may be a letter, inches.
_LOWEST, _HIGHEST = 0.04, 0.3
# In heights of the page's letters: the largest speck, and from which height on a thing is a drawing, whose bounds hold
# more than itself. What is so many times as wide as high is a hyphen.
_SPECK, _DRAWING, _HYPHEN = 0.35, 4.0, 2.0
# Also in heights of letters: how far over and under a letter its marks stand, and beside it; how far behind one a point
# stands, above and below its base line, which in a letter with a tail is above its end.
_MARK, _ASIDE, _POINT, _ABOVE, _BELOW = 0.7, 0.1, 2.0, 0.4, 0.2
# The same for quotation marks: how near to the top of a letter they stand, in its own height below; how far they reach
# before a tall one, of which a copier may have left the right half, and behind one.
_QUOTE, _BEFORE, _TALL, _BEHIND = 0.3, 1.0, 1.2, 0.7
# Under the dot of a colon or semicolon is a point of at most this size, at most so far below and aside: italics slant.
_COLON_POINT, _COLON, _SLANT = 0.7, 1.0, 0.3
# More spots than this in nine cells of this size are no dust but the pieces of broken small print.
_CELL, _CROWD = 2.0, 6
# Places are marked on a copy this many times smaller.
_SHRINK = 2


def measure(sheet: Sheet) -> Measured:
    """Count the specks; they are painted white."""
    specks = _specks(sheet.spots[1:], sheet.grey.shape, sheet.dpi)
    return Measured(len(specks), lambda: sheet.without(specks))


def _specks(spots: NDArray[np.int32], shape: tuple[int, ...], dpi: int) -> NDArray[np.int32]:
    width, height = spots[:, cv2.CC_STAT_WIDTH], spots[:, cv2.CC_STAT_HEIGHT]
    size = np.maximum(width, height)
    usual = (height >= _LOWEST * dpi) & (height <= _HIGHEST * dpi) & (width <= _HIGHEST * dpi)
    unit = float(np.median(height[usual])) if usual.any() else _LOWEST * dpi * 2
    small = (size <= _SPECK * unit) & (width < _HYPHEN * height)
    letters, points = spots[~small & (height <= _DRAWING * unit)], spots[size <= _COLON_POINT * unit]
    places = _places_of_points(letters, points, shape, unit)
    centres = spots[:, :2] + spots[:, 2:4] / 2
    x, y = (centres.T / _SHRINK).astype(int)
    specks = np.flatnonzero(small & ~places[y, x])
    lonely = _neighbours(centres[specks] / (_CELL * unit)) <= _CROWD
    return spots[specks[lonely]]


def _neighbours(cells: NDArray[np.float64]) -> NDArray[np.int32]:
    """Count for each point those in its cell, itself too, and in the eight cells around."""
    x, y = cells.T.astype(int) + 1
    counts = np.zeros((y.max(initial=0) + 2, x.max(initial=0) + 2), dtype=np.float32)
    np.add.at(counts, (y, x), 1)
    sums = cv2.boxFilter(counts, cv2.CV_32F, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(np.asarray(sums)[y, x], dtype=np.int32)


def _places_of_points(
    letters: NDArray[np.int32], points: NDArray[np.int32], shape: tuple[int, ...], unit: float
) -> NDArray[np.bool_]:
    """Return where marks and points may stand beside these letters and over these points, on the shrunken copy."""
    left, top, right, bottom = _sides(letters)
    over, above, _, _ = _sides(points)
    before = _BEFORE * unit * (bottom - top >= _TALL * unit)
    zones = [
        (left - _ASIDE * unit, top - _MARK * unit, right + _ASIDE * unit, bottom + _MARK * unit),
        (right, bottom - _ABOVE * unit, right + _POINT * unit, bottom + _BELOW * unit),
        (left - before, top - _QUOTE * unit, left, top + _QUOTE * (bottom - top)),
        (right, top - _QUOTE * unit, right + _BEHIND * unit, top + _QUOTE * (bottom - top)),
        (over - _SLANT * unit, above - _COLON * unit, over + 2 * _SLANT * unit, above - 1),
    ]
    places = np.zeros((shape[0] // _SHRINK + 1, shape[1] // _SHRINK + 1), dtype=bool)
    for zone in zones:
        for x0, y0, x1, y1 in (np.maximum(0, np.stack(zone, axis=1)) / _SHRINK).astype(int):
            places[y0 : y1 + 1, x0 : x1 + 1] = True
    return places


def _sides(spots: NDArray[np.int32]) -> tuple[NDArray[np.int32], ...]:
    """Return left, top, right and bottom of each."""
    left, top, width, height = spots[:, :4].T
    return left, top, left + width, top + height
