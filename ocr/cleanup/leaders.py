"""Dotted leaders of forms.

A leader is a row of equal dots at equal distances. Text typed or written over it hides some dots, so a row is known by
its rhythm: the gaps between its free dots are small multiples of one pitch. The dots of i and j, nặng marks and full
stops also stand in rows, but without rhythm.
"""

import numpy as np
from numpy.typing import NDArray

from ocr.cleanup.step import Measured, Sheet

# Inches: the largest dot, the widest pitch, the widest gap that written text leaves, how far a row may waver, and the
# least and greatest distance of a colon's dots.
_DOT, _PITCH, _HIDDEN, _WAVER, _COLON = 0.03, 0.12, 1.0, 0.008, (0.015, 0.1)
# Inches: the lowest letter, and how near behind one a full stop stands; the dots of leaders stand as near each other.
_LETTER, _NEAR = 0.05, 0.07
# Inches: how far above a letter its mark stands at most, and the tallest letter that counts.
_MARK, _TALLEST = 0.03, 0.2
# A row has at least this many dots; this share of their gaps fits the rhythm, each to this share of the pitch.
_LEAST_DOTS, _RHYTHM, _TOLERANCE = 6, 0.75, 0.2
# A row without a hidden dot may be shorter: five dots in a run stand nowhere else.
_RUN = 5


def measure(sheet: Sheet) -> Measured:
    """Count the dots of leaders; they are painted white. Dots that touch a letter stay."""
    dots = leader_dots(sheet.spots, sheet.dpi)
    return Measured(dots.size, lambda: sheet.without(sheet.spots[dots]))


def leader_dots(stats: NDArray[np.int32], dpi: int) -> NDArray[np.intp]:
    """Return which connected components are leader dots.

    Args:
        stats: Left, top, width, height, area of each component, pixels, as OpenCV gives them; row 0 is the background.
        dpi: Resolution.

    Returns:
        Row numbers of the dots.
    """
    size = max(2, round(_DOT * dpi))
    small = (stats[:, 2] <= size) & (stats[:, 3] <= size)
    small[0] = False
    dots = np.flatnonzero(small)
    centres = stats[dots, :2] + stats[dots, 2:4] / 2
    found = [np.empty(0, dtype=np.intp)]
    for row in _rows(centres, dpi):
        rhythmic = row[_in_rhythm(centres[row, 0], dpi)]
        rhythmic = rhythmic[[not _is_mark(stats, dots[dot], dpi) for dot in rhythmic]] if rhythmic.size else rhythmic
        points = {dot for dot in rhythmic[:1] if _is_full_stop(stats, dots[dot], dpi)}
        found.append(dots[[dot for dot in rhythmic if dot not in points and not _is_colon(centres, dot, dpi)]])
    return np.concatenate(found)


def _rows(centres: NDArray[np.float64], dpi: int) -> list[NDArray[np.intp]]:
    """Chain the dots from left to right into rows."""
    ends = np.empty((len(centres), 2))
    rows: list[list[int]] = []
    waver = max(1.0, _WAVER * dpi)
    for dot in np.argsort(centres[:, 0], kind="stable"):
        x, y = centres[dot]
        open_ends = ends[: len(rows)]
        off = np.abs(open_ends[:, 1] - y)
        near = np.flatnonzero((off <= waver) & (x - open_ends[:, 0] <= _HIDDEN * dpi))
        # The end that is farthest right, so that a row goes on rather than starting anew beside itself.
        row = int(near[np.argmax(open_ends[near, 0])]) if near.size else len(rows)
        if row == len(rows):
            rows.append([])
        rows[row].append(int(dot))
        ends[row] = x, y
    return [np.asarray(row, dtype=np.intp) for row in rows if len(row) >= _RUN]


def _in_rhythm(x: NDArray[np.float64], dpi: int) -> NDArray[np.bool_]:
    """Return which dots of a row keep its rhythm; none if it has none."""
    none = np.zeros(len(x), dtype=bool)
    gaps = np.diff(x)
    # Dots one over the other have no gap.
    short = gaps[(gaps > 0) & (gaps <= _PITCH * dpi)]
    if len(short) < _RUN - 1:
        return none
    pitch = float(np.median(short))
    single = short[np.abs(short - pitch) <= _TOLERANCE * pitch]
    if len(single) < _RUN - 1:
        return none
    pitch = float(single.mean())
    beats = gaps / pitch
    fits = np.abs(beats - np.round(beats)) <= _TOLERANCE
    if fits.mean() < _RHYTHM:
        return none
    keeps = none.copy()
    keeps[:-1] |= fits
    keeps[1:] |= fits
    enough = keeps.sum() >= _LEAST_DOTS or len(single) == len(gaps)
    return keeps if enough else none


def _is_colon(centres: NDArray[np.float64], dot: np.intp, dpi: int) -> bool:
    """Tell whether the dot is the lower one of a colon, with another straight above it."""
    across = np.abs(centres[:, 0] - centres[dot, 0])
    above = centres[dot, 1] - centres[:, 1]
    return bool(np.any((across <= _WAVER * dpi) & (above > _COLON[0] * dpi) & (above < _COLON[1] * dpi)))


def _is_mark(stats: NDArray[np.int32], dot: np.intp, dpi: int) -> bool:
    """Tell whether the dot stands close above a letter: in small print marks are as small as dots, and as regular."""
    left, top, width, height, _ = stats[dot]
    below = stats[:, 1] - (top + height)
    letter = (stats[:, 3] >= _LETTER * dpi) & (stats[:, 3] <= _TALLEST * dpi) & (below > 0) & (below <= _MARK * dpi)
    over = (stats[:, 0] <= left + width / 2) & (stats[:, 0] + stats[:, 2] >= left + width / 2)
    return bool(np.any(letter & over))


def _is_full_stop(stats: NDArray[np.int32], dot: np.intp, dpi: int) -> bool:
    """Tell whether the dot stands right behind a letter on its base line, and not right before another dot."""
    left, bottom = stats[dot, 0], stats[dot, 1] + stats[dot, 3]
    rights, bottoms = stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]
    tall = stats[:, 3] >= _LETTER * dpi
    before = left - rights
    behind_letter = tall & (np.abs(bottoms - bottom) <= _WAVER * dpi) & (before > 0) & (before <= _NEAR * dpi)
    after = stats[:, 0] - left
    next_dot = ~tall & (np.abs(bottoms - bottom) <= _WAVER * dpi) & (after > 0) & (after <= _NEAR * dpi)
    return bool(behind_letter.any() and not next_dot.any())
