"""The papers: a development and a test set of every kind, that share neither fonts nor values nor draws of faults."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dossier.paper_types import OTHER as UNKNOWN
from tests.generator.benchfaults import CONFLICTS, Fault, scanner_with
from tests.generator.chance import seeded
from tests.generator.fonts import Subset
from tests.generator.papers.decision import Decision
from tests.generator.papers.look import Content
from tests.generator.render import INVENT, Kind, PaperSpec, render
from tests.generator.truth import Paper

OF_EACH: Final = 18
"""Papers of each kind in each set."""
OTHER: Final = frozenset({Kind.BODY_TEXT, Kind.TABLE})
"""Kinds that are no type of the catalogue."""
_KINDS_BY_PEN: Final = frozenset({Kind.DECISION_BY_PEN, Kind.OFFICIAL_LETTER_BY_PEN})
_BY_PEN_FIELDS: Final = frozenset({"document_number", "issued_on"})
_SMALL: Final = frozenset({Kind.IDENTITY_CARD, Kind.IDENTITY_CARD_2024})
"""Kinds in small print, scanned at 300 dpi."""
_HOW_MANY: Final = (0, 1, 2, 3, 4)
_HOW_OFTEN: Final = (8, 24, 34, 22, 12)


@dataclass(frozen=True, slots=True)
class Plan:
    """A paper before it is made.

    Attributes:
        name: Unique in both sets. kind: Which paper. faults: Of its scan. spec: How to make it.
    """

    name: str
    kind: Kind
    faults: Sequence[Fault]
    spec: PaperSpec

    @property
    def file(self) -> str:
        """The name of the file it is sent as."""
        if self.spec.scanner.mode == "bilevel":
            return f"{self.name}.tif"
        return f"{self.name}.jpg" if self.kind in _SMALL else f"{self.name}.pdf"

    @property
    def content(self) -> Content:
        """What the paper says."""
        return INVENT[self.kind](seeded(self.kind, self.spec.seed, self.spec.subset), self.spec.subset)

    @property
    def by_pen(self) -> bool:
        """Whether required data were written by hand, which is never read."""
        content = self.content
        return self.kind in _KINDS_BY_PEN or (isinstance(content, Decision) and content.by_hand)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values of what is printed, by key."""
        written = _BY_PEN_FIELDS if self.by_pen else frozenset()
        return {key: value for key, value in self.content.fields.items() if key not in written}

    @property
    def paper_type(self) -> str:
        """The code of its type."""
        return UNKNOWN if self.kind in OTHER else self.content.paper_type

    def paper(self) -> Paper:
        """Return the paper as scanned, with its truth."""
        return render(self.spec)


def plans(subset: Subset, of_each: int = OF_EACH) -> Sequence[Plan]:
    """Return the papers of a set, ``of_each`` kind so many."""
    return [_plan(subset, kind, number) for kind in Kind for number in range(1, of_each + 1)]


def _plan(subset: Subset, kind: Kind, number: int) -> Plan:
    rng = seeded("understanding", subset, kind, number)
    faults = _faults(rng)
    dpi = 300 if kind in _SMALL or rng.random() < 0.25 else 200
    marks_apart = rng.random() < 1 / 3
    scanner = scanner_with(faults, rng, dpi=dpi, fine=kind in _SMALL, marks_apart=marks_apart)
    # A set's numbers lie apart from the other's and from those of the tests.
    seed = {"dev": 40_000, "test": 50_000}[subset] + number
    spec = PaperSpec(kind, seed, dpi=dpi, subset=subset, scanner=scanner, marks_apart=marks_apart)
    return Plan(f"{subset}-{kind}-{number:02}", kind, faults, spec)


def _faults(rng: random.Random) -> Sequence[Fault]:
    count, hand = rng.choices(_HOW_MANY, _HOW_OFTEN)[0], list[Fault]()
    for fault in rng.sample(list(Fault), len(Fault)):
        if len(hand) < count and not any({fault, other} in CONFLICTS for other in hand):
            hand.append(fault)
    return hand
