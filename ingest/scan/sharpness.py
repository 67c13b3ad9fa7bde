"""How much detail an image really holds: how soft its edges are, and whether software enlarged it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.scan.ink import Survey
from ingest.scan.pixels import Grey, Pixels, darkest_channel

_TILE = 256
"""Pixels of a tile's side."""
_SMALLEST = 16
_TILES = 16
"""As many of those with most print are looked at: a megapixel."""
_MOST_INK, _LEAST_INK = 0.35, 0.01
"""Shares of a tile with print; what is darker is a picture or a border."""
_STRONG = 60
"""Levels from dark to light that make an edge, well above noise."""
_STRAIGHT = 0.6
"""Share of an edge's steepness that the pixels beside it along the edge must have: corners and dust have less."""
_MIN_EDGES = 150
_SHARP_PERCENTILE = 75
"""The sharper quarter of the edges tells what scanner and focus can do; letters have soft edges of their own."""

_CLIP = 40
"""Levels at which differences are cut, so that not the few blackest letters make the rhythm."""
_GRAIN = 0.2
"""Levels added to differences before they are compared by ratio: paper without any grain must not weigh most."""
_LEAST_COLUMNS = 200
_PERIODS = 24
"""Columns used are a multiple of this, so that halves, thirds and eighths of a cycle per pixel fall on a bin."""
_BLOCK_HARMONICS = 1 / 8, 2 / 8, 3 / 8, 4 / 8
"""Cycles per pixel at which the blocks of JPEG make a rhythm of their own."""
_AROUND = 0.012
"""Cycles per pixel around them in which they are felt."""
_SLOWEST = 0.28
"""Cycles per pixel; slower rhythms are the page's own: letters, dotted lines."""
_PEAK = 14.0
"""Of a rhythm over the median, from which it shows enlarging; other pages stay below 9."""
_PEAK_AT_HALF = 18.0
"""The same at half a cycle, where the blocks of JPEG show as well."""
_OVER_BLOCKS = 4.0
"""By how much that peak must exceed those of JPEG."""
_PEAK_OF_THRICE = 35.0
"""From which a third of a cycle means three times the size, not one and a half."""
_ECHO = 6.0
"""Peak that the other direction must show: images are enlarged both ways."""
_NEARLY = 0.85
"""Share of the factor by which edges are widened at least: each source pixel makes so many."""


def edge_width(pixels: Pixels, survey: Survey, dpi: int) -> float | None:
    """Return over how many pixels the sharp edges of print go from dark to light, at least 1.

    Across or down, whichever is softer: a sheet that moved stays sharp in one direction.

    Args:
        pixels: H×W×3 BGR.
        survey: The same, surveyed.
        dpi: Its dots per inch.

    Returns:
        ``None`` if there are hardly any edges.
    """
    reach = 2 * round(dpi / 40) + 1
    tiles = [darkest_channel(tile) for tile in _inked_tiles(pixels, survey)]
    widths = (_width(tiles, reach), _width([np.ascontiguousarray(tile.T) for tile in tiles], reach))
    return max((width for width in widths if width), default=None)


def _width(tiles: Sequence[Grey], reach: int) -> float | None:
    """Return the width of upright edges on tiles of a page; ``None`` if there are hardly any."""
    edges = np.concatenate([_steepness(tile, reach) for tile in tiles] or [np.zeros(0)])
    return float(1 / np.percentile(edges, _SHARP_PERCENTILE)) if len(edges) >= _MIN_EDGES else None


def enlargement(pixels: Pixels, edge_px: float) -> float:
    """Return by how much software enlarged an image; 1 if nothing betrays it.

    How an interpolated pixel depends on its neighbours depends on how far it lies from the nearest source pixel. So the
    differences along rows and columns rise and fall with the rhythm of the source pixels: ``1 / factor`` cycles per
    pixel, seen as ``1 - 1 / factor`` if the factor is below 2.

    Args:
        pixels: H×W×3 BGR.
        edge_px: See ``edge_width``; what was enlarged cannot be sharper than the factor.
    """
    green = np.ascontiguousarray(pixels[:, :, 1])
    across, down = _rhythms(green), _rhythms(np.ascontiguousarray(green.T))
    if across is None or down is None:
        return 1.0
    if _shows_half(across) or _shows_half(down):
        return 2.0
    factors = (_factor(one, other, edge_px) for one, other in ((across, down), (down, across)))
    return max(factors)


def _inked_tiles(pixels: Pixels, survey: Survey) -> list[Pixels]:
    """Return the tiles with most print, at most ``_TILES``; of an image smaller than one, itself."""
    down, across = (n // _TILE for n in pixels.shape[:2])
    if not down or not across:
        return [pixels] if min(pixels.shape[:2]) >= _SMALLEST else []
    rows, columns = survey.ink.shape
    used = survey.ink[
        : round(rows * down * _TILE / pixels.shape[0]), : round(columns * across * _TILE / pixels.shape[1])
    ]
    shares = cv2.resize(used.astype(np.float32), (across, down), interpolation=cv2.INTER_AREA).ravel()
    shares[shares > _MOST_INK] = 0
    best = [int(i) for i in np.argsort(-shares)[:_TILES] if shares[i] > _LEAST_INK]
    corners = [(i // across * _TILE, i % across * _TILE) for i in best]
    return [pixels[y : y + _TILE, x : x + _TILE] for y, x in corners]


def _steepness(grey: Grey, reach: int) -> NDArray[np.float64]:
    """Return, for each upright edge, the share of its height that the steepest pixel climbs."""
    steps = np.abs(np.diff(grey.astype(np.int16), axis=1))
    window = np.ones((1, reach), np.uint8)
    height = (cv2.dilate(grey, window).astype(np.int16) - cv2.erode(grey, window))[:, :-1]
    is_edge = (steps == cv2.dilate(steps, window)) & (height > _STRONG)
    is_edge[0] = is_edge[-1] = False
    is_edge[1:-1] &= np.minimum(steps[:-2], steps[2:]) > _STRAIGHT * steps[1:-1]
    return np.asarray(steps[is_edge] / height[is_edge], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Rhythms:
    """How strongly each frequency shows in what columns differ by.

    Attributes:
        frequencies: 0 to 1/2 cycle per pixel. once, twice: Strengths in first and second differences, the median being
            1. blocks: Where JPEG shows.
    """

    frequencies: NDArray[np.float64]
    once: NDArray[np.float64]
    twice: NDArray[np.float64]
    blocks: NDArray[np.bool_]


def _rhythms(grey: Grey) -> _Rhythms | None:
    """Return the rhythms of an image across; ``None`` if it has too few columns."""
    first = np.asarray(cv2.absdiff(grey[:, 1:], grey[:, :-1]), np.uint8)
    bends = cv2.filter2D(grey, cv2.CV_16S, np.array([[1.0, -2.0, 1.0]]))
    second = np.asarray(cv2.convertScaleAbs(bends), np.uint8)[:, 1:-1]
    columns = second.shape[1] // _PERIODS * _PERIODS
    if columns < _LEAST_COLUMNS:
        return None
    once, twice = _spectrum(first[:, :columns]), _spectrum(second[:, :columns])
    frequencies = np.linspace(0, 0.5, len(once))
    blocks = np.min([np.abs(frequencies - f) for f in _BLOCK_HARMONICS], axis=0) < _AROUND
    return _Rhythms(frequencies, once, twice, blocks)


def _shows_half(rhythms: _Rhythms) -> bool:
    """Return whether every other column differs: the image was enlarged to exactly, or nearly, twice its size."""
    half = rhythms.frequencies > 0.5 - _AROUND
    blocks = rhythms.once[rhythms.blocks & ~half].max()
    return bool(
        rhythms.twice[half].max() > _PEAK or rhythms.once[half].max() > max(_PEAK_AT_HALF, _OVER_BLOCKS * blocks)
    )


def _factor(one: _Rhythms, other: _Rhythms, edge_px: float) -> float:
    """Return by how much an image was enlarged if ``one`` direction shows it and the ``other`` echoes it; else 1."""
    for strengths in (one.twice, one.once):
        apart = np.where(one.blocks | (one.frequencies < _SLOWEST), 0, strengths)
        rhythm = float(one.frequencies[apart.argmax()])
        near = (np.abs(other.frequencies - rhythm) < _AROUND) & ~other.blocks
        if not near.any() or max(other.once[near].max(), other.twice[near].max()) < _ECHO:
            continue
        if apart.max() > _PEAK_OF_THRICE and edge_px > _NEARLY / rhythm:
            return 1 / rhythm
        if apart.max() > _PEAK and edge_px > _NEARLY / (1 - rhythm):
            return 1 / (1 - rhythm)
    return 1.0


def _spectrum(differences: Grey) -> NDArray[np.float64]:
    """Return how strongly each frequency from 0 to 1/2 cycle per pixel shows in the columns, the median being 1."""
    means = cv2.reduce(np.minimum(differences, _CLIP), 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel().astype(np.float64)
    steps = np.diff(np.log(means + _GRAIN))
    strengths = np.abs(np.fft.rfft(steps * np.hanning(len(steps))))
    return strengths / max(float(np.median(strengths[len(strengths) // 2 :])), 1e-9)
