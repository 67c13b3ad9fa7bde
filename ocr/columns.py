"""Columns: lines that stand side by side and are read one column after the other.

A gutter alone does not tell: tables and forms have gutters too, and are read across. Columns are told by how their
lines stand. In the head of a document and above signatures, lines of unequal length are centred under each other; a
list of recipients runs beside a signature at a pace of its own; columns of running text are filled from edge to edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

# All in usual letter heights: the narrowest gutter, the widest gap within a column's line, and within one of running
# text, how far a centred line may stand off the middle.
_GUTTER, _WORDS_APART, _JUSTIFIED, _OFF_CENTRE = 1.0, 7.0, 2.5, 1.5
# Where a gutter can be, share of the width of the text.
_FROM, _TO = 0.15, 0.85
# This share of a stack's lines is centred, or this beside lines that are no stack: of three, more than two. Its longest
# is this much longer than its shortest; it has so many.
_CENTRED, _SURELY, _UNEQUAL, _STACKED = 0.65, 0.7, 1.25, 3
# Of the lines of running text this share fill this share of their column; there are so many, so many letters wide. Few
# are wider than the column, which this share of them is not.
_FULL, _FILLED, _LEAST_LINES, _LEAST_WIDTH, _WITHIN = 0.5, 0.85, 5, 12.0, 0.9
# Lines that begin this near below each other, at most so far apart from foot to foot, are one block. Short lines that
# end running text are no farther apart than this, in its usual pitches.
_FLUSH, _PITCH, _ENDING = 0.35, 2.0, 1.25
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


def find_columns(lines: Sequence[Line], letter: float, *, running: bool = False) -> tuple[Columns, ...]:
    """Find columns among lines.

    Args:
        lines: Downwards.
        letter: Usual height of a letter, pixels.
        running: Whether only columns of running text are looked for.

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
            first += begun
            columns = _grown(lines, first, left, right, letter)
        own = _filled(lines, columns, letter, running=running) if columns is not None else None
        if own is not None:
            found.append(own)
        first = own.last if own is not None else first + 1
    return tuple(found)


def _filled(lines: Sequence[Line], columns: Columns, letter: float, *, running: bool) -> Columns | None:
    """Return the columns that a gutter parts: of running text, or blocks side by side unless ``running``."""
    text = _running(lines, columns, letter)
    if text is None and not running and _are_blocks(lines, columns, letter):
        return columns
    return text


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


def _sides(lines: Sequence[Line], columns: Columns) -> tuple[dict[int, list[Piece]], dict[int, list[Piece]]]:
    """Return what stands left and right of the gutter, by number of the line."""
    numbers = range(columns.first, columns.last)
    left = {i: part for i in numbers if (part := [p for p in lines[i] if p.right <= columns.gutter])}
    right = {i: part for i in numbers if (part := [p for p in lines[i] if p.left >= columns.gutter])}
    return left, right


def _running(lines: Sequence[Line], columns: Columns, letter: float) -> Columns | None:
    """Return columns of running text without what stands below it, as recipients and signatures do."""
    last = columns.first
    for side in _sides(lines, columns):
        text = list(side.values())
        text = text[: _end(text, letter)]
        if not _is_running(text, letter) or _has_gutter(text, letter):
            return None
        last = max(last, list(side)[len(text) - 1] + 1)
    return replace(columns, last=last)


def _are_blocks(lines: Sequence[Line], columns: Columns, letter: float) -> bool:
    """Tell whether blocks of lines stand side by side."""
    left, right = (list(side.values()) for side in _sides(lines, columns))
    apart = _WORDS_APART * letter
    if min(len(left), len(right)) < 2 or _is_parted(left, apart) or _is_parted(right, apart):  # noqa: PLR2004 - one line is no column
        return False
    is_stacked = len(right) >= _STACKED and _is_stack(right, letter) and _is_unequal(right)
    is_sure = is_stacked and _is_stack(right, letter, least=_SURELY)
    return (is_stacked and _is_stack(left, letter)) or (is_sure and _own_pace(left, right, letter))


def _is_parted(column: Sequence[Line], apart: float) -> bool:
    """Tell whether a column has gaps as tables have, wider than ``apart``, pixels."""
    return any(b.left - a.right > apart for line in column for a, b in pairwise(line))


def _is_stack(column: Sequence[Line], letter: float, *, least: float = _CENTRED) -> bool:
    """Tell whether at least this share of lines is centred under each other; lines that begin under each other are not.

    The middle one of three always is.
    """
    lefts = [line[0].left for line in column]
    if len(column) >= _STACKED and max(lefts) - min(lefts) <= _FLUSH * letter:
        return False
    middles = [(line[0].left + line[-1].right) / 2 for line in column]
    axis = median(middles)
    return sum(abs(middle - axis) <= _OFF_CENTRE * letter for middle in middles) >= least * len(column)


def _is_unequal(column: Sequence[Line]) -> bool:
    widths = [line[-1].right - line[0].left for line in column]
    return max(widths) >= _UNEQUAL * min(widths)


def _own_pace(left: Sequence[Line], right: Sequence[Line], letter: float) -> bool:
    """Tell whether few lines of the shorter column are level with one of the other."""
    short, long = sorted((left, right), key=len)
    feet = [line[0].foot for line in long]
    level = sum(min(abs(line[0].foot - foot) for foot in feet) <= _LEVEL * letter for line in short)
    return level < _FEW_LEVEL * len(short)


def _full(column: Sequence[Line], letter: float) -> list[bool]:
    """Tell of every line whether it fills the column."""
    widths = [line[-1].right - line[0].left for line in column]
    whole = _FILLED * sorted(widths)[int(_WITHIN * (len(widths) - 1))]
    apart = _JUSTIFIED * letter
    return [width >= whole and not _is_parted([line], apart) for width, line in zip(widths, column, strict=True)]


def _is_running(column: Sequence[Line], letter: float) -> bool:
    if len(column) < _LEAST_LINES or median(line[-1].right - line[0].left for line in column) < _LEAST_WIDTH * letter:
        return False
    return sum(_full(column, letter)) >= _FULL * len(column)


def _end(column: Sequence[Line], letter: float) -> int:
    """Return after how many lines text ends: with its last full line, or short ones close below that."""
    full = _full(column, letter)
    end = len(full) - full[::-1].index(True) if any(full) else 0
    usual = median(b[0].foot - a[0].foot for a, b in pairwise(column)) if len(column) > 1 else 0.0
    for above, line in pairwise(column[max(0, end - 1) :]):
        off, pitch = abs(line[0].left - above[0].left), line[0].foot - above[0].foot
        if off > _FLUSH * letter or pitch > _ENDING * usual:
            break
        end += 1
    return end


def _has_gutter(column: Sequence[Line], letter: float) -> bool:
    """Tell whether a gutter goes through all lines of a column, as between the numbers and texts of a table.

    It parts several lines: not specks from the text beside them.
    """
    left, right = min(line[0].left for line in column), max(line[-1].right for line in column)
    gutters = [(left, right)]
    for line in column:
        gutters = [gap for gutter in gutters for gap in _free(gutter, line) if gap[1] - gap[0] >= _GUTTER * letter]
    beside = (sum(line[0].right <= start and end <= line[-1].left for line in column) for start, end in gutters)
    return max(beside, default=0) >= _STACKED
