"""The order in which lines are read, told by where they stand.

Runs on one level are one line, from left to right: a label and its value, the cells of a row. Lines follow each other
downwards. A table or frame is read at its place, cell by cell, row by row; the lines of a cell belong together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from ocr.columns import Piece, find_columns
from ocr.linefinder import Found

if TYPE_CHECKING:
    from ocr.rulings import Network

# Runs are on one level if their letters' feet are so near, in heights of the taller: what is typed over leaders stands
# off its label. They may lie over each other by so much, in heights of the taller, or usual ones if that is more.
_LEVEL, _LEVEL_NEAR, _NEAR, _OVER = 0.75, 1.1, 3.0, 1.0
# A gap between lines this much wider than usual begins a new block.
_WIDER = 1.4


@dataclass(frozen=True, slots=True)
class Row:
    """Runs that make one line.

    Attributes:
        runs: Numbers of the runs, from left to right. block: Number of its block, rising in reading order.
    """

    runs: tuple[int, ...]
    block: int


def rows_in_order(found: Found) -> tuple[Row, ...]:
    """Return the runs found on a page as lines in reading order; every run once."""
    by_region: dict[int, list[int]] = {}
    for number, run in enumerate(found.runs):
        by_region.setdefault(run.region, []).append(number)
    rows: list[Row] = []
    blocks = 0
    for region in _regions(found, by_region):
        for block in region:
            rows += [Row(tuple(row), blocks) for row in block]
            blocks += 1
    return tuple(rows)


_Lines = list[list[int]]


def _regions(found: Found, by_region: dict[int, list[int]]) -> Iterator[list[_Lines]]:
    """Yield the blocks of the page's regions, tables and frames at their places."""
    waiting = dict(by_region)
    inside: dict[int, list[Network]] = {}
    for network in sorted(found.rulings.networks, key=lambda n: n.box.y):
        inside.setdefault(network.outside, []).append(network)

    def read(region: int) -> Iterator[list[_Lines]]:
        lines = _lines(found, waiting.pop(region, []))
        for network in inside.pop(region, []):
            above = [line for line in lines if _middle(found, line) < network.box.y]
            lines = lines[len(above) :]
            yield _in_columns(found, above)
            for cells in network.cells:
                for cell in cells:
                    yield from read(cell)
        yield _in_columns(found, lines)

    yield from read(1)
    while waiting:
        yield from read(min(waiting))


def _lines(found: Found, runs: Iterable[int]) -> _Lines:
    """Put runs of one level together, from left to right; downwards."""
    lines: _Lines = []
    for number in sorted(runs, key=lambda i: found.runs[i].left):
        near = [line for line in lines if _follows(found, line, number)]
        if near:
            min(near, key=lambda line: _stands_off(found, line, number)).append(number)
        else:
            lines.append([number])
    return sorted(lines, key=lambda line: median(_level(found, i) for i in line))


def _follows(found: Found, line: Sequence[int], number: int) -> bool:
    """Tell whether a run goes on, to the right, on the level of the last run of a line, or of an earlier one.

    A label stands level with the labels before it, if not with the value before it.
    """
    run, last = found.runs[number], found.runs[line[-1]]
    height = max(last.height, run.height)
    if run.left - last.right < -_OVER * max(height, found.letter):
        return False
    is_level = any(_off(found, i, number) <= _LEVEL * max(found.runs[i].height, run.height) for i in line)
    return is_level or (not _is_far(found, line, number) and _off(found, line[-1], number) <= _LEVEL_NEAR * height)


def _stands_off(found: Found, line: Sequence[int], number: int) -> tuple[bool, float]:
    """Return how badly a run goes on from a line: what is far from its end does worse than all that is near."""
    return _is_far(found, line, number), min(_off(found, i, number) for i in line)


def _is_far(found: Found, line: Sequence[int], number: int) -> bool:
    return found.runs[number].left - found.runs[line[-1]].right > _NEAR * found.letter


def _off(found: Found, one: int, other: int) -> float:
    return abs(_level(found, one) - _level(found, other))


def _level(found: Found, number: int) -> float:
    """Return how far down a run's letters stand, the slope of the lines taken out."""
    run = found.runs[number]
    return run.bottom - found.slope * (run.left + run.right) / 2


def _middle(found: Found, line: Iterable[int]) -> float:
    return median(found.runs[i].middle for i in line)


def _in_columns(found: Found, lines: _Lines) -> list[_Lines]:
    """Part lines into blocks, the left one of two columns before the right one."""
    blocks: list[_Lines] = []
    done = 0
    for columns in find_columns([[_piece(found, i) for i in line] for line in lines], found.letter):
        blocks += _blocks(found, lines[done : columns.first])
        both = lines[columns.first : columns.last]
        for is_left in (True, False):
            side = ([i for i in line if (found.runs[i].right <= columns.gutter) == is_left] for line in both)
            blocks.append([line for line in side if line])
        done = columns.last
    return [*blocks, *_blocks(found, lines[done:])]


def _piece(found: Found, number: int) -> Piece:
    run = found.runs[number]
    return Piece(number, run.left, run.right, _level(found, number))


def _blocks(found: Found, lines: _Lines) -> list[_Lines]:
    """Part lines where the gap to the next is wider than usual."""
    gaps = [_middle(found, below) - _middle(found, above) for above, below in pairwise(lines)]
    usual = median(gaps) if gaps else 0.0
    blocks: list[_Lines] = [lines[:1]] if lines else []
    for gap, line in zip(gaps, lines[1:], strict=True):
        if gap > _WIDER * usual:
            blocks.append([])
        blocks[-1].append(line)
    return blocks
