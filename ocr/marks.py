"""Marks, and the letters that they belong to.

Only dots stand below letters, and close to the foot of the line; commas, dashes and quotes stand beside, level with the
line. The nearest of all wins.
"""

import numpy as np

from ocr.pieces import Numbers, Pieces, Places, in_parts

# All in usual letter heights: how far below the foot of a line a mark may stand, how far to the side, how deep within
# the letter's box; what a dot measures; how far beside dashes may stand.
_BELOW, _ASIDE, _SUNK, _DOT, _BESIDE = 0.45, 0.3, 0.4, 0.4, 2.0
# How far above a letter a mark may stand: in usual letter heights, and in heights of that letter.
_ABOVE, _ABOVE_OWN = 1.2, 1.35
# How close marks of a stack are, and how low the lower one is at most.
_STACKED, _LOW = 0.25, 0.5
# Costs, in the same unit, of a mark below a letter that is no dot, and of one that is beside letters.
_NO_DOT, _NO_MARK = 0.4, 0.25
# What stands so level on the foot of a line, at least this share of its letters high, is a small letter of small print
# and goes before any mark.
_LEVEL, _SMALL, _SMALL_LETTER = 0.2, 0.6, 2.0


def best_letters(pieces: Pieces, marks: Places, letters: Places, head: Numbers, foot: Numbers) -> Places:
    """Return for each mark which of the letters it fits best: above it, below it, or beside.

    Args:
        pieces: Of the page.
        marks: Which of them are marks.
        letters: Which are letters.
        head: Usual top of the letters in the run of each letter, pixels.
        foot: Usual bottom of them.

    Returns:
        Places among ``letters``; -1 for what belongs to none.
    """
    if not marks.size:
        return marks
    line = (head, foot)
    return np.concatenate(
        [_best(pieces, some, _carried(pieces, some, marks), letters, line) for some in in_parts(marks)]
    )


def _carried(pieces: Pieces, some: Places, marks: Places) -> Numbers:
    """Return how high the mark is that stands close below each of some marks, pixels; 0 where none does.

    Of a stack of marks, as on Ắ, the upper one belongs to the letter as the lower one does.
    """
    across, _ = pieces.apart(some, marks)
    gap = np.subtract.outer(-pieces.bottom[some], -pieces.top[marks])
    gap[(across >= 0) | (gap < 0) | (gap > _STACKED * pieces.letter)] = np.inf
    gap[:, pieces.height[marks] > _LOW * pieces.letter] = np.inf
    nearest = gap.argmin(axis=1)
    stands = np.isfinite(gap[np.arange(len(some)), nearest])
    return np.where(stands, pieces.height[marks][nearest], 0.0)


def _best(pieces: Pieces, marks: Places, carried: Numbers, letters: Places, line: tuple[Numbers, Numbers]) -> Places:
    size = pieces.letter
    m_left, m_top, m_right, m_bottom = (
        (v[marks, np.newaxis] / size).astype(np.float32) for v in (pieces.left, pieces.top, pieces.right, pieces.bottom)
    )
    l_left, l_top, l_right, l_height = (
        (v[letters] / size).astype(np.float32) for v in (pieces.left, pieces.top, pieces.right, pieces.height)
    )
    l_head, l_foot = ((v / size).astype(np.float32) for v in line)
    across = np.maximum(np.maximum(m_left, l_left) - np.minimum(m_right, l_right), 0)
    above = np.maximum(l_top - m_bottom - (carried[:, np.newaxis] / size).astype(np.float32), 0)
    farthest = np.minimum(_ABOVE, _ABOVE_OWN * l_height)
    above[(l_top - m_bottom < -_SUNK) | (above > farthest) | (across > _ASIDE)] = np.inf
    is_dot = np.maximum(m_right - m_left, m_bottom - m_top) <= _DOT
    below = np.abs(m_top - l_foot) + np.where(is_dot, 0, _NO_DOT).astype(np.float32)
    below[(np.abs(m_top - l_foot) > _BELOW) | (across > _ASIDE)] = np.inf
    middle = (m_top + m_bottom) / 2
    stands = np.abs(m_bottom - l_foot) <= _LEVEL
    stands &= m_bottom - m_top >= _SMALL * (l_foot - l_head)
    beside = np.where(stands, -_SMALL_LETTER, _NO_MARK).astype(np.float32) + 0.1 * across
    beside[(middle < l_head - _SUNK) | (middle > l_foot + _BELOW) | (across > _BESIDE)] = np.inf
    cost = np.minimum(np.minimum(above, below) + 2 * across, beside)
    cost[np.not_equal.outer(pieces.region[marks], pieces.region[letters])] = np.inf
    best = cost.argmin(axis=1)
    return np.where(np.isfinite(cost[np.arange(len(marks)), best]), best, -1)
