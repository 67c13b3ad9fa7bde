"""Rows of tables without rulings across: which lines of its columns are one row.

A row is what stands between two levels. Of all ways to part a table there, that one is taken whose rows look most like
rows: cells begin, or have their middles, on one level; lines of a cell stand close; hardly a column is empty; and the
first column, which numbers the rows, has one line in each.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np

# In usual letter heights: lines so near are on one level, the closest lines of a cell, how far a cell may reach beside
# a heading above it.
_LEVEL, _CLOSEST, _OVERLAP, _ASIDE = 0.35, 1.2, 0.3, 0.3
# The closest lines of a column, this share of them, are of one cell; they are no farther apart than those of another
# column by this factor. Lines may stand off that pitch by the first share of it, and are of two rows by the second.
_CLOSE, _WIDER, _FAR = 0.05, 1.3, (0.08, 0.2)
# Columns with one line in each row have as many as each other, but for this share. So few of their gaps, of all, are
# unlike the others.
_ALIKE, _FEW = 0.1, 0.15
# What is wrong with a row: lines of a cell that are far apart; an empty column, and besides, the first one; several
# lines where columns have one in each row. And when it is no row any more.
_APART, _EMPTY, _UNNUMBERED, _SEVERAL, _NO_ROW = 3.0, 0.5, 0.5, 3.0, 9.0

Spans = tuple[tuple[float, float], ...]
"""From left to right, none touching another."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A run, or what of it stands in one column.

    Attributes:
        run: Its number. spans: Of its words; solid: without specks. top, bottom: The slope of the lines taken out.
        shift: How far to the right the leaning of the page brings it, taken out of the spans.
    """

    run: int
    spans: Spans
    solid: Spans
    top: float
    bottom: float
    shift: float = 0.0

    @property
    def left(self) -> float:
        """Where its first word begins."""
        return self.spans[0][0]

    @property
    def right(self) -> float:
        """Where its last word ends."""
        return self.spans[-1][1]


@dataclass(frozen=True, slots=True, eq=False)
class TableLine:
    """What stands on one level in columns ``first`` to ``last``."""

    first: int
    last: int
    parts: tuple[Part, ...]
    top: float
    foot: float

    @classmethod
    def of(cls, parts: Sequence[Part], first: int, last: int | None = None) -> "TableLine":
        """Return the line that parts make in one column, or in several."""
        top = min(part.top for part in parts)
        return cls(first, first if last is None else last, tuple(parts), top, foot(parts))

    @property
    def is_wide(self) -> bool:
        """Whether it is a heading over several columns."""
        return self.first < self.last


_Place = Callable[[Sequence[TableLine]], float]
"""Where a cell stands, by its lines."""


def levelled(parts: Iterable[Part]) -> list[list[Part]]:
    """Put parts on one level together, downwards."""
    lines: list[list[Part]] = []
    for part in sorted(parts, key=lambda p: p.bottom):
        if lines and part.bottom - foot(lines[-1]) <= (part.bottom - part.top) / 2:
            lines[-1].append(part)
        else:
            lines.append([part])
    return [sorted(line, key=lambda p: p.left) for line in lines]


def foot(line: Iterable[Part]) -> float:
    """Return where most of a line stands."""
    return median(part.bottom for part in line)


def in_rows(
    columns: Sequence[Sequence[Part]], letter: float, wide: Sequence[TableLine] = ()
) -> list[list[Sequence[Part]]]:
    """Put what stands in columns into rows of cells.

    Args:
        columns: What stands in each.
        letter: Usual height of a letter, pixels.
        wide: Headings over several columns.

    Returns:
        Cells of every row in reading order; what stands under headings over several columns is a row of its own.
    """
    by_column = [[TableLine.of(line, i) for line in levelled(column)] for i, column in enumerate(columns)]
    table = _Table(by_column, wide, letter)
    rows = min((table.parted(place) for place in (_begin, _middle)), key=lambda way: way[0])[1]
    head = _grouped(rows[0], letter) if rows else []
    return [cells for row in (head, *rows[1:]) for cells in _headed(row, letter)]


def _begin(cell: Sequence[TableLine]) -> float:
    return cell[0].foot


def _middle(cell: Sequence[TableLine]) -> float:
    return (cell[0].foot + cell[-1].foot) / 2


class _Table:
    """What stands in a table.

    Attributes:
        pitches: Of lines of one cell, by column. single: Columns with one line in each row.
        empty: What is wrong with a row that has nothing in a column, by column.
        levels: Lines on one level, downwards.
    """

    def __init__(self, columns: Sequence[Sequence[TableLine]], wide: Sequence[TableLine], letter: float) -> None:
        least = _CLOSEST * letter
        feet = ([b.foot - a.foot for a, b in pairwise(lines)] for lines in columns)
        gaps = [sorted(gap for gap in own if gap >= least) for own in feet]
        close = [own[int(_CLOSE * len(own))] if own else np.inf for own in gaps]
        self.pitches = [max(least, min(pitch, _WIDER * min(close))) for pitch in close]
        counts = [len(lines) for lines in columns]
        sparse = [n if own and _is_single(own, min(close)) else 0 for n, own in zip(counts, gaps, strict=True)]
        usual = max(sparse, key=lambda n: n and sum(_alike(n, other) for other in sparse))
        rows = usual or counts[0] or max(1, *counts)
        self.single = {i for i, n in enumerate(sparse) if _alike(n, rows)} or {0}
        self.empty = [_EMPTY * min(1.0, n / rows) for n in counts]
        self.empty[0] += _UNNUMBERED * (0 in self.single)
        self.levels: list[list[TableLine]] = []
        for line in sorted((*wide, *(line for lines in columns for line in lines)), key=lambda line: line.foot):
            if not self.levels or line.foot - self.levels[-1][0].foot > _LEVEL * letter:
                self.levels.append([])
            self.levels[-1].append(line)

    def parted(self, place: _Place) -> tuple[float, list[list[TableLine]]]:
        """Return the best way to part the table into rows and what is wrong with it."""
        best = [(0.0, 0)]
        for end in range(1, len(self.levels) + 1):
            ways = []
            for first in range(end - 1, -1, -1):
                wrong = self._wrong(self.levels[first:end], place)
                ways.append((best[first][0] + wrong, first))
                if wrong >= _NO_ROW:
                    break
            best.append(min(ways))
        rows: list[list[TableLine]] = []
        end = len(self.levels)
        while end:
            first = best[end][1]
            rows.append([line for level in self.levels[first:end] for line in level])
            end = first
        return best[-1][0], rows[::-1]

    def _wrong(self, levels: Iterable[Iterable[TableLine]], place: _Place) -> float:
        """Return how unlike a row of the table lines are."""
        cells: dict[int, list[TableLine]] = {}
        headed: set[int] = set()
        for line in (line for level in levels for line in level):
            if line.is_wide:
                headed.update(range(line.first, line.last + 1))
            else:
                cells.setdefault(line.first, []).append(line)
        wrong = sum(self.empty[i] for i in range(len(self.empty)) if i not in cells and i not in headed)
        several = min((len(cell) for i, cell in cells.items() if i in self.single), default=1) - 1
        if 2 * sum(len(cell) > 1 for cell in cells.values()) > len(cells):
            wrong += _SEVERAL * several
        places = [place(cell) for i, cell in cells.items() if i not in headed]
        level = median(places) if places else 0.0
        wrong += sum(min(1.0, abs(at - level) / min(self.pitches)) for at in places)
        return wrong + sum(self._apart(cell) for cell in cells.values())

    def _apart(self, cell: Sequence[TableLine]) -> float:
        """Return how wrong the gaps between the lines of a cell are."""
        low, high = _FAR
        far = ((b.foot - a.foot) / self.pitches[a.first] - 1 for a, b in pairwise(cell))
        return sum(_APART * min(1.0, max(0.0, (gap - low) / (high - low))) for gap in far)


def _is_single(gaps: Sequence[float], close: float) -> bool:
    """Tell whether cells of a column have a line each: gaps, from the least up, are wide, or as wide as each other."""
    low, high = gaps[int(_FEW * len(gaps))], gaps[int((1 - _FEW) * len(gaps))]
    return low >= (1 + _FAR[1]) * close or high <= (1 + _FAR[1]) * low


def _alike(count: int, other: int) -> bool:
    return abs(count - other) <= _ALIKE * max(count, other)


def _grouped(head: Sequence[TableLine], letter: float) -> list[TableLine]:
    """Tell headings over two columns that cross no gutter: each stands aside of the title below, not over it."""
    return [line if line.is_wide else _over_two(line, head, letter) for line in head]


def _over_two(line: TableLine, head: Sequence[TableLine], letter: float) -> TableLine:
    """Return a line as a heading over two columns if it is one: the titles of both are below it."""
    below = next((other for other in head if other.first == line.first and other.foot > line.foot), line)
    left, right = below.parts[0].left - line.parts[0].left, below.parts[-1].right - line.parts[-1].right
    if min(left, right) > _ASIDE * letter:
        first, last = line.first - 1, line.first
    elif max(left, right) < -_ASIDE * letter:
        first, last = line.first, line.first + 1
    else:
        return line
    feet = [other.foot for other in head if other.first in {first, last} - {line.first}]
    is_over = bool(feet) and min(feet) >= (line.foot + below.foot) / 2
    return replace(line, first=first, last=last) if is_over else line


def _headed(row: Sequence[TableLine], letter: float) -> Iterator[list[Sequence[Part]]]:
    """Yield the cells of a row, those under its headings over several columns as another."""
    wide = [line for line in row if line.is_wide]
    cells: dict[int, list[TableLine]] = {}
    for line in row:
        if not line.is_wide:
            cells.setdefault(line.first, []).append(line)
    under: list[list[TableLine]] = []
    over = [[line] for line in wide]
    for column, cell in cells.items():
        is_under = any(h.first <= column <= h.last and cell[0].top >= h.foot - _OVERLAP * letter for h in wide)
        (under if is_under else over).append(cell)
    for some in (over, under):
        if some:
            inorder = sorted(some, key=lambda cell: (cell[0].first, cell[0].top))
            yield [[part for line in cell for part in line.parts] for cell in inorder]
