"""Columns: lines that stand side by side and are read one column after the other.

A gutter alone does not tell: tables and forms have gutters too, and are read across. Columns are told by how their
lines stand. In the head of a document and above signatures, lines of unequal length are centred under each other; a
list of recipients runs beside a signature at a pace of its own; columns of running text are filled from edge to edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

# All in usual letter heights: the narrowest gutter, the widest gap within a column's line, how far a centred line may
# stand off the middle.
_GUTTER, _WORDS_APART, _OFF_CENTRE = 1.0, 7.0, 1.5
# Where a gutter can be, share of the width of the text.
_FROM, _TO = 0.15, 0.85
# This share of a stack's lines is centred; its longest is this much longer than its shortest; it has so many.
_CENTRED, _UNEQUAL, _STACKED = 0.65, 1.25, 3
# Of the lines of running text this share fill this share of their column; there are so many, so many letters wide.
_FULL, _FILLED, _LEAST_LINES, _LEAST_WIDTH = 0.5, 0.85, 5, 12.0
# Lines that begin this near below each other, at most so far apart from foot to foot, are one block.
_FLUSH, _PITCH = 0.35, 2.0
# Lines are level if this near, in usual letter heights; less than this share of them are where paces differ.
_LEVEL, _FEW_LEVEL = 0.3, 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """A run on a line.

    Attributes:
        run: Its number. left, right, foot: Where its letters are, pixels, the slope of the lines taken out.
    """

    run: int
    left: float
    right: float
    foot: float


Line = Sequence[Piece]
"""Pieces on one level, from left to right."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Two columns: lines ``first`` to ``last`` (not with it), parted at column ``gutter``."""

    first: int
    last: int
    gutter: float


def find_columns(lines: Sequence[Line], letter: float) -> tuple[Columns, ...]:
    """Find columns among lines.

    Args:
        lines: Downwards.
        letter: Usual height of a letter, pixels.

    Returns:
        From the top, none sharing a line.
    """
    if not lines:
        return ()
    left, right = min(line[0].left for line in lines), max(line[-1].right for line in lines)
    found: list[Columns] = []
    first = 0
    while first < len(lines):
        columns = _grown(lines, first, left, right, letter)
        if columns is not None and (begun := _continued(lines, columns, letter)):
            columns = _grown(lines, first + begun, left, right, letter)
            first += begun
        if columns is not None and _are_columns(lines[columns.first : columns.last], columns.gutter, letter):
            found.append(columns)
            first = columns.last
        else:
            first += 1
    return tuple(found)


def _grown(lines: Sequence[Line], first: int, left: float, right: float, letter: float) -> Columns | None:
    """Follow a gutter down from line ``first`` as far as it goes."""
    gutters = [(left + _FROM * (right - left), left + _TO * (right - left))]
    last = first
    for line in lines[first:]:
        narrowed = [gap for gutter in gutters for gap in _free(gutter, line) if gap[1] - gap[0] >= _GUTTER * letter]
        if not narrowed:
            break
        gutters, last = narrowed, last + 1
    pieces = [piece for line in lines[first:last] for piece in line]
    parting = [
        (end - start, (start + end) / 2)
        for start, end in gutters
        if any(p.right <= start for p in pieces) and any(p.left >= end for p in pieces)
    ]
    return Columns(first, last, max(parting)[1]) if parting else None


def _continued(lines: Sequence[Line], columns: Columns, letter: float) -> int:
    """Count the lines on top of columns that are a block of their own, as the note of a digital signature is.

    They stand in the right column alone and begin below each other, or below the line above the columns.
    """
    top = max(columns.first - 1, 0)
    count = 0
    for above, line in pairwise(lines[top : columns.last]):
        off, pitch = abs(line[0].left - above[0].left), line[0].foot - above[0].foot
        if line[0].left < columns.gutter or off > _FLUSH * letter or pitch > _PITCH * letter:
            break
        count += 1
    # The first line of a block on top of the page has none above it.
    return count + (columns.first == 0) if count else 0


def _free(gutter: tuple[float, float], line: Line) -> list[tuple[float, float]]:
    """Return what of a gutter a line leaves free."""
    start, end = gutter
    free: list[tuple[float, float]] = []
    for piece in line:
        if piece.right > start and piece.left < end:
            free.append((start, piece.left))
            start = max(start, piece.right)
    return [*free, (start, end)]


def _are_columns(lines: Sequence[Line], gutter: float, letter: float) -> bool:
    left = [part for line in lines if (part := [p for p in line if p.right <= gutter])]
    right = [part for line in lines if (part := [p for p in line if p.left >= gutter])]
    if min(len(left), len(right)) < 2 or _is_parted(left, letter) or _is_parted(right, letter):  # noqa: PLR2004 - one line is no column
        return False
    if _is_running(left, letter) and _is_running(right, letter):
        return True
    is_stacked = len(right) >= _STACKED and _is_stack(right, letter) and _is_unequal(right)
    return is_stacked and (_is_stack(left, letter) or _own_pace(left, right, letter))


def _is_parted(column: Sequence[Line], letter: float) -> bool:
    """Tell whether a column has gaps as tables have."""
    return any(b.left - a.right > _WORDS_APART * letter for line in column for a, b in pairwise(line))


def _is_stack(column: Sequence[Line], letter: float) -> bool:
    """Tell whether lines are centred under each other; lines that begin under each other are not."""
    lefts = [line[0].left for line in column]
    if len(column) >= _STACKED and max(lefts) - min(lefts) <= _FLUSH * letter:
        return False
    middles = [(line[0].left + line[-1].right) / 2 for line in column]
    axis = median(middles)
    return sum(abs(middle - axis) <= _OFF_CENTRE * letter for middle in middles) >= _CENTRED * len(column)


def _is_unequal(column: Sequence[Line]) -> bool:
    widths = [line[-1].right - line[0].left for line in column]
    return max(widths) >= _UNEQUAL * min(widths)


def _own_pace(left: Sequence[Line], right: Sequence[Line], letter: float) -> bool:
    """Tell whether few lines of the shorter column are level with one of the other."""
    short, long = sorted((left, right), key=len)
    feet = [line[0].foot for line in long]
    level = sum(min(abs(line[0].foot - foot) for foot in feet) <= _LEVEL * letter for line in short)
    return level < _FEW_LEVEL * len(short)


def _is_running(column: Sequence[Line], letter: float) -> bool:
    widths = [line[-1].right - line[0].left for line in column]
    if len(column) < _LEAST_LINES or median(widths) < _LEAST_WIDTH * letter:
        return False
    return sum(width >= _FILLED * max(widths) for width in widths) >= _FULL * len(widths)
