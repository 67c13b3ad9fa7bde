"""Where paper, ink and scanner border are on a page: for measuring only, never for what is archived.

Everything here works on a page reduced to ``MEASURING_DPI``.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.images import Pixels

MEASURING_DPI = 120
"""Fine enough to measure skew to a fiftieth of a degree; a twelfth of the pixels of a 400 dpi scan."""

_WINDOW = 31
"""Pixels, wider than any stroke: a quarter of an inch."""
_INK_BELOW = 0.65
"""Of the paper's brightness around it; print shining through from the other side stays above."""
_BORDER_BELOW = 90
"""Brightest channel of the black behind a page, with a scanner's noise."""
_MIN_BORDER_SHARE = 0.002
"""Of the page's area; a smaller dark patch at the edge is a punch hole, a stamp or writing cut by the edge."""

Mask = NDArray[np.bool_]
"""H×W."""


def reduce_to(pixels: Pixels, dpi: int, target_dpi: int = MEASURING_DPI) -> Pixels:
    """Return a page reduced to about ``target_dpi``; never enlarged."""
    scale = target_dpi / dpi
    if scale >= 1:
        return pixels
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def find_border(pixels: Pixels) -> Mask:
    """Return where the black behind the page shows: large dark areas that begin at the image's edge."""
    dark = (pixels.max(axis=2) < _BORDER_BELOW).astype(np.uint8)
    framed = cv2.copyMakeBorder(dark, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    dark = cv2.morphologyEx(framed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))[2:-2, 2:-2]
    count, labels, facts, _ = cv2.connectedComponentsWithStats(dark, connectivity=4)
    at_edge = np.zeros(count, np.bool_)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        at_edge[edge] = True
    at_edge &= facts[:, cv2.CC_STAT_AREA] >= _MIN_BORDER_SHARE * dark.size
    at_edge[0] = False
    return np.asarray(at_edge[labels], np.bool_)


def paper_colour(pixels: Pixels, border: Mask) -> tuple[int, int, int]:
    """Return the paper's colour (BGR): the median of the brighter half of what is not border."""
    paper = pixels[~border] if not border.all() else pixels.reshape(-1, 3)
    brightness = paper.max(axis=1)
    bright = paper[brightness >= np.median(brightness)]
    blue, green, red = (int(v) for v in np.median(bright, axis=0))
    return blue, green, red


def without_border(pixels: Pixels, border: Mask) -> Pixels:
    """Return the page with the scanner's border painted in the paper's colour."""
    if not border.any():
        return pixels
    wider = cv2.dilate(border.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    painted = pixels.copy()
    painted[wider] = paper_colour(pixels, border)
    return painted


def find_ink(pixels: Pixels) -> Mask:
    """Return where there is ink of any colour on a page without border.

    The darkest channel is taken, so that red and blue ink count as black does.
    """
    darkest = pixels.min(axis=2)
    kernel = np.ones((_WINDOW, _WINDOW), np.uint8)
    background = cv2.blur(cv2.dilate(darkest, kernel), (_WINDOW, _WINDOW))
    return np.asarray(darkest < _INK_BELOW * background, np.bool_)
