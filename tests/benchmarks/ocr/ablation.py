"""What each step of the cleanup is worth: the CER without it, and with it on every page whether it needs it or not."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleanup.step import Step
from ocr.reader import read_page
from ocr.reading_image import STEPS, clean
from ocr.tesseract import TesseractEngine
from tests.benchmarks.ocr import metrics
from tests.benchmarks.ocr.compare import EMPTY
from tests.benchmarks.ocr.engines import decoded, kept_master
from tests.benchmarks.ocr.metrics import Share
from tests.benchmarks.ocr.pages import Scan
from tests.benchmarks.ocr.tables import Table, shown

Steps = tuple[Step, ...]
AS_IT_IS: Final = "as it is"


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to read: its name and the steps of the cleanup it takes."""

    name: str
    steps: Steps


def without(step: Step) -> Variant:
    """All steps but one."""
    return Variant(f"{step.name}, left out", tuple(s for s in STEPS if s.name != step.name))


def forced(step: Step) -> Variant:
    """All steps, one of them on every page."""
    return Variant(f"{step.name}, on every page", tuple(s.always() if s.name == step.name else s for s in STEPS))


VARIANTS: Final = (Variant(AS_IT_IS, STEPS), *(make(step) for step in STEPS for make in (without, forced)))


def page_errors(scan: Scan) -> Iterator[tuple[str, Share, bool]]:
    """Read a page in every way; yield the way's name, the CER, and whether its image differs from that as it is.

    A way that gives the same image gives the same reading: it is not read again.
    """
    page = decoded(scan.file)
    _, master = kept_master(page)
    usual, share = clean(master, page.dpi).image, Share()
    for variant in VARIANTS:
        image = clean(master, page.dpi, variant.steps).image
        differs = not np.array_equal(image, usual)
        if variant.name == AS_IT_IS:
            share = _errors(scan, master, page.dpi, variant.steps)
        yield variant.name, _errors(scan, master, page.dpi, variant.steps) if differs else share, differs


def _errors(scan: Scan, master: NDArray[np.uint8], dpi: int, steps: Steps) -> Share:
    reading = read_page(master, number=1, dpi=dpi, engine=TesseractEngine("vie"), steps=steps)
    return metrics.characters(scan.text, metrics.normal(reading.text))


def ablation_table(scans: Sequence[Scan], progress: Callable[[Sequence[Scan]], Iterator[Scan]]) -> Table:
    """Ways by groups of pages."""
    cv2.setNumThreads(1)
    printed = [scan for scan in scans if scan.group != EMPTY]
    groups = [*dict.fromkeys(scan.group for scan in printed), "whole"]
    sums: dict[tuple[str, str], Share] = defaultdict(Share)
    touched: dict[str, int] = defaultdict(int)
    for scan in progress(printed):
        for name, share, differs in page_errors(scan):
            touched[name] += differs
            for group in (scan.group, "whole"):
                sums[name, group] += share
    rows = [
        [v.name, "" if v.name == AS_IT_IS else str(touched[v.name]), *(shown(sums[v.name, g].percent) for g in groups)]
        for v in VARIANTS
    ]
    title = f"CER % with steps of the cleanup changed, {len(printed)} printed pages"
    return Table(title, ["step", "pages changed", *groups], rows)
