"""Telling pieces of ink that are drawn, not written: boxes, bars between boxes for digits, seals and signatures.

All are told by the shape of a connected piece of ink and by what it touches; sizes are in inches.
"""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.rulings import Mask

Flags = NDArray[np.bool_]
"""One per piece of ink; piece 0 is the paper."""

Stats = NDArray[np.int32]
"""Left, top, width, height and area of each piece of ink, pixels."""

Column = NDArray[np.int32]
"""One of the columns of :data:`Stats`, or a sum of them."""

Bounds = tuple[int, int, int, int]
"""Left, top, right and bottom, pixels."""

# Side of a check box, from and to; how unequal its sides may be, what share of each is drawn, of all of it at most.
_BOX, _UNEQUAL, _DRAWN, _FILLED = (0.07, 0.22), 1.2, 0.93, 0.75
# A bar is at most so thick and at least so long; rulings are this near its ends.
_BAR, _BAR_LENGTH, _TOUCH = 0.025, 0.1, 0.025
# Wider than any stroke of a letter, how much of a blot is so wide, and its largest size.
_SOLID, _MOSTLY, _BLOT = 0.08, 0.5, 1.0
# Parts of a drawing (a seal, a signature, an emblem) are at least so large both ways, and cover at most so much of
# their bounds; so near each other they are one drawing.
_DRAWING, _COVERED, _NEAR = 0.35, 0.35, 0.3
# Inches: how wide an ornamental border is, how far from the edge it stands, the widest of its small gaps, the paper
# that is free beside it.
_STRIP, _MARGIN, _SMALL_GAP, _FREE = 0.45, 1.2, 0.08, 0.1
# It covers this share of the page's length, and what stands beside it covers at most this share. At the top and at the
# foot it is at most this many times farther from the edge than at the sides.
_GAPLESS, _BESIDE, _DEEPER = 0.6, 0.2, 1.5


def blots(dark: Mask, dpi: float) -> Mask:
    """Return 1 where emblems and blots are: pieces of ink up to a size that are mostly wider than any stroke.

    Args:
        dark: 1 where ink is, height x width.
        dpi: Resolution.
    """
    core = np.ones((round(_SOLID * dpi), round(_SOLID * dpi)), np.uint8)
    cores = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, core), dtype=np.uint8)
    if not cores.any():
        return cores
    labels, stats = components(dark)
    inside = np.bincount(labels[cores > 0], minlength=len(stats))
    found = (inside >= _MOSTLY * stats[:, cv2.CC_STAT_AREA]) & (stats[:, 2:4].max(axis=1) <= _BLOT * dpi)
    found[0] = False
    return np.asarray(found[labels], dtype=np.uint8)


def check_boxes(labels: NDArray[np.int32], stats: Stats, dpi: float) -> Flags:
    """Return which pieces are empty or ticked boxes, and what stands within them."""
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    long, short = np.maximum(width, height), np.minimum(width, height)
    candidates = (short >= _BOX[0] * dpi) & (long <= _BOX[1] * dpi) & (long <= _UNEQUAL * short)
    candidates &= stats[:, cv2.CC_STAT_AREA] <= _FILLED * width * height
    candidates[0] = False
    found = np.zeros(len(stats), dtype=bool)
    for piece in np.flatnonzero(candidates):
        x, y, across, down = (int(v) for v in stats[piece, :4])
        inside = labels[y : y + down, x : x + across]
        if _is_box(inside == piece):
            found[np.unique(inside)] = True
    found[0] = False
    return found


def _is_box(shape: NDArray[np.bool_]) -> bool:
    edge = max(2, min(shape.shape) // 9)
    corners = shape[:edge, :edge], shape[:edge, -edge:], shape[-edge:, :edge], shape[-edge:, -edge:]
    # Round letters have sides, but no corners.
    if any(2 * np.count_nonzero(corner) < corner.size for corner in corners):
        return False
    sides = shape[:edge].any(0), shape[-edge:].any(0), shape[:, :edge].any(1), shape[:, -edge:].any(1)
    return all(side.mean() >= _DRAWN for side in sides)


def bars(stats: Stats, across: Mask, dpi: float) -> Flags:
    """Return which pieces are upright bars from ruling to ruling, as between boxes for digits.

    Args:
        stats: Of the pieces.
        across: 1 where long strokes across are, height x width.
        dpi: Resolution.
    """
    found = (stats[:, cv2.CC_STAT_WIDTH] <= _BAR * dpi) & (stats[:, cv2.CC_STAT_HEIGHT] >= _BAR_LENGTH * dpi)
    found[0] = False
    reach = max(2, round(_TOUCH * dpi))
    for piece in np.flatnonzero(found):
        x, y, width, height = (int(v) for v in stats[piece, :4])
        above = across[max(0, y - reach) : y + reach, x : x + width]
        below = across[y + height - reach : y + height + reach, x : x + width]
        found[piece] = above.any() and below.any()
    return found


def drawings(stats: Stats, dpi: float) -> tuple[Bounds, ...]:
    """Return the bounds of drawings: seals, signatures, emblems."""
    left, top, width, height, area = stats.T
    parts = (np.minimum(width, height) >= _DRAWING * dpi) & (area <= _COVERED * width * height)
    parts[0] = False
    bounds = [
        (int(left[i]), int(top[i]), int(left[i] + width[i]), int(top[i] + height[i])) for i in np.flatnonzero(parts)
    ]
    return tuple(_joined(bounds, round(_NEAR * dpi)))


def border(stats: Stats, dpi: float) -> Flags:
    """Return which pieces make an ornamental border around a page, or what cleaning left of one.

    Along both margins stand strips of ink with small gaps at most, and beside them paper is free, where text goes on.
    """
    left, top, width, height, _ = stats[1:].T
    right, bottom = left + width, top + height
    across, down = (int(v) for v in stats[0, 2:4])
    found = np.zeros(len(stats), dtype=bool)
    sides = [
        _strip(near, far, (top, bottom, down), dpi) for near, far in ((left, right), (across - right, across - left))
    ]
    if not all(side.any() for side in sides):
        return found
    deepest = _DEEPER * max(right[sides[0]].max(), across - left[sides[1]].min())
    ends = [
        _strip(near, np.where(far > deepest, down, far), (left, right, across), dpi)
        for near, far in ((top, bottom), (down - bottom, down - top))
    ]
    found[1:] = np.any([*sides, *ends], axis=0)
    return found


def _strip(near: Column, far: Column, along: tuple[Column, Column, int], dpi: float) -> Flags:
    """Return which pieces are the strip of a border along one edge of the page; none if there is no border.

    Args:
        near: Distances of the pieces' nearer sides from the edge, pixels.
        far: Those of their other sides.
        along: Where the pieces begin and end along the edge, and its length, pixels.
        dpi: Resolution.
    """
    starts, ends, length = along
    gap, thick = round(_SMALL_GAP * dpi / 2), round(_STRIP * dpi)
    step = max(1, thick // 4)
    for at in range(step, round(_MARGIN * dpi), step):
        strip = (near >= at) & (far <= at + thick)
        if _covered(starts[strip] - gap, ends[strip] + gap, length) < _GAPLESS:
            continue
        edge = far[strip].max()
        beside = (far > edge) & (near < edge + _FREE * dpi)
        if _covered(starts[beside], ends[beside], length) <= _BESIDE:
            return strip
    return np.zeros(len(near), dtype=bool)


def _covered(starts: Column, ends: Column, length: int) -> float:
    """Return which share of a length spans cover, which may reach beyond it."""
    first, last = np.clip(starts, 0, length), np.clip(ends, 0, length)
    steps = np.bincount(first, minlength=length + 1) - np.bincount(last, minlength=length + 1)
    return float((np.cumsum(steps)[:-1] > 0).mean())


def within(stats: Stats, drawn: Iterable[Bounds]) -> Flags:
    """Return which pieces stand wholly within the bounds of a drawing."""
    left, top, width, height, _ = stats.T
    right, bottom = left + width, top + height
    found = np.zeros(len(stats), dtype=bool)
    for x, y, end, foot in drawn:
        found |= (left >= x) & (right <= end) & (top >= y) & (bottom <= foot)
    return found


def _joined(bounds: list[Bounds], near: int) -> list[Bounds]:
    """Join bounds that are near each other."""
    joined: list[Bounds] = []
    for own in bounds:
        whole = own
        while close := [b for b in joined if _apart(b, whole) <= near]:
            joined = [b for b in joined if b not in close]
            lefts, tops, rights, bottoms = zip(whole, *close, strict=True)
            whole = min(lefts), min(tops), max(rights), max(bottoms)
        joined.append(whole)
    return joined


def _apart(one: Bounds, other: Bounds) -> int:
    across = max(one[0], other[0]) - min(one[2], other[2])
    down = max(one[1], other[1]) - min(one[3], other[3])
    return max(across, down)
