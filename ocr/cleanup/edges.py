"""Black page edges and punch holes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleanup.step import Grey, Measured, Sheet, disc, quantile, shrunk
from ocr.components import components

# Below this share of the page's paper an edge is as dark as an open lid; a hole, over a closed one, need not be: it is
# below that share of the paper around it.
_LID, _HOLE_LEVEL = 0.5, 0.9
# Wider than any stroke, inches: what is left of an edge or a hole when everything narrower is gone.
_SOLID = 0.1
# Diameter of punch holes, least share of their square that they fill, and how far inside the page they stand. Inches.
_HOLE, _ROUND, _MARGIN = (0.15, 0.32), 0.65, 0.6
# An edge touches the rim of the page to within this distance, and a hole's shadow is as wide. Inches.
_RIM = 0.03
_SHRINK = 4


def measure(sheet: Sheet) -> Measured:
    """Measure the share of the page, percent, that dark edges and punch holes cover; they are filled with paper."""
    small = shrunk(sheet.grey, _SHRINK)
    inch = sheet.dpi / _SHRINK
    paper = quantile(sheet.grey, 0.5)
    found = _edges(small < _LID * paper, inch) | _holes(small, inch)

    def mend() -> Grey:
        grown = cv2.dilate(found.view(np.uint8), disc(2 * _RIM, inch))
        height, width = sheet.grey.shape
        mask = cv2.resize(grown, (width, height), interpolation=cv2.INTER_NEAREST)
        return np.where(np.asarray(mask) > 0, np.uint8(paper), sheet.grey)

    return Measured(100 * float(np.mean(found)), mend)


def _edges(dark: NDArray[np.bool_], inch: float) -> NDArray[np.bool_]:
    """Return which of the dark is solid and touches the rim."""
    # All around the page counts as dark, so that an edge may be narrow where it goes off the page.
    reach = max(3, round(_SOLID * inch) | 1)
    around = cv2.copyMakeBorder(dark.view(np.uint8), reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=1)
    solid = cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8))[reach:-reach, reach:-reach]
    labels, stats = components(np.ascontiguousarray(solid, dtype=np.uint8))
    wanted = _to_rim(stats, dark.shape) <= _RIM * inch
    wanted[0] = False
    return np.asarray(wanted[labels])


def _holes(small: Grey, inch: float) -> NDArray[np.bool_]:
    """Return where round things of a punch hole's size stand near the rim."""
    least, most = (size * inch for size in _HOLE)
    wide = max(3, round(2 * most) | 1)
    around = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((wide, wide), np.uint8))
    ratio = np.asarray(cv2.divide(small, around, scale=100), dtype=np.uint8)
    dark = (ratio < 100 * _HOLE_LEVEL).view(np.uint8)
    labels, stats = components(dark)
    across, down, area = stats[:, 2], stats[:, 3], stats[:, 4]
    wanted = (np.maximum(across, down) <= most) & (area >= _ROUND * across * down)
    wanted &= _to_rim(stats, small.shape) <= _MARGIN * inch
    # A hole is solid; letters have strokes.
    solid = np.zeros_like(wanted)
    solid[labels[np.asarray(cv2.erode(dark, disc(least / inch, inch))) > 0]] = True
    wanted[0] = False
    return np.asarray((wanted & solid)[labels])


def _to_rim(stats: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.int32]:
    """Return how far each thing is from the nearest rim of the page, pixels."""
    left, top, across, down, _ = stats.T
    nearest = np.minimum.reduce([left, top, shape[1] - left - across, shape[0] - top - down])
    return np.asarray(nearest, dtype=np.int32)
