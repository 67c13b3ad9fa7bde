"""Boxes to tick: the small printed squares of a form, and whether somebody marked them.

A square is found by its upper and lower side, two straight strokes across of one length that stand that length apart,
and is one if its other sides and its corners are drawn too, all equally thick. That holds whatever stands inside it
and whatever pen stroke leaves it. Letters have gaps, round corners, stems thicker than serifs, and other letters close
by; cells of tables go on beyond their corners; squares in rows of three or more are boxes for digits.

What decides is the ink within the frame, not what an engine reads there.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.model import TickBox

Grey = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""1 where something is, height x width."""
Numbers = NDArray[np.intp]

# Boxes are looked for on a copy of at most this resolution, dpi; below this level a pixel is ink.
_FINDING_DPI, _DARK = 200, 176
# The smallest box has at least so many pixels a side, or none is looked for: from about 100 dpi.
_LEAST = 10
# Millimetres: the side of a box, from and to, ink included; the shortest stroke that may be one of its sides; how wide
# the free paper at the page's edge is.
_SIDE, _STROKE, _EDGE = (2.45, 6.6), 1.9, 1.0
# Of strokes that may be sides: how unequal the width and height they span may be, and by which share of the width their
# left and their right ends may miss each other. Pen strokes through corners lengthen them, most of all a tick's tail.
_SPANS, _MISS, _TAIL = 1.5, 0.25, 0.6
# How unequal the sides of a box may be; which share of each is drawn at least, and of all four together.
_UNEQUAL, _DRAWN, _ALL_DRAWN = 1.2, 0.9, 0.96
# Which share of two rows of pixels together makes them a side, with so much in the first; which share of one row does,
# between the corners.
_ROWS, _FIRST, _SOLID = 0.8, 0.45, 0.7
# A side is at most so thick, share of its length: what is thicker is filled. Both upright sides may be thicker than
# those across by so many pixels, or by this factor.
_THICK, _UNEVEN = 0.3, (2, 1.5)
# A marked box goes on beyond its corners in at most so many of eight directions, by this share of its side; an empty
# one in none.
_GOES_ON, _BEYOND = 2, 0.2
# Ink so far from a frame, millimetres, along at least this share of a side is close beside it.
_CLOSE, _ALONG, _MOSTLY = (0.25, 0.75), 0.5, 0.9
# So many boxes side by side, at most this share of their side apart, are for digits.
_DIGITS, _TOUCHING = 3, 0.5
# Share of ink within a frame up to which it is empty, and from which it is ticked; twice that is sure.
_EMPTY, _TICKED = 0.03, 0.08


class _Frame(NamedTuple):
    """A square: left, top, right and bottom, pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def side(self) -> float:
        return (self.right - self.left + self.bottom - self.top) / 2


def find_tick_boxes(image: Grey, dpi: int) -> tuple[TickBox, ...]:
    """Find the boxes to tick on a page.

    Args:
        image: Reading image, height x width, dark on white; upright to about a degree.
        dpi: Its resolution.

    Returns:
        From top to bottom, in pixels of the image; none on one of less than about 100 dpi.
    """
    scale = min(1.0, _FINDING_DPI / dpi)
    unit = dpi * scale / 25.4
    if _SIDE[0] * unit < _LEAST or min(image.shape) * scale < _LEAST:
        return ()
    small = image if scale == 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = np.asarray(cv2.threshold(small, _DARK - 1, 1, cv2.THRESH_BINARY_INV)[1], np.uint8)
    frames = {frame for square in _squares(dark, unit) if (frame := _framed(dark, square, unit))}
    return tuple(_weighed(dark, frame, scale) for frame in sorted(_alone(frames), key=lambda frame: frame.top))


def _squares(dark: Mask, unit: float) -> Iterator[_Frame]:
    """Give where two strokes across may be the upper and lower side of a square; some come several times.

    Strokes are looked for on ink made a pixel thicker, so that they may lean a little and have small gaps.
    """
    length = round(_STROKE * unit) + 2
    thick = cv2.dilate(dark, np.ones((3, 3), np.uint8))
    across = np.asarray(cv2.erode(thick, np.ones((1, length), np.uint8), anchor=(0, 0)), np.uint8)
    across[[0, -1]] = across[:, [0, -1]] = 0
    row, left, right = _runs(across)
    # Without what was made thicker; the mask has where a stroke of that length begins.
    width = right - left + length - 3
    fits = (width >= _SIDE[0] * unit) & (width <= _SIDE[1] * unit * _SPANS)
    row, left, right = row[fits], left[fits], right[fits]
    places = np.linspace(left, right - 1, 5, dtype=np.intp)[1:-1]
    tops = np.flatnonzero((across[row - 1, places] == 0).any(axis=0))
    bottoms = np.flatnonzero((across[row + 1, places] == 0).any(axis=0))
    bottoms = bottoms[np.argsort(left[bottoms], kind="stable")]
    left, right = left + 1, right + length - 2
    miss = _MISS * (right - left)[tops]
    first = np.searchsorted(left[bottoms], left[tops] - miss)
    count = np.searchsorted(left[bottoms], left[tops] + miss, side="right") - first
    top = np.repeat(tops, count)
    bottom = bottoms[np.arange(len(top)) + np.repeat(first - (np.cumsum(count) - count), count)]
    width, height = (right[top] - left[top] + right[bottom] - left[bottom]) / 2, row[bottom] - row[top] - 1
    fits = (np.abs(right[bottom] - right[top]) <= _TAIL * width) & (height > 0)
    fits &= (height <= _SPANS * width) & (width <= _SPANS * height)
    top, bottom = top[fits], bottom[fits]
    sides = (left[top] + left[bottom]) // 2, row[top] + 1, (right[top] + right[bottom] + 1) // 2, row[bottom]
    yield from (_Frame(*map(int, square)) for square in np.stack(sides, axis=1))


def _runs(mask: Mask) -> tuple[Numbers, Numbers, Numbers]:
    """Return row, begin and end of every run in the rows of a mask that is 0 along its edges."""
    flat = mask.ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    rows, begins = np.divmod(changes[::2], mask.shape[1])
    return rows, begins, begins + changes[1::2] - changes[::2]


def _framed(dark: Mask, square: _Frame, unit: float) -> _Frame | None:
    """Return the frame of a square, if it is that of a box."""
    edge = round(_EDGE * unit)
    height, width = dark.shape
    if min(square.left, square.top) < edge or square.right > width - edge or square.bottom > height - edge:
        return None
    frame = _closer(dark, square, edge // 2)
    if frame is None or not _SIDE[0] * unit <= frame.side <= _SIDE[1] * unit:
        return None
    across, down = frame.right - frame.left, frame.bottom - frame.top
    if max(across, down) > _UNEQUAL * min(across, down) or not _is_drawn(dark, frame):
        return None
    return None if _goes_on(dark, frame) or _is_enclosed(dark, frame, unit) else frame


def _closer(dark: Mask, square: _Frame, reach: int) -> _Frame | None:
    """Return the square between the outermost sides of a rough one: pen strokes through corners make it seem longer."""
    x0, y0, x1, y1 = square
    middle = (x0 + x1) // 2
    left = _first(dark[y0:y1, x0 - reach : middle].T)
    right = _first(dark[y0:y1, middle : x1 + reach].T[::-1])
    if left is None or right is None:
        return None
    x0, x1, middle = x0 - reach + left, x1 + reach - right, (y0 + y1) // 2
    top = _first(dark[y0 - reach : middle, x0:x1])
    bottom = _first(dark[middle : y1 + reach, x0:x1][::-1])
    return None if top is None or bottom is None else _Frame(x0, y0 - reach + top, x1, y1 + reach - bottom)


def _first(strokes: Mask) -> int | None:
    """Return the first row that is a side, or with the next one, if the side leans."""
    sides = np.flatnonzero((_covered(strokes) >= _ROWS) & (strokes[:-1].mean(axis=1) >= _FIRST))
    return int(sides[0]) if sides.size else None


def _covered(strokes: Mask) -> NDArray[np.float64]:
    """Return for every two rows that follow each other how much of a side they have together, 0 to 1."""
    return np.asarray((strokes[:-1] | strokes[1:]).mean(axis=1))


def _is_drawn(dark: Mask, frame: _Frame) -> bool:
    """Tell whether sides and corners are drawn, and evenly."""
    x0, y0, x1, y1 = frame
    corners = (dark[y - 1 : y + 2, x - 1 : x + 2] for x in (x0, x1 - 1) for y in (y0, y1 - 1))
    if not all(corner.any() for corner in corners):
        return False
    sides = [dark[y0 - 1 : y0 + 3, x0 + 2 : x1 - 2], dark[y1 - 3 : y1 + 1, x0 + 2 : x1 - 2]]
    sides += [dark[y0 + 2 : y1 - 2, x0 - 1 : x0 + 3].T, dark[y0 + 2 : y1 - 2, x1 - 3 : x1 + 1].T]
    drawn = [float(_covered(side).max()) for side in sides]
    if min(drawn) < _DRAWN or sum(drawn) < _ALL_DRAWN * len(drawn):
        return False
    top, bottom, left, right = _thickness(dark, frame)
    thin, thick = max(top, bottom), min(left, right)
    return thick <= thin + _UNEVEN[0] or thick <= _UNEVEN[1] * thin


def _thickness(dark: Mask, frame: _Frame) -> tuple[int, int, int, int]:
    """Return how thick the upper, lower, left and right side are, pixels."""
    x0, y0, x1, y1 = frame
    most, quarter = round(_THICK * frame.side), round(frame.side / 4)
    across, down = np.s_[x0 + quarter : x1 - quarter], np.s_[y0 + quarter : y1 - quarter]
    sides = [dark[y0 : y0 + most, across], dark[y1 - most : y1, across][::-1]]
    sides += [dark[down, x0 : x0 + most].T, dark[down, x1 - most : x1].T[::-1]]
    top, bottom, left, right = (_depth(side) for side in sides)
    return top, bottom, left, right


def _depth(side: Mask) -> int:
    """Return after how many rows from outside a side ends; the first few may be faint."""
    drawn = side.mean(axis=1) >= _SOLID
    begin = int(drawn.argmax())
    gaps = np.flatnonzero(~drawn[begin:])
    return begin + int(gaps[0]) if gaps.size else len(side)


def _goes_on(dark: Mask, frame: _Frame) -> bool:
    """Tell whether the sides go on beyond the corners, as rulings and stems do; pen strokes may seem to."""
    x0, y0, x1, y1 = frame
    reach = max(4, round(_BEYOND * frame.side)) + 2
    level = [dark[max(0, y - 2) : y + 3, max(0, x) : x + reach - 2] for y in (y0, y1 - 1) for x in (x0 - reach, x1 + 2)]
    upright = [
        dark[max(0, y) : y + reach - 2, max(0, x - 2) : x + 3].T for x in (x0, x1 - 1) for y in (y0 - reach, y1 + 2)
    ]
    allowed = _GOES_ON if _ink(dark, frame) >= _EMPTY else 0
    return sum(bool(strip.any(axis=0).all()) for strip in level + upright) > allowed


def _is_enclosed(dark: Mask, frame: _Frame, unit: float) -> bool:
    """Tell whether ink stands close beside the frame, as letters do in words, and the modules of a QR code.

    Pen strokes leave through the corners, or cross a side in one place.
    """
    x0, y0, x1, y1 = frame
    near, far, fifth = round(_CLOSE[0] * unit), round(_CLOSE[1] * unit), round(frame.side / 5)
    level, upright = np.s_[y0 + fifth : y1 - fifth], np.s_[x0 + fifth : x1 - fifth]
    beside = dark[level, x0 - far : x0 - near], dark[level, x1 + near : x1 + far]
    stacked = dark[y0 - far : y0 - near, upright].T, dark[y1 + near : y1 + far, upright].T
    along = [float(strip.any(axis=1).mean()) for strip in beside + stacked]
    return max(along[:2]) >= _ALONG or (max(along) >= _ALONG / 2 and _is_finder(dark, frame))


def _is_finder(dark: Mask, frame: _Frame) -> bool:
    """Tell whether a square has the proportions 1:1:3:1:1 of a QR code's finder patterns (ISO/IEC 18004)."""
    seventh = frame.side / 7
    edge, ring, core = (
        dark[frame.top + cut : frame.bottom - cut, frame.left + cut : frame.right - cut]
        for cut in (round(1.2 * seventh), round(1.8 * seventh), round(2.4 * seventh))
    )
    return bool(core.mean() > _MOSTLY and edge.sum() - ring.sum() < (1 - _MOSTLY) * (edge.size - ring.size))


def _alone(frames: set[_Frame]) -> Sequence[_Frame]:
    """Return the frames that are none of several in one place, the outermost of these, and none in a row for digits."""
    outer: list[_Frame] = []
    for frame in sorted(frames, key=lambda frame: -frame.side):
        if not any(_overlap(frame, other) for other in outer):
            outer.append(frame)
    rows: list[list[_Frame]] = []
    for frame in sorted(outer):
        row = next((row for row in rows if _is_next(row[-1], frame)), None)
        if row is None:
            rows.append([frame])
        else:
            row.append(frame)
    return [frame for row in rows if len(row) < _DIGITS for frame in row]


def _overlap(one: _Frame, other: _Frame) -> bool:
    return max(one.left, other.left) < min(one.right, other.right) and max(one.top, other.top) < min(
        one.bottom, other.bottom
    )


def _is_next(one: _Frame, other: _Frame) -> bool:
    """Tell whether ``other`` stands right behind ``one``."""
    return abs(other.top - one.top) <= one.side / 4 and 0 <= other.left - one.right <= _TOUCHING * one.side


def _weighed(dark: Mask, frame: _Frame, scale: float) -> TickBox:
    """Return the box with what stands inside it."""
    ink = _ink(dark, frame)
    x, y, end, foot = (round(v / scale) for v in frame)
    box = Box(x, y, end - x, foot - y)
    if ink < _EMPTY:
        return TickBox(box, False, ink, 1 - ink / _EMPTY / 2)  # noqa: FBT003 - the state, documented there
    if ink < _TICKED:
        return TickBox(box, None, ink, 1 / 2)
    return TickBox(box, True, ink, min(1.0, ink / _TICKED / 2))  # noqa: FBT003


def _ink(dark: Mask, frame: _Frame) -> float:
    """Return the share of ink within a frame, 0 to 1."""
    top, bottom, left, right = (thickness + 1 for thickness in _thickness(dark, frame))
    inside = dark[frame.top + top : frame.bottom - bottom, frame.left + left : frame.right - right]
    return float(inside.mean()) if inside.size else 1.0
