"""What second opinions are worth: ``python -m tests.benchmarks.opinions``.

Papers with typed fields are generated with scanning faults and read as the pipeline reads them; identity cards without
their code, so that the print counts. The first table asks about every typed value, and shows where asking pays; the
second compares papers without and with the opinions that the pipeline asks for. Thresholds were chosen on seeds below
100.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from dossier import times
from dossier.catalogue_files import load_paper_types
from dossier.checks import check, needs_review
from dossier.mending import says
from dossier.owners import Owner
from dossier.paper_types import PaperType
from dossier.papers import Field
from dossier.verdicts import Finding
from ingest.scan.clean import clean
from ingest.scan.encode import encode_master
from ingest.scan.images import PageImage, decode_image
from ocr.ctc import CtcReader
from ocr.extract import Found, find_fields
from ocr.model import Reading
from ocr.opinion import second_opinion
from ocr.orientation import orientation
from ocr.reader import read_page
from ocr.tesseract import TesseractEngine
from tests.benchmarks.usage import cpu_seconds, machine
from tests.generator.batch import samples
from tests.generator.benchfaults import CONFLICTS, Fault, scanner_with
from tests.generator.chance import seeded
from tests.generator.render import Kind, PaperSpec, print_paper, render
from tests.generator.truth import Page, Paper

KINDS = (Kind.BIRTH_CERTIFICATE, Kind.IDENTITY_CARD, Kind.DECISION)
BANDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
"""Borders between confidences of a reading."""
_SAMPLES = 2026
"""Seed of the sample batch."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A typed value that was read twice: ``confidence`` is that of its first reading, its place apart."""

    confidence: float
    right: bool
    agrees: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A paper.

    Attributes:
        before, after: Its fields without and with second opinions. cpu_s: What these cost, CPU seconds.
        asked: Every typed value, read twice for the table.
    """

    paper: Paper
    paper_type: PaperType
    before: tuple[Field, ...]
    after: tuple[Field, ...]
    cpu_s: float
    asked: tuple[Asked, ...]

    def is_right(self, field: Field) -> bool:
        """Tell whether a field has the truth's value; a card prints its name in capitals."""
        truth = self.paper.fields.get(field.key)
        capitals = self.paper.paper_type == "identity-card" and field.key == "full_name"
        return field.value is not None and field.value == (truth.upper() if capitals and truth else truth)

    def doubted(self, fields: Sequence[Field]) -> frozenset[str]:
        """Return the keys of the fields that a person is asked to look at for how they were read."""
        codes = {"field-uncertain", "readings-differ", "field-unreadable"}
        return frozenset(f.field for f in self._findings(fields) if f.code in codes and f.field)

    def passes(self, fields: Sequence[Field]) -> bool:
        """Tell whether nothing about the fields sends the paper to a person."""
        return not needs_review(self._findings(fields))

    def _findings(self, fields: Sequence[Field]) -> tuple[Finding, ...]:
        owner = Owner.parse(self.paper.owner.number, self.paper.owner.name)
        return check(self.paper_type, fields, owner=owner, today=times.today())


def drawn_papers(first: int, count: int) -> Iterator[Paper]:
    """Yield ``count`` papers of each kind with up to four faults, from seed ``first`` on."""
    for seed in range(first, first + count):
        for kind in KINDS:
            rng = seeded("opinion", kind, seed)
            faults = drawn_faults(rng)
            fine = kind is Kind.IDENTITY_CARD
            dpi = 300 if fine or rng.random() < 0.25 else 200
            scanner = scanner_with(faults, rng, dpi=dpi, fine=fine)
            yield render(PaperSpec(kind, seed, dpi=dpi, scanner=scanner, marks_apart=rng.random() < 1 / 3))


def sample_papers() -> Iterator[Paper]:
    """Yield the sample batch."""
    for sample in samples(seeded(_SAMPLES)):
        yield print_paper(sample.content, sample.look, sample.scanner, seeded(_SAMPLES, sample.file))


def drawn_faults(rng: random.Random) -> list[Fault]:
    """Return up to four faults that go together."""
    count, hand = rng.choices((0, 1, 2, 3, 4), (8, 24, 34, 22, 12))[0], list[Fault]()
    for fault in rng.sample(list(Fault), len(Fault)):
        if len(hand) < count and not any({fault, other} in CONFLICTS for other in hand):
            hand.append(fault)
    return hand


def judged(paper: Paper, paper_type: PaperType, engine: CtcReader, other: TesseractEngine) -> Outcome:
    """Read a paper without and with second opinions."""
    masters, pages = [], []
    for scan in paper.pages:
        master = clean(_decoded(scan), partial(orientation, engine=engine))
        masters.append(decode_image(encode_master(master).data, "master"))
        pages.append(read_page(masters[-1], number=scan.number, dpi=master.dpi, engine=engine))
    reading = Reading(tuple(pages))
    found = find_fields(reading, paper_type)

    def opinion(**below: float) -> tuple[Field, ...]:
        return second_opinion(found, paper_type, reading, lambda n: masters[n - 1], other, **below)

    began = cpu_seconds()
    after = opinion()
    cost = cpu_seconds() - began
    outcome = Outcome(paper, paper_type, tuple(f.field for f in found), after, cost, ())
    return replace(outcome, asked=tuple(_asked(outcome, found, opinion(below=2.0))))


def _asked(outcome: Outcome, found: Sequence[Found], fields: Sequence[Field]) -> Iterator[Asked]:
    kinds = {rule.key: rule.value for rule in outcome.paper_type.fields}
    for first, field in zip(found, fields, strict=True):
        if field.second_raw is not None and field.value is not None:
            agrees = says(kinds[field.key], field.second_raw, field.value)
            yield Asked(first.field.confidence / first.certainty, outcome.is_right(field), agrees)


def _decoded(page: Page) -> PageImage:
    rgb = page.image if page.image.ndim == 3 else cv2.cvtColor(page.image, cv2.COLOR_GRAY2RGB)
    pixels = np.ascontiguousarray(rgb[:, :, ::-1], np.uint8)
    return PageImage(page.number, pixels, page.dpi)


def bands_table(asked: Sequence[Asked]) -> Table:
    """Return how often the engines agree on right and on wrong values, by the first one's confidence."""
    table = Table("confidence of the reading", *(f"{a}, {b}" for a in ("right", "wrong") for b in ("agree", "differ")))
    table.title = f"{len(asked)} typed values read by both"
    for low, high in pairwise(BANDS):
        counts = Counter((one.right, one.agrees) for one in asked if low <= one.confidence < high)
        cells = (str(counts[right, agrees]) for right in (True, False) for agrees in (True, False))
        table.add_row(f"{low:.2f} - {min(high, 1):.2f}", *cells)
    return table


def effect_table(outcomes: Sequence[Outcome]) -> Table:
    """Return what goes to a person without and with second opinions."""
    table = Table("", "without", "with", title=f"{len(outcomes)} papers")
    without = _counts([(outcome, outcome.before) for outcome in outcomes])
    with_them = _counts([(outcome, outcome.after) for outcome in outcomes])
    for name, count in without.items():
        table.add_row(name, str(count), str(with_them[name]))
    return table


def _counts(papers: Sequence[tuple[Outcome, Sequence[Field]]]) -> dict[str, int]:
    right = [outcome.is_right(field) for outcome, fields in papers for field in fields]
    doubted = [field.key in outcome.doubted(fields) for outcome, fields in papers for field in fields]
    passed = [(outcome, fields) for outcome, fields in papers if outcome.passes(fields)]
    return {
        "fields": len(right),
        "fields exact": sum(right),
        "right fields in doubt": sum(r and d for r, d in zip(right, doubted, strict=True)),
        "wrong fields in doubt": sum(not r and d for r, d in zip(right, doubted, strict=True)),
        "wrong fields not in doubt": sum(not r and not d for r, d in zip(right, doubted, strict=True)),
        "papers straight through": len(passed),
        "of them with a wrong field": sum(not all(map(outcome.is_right, fields)) for outcome, fields in passed),
    }


def main() -> None:
    """Read, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--papers", type=int, default=40, help="papers of each kind")
    parser.add_argument("--first", type=int, default=1000, help="seed of the first one")
    parser.add_argument("--samples", action="store_true", help="the sample batch instead")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    console, types = Console(), load_paper_types()
    engine, other = CtcReader(), TesseractEngine()
    papers = sample_papers() if options.samples else drawn_papers(options.first, options.papers)
    total = None if options.samples else options.papers * len(KINDS)
    outcomes = [
        judged(paper, types[paper.paper_type], engine, other)
        for paper in track(papers, "reading papers", total=total, console=console, transient=True)
        if types[paper.paper_type].fields
    ]
    asked = [sum(field.second_raw is not None for field in outcome.after) for outcome in outcomes]
    console.print(f"{machine()}; {engine.name}, asked: {other.name}")
    console.print(bands_table([one for outcome in outcomes for one in outcome.asked]))
    console.print(effect_table(outcomes))
    console.print(
        f"asked about {sum(asked)} values on {sum(map(bool, asked))} papers, "
        f"{1000 * sum(o.cpu_s for o in outcomes) / len(outcomes):.0f} CPU ms per paper, "
        f"at most {1000 * max(o.cpu_s for o in outcomes):.0f}"
    )


if __name__ == "__main__":
    main()
