"""How well the papers of one scan are told apart: ``python -m tests.benchmarks.splitting``.

Papers of every kind are generated with up to four scanning faults each and read as the pipeline reads them. Then every
paper is looked at alone, where any proposal is wrong, and many times two to six of them are put into one scan, where a
proposal is right on the first page of a paper and wrong on any other. Kinds that open with no head (running text,
tables) count apart: nobody can tell them from the next page of the paper before. With ``--clean`` the papers lie
straight and are read without a mistake.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from dossier.catalogue_files import load_paper_types
from ingest.scan.clean import clean
from ingest.scan.images import PageImage
from ocr.ctc import CtcReader
from ocr.model import PageReading, Reading
from ocr.orientation import orientation
from ocr.reader import read_page
from ocr.splitting import find_papers
from tests.benchmarks.opinions import drawn_faults
from tests.benchmarks.usage import cpu_seconds, machine
from tests.generator.benchfaults import Fault, scanner_with
from tests.generator.chance import seeded
from tests.generator.faults import Scanner
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.truth import Page, Paper
from tests.ocr.readings import reading_of

UNTITLED = (Kind.BODY_TEXT, Kind.TABLE)
_FINE = (Kind.IDENTITY_CARD, Kind.IDENTITY_CARD_2024)
_TYPES = load_paper_types()


@dataclass(frozen=True, slots=True)
class Read:
    """A paper and what was read of it."""

    kind: Kind
    paper: Paper
    pages: tuple[PageReading, ...]


@dataclass(slots=True)
class Counts:
    """What became of the beginnings of papers, and what the search cost."""

    right: int = 0
    of_right_type: int = 0
    wrong: int = 0
    missed: int = 0
    untitled: int = 0
    pages: int = 0
    seconds: float = 0.0


def drawn(first: int, count: int, *, spoiled: bool = True) -> Iterator[tuple[Kind, Paper]]:
    """Yield ``count`` papers of each kind, scanned with faults or without any, from seed ``first`` on.

    No page is photographed.
    """
    for seed in range(first, first + count):
        for kind in Kind:
            rng = seeded("splitting", kind, seed)
            faults = [fault for fault in drawn_faults(rng) if fault is not Fault.PERSPECTIVE]
            dpi = 300 if kind in _FINE else 200
            scanner = scanner_with(faults, rng, dpi=dpi, fine=kind in _FINE) if spoiled else Scanner()
            yield kind, render(PaperSpec(kind, seed, dpi=dpi, subset="test", scanner=scanner))


def read(page: Page, engine: CtcReader) -> PageReading:
    """Clean and read a page as the pipeline does."""
    image = page.image if page.image.ndim == 3 else np.stack([page.image] * 3, axis=2)
    scan = PageImage(page.number, np.ascontiguousarray(image[:, :, ::-1]), page.dpi)
    master = clean(scan, partial(orientation, engine=engine))
    return read_page(master.pixels, number=page.number, dpi=master.dpi, engine=engine)


def put_together(papers: Sequence[Read], counts: Counts) -> None:
    """Look for the papers of one scan, and count."""
    pages = tuple(page for each in papers for page in each.pages)
    scan = Reading(tuple(replace(page, number=number) for number, page in enumerate(pages, 1)))
    began = cpu_seconds()
    found = {part.pages[0]: part for part in find_papers(scan, _TYPES)[1:]}
    counts.seconds += cpu_seconds() - began
    counts.pages += len(pages)
    at = 1
    for before, after in pairwise(papers):
        at += len(before.pages)
        proposed = found.pop(at, None)
        if after.kind in UNTITLED:
            counts.untitled += 1
            counts.wrong += proposed is not None
        elif proposed is None:
            counts.missed += 1
        else:
            counts.right += 1
            counts.of_right_type += proposed.code == after.paper.paper_type
    counts.wrong += len(found)


def main() -> None:
    """Print how many beginnings are proposed rightly, wrongly and not at all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--first", type=int, default=300, help="seed of the first papers")
    arguments.add_argument("--count", type=int, default=4, help="papers of each kind")
    arguments.add_argument("--scans", type=int, default=300, help="scans put together")
    arguments.add_argument("--clean", action="store_true", help="readings without a mistake")
    chosen = arguments.parse_args()
    engine = CtcReader()
    papers = []
    for kind, paper in track(list(drawn(chosen.first, chosen.count, spoiled=not chosen.clean)), "reading"):
        pages = reading_of(paper).pages if chosen.clean else tuple(read(page, engine) for page in paper.pages)
        papers.append(Read(kind, paper, pages))
    alone = [len(find_papers(Reading(each.pages), _TYPES)) > 1 for each in papers]
    rng, counts = random.Random(chosen.first), Counts()  # noqa: S311 - chance of a benchmark
    for _ in range(chosen.scans):
        put_together(rng.choices(papers, k=rng.randint(2, 6)), counts)
    table = Table("what", "how many", title=f"Papers told apart — {machine()}")
    table.add_row("papers alone, of several pages", f"{len(papers)}, {sum(len(p.pages) > 1 for p in papers)}")
    table.add_row("split wrongly", str(sum(alone)))
    table.add_row("scans put together, pages", f"{chosen.scans}, {counts.pages}")
    table.add_row("beginnings proposed rightly", str(counts.right))
    table.add_row("and the type named rightly", str(counts.of_right_type))
    table.add_row("proposed wrongly", str(counts.wrong))
    table.add_row("missed", str(counts.missed))
    table.add_row("missed of kinds without a head", str(counts.untitled))
    table.add_row("CPU a page, classification included", f"{1000 * counts.seconds / counts.pages:.0f} ms")
    Console().print(table)


if __name__ == "__main__":
    main()
