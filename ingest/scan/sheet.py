"""The sheet on a photograph: its four edges, where the ground it lies on shows beyond every one of them.

A flatbed's image has no ground, or black along some edges, parallel to the sheet's: such pages are left alone.
"""

import math
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.scan.geometry import Point, Quad
from ingest.scan.pixels import Pixels, darkest_channel, reduced

_SIDE = 700
"""Pixels of the longer side on which edges are looked for; they are found to a tenth of a pixel."""
_STEP = 6
"""Pixels on either side of an edge that are compared."""
_MIN_STEP = 22
"""Levels by which paper is brighter than the ground beside it."""
_STEP_SHARE = 0.3
"""The same, as a share of the difference between bright paper and ground."""
_LOOKED_AT = 0.12, 0.88
"""Part of an edge's length, away from the corners, that is looked at."""
_STRAIGHT_WITHIN = 1.5
"""Pixels."""
_SUPPORT = 0.75
"""Share of the lines of pixels across an edge that must show it on one straight line."""
_MIN_GROUND = 0.004
"""Share of the image that must lie beyond an edge."""
_MIN_AREA = 0.3
"""Of the image."""
_RIGHT_ANGLE_WITHIN_DEG = 0.25
"""A sheet with four right angles was seen from straight above: nothing is to be put right."""
_MAX_LEAN_DEG = 20.0
"""By which a corner may differ from a right angle."""

_Line = tuple[float, float]
"""Slope and intercept: of ``x`` over ``y`` for upright edges, of ``y`` over ``x`` for level ones."""


def find_sheet(pixels: Pixels) -> Quad | None:
    """Return the corners of a sheet seen in perspective, in pixels of the image; ``None`` if there is none, or flat.

    The corners are as the image lies: the one nearest to the top left first.
    """
    small = reduced(pixels, _SIDE)
    height, width = small.shape[:2]
    if min(width, height) < 10 * _STEP:
        return None
    darkest = cv2.blur(darkest_channel(small), (3, 3)).astype(np.float32)
    least = _least_step(darkest)
    if least is None:
        return None
    edges = [_edge(np.rot90(darkest, turns), least) for turns in range(4)]
    if any(edge is None for edge in edges):
        return None
    quad = _corners([edge for edge in edges if edge], width, height)
    if quad is None or not _plausible(quad, width, height):
        return None
    scale = max(width, height) / max(pixels.shape[:2])
    a, b, c, d = (((x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5) for x, y in quad)
    return a, b, c, d


def _least_step(darkest: NDArray[np.float32]) -> float | None:
    """Return how large a step from ground to paper is at least; ``None`` if the image's rim is no darker ground."""
    rim = np.concatenate([darkest[:3].ravel(), darkest[-3:].ravel(), darkest[:, :3].ravel(), darkest[:, -3:].ravel()])
    difference = float(np.percentile(darkest, 80) - np.median(rim))
    return max(_MIN_STEP, _STEP_SHARE * difference) if difference > _MIN_STEP else None


def _edge(darkest: NDArray[np.float32], least: float) -> _Line | None:
    """Return the sheet's left edge as a line ``x = slope · y + intercept``; ``None`` if it is not clearly seen."""
    height, width = darkest.shape
    first, last = (round(height * share) for share in _LOOKED_AT)
    rows = darkest[first:last, : width // 2]
    sums = np.cumsum(np.pad(rows, ((0, 0), (1, 0))), axis=1)
    means = (sums[:, _STEP:] - sums[:, :-_STEP]) / _STEP
    steps = means[:, _STEP:] - means[:, :-_STEP]  # at index i between pixels i + _STEP - 1 and i + _STEP
    rising = steps > least
    seen = rising.any(axis=1)
    begins = rising.argmax(axis=1)
    reach = np.minimum(begins[:, None] + np.arange(2 * _STEP), steps.shape[1] - 1)
    near = np.take_along_axis(steps, reach, axis=1)
    best = near.argmax(axis=1)
    x = begins + best + _between(near, best) + _STEP - 0.5
    return _line(np.flatnonzero(seen) + first, x[seen], len(rows), width)


def _between(near: NDArray[np.floating], best: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return by how much of a pixel a peak lies off its highest sample: the top of the parabola through three."""
    rows = np.arange(len(near))
    middle = np.clip(best, 1, near.shape[1] - 2)
    before, at, after = (near[rows, middle + i].astype(np.float64) for i in (-1, 0, 1))
    bend = before - 2 * at + after
    return np.where((bend < 0) & (middle == best), 0.5 * (before - after) / np.minimum(bend, -1e-6), 0.0).clip(-1, 1)


def _line(y: NDArray[np.intp], x: NDArray[np.float64], looked_at: int, width: int) -> _Line | None:
    """Return the line on which enough points lie, and beyond which there is ground."""
    if len(y) < _SUPPORT * looked_at:
        return None
    half = len(y) // 2
    slopes = (x[half : 2 * half] - x[:half]) / (y[half : 2 * half] - y[:half])
    slope = float(np.median(slopes))
    intercept = float(np.median(x - slope * y))
    for _ in range(3):
        on_line = np.abs(x - slope * y - intercept) < _STRAIGHT_WITHIN
        if on_line.sum() < _SUPPORT * looked_at:
            return None
        slope, intercept = (float(v) for v in np.polyfit(y[on_line], x[on_line], 1))
    return (slope, intercept) if float(np.median(slope * y + intercept)) > _MIN_GROUND * width else None


def _corners(edges: list[_Line], width: int, height: int) -> Quad | None:
    """Return the corners, given each edge found as the left one of the image turned by 0 to 3 quarters to the left."""
    (left, left_0), (top, top_0), (right, right_0), (bottom, bottom_0) = edges
    # turned back: the top edge was found with x for y and y for width - 1 - x, and so on
    level_top = -top, top_0 + top * (width - 1)
    level_bottom = -bottom, height - 1 - bottom_0
    upright_left = left, left_0
    upright_right = right, width - 1 - right_0 - right * (height - 1)
    lines = (
        (upright_left, level_top),
        (upright_right, level_top),
        (upright_right, level_bottom),
        (upright_left, level_bottom),
    )
    a, b, c, d = (_crossing(upright, level) for upright, level in lines)
    return a, b, c, d


def _crossing(upright: _Line, level: _Line) -> Point:
    """Return where ``x = a · y + b`` meets ``y = c · x + d``."""
    (a, b), (c, d) = upright, level
    x = (a * d + b) / (1 - a * c)
    return x, c * x + d


def _plausible(quad: Quad, width: int, height: int) -> bool:
    """Return whether corners are those of a sheet seen from aside: within the image, nearly but not quite square."""
    points = np.array(quad)
    if (points < 0).any() or (points > (width - 1, height - 1)).any():
        return False
    if cv2.contourArea(points.astype(np.float32)) < _MIN_AREA * width * height:
        return False
    sides = [b - a for a, b in pairwise((*points, points[0], points[1]))]
    leans = [abs(90 - _angle(a, b)) for a, b in pairwise(sides)]
    return _RIGHT_ANGLE_WITHIN_DEG < max(leans) < _MAX_LEAN_DEG


def _angle(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    cosine = float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
