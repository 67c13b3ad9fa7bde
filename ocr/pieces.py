"""The pieces of ink of a page, as columns of numbers, and which of them may be text."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocr.rulings import Rulings
from ocr.shapes import Flags, Stats, drawings, within

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
"""Numbers of pieces, or of runs."""

# Inches: the tallest letter, the widest run of touching ones, the least speck, the heights of usual letters.
_TALLEST, _WIDEST, _SPECK, _LETTER = 0.5, 2.5, 0.006, (0.03, 0.2)
# Inches: how thin slivers at the rim of the page are, and how near to it.
_SLIVER = 0.02
# So many are compared with all others at once, to bound the memory.
_AT_ONCE = 256


class Pieces:
    """The pieces of ink of a page.

    Args:
        stats: Of the pieces; piece 0 is the paper.
        dpi: Resolution.
        rulings: Of the page.
        drawn: Which pieces are known to be drawn, not written.

    Attributes:
        left, top, right, bottom, width, height, centre: Of their bounds, pixels.
        region: Of the page's rulings.
        text: Which of them may be letters, parts of letters, marks or signs.
        drawings: Bounds of seals, signatures, emblems. in_drawings: Which pieces stand within these.
        letter: Usual height of a letter, pixels; 0 without text.
        least: Height of the lowest letters, pixels.
    """

    def __init__(self, stats: Stats, dpi: float, rulings: Rulings, drawn: Flags) -> None:
        self.left, self.top = stats[:, 0].astype(float), stats[:, 1].astype(float)
        self.width, self.height = stats[:, 2].astype(float), stats[:, 3].astype(float)
        self.right, self.bottom = self.left + self.width, self.top + self.height
        self.centre = (self.left + self.right) / 2
        self.region = rulings.region_of(self.centre, (self.top + self.bottom) / 2)
        text = (self.height <= _TALLEST * dpi) & (self.width <= _WIDEST * dpi)
        text &= stats[:, 4] > (_SPECK * dpi) ** 2
        text &= ~drawn & ~self._slivers(dpi)
        text[0] = False
        if rulings.hollow:
            text &= ~np.isin(self.region, list(rulings.hollow))
        self.text = text
        self.drawings = drawings(stats, dpi)
        self.in_drawings = within(stats, self.drawings)
        self.least, most = _LETTER[0] * dpi, _LETTER[1] * dpi
        usual = text & (self.height >= self.least) & (self.height <= most) & (self.width >= self.least / 2)
        self.letter = float(np.median(self.height[usual])) if usual.any() else 0.0

    def _slivers(self, dpi: float) -> Flags:
        """Return which pieces are slivers of what lay beside the sheet, along the left and right rim of the page."""
        thin = self.width <= _SLIVER * dpi
        at_rim = (self.left <= _SLIVER * dpi) | (self.right >= self.right[0] - _SLIVER * dpi)
        return np.asarray(thin & at_rim)

    def apart(self, some: Places, others: Places) -> tuple[Numbers, Numbers]:
        """Return how far pieces are from others, across and down, pixels, as some x others; below 0 they overlap."""
        across = np.maximum.outer(self.left[some], self.left[others])
        across -= np.minimum.outer(self.right[some], self.right[others])
        down = np.maximum.outer(self.top[some], self.top[others])
        down -= np.minimum.outer(self.bottom[some], self.bottom[others])
        return across, down


def in_parts(places: Places) -> Sequence[Places]:
    """Part what is to be compared with everything else into parts that memory holds."""
    return np.split(places, range(_AT_ONCE, len(places), _AT_ONCE))
