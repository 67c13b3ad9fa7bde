"""What each step of the cleanup is worth: the CER without it, and with it on every page whether it needs it or not."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from ingest.scan.images import MasterPage, PageImage
from ingest.scan.pixels import Pixels
from ocr.cleanup.step import Step
from ocr.ctc import CtcReader
from ocr.reader import read_page
from ocr.reading_image import STEPS, reading_image
from tests.benchmarks.ocr import metrics
from tests.benchmarks.ocr.compare import EMPTY, compared
from tests.benchmarks.ocr.engines import decoded, kept, kept_master
from tests.benchmarks.ocr.metrics import Share
from tests.benchmarks.ocr.pages import Scan
from tests.benchmarks.ocr.tables import Table, shown

MakeMaster = Callable[[PageImage, MasterPage], Pixels]
"""Takes a page as decoded and its usual master; gives the pixels that are to be kept and read."""


def as_cleaned(_: PageImage, master: MasterPage) -> Pixels:
    """Change nothing."""
    return master.pixels


def turned_only(page: PageImage, master: MasterPage) -> Pixels:
    """Turn the page by quarters, but leave it leaning, seen from aside, and with its borders."""
    return np.ascontiguousarray(np.rot90(page.pixels, -(master.rotation // 90)))


def as_decoded(page: PageImage, _: MasterPage) -> Pixels:
    """Leave the page the way it came."""
    return page.pixels


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to read: its name, the steps of the cleanup it takes, and the master it starts from."""

    name: str
    steps: tuple[Step, ...] = STEPS
    make_master: MakeMaster = as_cleaned


def variants() -> Iterator[Variant]:
    """Yield the usual way, then each change to it."""
    yield Variant("as it is")
    yield Variant("geometry but quarter turns, left out", make_master=turned_only)
    yield Variant("geometry, left out", make_master=as_decoded)
    for step in STEPS:
        yield Variant(f"{step.name}, left out", tuple(s for s in STEPS if s.name != step.name))
        yield Variant(f"{step.name}, on every page", tuple(s.always() if s.name == step.name else s for s in STEPS))


def page_errors(scan: Scan, ways: Iterable[Variant]) -> Iterator[tuple[Share, bool]]:
    """Read a page in every way; yield its CER, and whether the image that was read differs from that of the first way.

    A way that gives the same image gives the same reading: it is not read again.
    """
    page = decoded(scan.file)
    usual, _ = kept_master(page)
    masters = cache(lambda make: kept(replace(usual, pixels=make(page, usual))))
    first: tuple[Pixels, Share] | None = None
    for way in ways:
        pixels = masters(way.make_master)
        image = reading_image(pixels, page.dpi, way.steps)
        differs = first is not None and not np.array_equal(image, first[0])
        if first is None or differs:
            reading = read_page(pixels, number=1, dpi=page.dpi, engine=CtcReader(), steps=way.steps)
            share = metrics.characters(scan.text, compared(scan, reading.text))
            first = first or (image, share)
        else:
            share = first[1]
        yield share, differs


def ablation_table(scans: Sequence[Scan], progress: Callable[[Sequence[Scan]], Iterable[Scan]]) -> Table:
    """Ways by groups of pages."""
    cv2.setNumThreads(1)
    printed = [scan for scan in scans if scan.group != EMPTY]
    groups = [*dict.fromkeys(scan.group for scan in printed), "whole"]
    ways = tuple(variants())
    sums: dict[tuple[str, str], Share] = defaultdict(Share)
    touched: dict[str, int] = defaultdict(int)
    for scan in progress(printed):
        for way, (share, differs) in zip(ways, page_errors(scan, ways), strict=True):
            touched[way.name] += differs
            for group in (scan.group, "whole"):
                sums[way.name, group] += share
    rows = [[way.name, str(touched[way.name]), *(shown(sums[way.name, g].percent) for g in groups)] for way in ways]
    return Table(
        f"CER % with one thing changed, {len(printed)} printed pages", ["step", "pages changed", *groups], rows
    )
