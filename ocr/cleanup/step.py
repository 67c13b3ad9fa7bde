"""What a step of the cleanup is: a fault measured on the page, and its mending where the page shows enough of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Grey: TypeAlias = NDArray[np.uint8]
"""Height x width, 0 black to 255 white."""


@dataclass(frozen=True, slots=True)
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


def quantile(image: Grey, share: float) -> int:
    """Return the grey level below or at which ``share`` of the pixels lie; of a sample, as pages are large."""
    return level(np.bincount(image[::4, ::4].ravel(), minlength=256), share)


def level(histogram: NDArray[np.intp], share: float) -> int:
    """Return the first level at which the histogram's running sum reaches ``share`` of the whole."""
    total = np.cumsum(histogram)
    return int(np.searchsorted(total, share * total[-1]))
