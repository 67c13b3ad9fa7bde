"""Measuring how far text lines lean from level, by projection profiles.

When the projecting direction runs along the text lines, rows of letters and gaps between lines part sharply: the
energy of the profile's steps is greatest. Only the lower edges of the ink are projected, since baselines are
straighter than letters.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_SKEW_DEG = 5.0
"""Beyond this a page is not straightened: scanners do not feed paper more askew than that."""

_COARSE_STEP_DEG = 0.25
_FINE_STEP_DEG = 0.02
_MAX_POINTS = 40_000
_MIN_POINTS = 150
_MIN_PEAK = 1.15
"""By how much the best angle's energy must exceed the median angle's; less is noise, a picture, handwriting."""


@dataclass(frozen=True, slots=True)
class Skew:
    """How far text lines lean.

    Attributes:
        degrees: Clockwise turn that makes them level, within ±``MAX_SKEW_DEG``; 0 if ``peak`` is too weak to tell.
        peak: Energy of the profile at that angle, over the median of all angles; 1 for an empty page.
    """

    degrees: float
    peak: float


def measure_skew(ink: NDArray[np.bool_]) -> Skew:
    """Measure the skew of horizontal text lines.

    Args:
        ink: H×W, true where there is ink; about 100 to 150 dpi is fine enough.
    """
    points = _lower_edges(ink)
    if len(points) < _MIN_POINTS:
        return Skew(0.0, 1.0)
    coarse = np.arange(-MAX_SKEW_DEG, MAX_SKEW_DEG + 1e-9, _COARSE_STEP_DEG)
    energies = np.array([_energy(points, angle) for angle in coarse])
    peak = float(energies.max() / np.median(energies))
    if peak < _MIN_PEAK:
        return Skew(0.0, peak)
    best = float(coarse[int(energies.argmax())])
    fine = np.arange(best - _COARSE_STEP_DEG, best + _COARSE_STEP_DEG + 1e-9, _FINE_STEP_DEG)
    sharp = np.convolve([_energy(points, angle) for angle in fine], _SMOOTHING, mode="same")
    degrees = float(fine[int(sharp.argmax())])
    return Skew(max(-MAX_SKEW_DEG, min(MAX_SKEW_DEG, degrees)), peak)


_SMOOTHING = np.array([1, 2, 3, 2, 1]) / 9


def _lower_edges(ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return N×2 (x, y) of ink pixels with none below, thinned evenly to at most ``_MAX_POINTS``."""
    edges = ink[:-1] & ~ink[1:]
    rows, columns = np.nonzero(edges)
    keep = slice(None, None, max(1, math.ceil(len(rows) / _MAX_POINTS)))
    return np.stack([columns[keep], rows[keep]], axis=1).astype(np.float32)


def _energy(points: NDArray[np.float32], degrees: float) -> float:
    """Return the energy of the steps in the profile of points turned clockwise by ``degrees``."""
    sin, cos = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    heights = points[:, 0] * sin + points[:, 1] * cos
    profile = np.bincount((heights - heights.min()).astype(np.int64))
    return float(np.square(np.diff(profile.astype(np.float64))).sum())
