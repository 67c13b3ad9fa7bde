"""What handwriting costs and never gives: ``python -m tests.benchmarks.handwriting``.

Decisions and letters with number and date written by pen or printed, and forms filled in by pen or by machine, are
scanned as an ordinary office scanner does and read as the pipeline reads them. Counted are values: of headers number
and date, of forms all that stand behind labels. Thresholds were chosen on seeds below 100.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import get_args

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from dossier import times
from dossier.catalogue_files import load_paper_types
from dossier.checks import check
from dossier.paper_types import PaperType
from dossier.papers import Field, FieldSource
from ingest.scan.clean import clean
from ingest.scan.encode import encode_master
from ingest.scan.images import PageImage, decode_image
from ocr.ctc import CtcReader
from ocr.fields import read_fields
from ocr.model import Reading
from ocr.orientation import orientation
from ocr.reader import read_page
from ocr.tesseract import TesseractEngine
from tests.benchmarks.usage import cpu_seconds, machine
from tests.generator.chance import seeded
from tests.generator.faults import Mode, Scanner
from tests.generator.papers.look import Look
from tests.generator.render import INVENT, Kind, print_paper
from tests.generator.truth import Page, Paper

HEADERS = {
    Kind.DECISION_BY_PEN: True,
    Kind.OFFICIAL_LETTER_BY_PEN: True,
    Kind.DECISION_REGISTERED: False,
    Kind.OFFICIAL_LETTER_REGISTERED: False,
}
"""Kinds with a number and a date in their headers, and whether these are written by pen."""
FORMS = (Kind.APPLICATION, Kind.BIRTH_REGISTRATION_FORM, Kind.MARITAL_STATUS, Kind.MARRIAGE_CERTIFICATE)
_IN_HEADER = frozenset({"document_number", "issued_on"})
_DOUBTS = frozenset({"field-uncertain", "readings-differ", "field-unreadable"})


@dataclass(frozen=True, slots=True)
class Sample:
    """A paper. ``group``: What it is counted with. written: Whether the values that count are written by pen."""

    group: str
    written: bool
    paper: Paper
    mode: Mode


def samples(kinds: Sequence[Kind], first: int, count: int) -> Iterator[Sample]:
    """Yield ``count`` papers of each kind of header, and as many forms each way, from seed ``first`` on."""
    modes: tuple[Mode, ...] = get_args(Mode)
    for seed in range(first, first + count):
        for kind in kinds:
            for written in (HEADERS[kind],) if kind in HEADERS else (True, False):
                subset = "dev" if seed % 2 else "test"
                rng = seeded("handwriting", kind, written, seed)
                scanner = Scanner.draw(rng)
                if seed % 3 == 0:
                    scanner = replace(scanner, mode=modes[seed // 3 % len(modes)])
                look = Look.draw(rng, subset, 300 if rng.random() < 0.25 else 200, marks_apart=rng.random() < 0.25)
                look = look.by_pen(rng) if written and kind in FORMS else look
                paper = print_paper(INVENT[kind](rng, subset), look, scanner, rng)
                what = ("header" if kind in HEADERS else "form") + (" by pen" if written else " printed")
                yield Sample(what, written, paper, scanner.mode)


class Readers:
    """What reads: the trained reader, and Tesseract where that is in doubt."""

    def __init__(self) -> None:
        self.engine, self.other = CtcReader(), TesseractEngine()
        self.cost = 0.0

    def fields(self, paper: Paper, paper_type: PaperType) -> tuple[Field, ...]:
        """Return what the pipeline makes of a paper; ``cost`` grows by the CPU seconds from the reading on."""
        masters, pages = [], []
        for scan in paper.pages:
            master = clean(_decoded(scan), partial(orientation, engine=self.engine))
            masters.append(decode_image(encode_master(master).data, "master"))
            pages.append(read_page(masters[-1], number=scan.number, dpi=master.dpi, engine=self.engine))
        began = cpu_seconds()
        fields = read_fields(Reading(tuple(pages)), paper_type, (), lambda n: masters[n - 1], self.other)
        self.cost += cpu_seconds() - began
        return fields


def _decoded(page: Page) -> PageImage:
    rgb = page.image if page.image.ndim == 3 else cv2.cvtColor(page.image, cv2.COLOR_GRAY2RGB)
    return PageImage(page.number, np.ascontiguousarray(rgb[:, :, ::-1], np.uint8), page.dpi)


def counted(sample: Sample, paper_type: PaperType, fields: tuple[Field, ...]) -> Counter[str]:
    """Return how many values came out how."""
    labelled = {rule.key for rule in paper_type.fields if rule.labels and not rule.zone}
    keys = _IN_HEADER if sample.group.startswith("header") else labelled
    findings = check(paper_type, fields, owner=None, today=times.today())
    doubted = {finding.field for finding in findings if finding.code in _DOUBTS}
    counts = Counter[str]()
    for field in fields:
        if field.key in keys:
            counts["values"] += 1
            if field.source is FieldSource.HANDWRITING:
                counts["seen as handwriting"] += 1
            elif field.key in doubted:
                counts["read, in doubt"] += 1
            elif field.value == sample.paper.fields.get(field.key):
                counts["read, sure, right"] += 1
            else:
                counts["read, sure, wrong"] += 1
    counts["missing"] = len(keys & (_IN_HEADER | set(sample.paper.fields))) - counts["values"]
    return counts


def main() -> None:
    """Read, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--papers", type=int, default=20, help="papers of each kind")
    parser.add_argument("--first", type=int, default=1000, help="seed of the first one")
    parser.add_argument("--only", choices=("headers", "forms"), help="instead of both")
    options = parser.parse_args()
    kinds = {"headers": tuple(HEADERS), "forms": FORMS, None: (*HEADERS, *FORMS)}[options.only]
    cv2.setNumThreads(1)
    console, types, readers = Console(), load_paper_types(), Readers()
    table: dict[str, Counter[str]] = {}
    total = options.papers * sum(1 if kind in HEADERS else 2 for kind in kinds)
    drawn = samples(kinds, options.first, options.papers)
    for sample in track(drawn, total=total, console=console, transient=True):
        paper_type = types[sample.paper.paper_type]
        counts = counted(sample, paper_type, readers.fields(sample.paper, paper_type))
        row = table.setdefault(sample.group, Counter())
        row.update(counts)
        row["papers"] += 1
    columns = (
        "papers",
        "values",
        "seen as handwriting",
        "read, in doubt",
        "read, sure, right",
        "read, sure, wrong",
        "missing",
    )
    shown = Table("", *columns, title=f"{machine()}; {readers.engine.name}, asked: {readers.other.name}")
    for group in sorted(table):
        shown.add_row(group, *(str(table[group][column]) for column in columns))
    console.print(shown)
    console.print(f"{1000 * readers.cost / total:.0f} CPU ms per paper from its reading to its fields")


if __name__ == "__main__":
    main()
