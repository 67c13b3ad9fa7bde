"""Rulings: the straight lines of tables, frames and underlines, and the cells they enclose.

Rulings are runs of ink longer than any stroke of a letter, or rows of thin pieces where a ruling broke. Where they
cross they form a network, a table or a frame; what a network encloses are cells, of whatever shape, so merged cells and
frames within frames need no rules of their own. Where rulings across end on one line without one down, the table is
open at the side, and is closed there.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box

Mask = NDArray[np.uint8]
"""1 where something is, height x width."""

OUTSIDE = 1
"""The region along the page's edge, outside all tables and frames."""

# Inches: shortest rulings, across and down; thickest ruling; smallest network.
_ACROSS, _DOWN, _THICKEST, _LEAST_NETWORK = 0.25, 0.3, 0.06, 0.25
# Inches: pieces of broken rulings are at most so thick and at least so long, across and down; the gaps between them are
# at most so wide, and together they are at least so long.
_PIECE_THICK, _PIECE_ACROSS, _PIECE_DOWN, _GAP_ACROSS, _GAP_DOWN, _BROKEN = 0.025, 0.04, 0.06, 0.12, 0.06, 0.5
# Pieces of rulings are longer than thick by this factor.
_SLENDER = 2.5
# Cells are told apart on a copy this many times smaller, where small gaps in rulings close.
_SHRINK = 4
# Rulings that end within this of their network's side, inches, end there; so many of them make it a side.
_END, _ENDS = 0.1, 3
# A side of which this share is there is there.
_MOST = 0.7
# A border between two frames encloses little of its bounds and is no place for text.
_HOLLOW, _LARGE = 0.25, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """Long straight strokes.

    Attributes:
        across, down: Where they are.
    """

    across: Mask
    down: Mask

    @classmethod
    def of(cls, dark: Mask, dpi: float) -> Self:
        """Find them in a page's ink."""
        across = _opened(dark, np.ones((1, round(_ACROSS * dpi)), np.uint8))
        down = _opened(dark, np.ones((round(_DOWN * dpi), 1), np.uint8))
        thick = round(_THICKEST * dpi) + 1
        return cls(_thin(across, np.ones((thick, 1), np.uint8)), _thin(down, np.ones((1, thick), np.uint8)))

    @property
    def mask(self) -> Mask:
        """Where either are, with the ragged edges they may have."""
        return np.asarray(cv2.dilate(self.across | self.down, np.ones((3, 3), np.uint8)), dtype=np.uint8)


def _opened(mask: Mask, shape: Mask) -> Mask:
    """Keep of a mask what ``shape`` fits into."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, shape), dtype=np.uint8)


def _thin(runs: Mask, thick: Mask) -> Mask:
    """Drop runs stacked thicker than a ruling: pictures, black edges."""
    return np.asarray(runs & (_opened(runs, thick) ^ 1), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Network:
    """A table or frame.

    Attributes:
        box: Its bounds. outside: Region it stands in. cells: Regions it encloses, row by row, from left to right.
    """

    box: Box
    outside: int
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rulings:
    """The rulings of a page.

    Attributes:
        pieces: Which pieces of ink are parts of broken rulings.
        regions: Region of each place of the page, ``_SHRINK`` times smaller: 0 on rulings, 1 outside all networks.
        networks: Tables and frames, in pixels of the page.
        hollow: Regions that are no place for text.
    """

    pieces: NDArray[np.bool_]
    regions: NDArray[np.int32]
    networks: tuple[Network, ...]
    hollow: frozenset[int]

    @classmethod
    def of(cls, strokes: Strokes, stats: NDArray[np.int32], dpi: float) -> Self:
        """Find the rulings of a page.

        Args:
            strokes: Its long strokes.
            stats: Left, top, width, height and area of all other pieces of its ink, pixels; row 0 is the paper.
            dpi: Its resolution.
        """
        across, down = _small(strokes.across), _small(strokes.down)
        pieces = np.zeros(len(stats), dtype=bool)
        width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        thin = _PIECE_THICK * dpi
        small = dpi / _SHRINK
        for mask, long, thick, least, gap in (
            (across, width, height, _PIECE_ACROSS, (1, round(_GAP_ACROSS * small))),
            (down, height, width, _PIECE_DOWN, (round(_GAP_DOWN * small), 1)),
        ):
            candidates = np.flatnonzero((thick <= thin) & (long >= least * dpi) & (long >= _SLENDER * thick))
            whole = (1, round(_BROKEN * small)) if gap[0] == 1 else (round(_BROKEN * small), 1)
            pieces[_add_broken(mask, stats, candidates, np.ones(gap, np.uint8), np.ones(whole, np.uint8))] = True
        boxes, walls = _networks(across, down, small)
        regions, bounds = _regions((walls > 0).view(np.uint8))
        return cls(pieces, regions, _with_cells(boxes, walls, regions, bounds), _hollow(bounds, small))

    def region_of(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the regions of points, pixels of the page; of a point on a ruling, a region beside it."""
        height, width = self.regions.shape
        rows, columns = (y / _SHRINK).astype(int), (x / _SHRINK).astype(int)
        found = np.zeros(len(x), dtype=np.int32)
        for down, across in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (2, 0), (-2, 0), (0, 2), (0, -2)):
            there = self.regions[np.clip(rows + down, 0, height - 1), np.clip(columns + across, 0, width - 1)]
            found = np.where(found == 0, there, found)
        return np.where(found == 0, 1, found).astype(np.int32)


def _small(mask: Mask) -> Mask:
    """Return a mask ``_SHRINK`` times smaller, 1 where any of it is."""
    square = np.ones((_SHRINK, _SHRINK), np.uint8)
    return np.ascontiguousarray(cv2.dilate(mask, square, anchor=(0, 0))[::_SHRINK, ::_SHRINK], dtype=np.uint8)


def _add_broken(
    mask: Mask, stats: NDArray[np.int32], candidates: NDArray[np.intp], gap: Mask, whole: Mask
) -> NDArray[np.intp]:
    """Add rulings that lie in pieces to the mask of one direction; return the pieces that are theirs."""
    if not candidates.size:
        return candidates
    places = stats[candidates, :4] // _SHRINK
    drawn = mask.copy()
    for x, y, width, height in places:
        drawn[y : y + height + 1, x : x + width + 1] = 1
    closed = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, gap)
    rulings = _opened(np.asarray(closed, dtype=np.uint8), whole)
    mask |= rulings
    middle = places[:, :2] + places[:, 2:] // 2
    return np.asarray(candidates[rulings[middle[:, 1], middle[:, 0]] > 0])


def _networks(across: Mask, down: Mask, dpi: float) -> tuple[list[Box], NDArray[np.int32]]:
    """Return the bounds of what rulings form together, and the walls of each, by its number from 1."""
    both = cv2.morphologyEx(across | down, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    labels = np.asarray(labels)
    walls = np.zeros(across.shape, np.int32)
    boxes: list[Box] = []
    for label in range(1, count):
        x, y, width, height, _ = (int(v) for v in np.asarray(stats)[label])
        if min(width, height) < _LEAST_NETWORK * dpi:
            continue
        here = np.s_[y : y + height, x : x + width]
        own = labels[here] == label
        lines = own & (across[here] > 0)
        # Two rulings, and one between them, make a cell.
        if _count(lines) > 1 and _count(own & (down[here] > 0)) > 0:
            boxes.append(Box(x, y, width, height))
            walls[here][own] = len(boxes)
            near = max(1, round(_END * dpi))
            _close_sides(walls[here], len(boxes), lines, near)
            _mend_sides(walls[here], len(boxes), np.asarray(both)[here] > 0, near)
    return boxes, walls


def _count(mask: NDArray[np.bool_]) -> int:
    return cv2.connectedComponents(mask.view(np.uint8), connectivity=8)[0] - 1


def _close_sides(walls: NDArray[np.int32], number: int, lines: NDArray[np.bool_], near: int) -> None:
    """Draw the sides at which several rulings end without one down."""
    for edge, column in ((lines[:, :near], 0), (lines[:, -near:], -1)):
        rows = np.flatnonzero(edge.any(axis=1))
        if rows.size and np.count_nonzero(np.diff(rows) > 1) + 1 >= _ENDS:
            walls[rows[0] : rows[-1] + 1, column] = number


def _mend_sides(walls: NDArray[np.int32], number: int, drawn: NDArray[np.bool_], near: int) -> None:
    """Draw the sides of which most is there: holes punched through a frame open it."""
    for side, there in (
        (np.s_[:, 0], drawn[:, :near].any(axis=1)),
        (np.s_[:, -1], drawn[:, -near:].any(axis=1)),
        (np.s_[0, :], drawn[:near].any(axis=0)),
        (np.s_[-1, :], drawn[-near:].any(axis=0)),
    ):
        if there.mean() >= _MOST:
            walls[side] = number


def _regions(walls: Mask) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the regions that walls part, 1 the one along the page's edge, and their bounds and areas."""
    padded = cv2.copyMakeBorder(1 - walls, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(padded, connectivity=4, ltype=cv2.CV_32S)
    bounds = np.asarray(stats, dtype=np.int32)
    bounds[:, :2] -= 1
    return np.asarray(labels, dtype=np.int32)[1:-1, 1:-1], bounds


def _hollow(bounds: NDArray[np.int32], dpi: float) -> frozenset[int]:
    """Return which regions enclose hardly anything, as the border between two frames does."""
    around = bounds[:, cv2.CC_STAT_WIDTH] * bounds[:, cv2.CC_STAT_HEIGHT]
    hollow = (bounds[:, cv2.CC_STAT_AREA] < _HOLLOW * around) & (bounds[:, cv2.CC_STAT_WIDTH] > _LARGE * dpi)
    return frozenset(int(region) for region in np.flatnonzero(hollow) if region > 1)


def _with_cells(
    boxes: list[Box], walls: NDArray[np.int32], regions: NDArray[np.int32], bounds: NDArray[np.int32]
) -> tuple[Network, ...]:
    """Give every region to the network whose walls are around it; all in pixels of the page."""
    cells: list[list[int]] = [[] for _ in boxes]
    height, width = walls.shape
    for region in range(2, len(bounds)):
        x, y, across, down, _ = (int(v) for v in bounds[region])
        rows, columns = np.clip((y - 1, y + down), 0, height - 1), np.clip((x - 1, x + across), 0, width - 1)
        beside = np.concatenate([walls[rows, x : x + across].ravel(), walls[y : y + down, columns].ravel()])
        number = int(np.bincount(beside).argmax()) if beside.size else 0
        if number:
            cells[number - 1].append(region)
    return tuple(
        Network(_around(own, bounds), _outside(box, regions), _row_by_row(own, bounds))
        for box, own in zip(boxes, cells, strict=True)
        if own
    )


def _around(cells: list[int], bounds: NDArray[np.int32]) -> Box:
    """Return the bounds of cells, pixels of the page: the rulings around them may go on to the page's edge."""
    left, top = (int(v) * _SHRINK for v in bounds[cells, :2].min(axis=0))
    right, bottom = (int(v) * _SHRINK for v in (bounds[cells, :2] + bounds[cells, 2:4]).max(axis=0))
    return Box(left, top, right - left, bottom - top)


def _outside(box: Box, regions: NDArray[np.int32]) -> int:
    """Return the region that most of the places around a box belong to."""
    height, width = regions.shape
    rows = np.clip((box.y - 2, box.bottom + 1), 0, height - 1)
    columns = np.clip((box.x - 2, box.right + 1), 0, width - 1)
    around = np.concatenate(
        [regions[rows, box.x : box.right].ravel(), regions[box.y : box.bottom, columns].ravel(), np.ones(1, np.int32)]
    )
    return int(np.bincount(around[around > 0]).argmax())


def _row_by_row(cells: list[int], bounds: NDArray[np.int32]) -> tuple[tuple[int, ...], ...]:
    """Put cells in rows: those that begin above half of the height of a row's lowest cell are in it.

    What follows each other from cell to cell, however it leans or bends, begins where most of it does.
    """
    left, top, width, height = bounds[cells, :4].T
    chain = np.arange(len(cells))
    for i in np.argsort(left, kind="stable"):
        gap, down = left[i] - (left + width), np.abs(top - top[i])
        before = np.flatnonzero((gap >= 0) & (down < np.minimum(height, height[i]) / 2))
        if before.size:
            chain[i] = chain[before[(gap + down)[before].argmin()]]
    begin = [float(np.median(top[chain == own])) for own in chain]
    rows: list[list[int]] = []
    end = 0.0
    for i in np.argsort(begin, kind="stable"):
        if not rows or begin[i] >= end:
            rows.append([])
            end = float("inf")
        rows[-1].append(i)
        end = min(end, begin[i] + height[i] / 2)
    return tuple(tuple(cells[i] for i in sorted(row, key=lambda i: left[i])) for row in rows)
