"""Tables that rulings do not tell whole: unruled ones, and ruled ones whose rulings across are missing or lost.

Columns are parted by gutters that stay free over many lines, and are looked for where no text runs in two columns: its
words leave gutters free too. ``tablerows`` puts what stands in columns into rows. A table found becomes a network of
cells, as if it were ruled; so do two columns of text.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.columns import Columns, Piece, find_columns
from ocr.linefinder import Found, Run
from ocr.rulings import Network
from ocr.tablerows import Part, Spans, TableLine, foot, in_rows, levelled

# In usual letter heights: words are parted by more than this, gutters are at least so wide, and one of a table's so.
_WITHIN_WORD, _GUTTER, _WIDE_GUTTER = 0.35, 0.8, 1.0
# What was a gutter over so many lines may become this narrow, in usual letter heights, where a cell nearly reaches the
# next column.
_SURE, _NARROW = 8, 0.5
# A table has at least so many gutters, lines, and lines with something in three columns.
_GUTTERS, _LINES, _FULL_LINES = 2, 4, 3
# A column of text has something so wide, in usual letter heights; remains of rulings have not. This share of its lines
# begins, ends or is centred under another this precisely: what is filled into forms does not.
_WRITTEN, _ALIGNED, _UNDER = 0.7, 0.7, 0.5
# In usual letter heights: spaces between words are no wider. Where more than this share of what parts columns is no
# wider, the columns are words of text that stand below each other by chance.
_SPACE, _TEXT = 1.5, 0.6
# So many lines above a table may leave its gutters free, or some of them: titles, headings over several columns.
_TITLES = 4
# A heading stands so close above the rest of the head, in usual letter heights, over this share of the table, and of
# its gutters.
_CLOSE, _SOME = 2.6, 0.5
# Rulings across are lost where a ruled row holds more rows than this, in a table of so few ruled rows.
_ROWS_LOST, _ROWS_LEFT = 4, 4
# Ink smaller than this both ways, standing by itself, is no text that could close a gutter.
_SPECK = 0.4


@dataclass(frozen=True, slots=True)
class _Grid:
    """Lines of a table and the middles of its gutters; headings in ``head`` may cross them."""

    lines: Sequence[Sequence[Part]]
    gutters: Sequence[float]
    head: Sequence[Sequence[Part]] = field(default=())


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
        parts: dict[int, list[Part]] = {}
        for number, run in enumerate(self.found.runs):
            parts.setdefault(run.region, []).append(self._part(number))
        for i, network in enumerate(self.networks):
            rows: list[tuple[int, ...]] = []
            for cells in network.cells:
                columns = [own for cell in cells if (own := parts.get(cell))]
                lost = len(columns) > _GUTTERS and len(network.cells) <= _ROWS_LEFT
                finer = in_rows(columns, self.letter) if lost else []
                rows += map(tuple, self._as_regions(finer)) if len(finer) > _ROWS_LOST else [cells]
            self.networks[i] = replace(network, cells=tuple(rows))

    def find_unruled(self) -> None:
        """Find tables without rulings, and running text in two columns."""
        by_region: dict[int, list[Part]] = {}
        for number, run in enumerate(self.found.runs):
            if number not in self.regions:
                by_region.setdefault(run.region, []).append(self._part(number))
        for region, parts in by_region.items():
            lines, done = levelled(parts), 0
            for text in self._texts(lines):
                self._find_grids(region, lines[done : text.first])
                sides: tuple[list[Part], list[Part]] = [], []
                for part in (part for line in lines[text.first : text.last] for part in line):
                    for side, own in self._parted(part, [text.gutter]):
                        sides[side].append(own)
                self._add(region, [sides])
                done = text.last
            self._find_grids(region, lines[done:])

    def _texts(self, lines: Sequence[Sequence[Part]]) -> tuple[Columns, ...]:
        """Find running text in two columns, whose words stand as far apart as columns of a table may.

        Remains of a ruling between the columns are no text of either.
        """
        words = [[group for part in line for group in self._groups(part)] for line in lines]
        wide = ([w for w in line if w.right - w.left >= _SPECK * self.letter] or line for line in words)
        pieces = [[Piece(word.run, word.left, word.right, word.bottom) for word in line] for line in wide]
        return find_columns(pieces, self.letter, running=True)

    def _find_grids(self, region: int, lines: Sequence[Sequence[Part]]) -> None:
        for grid in self._gridded(lines):
            self._add(region, self._grid_rows(grid))

    def _add(self, region: int, rows: Sequence[Sequence[Sequence[Part]]]) -> None:
        """Add what was found in a region as a table, given as the parts of every cell of every row."""
        inside = [part for row in rows for cell in row for part in cell]
        cells = tuple(map(tuple, self._as_regions(rows)))
        x, y = min(part.left + part.shift for part in inside), min(part.top for part in inside)
        right, bottom = max(part.right + part.shift for part in inside), max(part.bottom for part in inside)
        self.networks.append(Network(Box(int(x), int(y), int(right - x), int(bottom - y)), region, cells))

    def _grid_rows(self, grid: _Grid) -> list[list[Sequence[Part]]]:
        columns: list[list[Part]] = [[] for _ in range(len(grid.gutters) + 1)]
        wide: list[TableLine] = []
        # A title alone on its line is one, however far apart its words stand.
        heads = (self._groups(whole) if len(line) > 1 else [whole] for line in grid.head for whole in line)
        for part in (group for groups in heads for group in groups):
            first, last = bisect_left(grid.gutters, part.left), bisect_left(grid.gutters, part.right)
            if first < last:
                wide.append(TableLine.of([part], first, last))
            else:
                columns[first].append(part)
        for part in (part for line in grid.lines for part in line):
            for column, own in self._parted(part, grid.gutters):
                columns[column].append(own)
        return in_rows(columns, self.letter, wide)

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

    def _part(self, number: int) -> Part:
        run = self.found.runs[number]
        stats = self.found.stats[run.members]
        letters = stats[(stats[:, 1] + stats[:, 3] > run.top) & (stats[:, 1] < run.bottom)]
        order = np.argsort(letters[:, 0])
        shift = -self.found.slope * run.bottom
        left = letters[order, 0] - shift
        right = np.maximum.accumulate((letters[:, 0] + letters[:, 2])[order]) - shift
        breaks = np.flatnonzero(left[1:] - right[:-1] > _WITHIN_WORD * self.letter)
        spans = tuple(zip(left[[0, *(breaks + 1)]].tolist(), right[[*breaks, -1]].tolist(), strict=True))
        heights = (own.max() for own in np.split(letters[order, 3], breaks + 1))
        speck = _SPECK * self.letter
        solid = tuple(s for s, height in zip(spans, heights, strict=True) if max(s[1] - s[0], height) >= speck)
        fall = self.found.slope * (run.left + run.right) / 2
        return Part(number, spans, solid, run.top - fall, run.bottom - fall, shift)

    def _gridded(self, lines: Sequence[Sequence[Part]]) -> Iterator[_Grid]:
        """Yield lines that share gutters."""
        first = 0
        while first < len(lines):
            start, (last, gutters) = first, self._shared(lines, first)
            for later in range(first + 1, min(first + _TITLES, len(lines) - _LINES)):
                end, more = self._shared(lines, later)
                if later < last - _LINES and end >= last and any(not _overlap(gap, gutters) for gap in more):
                    # Those at the edges do not show where only a heading stands beyond them.
                    kept = () if end > last else (gap for gap in gutters if not _overlap(gap, more))
                    start, last, gutters = later, end, tuple(sorted((*more, *kept)))
            if last - start >= _LINES and self._is_table(lines[start:last], gutters):
                heads = [i for i in range(first, start) if self._is_head(lines[i], gutters)]
                begin = heads[0] if heads else start
                while begin and self._is_heading(lines[begin - 1], lines[begin], lines[start:last]):
                    begin -= 1
                tried = [(self._finer(lines[start + i : last], gutters), -i) for i in range(_TITLES)]
                fine, over = max(tried, key=lambda t: (len(t[0]), t[1]))
                start -= over
                yield _Grid(lines[start:last], sorted((a + b) / 2 for a, b in (*gutters, *fine)), lines[begin:start])
                first = last
            else:
                first += 1

    def _finer(self, lines: Sequence[Sequence[Part]], gutters: Spans) -> Spans:
        """Find gutters between other gutters, as narrow as spaces between words: edges of columns show them."""
        middles = [(a + b) / 2 for a, b in gutters]
        columns: list[list[Spans]] = [[] for _ in range(len(gutters) + 1)]
        for line in lines:
            spans: dict[int, Spans] = {}
            for column, own in (pair for part in line for pair in self._parted(part, middles)):
                spans[column] = (*spans.get(column, ()), *own.spans)
            for column, beside in spans.items():
                columns[column].append(beside)
        return tuple(gap for column in columns for gap in self._between(column))

    def _between(self, column: Sequence[Spans]) -> Iterator[tuple[float, float]]:
        """Yield gaps that all lines of a column leave free and that part cells which begin or end under each other.

        What stands left of it is not always as wide, as the first word of every line may be.
        """
        free: Spans = ((-np.inf, np.inf),)
        for spans in column:
            free = tuple((a, b) for gap in free for a, b in _free(gap, spans) if a < b)
        for start, end in free:
            both = [spans for spans in column if spans[0][0] < start and end < spans[-1][1]]
            if len(both) <= _LINES:
                continue
            rights = [next(left for left, _ in spans if left >= end) for spans in both]
            lefts = [max(right for _, right in spans if right <= start) for spans in both]
            widths = sorted(right - spans[0][0] for right, spans in zip(lefts, both, strict=True))
            is_varied = widths[len(widths) * 3 // 4] - widths[len(widths) // 4] >= _UNDER * self.letter
            if is_varied and max(map(self._near, (rights, lefts))) >= _ALIGNED * len(both):
                yield start, end

    def _near(self, edge: Sequence[float]) -> int:
        """Count what begins or ends under each other."""
        return sum(abs(at - median(edge)) <= _WITHIN_WORD * self.letter for at in edge)

    def _is_head(self, line: Sequence[Part], gutters: Spans) -> bool:
        """Tell whether a line has titles of several columns, and crosses few gutters: text crosses most."""
        titles = [group for part in line for group in self._groups(part)]
        middles = [(a + b) / 2 for a, b in gutters]
        crossed = sum(any(title.left < middle < title.right for title in titles) for middle in middles)
        return len(titles) > _GUTTERS and crossed <= _SOME * len(gutters)

    def _is_heading(self, line: Sequence[Part], below: Sequence[Part], table: Sequence[Sequence[Part]]) -> bool:
        """Tell whether a line stands close above the head of a table, over some of its columns."""
        across = max(own[-1].right for own in table) - min(own[0].left for own in table)
        is_close = foot(below) - foot(line) <= _CLOSE * self.letter
        return is_close and sum(title.right - title.left for title in line) <= _SOME * across

    def _groups(self, part: Part) -> list[Part]:
        """Part a run where its words stand apart."""
        groups = [[part.spans[0]]]
        for before, span in pairwise(part.spans):
            if span[0] - before[1] >= _GUTTER * self.letter:
                groups.append([])
            groups[-1].append(span)
        return [replace(part, spans=tuple(group)) for group in groups]

    def _shared(self, lines: Sequence[Sequence[Part]], first: int) -> tuple[int, Spans]:
        """Follow gutters from line ``first`` on; return where most gutters end over most lines, and those there were.

        Spaces between the words of a paragraph below go on with some gutters of a table, and narrow most; a long cell
        narrows one, from one side.
        """
        free: Spans = ((-np.inf, np.inf),)
        left, right = np.inf, -np.inf
        best: tuple[int, Spans] = (first, ())
        for number in range(first, len(lines)):
            spans = [span for part in lines[number] for span in part.solid]
            if spans:
                kept = tuple(self._kept(free, spans, _GUTTER))
                lost = [gap for gap in best[1] if _overlap(gap, free) and not _overlap(gap, kept)]
                if len(lost) == 1 and number - first >= _SURE:
                    narrow = (gap for gap in self._kept(lost, spans, _NARROW) if set(gap) & set(lost[0]))
                    kept = tuple(sorted((*kept, *narrow)))
                free = kept
                left, right = min(left, spans[0][0]), max(right, spans[-1][1])
            inner = tuple(gap for gap in free if left < gap[0] and gap[1] < right)
            # The first lines of a row may stand in one column alone.
            if not free or (len(inner) < _GUTTERS and number > first + 1):
                break
            if len(inner) >= _GUTTERS and (number + 1 - first) * len(inner) >= (best[0] - first) * len(best[1]):
                best = number + 1, inner
        return best

    def _kept(
        self, gutters: Iterable[tuple[float, float]], spans: Sequence[tuple[float, float]], least: float
    ) -> Iterator[tuple[float, float]]:
        """Yield what of gutters a line leaves free, at least so wide, usual letter heights."""
        for gap in gutters:
            yield from (g for g in _free(gap, spans) if g[1] - g[0] >= least * self.letter)

    def _is_table(self, lines: Sequence[Sequence[Part]], gutters: Spans) -> bool:
        if len(gutters) < _GUTTERS or max(b - a for a, b in gutters) < _WIDE_GUTTER * self.letter:
            return False
        middles = [(a + b) / 2 for a, b in gutters]
        parted = [[pair for part in line for pair in self._parted(part, middles)] for line in lines]
        gaps = [b.left - a.right for line in parted for (i, a), (j, b) in pairwise(line) if i < j]
        if sum(gap < _SPACE * self.letter for gap in gaps) > _TEXT * len(gaps):
            return False
        rows = [dict(line) for line in parted]
        columns: dict[int, list[Part]] = {}
        for row in rows:
            for number, part in row.items():
                columns.setdefault(number, []).append(part)
        written = {n: own for n, own in columns.items() if _widest(own) >= _WRITTEN * self.letter}
        full = sum(len(written.keys() & row.keys()) > _GUTTERS for row in rows)
        # The first line of a column has none to be aligned with.
        aligned = sum(self._aligned(own) - 1 for own in written.values())
        return full >= _FULL_LINES and aligned >= _ALIGNED * sum(len(own) - 1 for own in written.values())

    def _aligned(self, column: Sequence[Part]) -> int:
        """Count the lines of a column that begin, end or are centred under each other."""
        edges = ([p.left for p in column], [p.right for p in column], [(p.left + p.right) / 2 for p in column])
        return max(sum(abs(at - median(edge)) <= _UNDER * self.letter for at in edge) for edge in edges)

    def _parted(self, part: Part, gutters: Sequence[float]) -> Iterator[tuple[int, Part]]:
        """Yield what of a run stands in which column."""
        bounds = (-np.inf, *gutters, np.inf)
        for column, (low, high) in enumerate(pairwise(bounds)):
            spans = tuple(span for span in part.spans if low <= (span[0] + span[1]) / 2 < high)
            if spans:
                yield column, replace(part, spans=spans)

    def _as_regions(self, rows: Sequence[Sequence[Sequence[Part]]]) -> list[list[int]]:
        """Make every cell a region."""
        regions: list[list[int]] = []
        for row in rows:
            regions.append([])
            for cell in row:
                for part in cell:
                    whole = self.found.runs[part.run]
                    left, right = part.left + part.shift, part.right + part.shift
                    is_whole = left <= whole.left and right >= whole.right
                    bounds = (-np.inf, np.inf) if is_whole else (left, right)
                    self.regions.setdefault(part.run, []).append((self.next_region, *bounds))
                regions[-1].append(self.next_region)
                self.next_region += 1
        return regions


def _widest(column: Iterable[Part]) -> float:
    return max(right - left for part in column for left, right in part.spans)


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
