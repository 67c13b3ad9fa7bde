"""Lines cut out of the benchmark pages at their true boxes: reading without the line finder and its mistakes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.reading_image import reading_image
from tests.generator.benchset import BenchPlan, plans, render
from tests.generator.chance import seeded
from tests.generator.fonts import Subset
from tests.generator.lines import cut_lines
from tests.generator.truth import Page

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Boxed:
    """A line of a benchmark page.

    Attributes:
        crop: Of the page's reading image, grey, upright, in pixels of the scan. text: NFC. dpi: Of the scan.
        group: Kind of page. spoilt: The page has been through a scanner, most with faults.
    """

    crop: Grey
    text: str
    dpi: int
    group: str
    spoilt: bool


def boxed_lines(subset: Subset, *, every: int = 1, pages: int | None = None, spoilt: bool = True) -> Iterator[Boxed]:
    """Yield the lines of every ``every``-th page, of ``pages`` at most; not ``spoilt``: as printed."""
    for plan in islice(plans(subset), 0, None if pages is None else pages * every, every):
        page = render(plan).page if spoilt else _printed(plan)
        scan = page.image
        master = cv2.cvtColor(scan, cv2.COLOR_RGB2BGR if scan.ndim == 3 else cv2.COLOR_GRAY2BGR)
        cleaned = replace(page, image=reading_image(np.asarray(master, dtype=np.uint8), page.dpi))
        for crop, text in cut_lines(cleaned):
            if crop.size and text:
                yield Boxed(crop, text, page.dpi, plan.group, spoilt)


def _printed(plan: BenchPlan) -> Page:
    return plan.page(seeded("bench", plan.name))
