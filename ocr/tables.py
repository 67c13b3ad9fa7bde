"""Tables that rulings do not tell whole: unruled ones, and ruled ones whose rulings across are missing or lost.

Columns are parted by gutters that stay free over many lines. Within them lines set close under each other are one
cell, and cells that reach beside each other are one row. A table found becomes a network of cells, as if it were ruled.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import sqrt
from statistics import median

import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.linefinder import Found, Run
from ocr.rulings import Network

# In usual letter heights: words are parted by more than this, gutters are at least so wide, and one of a table's so.
_WITHIN_WORD, _GUTTER, _WIDE_GUTTER = 0.35, 0.8, 1.0
# A table has at least so many gutters, lines, and lines with something in three columns.
_GUTTERS, _LINES, _FULL_LINES = 2, 4, 3
# So many lines above a table may leave its gutters free, or some of them: titles, headings over several columns.
_TITLES = 4
# Pitches of lines within a cell, in usual letter heights, and how much wider those from row to row are at least.
_WITHIN_CELL, _WIDER = (1.4, 3.0), 1.15
# At least this share of the pitches in the fullest column lead from row to row.
_ROWS = 0.2
# Fewer pitches than this share of all are chance.
_FEW = 0.05
# Rulings across are lost where a ruled row holds more rows than this, in a table of so few ruled rows.
_ROWS_LOST, _ROWS_LEFT = 4, 4
# Up to this share of the pitches may lie in the jump from those within cells to those from row to row.
_STRAY = 0.03
# Ink smaller than this both ways, standing by itself, is no text that could close a gutter.
_SPECK = 0.4
# Cells that overlap by more than this are beside each other.
_OVERLAP = 0.3

Spans = tuple[tuple[float, float], ...]
"""From left to right, none touching another."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A run, or what of it stands in one column.

    Attributes:
        run: Its number. spans: Of its words; solid: without specks. top, bottom: The slope of the lines taken out.
    """

    run: int
    spans: Spans
    solid: Spans
    top: float
    bottom: float

    @property
    def left(self) -> float:
        return self.spans[0][0]

    @property
    def right(self) -> float:
        return self.spans[-1][1]


@dataclass(frozen=True, slots=True)
class _Cell:
    """What stands in columns ``first`` to ``last``, from ``top`` to ``bottom``."""

    top: float
    bottom: float
    first: int
    last: int
    parts: tuple[_Part, ...]

    def heads(self, other: "_Cell", letter: float) -> bool:
        """Tell whether this is a heading over several columns, the other in one of them."""
        is_within = self.first <= other.first and other.last <= self.last
        return self.first < self.last and is_within and other.top >= self.bottom - _OVERLAP * letter


@dataclass(frozen=True, slots=True)
class _Grid:
    """Lines of a table and the middles of its gutters; headings in ``head`` may cross them."""

    lines: Sequence[Sequence[_Part]]
    gutters: Sequence[float]
    head: Sequence[Sequence[_Part]] = field(default=())


def with_tables(found: Found) -> Found:
    """Return what was found with every table's cells as regions of their own, runs parted where gutters cross them."""
    tables = _Tables(found)
    tables.finish_ruled()
    tables.find_unruled()
    return tables.result()


class _Tables:
    def __init__(self, found: Found) -> None:
        self.found, self.letter = found, found.letter
        self.networks = list(found.rulings.networks)
        self.next_region = 1 + max((run.region for run in found.runs), default=1)
        self.next_region = max(self.next_region, 1 + int(found.rulings.regions.max(initial=1)))
        self.regions: dict[int, list[tuple[int, float, float]]] = {}

    def finish_ruled(self) -> None:
        """Part rows of ruled tables that hold several rows."""
        parts: dict[int, list[_Part]] = {}
        for number, run in enumerate(self.found.runs):
            parts.setdefault(run.region, []).append(self._part(number))
        for i, network in enumerate(self.networks):
            rows: list[tuple[int, ...]] = []
            for cells in network.cells:
                columns = [own for cell in cells if (own := parts.get(cell))]
                lost = len(columns) > _GUTTERS and len(network.cells) <= _ROWS_LEFT
                finer = self._rows(columns) if lost else []
                rows += map(tuple, self._as_regions(finer)) if len(finer) > _ROWS_LOST else [cells]
            self.networks[i] = replace(network, cells=tuple(rows))

    def find_unruled(self) -> None:
        """Find tables without rulings."""
        by_region: dict[int, list[_Part]] = {}
        for number, run in enumerate(self.found.runs):
            if number not in self.regions:
                by_region.setdefault(run.region, []).append(self._part(number))
        for region, parts in by_region.items():
            for grid in self._gridded(_levelled(parts)):
                inside = [part for line in (*grid.head, *grid.lines) for part in line]
                cells = tuple(map(tuple, self._as_regions(self._grid_rows(grid))))
                x, y = min(part.left for part in inside), min(part.top for part in inside)
                right, bottom = max(part.right for part in inside), max(part.bottom for part in inside)
                self.networks.append(Network(Box(int(x), int(y), int(right - x), int(bottom - y)), region, cells))

    def _grid_rows(self, grid: _Grid) -> list[list[Sequence[_Part]]]:
        columns: list[list[_Part]] = [[] for _ in range(len(grid.gutters) + 1)]
        wide: list[_Cell] = []
        for part in (group for line in grid.head for whole in line for group in self._groups(whole)):
            first, last = bisect_left(grid.gutters, part.left), bisect_left(grid.gutters, part.right)
            if first < last:
                wide.append(_Cell(part.top, part.bottom, first, last, (part,)))
            else:
                columns[first].append(part)
        for part in (part for line in grid.lines for part in line):
            for column, own in self._parted(part, grid.gutters):
                columns[column].append(own)
        return self._rows(columns, wide)

    def result(self) -> Found:
        """Return what was found, with the tables."""
        rulings = replace(self.found.rulings, networks=tuple(self.networks))
        runs = list(self.found.runs)
        owner = self.found.owner.copy()
        for number, places in self.regions.items():
            whole = runs[number]
            middles = self.found.stats[whole.members, 0] + self.found.stats[whole.members, 2] / 2
            for i, (region, left, right) in enumerate(places):
                members = whole.members[(middles >= left) & (middles < right)]
                run = _cut(whole, self.found.stats, members, region, (left, right))
                if i == 0:
                    runs[number] = run
                else:
                    owner[members] = len(runs)
                    runs.append(run)
        return replace(self.found, runs=tuple(runs), owner=owner, rulings=rulings)

    def _part(self, number: int) -> _Part:
        run = self.found.runs[number]
        stats = self.found.stats[run.members]
        letters = stats[(stats[:, 1] + stats[:, 3] > run.top) & (stats[:, 1] < run.bottom)]
        order = np.argsort(letters[:, 0])
        left, right = letters[order, 0].astype(float), np.maximum.accumulate((letters[:, 0] + letters[:, 2])[order])
        breaks = np.flatnonzero(left[1:] - right[:-1] > _WITHIN_WORD * self.letter)
        spans = tuple(zip(left[[0, *(breaks + 1)]].tolist(), right[[*breaks, -1]].tolist(), strict=True))
        heights = (own.max() for own in np.split(letters[order, 3], breaks + 1))
        speck = _SPECK * self.letter
        solid = tuple(s for s, height in zip(spans, heights, strict=True) if max(s[1] - s[0], height) >= speck)
        fall = self.found.slope * (run.left + run.right) / 2
        return _Part(number, spans, solid, run.top - fall, run.bottom - fall)

    def _gridded(self, lines: Sequence[Sequence[_Part]]) -> Iterator[_Grid]:
        """Yield lines that share gutters."""
        first = 0
        while first < len(lines):
            start, (last, gutters) = first, self._shared(lines, first, len(lines))
            for later in range(first + 1, min(first + _TITLES, last - _LINES)):
                end, more = self._shared(lines, later, last)
                if end == last and any(not _overlap(gap, gutters) for gap in more):
                    # Those at the edges do not show where only a heading stands beyond them.
                    kept = (gap for gap in gutters if not _overlap(gap, more))
                    start, gutters = later, tuple(sorted((*more, *kept)))
            if last - start >= _LINES and self._is_table(lines[start:last], gutters):
                above = lines[first:start]
                heads = [i for i, line in enumerate(above) if sum(len(self._groups(p)) for p in line) > _GUTTERS]
                head = above[heads[0] :] if heads else ()
                yield _Grid(lines[start:last], [(a + b) / 2 for a, b in gutters], head)
                first = last
            else:
                first += 1

    def _groups(self, part: _Part) -> list[_Part]:
        """Part a run where its words stand apart."""
        groups = [[part.spans[0]]]
        for before, span in pairwise(part.spans):
            if span[0] - before[1] >= _GUTTER * self.letter:
                groups.append([])
            groups[-1].append(span)
        return [replace(part, spans=tuple(group)) for group in groups]

    def _shared(self, lines: Sequence[Sequence[_Part]], first: int, end: int) -> tuple[int, Spans]:
        """Follow gutters from line ``first`` on; return where too few are left, and those there were before."""
        free: Spans = ((-np.inf, np.inf),)
        left, right = np.inf, -np.inf
        gutters: Spans = ()
        for number in range(first, end):
            spans = [span for part in lines[number] for span in part.solid]
            if not spans:
                continue
            free = tuple(g for gap in free for g in _free(gap, spans) if g[1] - g[0] >= _GUTTER * self.letter)
            left, right = min(left, spans[0][0]), max(right, spans[-1][1])
            inner = tuple(gap for gap in free if left < gap[0] and gap[1] < right)
            if len(inner) >= _GUTTERS:
                gutters = inner
            elif number > first + 1 or not free:
                # The first lines of a row may stand in one column alone.
                return number, gutters
        return end, gutters

    def _is_table(self, lines: Sequence[Sequence[_Part]], gutters: Spans) -> bool:
        if len(gutters) < _GUTTERS or max(b - a for a, b in gutters) < _WIDE_GUTTER * self.letter:
            return False
        middles = [(a + b) / 2 for a, b in gutters]
        columns = [len({c for part in line for c, _ in self._parted(part, middles)}) for line in lines]
        return sum(count > _GUTTERS for count in columns) >= _FULL_LINES

    def _parted(self, part: _Part, gutters: Sequence[float]) -> Iterator[tuple[int, _Part]]:
        """Yield what of a run stands in which column."""
        bounds = (-np.inf, *gutters, np.inf)
        for column, (low, high) in enumerate(pairwise(bounds)):
            spans = tuple(span for span in part.spans if low <= (span[0] + span[1]) / 2 < high)
            if spans:
                yield column, replace(part, spans=spans)

    def _rows(self, columns: Sequence[Sequence[_Part]], wide: Sequence[_Cell] = ()) -> list[list[Sequence[_Part]]]:
        """Put what stands in columns into cells, and these into rows, with cells that are ``wide``."""
        by_column = [_levelled(column) for column in columns]
        close = self._cell_pitch(by_column)
        cells = list(wide)
        for number, lines in enumerate(by_column):
            for above, line in zip([None, *lines], lines, strict=False):
                top, bottom = min(p.top for p in line), max(p.bottom for p in line)
                if above is not None and _foot(line) - _foot(above) <= close:
                    begun = cells.pop()
                    cells.append(replace(begun, bottom=bottom, parts=(*begun.parts, *line)))
                else:
                    cells.append(_Cell(top, bottom, number, number, tuple(line)))
        rows: list[list[_Cell]] = []
        reach = -np.inf
        for cell in sorted(cells, key=lambda c: c.top):
            if not rows or cell.top > reach - _OVERLAP * self.letter:
                rows.append([])
                reach = -np.inf
            rows[-1].append(cell)
            reach = max(reach, cell.bottom)
        rows = [part for row in rows for part in self._headed(row)]
        return [[cell.parts for cell in sorted(row, key=lambda c: (c.first, c.top))] for row in rows]

    def _headed(self, row: Sequence[_Cell]) -> Iterator[list[_Cell]]:
        """Yield a row, what stands under its headings over several columns as another."""
        under = [cell for cell in row if any(other.heads(cell, self.letter) for other in row)]
        yield [cell for cell in row if cell not in under]
        if under:
            yield under

    def _cell_pitch(self, columns: Sequence[Sequence[Sequence[_Part]]]) -> float:
        """Return up to what pitch lines are of one cell, pixels; 0 if pitches do not tell.

        It lies where pitches first jump, unless hardly any are wider in the column with most lines: then rows are set
        close, and the jump is a missing cell.
        """
        pitches = [[_foot(b) - _foot(a) for a, b in pairwise(lines)] for lines in columns]
        every = sorted(pitch / self.letter for column in pitches for pitch in column)
        stray = int(_STRAY * len(every))
        for i, (narrow, wider) in enumerate(zip(every, every[1 + stray :], strict=False), start=1):
            within = i - bisect_left(every, _WITHIN_CELL[0])
            if narrow <= _WITHIN_CELL[1] and wider >= _WIDER * narrow and within >= _FEW * len(every):
                pitch = sqrt(narrow * wider) * self.letter
                fullest = max(pitches, key=len)
                return pitch if sum(p > pitch for p in fullest) >= _ROWS * len(fullest) else 0.0
        return 0.0

    def _as_regions(self, rows: Sequence[Sequence[Sequence[_Part]]]) -> list[list[int]]:
        """Make every cell a region."""
        regions: list[list[int]] = []
        for row in rows:
            regions.append([])
            for cell in row:
                for part in cell:
                    whole = self.found.runs[part.run]
                    is_whole = part.left <= whole.left and part.right >= whole.right
                    bounds = (-np.inf, np.inf) if is_whole else (part.left, part.right)
                    self.regions.setdefault(part.run, []).append((self.next_region, *bounds))
                regions[-1].append(self.next_region)
                self.next_region += 1
        return regions


def _levelled(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Put parts on one level together, downwards."""
    lines: list[list[_Part]] = []
    for part in sorted(parts, key=lambda p: p.bottom):
        if lines and part.bottom - _foot(lines[-1]) <= (part.bottom - part.top) / 2:
            lines[-1].append(part)
        else:
            lines.append([part])
    return [sorted(line, key=lambda p: p.left) for line in lines]


def _foot(line: Sequence[_Part]) -> float:
    return median(part.bottom for part in line)


def _overlap(gap: tuple[float, float], others: Spans) -> bool:
    return any(gap[0] < end and start < gap[1] for start, end in others)


def _free(gap: tuple[float, float], spans: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    start, end = gap
    for left, right in spans:
        if right > start and left < end:
            yield start, left
            start = max(start, right)
    yield start, end


def _cut(
    whole: Run, stats: NDArray[np.int32], members: NDArray[np.intp], region: int, bounds: tuple[float, float]
) -> Run:
    """Return what of a run its members are, in another region."""
    if len(members) == len(whole.members):
        return replace(whole, region=region)
    own = stats[members]
    left, top = int(own[:, 0].min()), int(own[:, 1].min())
    right, bottom = int((own[:, 0] + own[:, 2]).max()), int((own[:, 1] + own[:, 3]).max())
    box = Box(left, top, right - left, bottom - top)
    return replace(whole, region=region, members=members, box=box, left=bounds[0], right=bounds[1])
