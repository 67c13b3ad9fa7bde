"""Where paper, ink and scanner border are on a page: for measuring only, never for what is archived."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ingest.images import Pixels

MEASURING_SIDE = 1400
"""Pixels of the longer side: A4 at 120 dpi, fine enough to measure skew to a few hundredths of a degree."""

_WINDOW = 31
"""Pixels, wider than any stroke of ordinary print."""
_INK_BELOW = 166
"""Of 255, the paper's brightness; print shining through from the other side stays above."""
_FADED_BELOW = 210
"""The same for the faintest print."""
_BORDER_BELOW = 90
"""Brightest channel of the black behind a page, with a scanner's noise."""
_MIN_BORDER_SHARE = 0.002
"""Of the page's area; a smaller dark patch at the edge is a punch hole, a stamp or writing cut by the edge."""
_MARGIN = 0.03
"""Of width and height, where nothing counts as a mark."""
_MIN_BLOB = 10
"""Pixels of one patch of ink; less is dust, grain or noise."""
_MIN_INK = 60
"""Pixels of all patches; a page number has a hundred."""

Grey = NDArray[np.uint8]
"""H×W."""
Mask = NDArray[np.uint8]
"""H×W, 0 or 1."""


@dataclass(frozen=True)
class Survey:
    """An image reduced to ``MEASURING_SIDE`` for measuring; what is asked for is worked out once.

    Attributes:
        pixels: H×W×3 BGR.
    """

    pixels: Pixels

    @classmethod
    def of(cls, pixels: Pixels) -> "Survey":
        """Survey an image; it is never enlarged."""
        return cls(reduced(pixels, MEASURING_SIDE))

    @cached_property
    def border(self) -> Mask:
        """Where the black behind the page shows: large dark areas that begin at the image's edge."""
        dark = (brightest_channel(self.pixels) < _BORDER_BELOW).astype(np.uint8)
        framed = cv2.copyMakeBorder(dark, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
        dark = np.asarray(cv2.morphologyEx(framed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))[2:-2, 2:-2], np.uint8)
        edges = (dark[0], dark[-1], dark[:, 0], dark[:, -1])
        if not any(edge.any() for edge in edges):
            return np.zeros_like(dark)
        count, labels, facts, _ = cv2.connectedComponentsWithStats(dark, connectivity=4)
        is_border = np.zeros(count, np.uint8)
        for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            is_border[edge] = 1
        is_border[facts[:, cv2.CC_STAT_AREA] < _MIN_BORDER_SHARE * dark.size] = 0
        is_border[0] = 0
        return np.asarray(is_border[labels], np.uint8)

    @cached_property
    def paper_colour(self) -> tuple[int, int, int]:
        """The paper's colour (BGR): the median of the brighter half of what is not border."""
        sample = self.pixels[::4, ::4][self.border[::4, ::4] == 0]
        if not len(sample):
            return 255, 255, 255
        brightness = sample.max(axis=1)
        blue, green, red = (int(v) for v in np.median(sample[brightness >= np.median(brightness)], axis=0))
        return blue, green, red

    @cached_property
    def brightness(self) -> Grey:
        """Brightness relative to the paper around, whatever its colour and light: 255 is paper, 0 is black.

        The darkest channel is taken, so that red and blue ink count as black does.
        """
        darkest = darkest_channel(self.pixels)
        if self.border.any():
            darkest[cv2.dilate(self.border, np.ones((7, 7), np.uint8)) > 0] = min(self.paper_colour)
        brightest_around = cv2.dilate(darkest, np.ones((_WINDOW, _WINDOW), np.uint8))
        return np.asarray(cv2.divide(darkest, cv2.blur(brightest_around, (_WINDOW, _WINDOW)), scale=255), np.uint8)

    @cached_property
    def ink(self) -> Mask:
        """Where there is ink that is no bleed-through."""
        return (self.brightness < _INK_BELOW).astype(np.uint8)

    @cached_property
    def print(self) -> Mask:
        """Where there is ink, by this page's own measure: on a faded page what would be bleed-through on another."""
        inked = self.brightness[self.brightness < _FADED_BELOW]
        typical = float(np.median(inked)) if len(inked) else 0.0
        return (self.brightness < min(_FADED_BELOW, max(_INK_BELOW, (255 + typical) / 2))).astype(np.uint8)

    @cached_property
    def marks(self) -> Box | None:
        """What surrounds everything printed, written or stamped; ``None`` on a blank page.

        Dust, grain, scanner border, bleed-through and what lies at the very edge do not count; a page number alone
        does.
        """
        rows, columns = (max(1, round(n * _MARGIN)) for n in self.ink.shape)
        inner = self.ink[rows:-rows, columns:-columns]
        if not inner.any():  # OpenCV crashes on an image without pixels
            return None
        _, _, facts, _ = cv2.connectedComponentsWithStats(inner, connectivity=8)
        patches = facts[1:][facts[1:, cv2.CC_STAT_AREA] >= _MIN_BLOB]
        if patches[:, cv2.CC_STAT_AREA].sum() < _MIN_INK:
            return None
        left, top = (int(n) for n in patches[:, :2].min(axis=0))
        right, bottom = (int(n) for n in (patches[:, :2] + patches[:, 2:4]).max(axis=0))
        return Box(left + columns, top + rows, right - left, bottom - top)


def reduced(pixels: Pixels, longest: int) -> Pixels:
    """Return an image reduced so that its longer side has ``longest`` pixels; never enlarged."""
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def brightest_channel(pixels: Pixels) -> Grey:
    """Return each pixel's brightest channel: white paper and coloured paper alike are bright."""
    blue, green, red = cv2.split(pixels)
    return np.asarray(cv2.max(cv2.max(blue, green), red), np.uint8)


def darkest_channel(pixels: Pixels) -> Grey:
    """Return each pixel's darkest channel: black, red and blue ink alike are dark."""
    blue, green, red = cv2.split(pixels)
    return np.asarray(cv2.min(cv2.min(blue, green), red), np.uint8)
