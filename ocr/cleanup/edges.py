"""Black page edges and punch holes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleanup.step import Grey, Measured, Sheet, disc, quantile, shrunk

# Below this share of the paper's brightness a pixel is as dark as an open lid.
_LID = 0.5
# Wider than any stroke, inches: what is left of an edge or a hole when everything narrower is gone.
_SOLID = 0.1
# Diameter of punch holes, least share of their square that they fill, and how far inside the page they stand. Inches.
_HOLE, _ROUND, _MARGIN = (0.15, 0.32), 0.65, 1.0
# An edge touches the rim of the page to within this distance, inches.
_RIM = 0.03
_SHRINK = 4


def measure(sheet: Sheet) -> Measured:
    """Measure the share of the page, percent, that dark edges and punch holes cover; they are filled with paper."""
    small = shrunk(sheet.grey, _SHRINK)
    inch = sheet.dpi / _SHRINK
    paper = quantile(sheet.grey, 0.5)
    dark = (small < _LID * paper).view(np.uint8)
    # All around the page counts as dark, so that an edge may be narrow where it goes off the page.
    reach = max(3, round(_SOLID * inch) | 1)
    around = cv2.copyMakeBorder(dark, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=1)
    solid = cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8))[reach:-reach, reach:-reach]
    found = _edges_and_holes(np.ascontiguousarray(solid, dtype=np.uint8), inch)

    def mend() -> Grey:
        grown = cv2.dilate(found, disc(2 * _RIM, inch))
        height, width = sheet.grey.shape
        mask = cv2.resize(grown, (width, height), interpolation=cv2.INTER_NEAREST)
        return np.where(np.asarray(mask) > 0, np.uint8(paper), sheet.grey)

    return Measured(100 * float(np.mean(found)), mend)


def _edges_and_holes(solid: NDArray[np.uint8], inch: float) -> NDArray[np.uint8]:
    """Return 1 where a solid dark thing touches the rim or is a punch hole, else 0."""
    height, width = solid.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    left, top, across, down, area = np.asarray(stats).T
    nearest = np.minimum.reduce([left, top, width - left - across, height - top - down])
    at_rim = nearest <= _RIM * inch
    least, most = (size * inch for size in _HOLE)
    sizes = (np.minimum(across, down) >= least) & (np.maximum(across, down) <= most)
    hole = sizes & (area >= _ROUND * across * down) & (nearest <= _MARGIN * inch)
    wanted = at_rim | hole
    wanted[0] = False
    return np.asarray(wanted.astype(np.uint8)[np.asarray(labels)], dtype=np.uint8)
