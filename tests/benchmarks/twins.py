"""How well a sheet scanned again is told from another paper: ``python -m tests.benchmarks.twins``.

Papers are generated in the same look (fonts, ground, frame, drawing), as one office makes them, in three ways: another
person's, the same person's issued again with other numbers and days, and the very same paper. Each is scanned three
times: well, badly, and badly at another resolution with the sheet lying a little elsewhere on the glass. Pairs of scans
are compared by print alone, and by print and what was read.
"""

import datetime as dt
import io
import itertools
import os
import platform
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from PIL import Image

from dossier.identifiers import Sex
from ingest.intake.twins import SAME_FIGURES, alike_figures, farthest
from ingest.scan.clean import clean
from ingest.scan.images import PageImage
from ingest.scan.pixels import Pixels
from ingest.scan.prints import ALIKE, MAY_BE_ALIKE, page_print
from ocr.ctc import CtcReader
from ocr.model import PageReading
from ocr.orientation import Orientation
from ocr.reader import read_page
from tests.generator.chance import seeded
from tests.generator.faults import Scanner
from tests.generator.papers.look import Look
from tests.generator.render import INVENT, Kind, print_paper

KINDS = (
    Kind.BIRTH_CERTIFICATE,
    Kind.MARRIAGE_CERTIFICATE,
    Kind.LAND_USE_CERTIFICATE,
    Kind.JUDICIAL_RECORD,
    Kind.DECISION_REGISTERED,
)
LOOKS, PERSONS, SCANS = 2, 3, 3
_DPI = (200, 200, 300)
_QUALITY = (90, 60, 75)
_SHIFT = 0.012
"""Share of the sheet's sides by which it lies elsewhere on the glass, at most."""
PAIRS = ("same sheet", "issued again", "other person", "other office", "other kind")


@dataclass(frozen=True)
class Scan:
    """One scan: of which paper, and what is known of it."""

    kind: str
    look: int
    person: int
    issue: int
    prints: Mapping[int, str]
    reading: tuple[PageReading, ...]
    print_ms: float

    def pair(self, other: "Scan") -> str:
        """Return which of ``PAIRS`` this scan and another one are."""
        if self.kind != other.kind:
            return "other kind"
        if self.look != other.look:
            return "other office"
        if self.person != other.person:
            return "other person"
        return "same sheet" if self.issue == other.issue else "issued again"


def _content(kind: Kind, person: int, issue: int) -> Any:
    """Return a paper; another ``issue`` has other days and running numbers, and nothing else."""
    content: Any = INVENT[kind](seeded("twins", kind, person), "dev")
    later: dict[str, Any] = {}
    for part in fields(content) if issue else ():
        value = getattr(content, part.name)
        if isinstance(value, dt.date):
            later[part.name] = value + dt.timedelta(days=37)
        elif isinstance(value, int) and not isinstance(value, bool | Sex):
            later[part.name] = value + 23
    return replace(content, **later)


def _scanned(page: Pixels, scan: int, name: Sequence[object]) -> Pixels:
    """Return a scan as a file gives it back; the last one of a sheet that lies elsewhere."""
    with io.BytesIO() as file:
        Image.fromarray(page).save(file, "JPEG", quality=_QUALITY[scan])
        pixels = np.asarray(Image.open(file).convert("RGB"), np.uint8)[:, :, ::-1]
    if scan == SCANS - 1:
        rng, (height, width) = seeded("shift", *name), pixels.shape[:2]
        top, left = (int(rng.uniform(0, _SHIFT) * side) for side in (height, width))
        bottom, right = (int(rng.uniform(0, _SHIFT) * side) for side in (height, width))
        pixels = pixels[top : height - bottom, left : width - right]
    return np.ascontiguousarray(pixels)


def _upright(*_: object) -> Orientation:
    return Orientation(0, 1.0)


def scan_one(job: tuple[Kind, int, int, int, int]) -> Scan:
    """Return one scan, its print and its words."""
    kind, look, person, issue, scan = job
    scanner = Scanner.draw(seeded("twins", *job), severity=1.0) if scan else Scanner()
    drawn = Look.draw(seeded("twins-look", look), "dev", _DPI[scan], marks_apart=False)
    content = _content(kind, look * PERSONS + person, issue)
    paper = print_paper(content, drawn, scanner, seeded("twins-draw", look))
    prints, readings, print_s = {}, [], 0.0
    for page in paper.pages:
        pixels = _scanned(page.image, scan, (*job, page.number))
        master = clean(PageImage(page.number, pixels, _DPI[scan]), _upright)
        began = time.process_time()
        prints[page.number] = page_print(master.pixels)
        print_s += time.process_time() - began
        readings.append(read_page(master.pixels, number=page.number, dpi=master.dpi, engine=CtcReader()))
    return Scan(kind.value, look, person, issue, prints, tuple(readings), 1000 * print_s / len(prints))


def scans() -> Iterator[Scan]:
    """Yield all scans."""
    jobs = itertools.product(KINDS, range(LOOKS), range(PERSONS), range(2), range(SCANS))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(scan_one, jobs)


def main() -> None:
    """Print the table."""
    all_scans = list(scans())
    found: dict[str, list[tuple[float, float | None]]] = defaultdict(list)
    for one, other in itertools.combinations(all_scans, 2):
        far = farthest(one.prints, other.prints)
        figures = alike_figures(one.reading, other.reading) if far <= MAY_BE_ALIKE else 0.0
        found[one.pair(other)].append((far, figures))
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"{len(all_scans)} scans · {platform.machine()}, {os.cpu_count()} CPUs, load {load}")
    print(f"print: {np.median([s.print_ms for s in all_scans]):.0f} ms of CPU a page (median)\n")
    print(f"| pairs | number | bits that differ, median (5–95 %) | alike by print (≤ {ALIKE}) |"
          f" may be (≤ {MAY_BE_ALIKE}) | and figures (≥ {SAME_FIGURES}) |")  # fmt: skip
    print("|---|---|---|---|---|---|")
    for pair in PAIRS:
        apart = np.array([far for far, _ in found[pair]])
        told = np.array([f <= MAY_BE_ALIKE and (s is None or s >= SAME_FIGURES) for f, s in found[pair]])
        low, middle, high = np.quantile(apart, (0.05, 0.5, 0.95))
        shares = ((apart <= ALIKE).mean(), (apart <= MAY_BE_ALIKE).mean(), told.mean())
        row = " | ".join(f"{100 * share:.1f} %" for share in shares)
        print(f"| {pair} | {len(apart)} | {middle:.3f} ({low:.3f}–{high:.3f}) | {row} |")


if __name__ == "__main__":
    main()
