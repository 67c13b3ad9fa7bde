"""The benchmark's pages: a development and a test set that share neither fonts nor sentences nor draws of faults.

Pages are rendered one at a time, when asked for, and come out the same in every run.
"""

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

from tests.generator.benchfaults import Fault, scanner_with
from tests.generator.chance import seeded
from tests.generator.faults import scan
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.render import INVENT, Kind
from tests.generator.truth import Page
from tests.generator.typesetting import Sheet

Group = Literal["text", "forms", "tables", "empty"]

_Draw = Callable[[Look, random.Random, Subset], Sheet]


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
class _Plan:
    """A page before it is rendered."""

    name: str
    group: Group
    faults: tuple[str, ...]
    draw: _Draw
    dpi: int


def _paper(kind: Kind, number: int, look: Look, rng: random.Random, subset: Subset) -> Sheet:
    """Return page ``number`` of a paper of ``kind``."""
    return INVENT[kind](rng, subset).draw(look, rng)[number - 1]


def _blank(look: Look, _: random.Random, __: Subset) -> Sheet:
    return look.sheet()


_KINDS: Sequence[tuple[str, Group, _Draw, int]] = (
    ("decision", "text", partial(_paper, Kind.DECISION, 1), 5),
    ("body-text", "text", partial(_paper, Kind.BODY_TEXT, 1), 6),
    ("application", "forms", partial(_paper, Kind.APPLICATION, 1), 4),
    ("birth-certificate", "forms", partial(_paper, Kind.BIRTH_CERTIFICATE, 1), 3),
    ("table", "tables", partial(_paper, Kind.TABLE, 1), 5),
    ("list-of-households", "tables", partial(_paper, Kind.DECISION_WITH_TABLE, 2), 2),
    ("blank", "empty", _blank, 3),
)
"""Name, group, how to draw it, how many in each set."""

_CONFLICTS = ({Fault.BILEVEL, Fault.GREY}, {Fault.BILEVEL, Fault.JPEG}, {Fault.BILEVEL, Fault.TINT})
_FEWEST_FAULTS, _MOST_FAULTS = (0, 1, 2, 3, 4), (8, 26, 34, 21, 11)


def _deal(rng: random.Random, count: int) -> Iterator[tuple[str, ...]]:
    """Yield the faults of ``count`` pages: dealt from shuffled decks, so that all come about equally often."""
    deck: list[Fault] = []
    for _ in range(count):
        hand: list[Fault] = []
        for _ in range(rng.choices(_FEWEST_FAULTS, _MOST_FAULTS)[0]):
            if len(deck) < len(Fault):
                deck += rng.sample(list(Fault), len(Fault))
            fits = next(f for f in deck if f not in hand and not any({f, g} in _CONFLICTS for g in hand))
            deck.remove(fits)
            hand.append(fits)
        yield (*sorted(hand), *(["marks-apart"] if rng.random() < 1 / 3 else []))


@cache
def _plans(subset: Subset) -> tuple[_Plan, ...]:
    rng = seeded("bench", subset)
    papers = [(f"{subset}-{name}-{i:02}", group, draw) for name, group, draw, n in _KINDS for i in range(1, n + 1)]
    faults = list(_deal(rng, len(papers)))
    return tuple(
        _Plan(*paper, draw=draw, faults=fault, dpi=300 if rng.random() < 0.25 else 200)
        for (*paper, draw), fault in zip(papers, faults, strict=True)
    )


def bench_names(subset: Subset) -> tuple[str, ...]:
    """Return the names of a set's pages, in the order of ``bench_pages``."""
    return tuple(plan.name for plan in _plans(subset))


def _render(plan: _Plan, subset: Subset) -> BenchPage:
    rng = seeded("bench", plan.name)
    look = Look.draw(rng, subset, plan.dpi, marks_apart="marks-apart" in plan.faults)
    page = plan.draw(look, rng, subset).page(1)
    named = [fault for fault in Fault if fault in plan.faults]
    back = None
    if Fault.BLEED in named:
        back = _paper(Kind.BODY_TEXT, 1, Look.draw(rng, subset, 100), rng, subset).page(2).image
    scanned = scan(page, scanner_with(named, rng, dpi=plan.dpi), rng, back=back)
    return BenchPage(plan.name, plan.group, plan.faults, scanned)


def bench_pages(subset: Subset, *, only: Collection[str] | None = None) -> Iterator[BenchPage]:
    """Yield the pages of a set, each rendered when asked for; ``only`` those with these names, if given."""
    for plan in _plans(subset):
        if only is None or plan.name in only:
            yield _render(plan, subset)
