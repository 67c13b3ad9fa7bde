"""What every kind of paper has: a look (fonts drawn for it) and the protocol of its content."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

from tests.generator.fonts import SHELVES, Family, Subset
from tests.generator.letters import MarkStyle
from tests.generator.truth import Owner
from tests.generator.typesetting import A4_HEIGHT, A4_WIDTH, Ink, Sheet, Style

TYPED: Ink = (18, 20, 48)
"""A second printer's bluish black, for values put into a form."""


TYPED_LIFT = 1.5
"""Millimetres above the dotted line: enough that a dot below a letter (ạ, ụ) is not one of the line's dots."""
HAND = Style(Family.CHORUS, 15, ink=(32, 44, 120), kind="filled")
"""The one face that looks written; both subsets have it."""


@dataclass(frozen=True, slots=True)
class Look:
    """The hand of one office: fonts, resolution, how its font places marks.

    Attributes:
        dpi: Of the sheets. text: Running text, 14 points. sans: Sans. filled: Values put into forms.
        hand: Numbers and dates written by pen. marks_apart: See ``letters``.
    """

    dpi: int
    text: Style
    sans: Style
    filled: Style
    hand: Style = HAND
    marks_apart: MarkStyle | None = None

    @classmethod
    def draw(cls, rng: random.Random, subset: Subset, dpi: int, *, marks_apart: bool = False) -> Self:
        """Return a look out of the fonts of ``subset``."""
        shelf = SHELVES[subset]
        filled = rng.choice(shelf.filled)
        return cls(
            dpi=dpi,
            text=Style(rng.choice(shelf.text), 14),
            sans=Style(rng.choice(shelf.sans), 11),
            # A typewriter strikes hard; Cursor is drawn thin.
            filled=Style(filled, 12, bold=filled is Family.CURSOR, ink=TYPED, kind="filled", lift=TYPED_LIFT),
            marks_apart=MarkStyle.draw(rng) if marks_apart else None,
        )

    def by_pen(self, rng: random.Random) -> Self:
        """Return the look with values written into forms by pen, in blue or black, letters off the line."""
        ink = rng.choice(((32, 44, 120), (28, 52, 148), (28, 27, 30)))
        hand = replace(self.hand, ink=ink, lift=0.8, wobble=rng.uniform(0.03, 0.06))
        return replace(self, filled=hand)

    def sheet(self, *, landscape: bool = False) -> Sheet:
        """Return a blank A4 sheet."""
        width, height = (A4_HEIGHT, A4_WIDTH) if landscape else (A4_WIDTH, A4_HEIGHT)
        return Sheet(self.dpi, width=width, height=height, marks_apart=self.marks_apart)


class Content(Protocol):
    """What a paper says, before it is laid out."""

    @property
    def paper_type(self) -> str:
        """Code in the catalogue of paper types."""

    @property
    def owner(self) -> Owner:
        """Whom it is digitized for."""

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values by key."""

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the laid-out pages."""
