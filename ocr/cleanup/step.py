"""What a step of the cleanup is: a fault measured on the page, and its mending where the page shows enough of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components

Grey: TypeAlias = NDArray[np.uint8]
"""Height x width, 0 black to 255 white."""

DARK = 160
"""On an image whose levels are set, ink is below this level; shades of the paper and of its back are above."""


# Dots and marks are seen well enough at this resolution; labels of all pixels of an A3 page at 600 dpi are 280 MB.
_ENOUGH_DPI = 300


@dataclass(frozen=True, eq=False)
class Sheet:
    """A page on its way through the cleanup.

    Attributes:
        master: Height x width x 3, blue-green-red, upright; as scanned.
        grey: What the steps before have made of it, of the same size.
        dpi: Resolution.
    """

    master: NDArray[np.uint8]
    grey: Grey
    dpi: int

    @cached_property
    def spots(self) -> NDArray[np.int32]:
        """Left, top, width, height and area of each connected dark thing, pixels; row 0 is the page."""
        times = coarseness(self.dpi)
        dark = ((self.grey if times == 1 else shrunk(self.grey, times)) < DARK).view(np.uint8)
        return components(dark)[1] * np.array([times, times, times, times, times**2], dtype=np.int32)

    def without(self, spots: NDArray[np.int32]) -> Grey:
        """Return the page with these of its ``spots`` painted white, each with its grey edge of one pixel."""
        cleaned = self.grey.copy()
        for left, top, width, height, _ in spots:
            cleaned[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1] = 255
        return cleaned


@dataclass(frozen=True, slots=True)
class Measured:
    """How much of a fault a page shows.

    Attributes:
        fault: In the unit of the step; 0 or less for a page without the fault.
        mend: Gives the page without it, of the same size; the sheet itself is left alone.
    """

    fault: float
    mend: Callable[[], Grey]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the cleanup.

    Attributes:
        name: Short, unique among the steps.
        unit: What ``fault`` counts, in words.
        measure: Measures the fault.
        limit: The step is taken on pages whose fault is greater.
    """

    name: str
    unit: str
    measure: Callable[[Sheet], Measured]
    limit: float

    def always(self) -> Self:
        """Return the step as it would be without its condition: taken on every page."""
        return replace(self, limit=float("-inf"))


def coarseness(dpi: int) -> int:
    """Return how many times smaller a page may be made before its dots are looked at: to 300 dpi or a little more."""
    return max(1, dpi // _ENOUGH_DPI)


def shrunk(image: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """Return the image ``times`` smaller both ways, at least one pixel wide and high."""
    height, width = image.shape[:2]
    size = (max(1, width // times), max(1, height // times))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def disc(inches: float, dpi: float) -> NDArray[np.uint8]:
    """Return a round structuring element of this diameter, at least three pixels."""
    size = max(3, round(inches * dpi) | 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), dtype=np.uint8)


def quantile(image: Grey, share: float) -> int:
    """Return the grey level below or at which ``share`` of the pixels lie; of a sample, as pages are large."""
    return level(histogram(image[::4, ::4]), share)


def histogram(image: Grey) -> NDArray[np.intp]:
    """Count the pixels of each grey level, 0 to 255; numpy would first make eight bytes of each."""
    counts = cv2.calcHist([np.ascontiguousarray(image)], [0], None, [256], [0, 256])
    return np.asarray(counts, dtype=np.intp).ravel()


def level(counts: NDArray[np.intp] | NDArray[np.float64], share: float) -> int:
    """Return the first level at which the histogram's running sum reaches ``share`` of the whole."""
    total = np.cumsum(counts)
    return int(np.searchsorted(total, share * total[-1]))
