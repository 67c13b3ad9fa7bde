"""What a page's text lines tell from afar: how far they lean, whether they run across or down, which way up they stand.

When a page is projected along its text lines, rows of letters and the gaps between them part sharply: the energy of
the profile's steps is greatest. For the skew only lower edges of ink are projected, baselines being straighter than
letters. Which way up follows from the baseline too: letters end on it abruptly, while above them stand ascenders,
capitals and the many marks of Vietnamese, so the profile falls more steeply than it rises.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.scan.geometry import Projection
from ingest.scan.pixels import Mask

QUARTER_TURNS = 0, 90, 180, 270
"""Clockwise, degrees."""
MAX_SKEW_DEG = 10.0
"""Beyond this a page is not straightened: neither scanners nor people lay paper more askew than that."""

_COARSE_STEP_DEG = 0.25
_FINE_STEP_DEG = 0.02
_SMOOTHING = np.array([1, 2, 3, 2, 1]) / 9
_SUMMIT_STEPS, _LEAST_FOR_PARABOLA = 5, 5
"""Fine steps to either side of the highest."""
_SPREAD = 0.7
"""Standard deviation in pixels; with 0.5 and less, pages that lean by 0.15 degrees come out as straight."""
_MAX_POINTS = 40_000
_MIN_POINTS = 150
"""A dozen letters."""
_AMPLE_POINTS = 800
"""A few lines."""
_MIN_PEAK = 1.15
"""Of the best angle's energy over the median of all; noise and pictures stay below."""
_CLEARLY_ALONG = 2.0
"""Ratio of energies across and down; see the benchmark: the wrong direction never has more."""
_CLEARLY_LOPSIDED = 0.15
"""Upright text measures -0.1 to -0.5; what is no text, or hardly any, -0.1 to 0.1."""

Points = NDArray[np.float32]
"""2×N: x and y in pixels."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Text lines that run across a page.

    Attributes:
        skew_deg: Clockwise turn that makes them level, within ±``MAX_SKEW_DEG``; 0 if there are hardly any.
        energy: How sharply letters and gaps part, independent of how much text there is; 0 if there is hardly any.
        lopsided: -1 to 1: below 0 the profile falls more steeply than it rises, as upright lines do.
        ample: There is enough text for ``lopsided`` to mean something.
    """

    skew_deg: float = 0.0
    energy: float = 0.0
    lopsided: float = 0.0
    ample: bool = False


def measure_lines(letters: Mask) -> Lines:
    """Measure the text lines that run across, whichever way up, given where letters are."""
    edges = _points((letters[:-1] > letters[1:]).nonzero())
    if edges.shape[1] < _MIN_POINTS:
        return Lines()
    coarse = np.arange(-MAX_SKEW_DEG, MAX_SKEW_DEG + 1e-9, _COARSE_STEP_DEG)
    energies = np.array([_energy(edges, angle) for angle in coarse])
    if energies.max() < _MIN_PEAK * np.median(energies):
        return Lines()
    best = float(coarse[int(energies.argmax())])
    fine = np.arange(best - _COARSE_STEP_DEG, best + _COARSE_STEP_DEG + 1e-9, _FINE_STEP_DEG)
    smooth = np.convolve([_energy(edges, angle) for angle in fine], _SMOOTHING, mode="same")
    degrees = max(-MAX_SKEW_DEG, min(MAX_SKEW_DEG, _summit(fine, smooth)))
    ample = edges.shape[1] >= _AMPLE_POINTS
    return Lines(degrees, float(smooth.max()) / edges.shape[1] ** 2, _lopsided(letters, degrees), ample)


def possible_rotations(across: Lines, down: Lines) -> tuple[int, ...]:
    """Return the clockwise turns in degrees, of 0, 90, 180 and 270, that may make a page upright, the likeliest first.

    One if its lines show it clearly, two if they only show whether they run across or down, else all four.

    Args:
        across: Measured on the page as it is.
        down: Measured on the page turned clockwise by 270 degrees.
    """
    if across.energy > _CLEARLY_ALONG * down.energy:
        return _by_side(across, 0, 180)
    if down.energy > _CLEARLY_ALONG * across.energy:
        return _by_side(down, 270, 90)
    return QUARTER_TURNS


def _by_side(lines: Lines, upright: int, reverse: int) -> tuple[int, ...]:
    likely, other = (upright, reverse) if lines.lopsided < 0 else (reverse, upright)
    return (likely,) if lines.ample and abs(lines.lopsided) >= _CLEARLY_LOPSIDED else (likely, other)


def _summit(angles: NDArray[np.float64], energies: NDArray[np.float64]) -> float:
    """Return the angle at the top of the parabola through the highest energy and those around it."""
    top = int(energies.argmax())
    around = slice(max(2, top - _SUMMIT_STEPS), min(len(angles) - 2, top + _SUMMIT_STEPS + 1))
    if around.stop - around.start < _LEAST_FOR_PARABOLA:
        return float(angles[top])
    bend, slope, _ = np.polyfit(angles[around] - angles[top], energies[around] / energies[top], 2)
    return float(angles[top] - slope / (2 * bend)) if bend < 0 else float(angles[top])


def _points(where: tuple[NDArray[np.int64], ...]) -> Points:
    """Return pixels as points, thinned evenly to at most ``_MAX_POINTS``, spread beyond their pixel's height.

    Without spreading, or with less, pixel rows themselves make a peak at 0 degrees.
    """
    rows, columns = where
    keep = slice(None, None, max(1, math.ceil(len(rows) / _MAX_POINTS)))
    points = np.stack([columns[keep], rows[keep]]).astype(np.float32)
    points[1] += np.random.default_rng(0).normal(0, _SPREAD, len(points[1])).astype(np.float32)
    return points


def _energy(points: Points, degrees: float) -> float:
    """Return the energy of the steps in the profile of points turned clockwise by ``degrees``."""
    sin, cos = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    heights = points[0] * np.float32(sin) + points[1] * np.float32(cos)
    profile = np.bincount((heights - heights.min()).astype(np.int64))
    return float(np.square(np.diff(profile.astype(np.float64))).sum())


def _lopsided(letters: Mask, degrees: float) -> float:
    """Return by how much the profile, after a clockwise turn by ``degrees``, rises more steeply than it falls."""
    height, width = letters.shape
    level = cv2.warpAffine(letters * 255, Projection.rotation(degrees, width, height).matrix[:2], (width, height))
    steps = np.diff(np.asarray(cv2.reduce(level, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F)).ravel()) ** 3
    return float(steps.sum() / max(np.abs(steps).sum(), 1.0))
