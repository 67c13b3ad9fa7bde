"""Where paper, ink and scanner border are on a page: for measuring only, never for what is archived."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ingest.scan.pixels import Grey, Mask, Pixels, brightest_channel, darkest_channel, reduced
from ocr.components import components

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

_TRACE_SIGMA, _TRACE_LEAST = 4.5, 5.0
"""How much darker than the paper around a faint trace is: in standard deviations of the page's grain, and in levels."""
_TRACE_BLOB, _MOST_TRACES, _STROKE = 25, 150, 60
"""Pixels of one patch of it that is no grain; of all such patches on an empty page; and of one alone that is no dust.

Measured: specks of a dirty glass have 40 at most, the largest figure of the palest page number has 110.
"""
_GROUND_SHARE, _GROUND_WINDOW = 0.25, 31
"""Reduction, and side of the window in reduced pixels, in which the paper's own brightness is found."""

_LETTER_PIXELS = 3, 60
_MAX_SLENDER = 6
"""Length over breadth; pieces of rulings have more."""


@dataclass(frozen=True, slots=True, eq=False)
class Letters:
    """Patches of ink of a letter's size on a page about ``MEASURING_SIDE`` pixels high.

    Attributes:
        labels: Number of the patch each pixel is part of, from 1; 0 where there is none, H×W.
        middles: N×2: x and y of each patch, pixels. sizes: N: the longer sides of the patches, pixels.
    """

    labels: NDArray[np.int32]
    middles: NDArray[np.float64]
    sizes: NDArray[np.int32]

    @classmethod
    def of(cls, ink: Mask) -> Self:
        """Find them among all ink."""
        labels, facts = components(ink)
        corners, sides = facts[:, :2], facts[:, 2:4]
        long, short = sides.max(axis=1), sides.min(axis=1)
        least, most = _LETTER_PIXELS
        is_letter = (long >= least) & (long <= most) & (long <= _MAX_SLENDER * short)
        is_letter[0] = False
        numbers = np.where(is_letter, is_letter.cumsum(), 0).astype(np.int32)
        return cls(numbers[labels], (corners + (sides - 1) / 2)[is_letter], long[is_letter])

    @property
    def mask(self) -> Mask:
        """Where they are."""
        return (self.labels > 0).astype(np.uint8)


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
        sample, inside = np.ascontiguousarray(self.pixels[::4, ::4]), self.border[::4, ::4] == 0
        if not inside.any():
            return 255, 255, 255
        brightness = brightest_channel(sample)
        bright = inside & (brightness >= np.median(brightness[inside]))
        blue, green, red = (int(np.median(channel[bright])) for channel in cv2.split(sample))
        return blue, green, red

    @cached_property
    def brightness(self) -> Grey:
        """Brightness relative to the paper around, whatever its colour and light: 255 is paper, 0 is black.

        The darkest channel is taken, so that red and blue ink count as black does.
        """
        darkest = self._darkest_inside
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
    def letters(self) -> Letters:
        """What is printed and of a letter's size."""
        return Letters.of(self.print)

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
        _, facts = components(inner)
        patches = facts[1:][facts[1:, cv2.CC_STAT_AREA] >= _MIN_BLOB]
        if patches[:, cv2.CC_STAT_AREA].sum() < _MIN_INK:
            return None
        left, top = (int(n) for n in patches[:, :2].min(axis=0))
        right, bottom = (int(n) for n in (patches[:, :2] + patches[:, 2:4]).max(axis=0))
        return Box(left + columns, top + rows, right - left, bottom - top)

    @cached_property
    def has_traces(self) -> bool:
        """Whether anything at all is to be seen beyond grain and dust: pencil, a pale stamp, print shining through."""
        darker = self._darker_than_paper
        rows, columns = (max(1, round(n * _MARGIN)) for n in darker.shape)
        inner = darker[rows:-rows, columns:-columns]
        if not inner.size:
            return False
        sample = inner[::3, ::3]
        middle = float(np.median(sample))
        grain = 1.4826 * float(np.median(np.abs(sample - middle)))
        traces = (inner > middle + max(_TRACE_LEAST, _TRACE_SIGMA * grain)).astype(np.uint8)
        if not traces.any():
            return False
        _, facts = components(traces)
        sizes = facts[1:, cv2.CC_STAT_AREA]
        return bool(sizes.max() >= _STROKE or sizes[sizes >= _TRACE_BLOB].sum() > _MOST_TRACES)

    @property
    def _darker_than_paper(self) -> NDArray[np.float32]:
        """By how many levels of 255 each point is darker than the paper around it, whatever that one's brightness."""
        darkest = self._darkest_inside
        smooth = cv2.GaussianBlur(darkest, (0, 0), 0.8).astype(np.float32)
        height, width = darkest.shape
        less = max(1, round(width * _GROUND_SHARE)), max(1, round(height * _GROUND_SHARE))
        small = cv2.resize(darkest, less, interpolation=cv2.INTER_AREA)
        ground = cv2.GaussianBlur(cv2.medianBlur(small, _GROUND_WINDOW), (0, 0), 4)
        around = cv2.resize(ground, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        return np.asarray((around - smooth) * 255 / np.maximum(around, 32), np.float32)

    @property
    def _darkest_inside(self) -> Grey:
        """The darkest channel, what is behind the page in the paper's colour."""
        darkest = darkest_channel(self.pixels)
        if self.border.any():
            darkest[cv2.dilate(self.border, np.ones((7, 7), np.uint8)) > 0] = min(self.paper_colour)
        return darkest
