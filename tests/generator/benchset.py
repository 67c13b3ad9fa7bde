"""The benchmark's pages: a development and a test set that share neither fonts nor sentences nor draws of faults.

Pages are rendered one at a time, when asked for, and come out the same in every run.
"""

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

from tests.generator.benchfaults import CONFLICTS, ON_BLANK_PAPER, Fault, scanner_with
from tests.generator.chance import seeded
from tests.generator.faults import scan
from tests.generator.fonts import Subset
from tests.generator.papers.blank import blank_page
from tests.generator.papers.certificate import certificate
from tests.generator.papers.declaration import form_page
from tests.generator.papers.grids import grid_page
from tests.generator.papers.look import Look
from tests.generator.papers.official import closing_page, first_page, letter
from tests.generator.papers.prose import prose_page
from tests.generator.render import INVENT, Kind
from tests.generator.truth import Page
from tests.generator.typesetting import Sheet

Group = Literal["text", "forms", "tables", "empty"]

MARKS_APART = "marks-apart"
"""Named among the faults where the font's marks are set apart, as genuine Times New Roman has them."""

_Draw = Callable[..., Sheet]  # of a look, chance, the subset, and which layout where the kind has several


@dataclass(frozen=True, slots=True)
class BenchPage:
    """A page of the benchmark.

    Attributes:
        name: Unique in both sets, for file names too. group: What the page mainly holds.
        faults: Names of ``benchfaults.Fault``, and ``marks-apart`` (see ``letters``).
        page: As scanned, with its truth.
    """

    name: str
    group: Group
    faults: tuple[str, ...]
    page: Page


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """A page before it is rendered.

    Attributes:
        name, group, faults: As in ``BenchPage``. subset: Of which set. dpi: Pixels per inch. draw: Sets the sheet.
    """

    name: str
    group: Group
    faults: tuple[str, ...]
    subset: Subset
    dpi: int
    draw: _Draw

    def page(self, rng: random.Random, dpi: int | None = None) -> Page:
        """Return the clean page, before any scanner saw it, at ``dpi`` if given."""
        look = Look.draw(rng, self.subset, dpi or self.dpi, marks_apart=MARKS_APART in self.faults)
        return self.draw(look, rng, self.subset).page(1)


def _paper(kind: Kind, number: int, look: Look, rng: random.Random, subset: Subset) -> Sheet:
    """Return page ``number`` of a paper of ``kind``."""
    return INVENT[kind](rng, subset).draw(look, rng)[number - 1]


_KINDS: Sequence[tuple[str, Group, _Draw, int]] = (
    ("regulation", "text", partial(prose_page, kind="regulation"), 5),
    ("report", "text", partial(prose_page, kind="report"), 5),
    ("small-print", "text", partial(prose_page, kind="regulation", small=True), 4),
    ("first-page", "text", first_page, 5),
    ("closing-page", "text", closing_page, 4),
    ("letter", "text", letter, 3),
    ("decision", "text", partial(_paper, Kind.DECISION, 1), 2),
    ("form", "forms", form_page, 9),
    ("certificate", "forms", certificate, 4),
    ("application", "forms", partial(_paper, Kind.APPLICATION, 1), 2),
    ("birth-certificate", "forms", partial(_paper, Kind.BIRTH_CERTIFICATE, 1), 2),
    ("table", "tables", partial(grid_page, use="tables"), 5),
    ("narrow-table", "tables", partial(grid_page, use="narrow"), 3),
    ("landscape-table", "tables", partial(grid_page, use="wide"), 3),
    ("unruled-table", "tables", partial(grid_page, use="tables", ruled=False), 3),
    ("list-of-households", "tables", partial(_paper, Kind.DECISION_WITH_TABLE, 2), 2),
    ("blank", "empty", blank_page, 6),
)
"""Name, group, how to draw it, how many in each set."""

_WITH_LAYOUTS = {"form", "table", "narrow-table", "landscape-table", "unruled-table"}
_FINE_PRINT = {"small-print", "table"}
_HOW_MANY, _HOW_OFTEN = (0, 1, 2, 3, 4), (8, 24, 34, 22, 12)


def _deal(deck: list[Fault], allowed: Collection[Fault], rng: random.Random) -> tuple[str, ...]:
    """Take the faults of one page from ``deck``, filled up when it runs out, so that all come about equally often."""
    hand: list[Fault] = []
    for _ in range(rng.choices(_HOW_MANY, _HOW_OFTEN)[0]):
        while not (fits := [f for f in deck if f in allowed and _goes_with(f, hand)]):
            deck += rng.sample(list(Fault), len(Fault))
        deck.remove(fits[0])
        hand.append(fits[0])
    return tuple(sorted(str(fault) for fault in hand))


def _goes_with(fault: Fault, hand: Collection[Fault]) -> bool:
    return fault not in hand and not any({fault, other} in CONFLICTS for other in hand)


@cache
def plans(subset: Subset) -> tuple[BenchPlan, ...]:
    """Return what a set's pages will be, in the order of ``bench_pages``."""
    rng, deck, planned = seeded("bench", subset), list[Fault](), list[BenchPlan]()
    for name, group, draw, count in _KINDS:
        allowed = ON_BLANK_PAPER if group == "empty" else frozenset(Fault)
        for i in range(1, count + 1):
            dpi = 300 if rng.random() < 0.25 else 200
            faults = _deal(deck, allowed, rng)
            if len(planned) % 3 == 1:
                faults = (*faults, MARKS_APART)
            drawn = partial(draw, which=i - 1) if name in _WITH_LAYOUTS else draw
            planned.append(BenchPlan(f"{subset}-{name}-{i:02}", group, faults, subset, dpi, drawn))
    return tuple(planned)


def bench_names(subset: Subset) -> tuple[str, ...]:
    """Return the names of a set's pages, in the order of ``bench_pages``."""
    return tuple(plan.name for plan in plans(subset))


def render(plan: BenchPlan) -> BenchPage:
    """Return the page as scanned."""
    rng = seeded("bench", plan.name)
    page, back = plan.page(rng), None
    named = [fault for fault in Fault if fault in plan.faults]
    if Fault.BLEED in named:
        back = prose_page(Look.draw(rng, plan.subset, 100), rng, plan.subset, kind="report").page(2).image
    fine, marks_apart = any(kind in plan.name for kind in _FINE_PRINT), MARKS_APART in plan.faults
    scanner = scanner_with(named, rng, dpi=plan.dpi, fine=fine, marks_apart=marks_apart)
    scanned = scan(page, scanner, rng, back=back)
    return BenchPage(plan.name, plan.group, plan.faults, scanned)


def bench_pages(subset: Subset, *, only: Collection[str] | None = None) -> Iterator[BenchPage]:
    """Yield the pages of a set, each rendered when asked for; ``only`` those with these names, if given."""
    for plan in plans(subset):
        if only is None or plan.name in only:
            yield render(plan)
