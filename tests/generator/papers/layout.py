"""How a benchmark page is arranged: margins, spacing and columns, drawn within the habits of its set's offices."""

import random
from dataclasses import dataclass
from typing import Self

from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.papers.zones import Flow
from tests.generator.places import Commune
from tests.generator.typesetting import Style


@dataclass(frozen=True, slots=True)
class Layout:
    """An office's habits; lengths in millimetres.

    Attributes:
        left, right: Margins. top: First baseline. bottom: Last baseline, above the lower edge.
        leading: Between baselines, to the point of size. indent: Of first lines. after: Between paragraphs.
    """

    left: float
    right: float
    top: float
    bottom: float
    leading: float
    indent: float
    after: float

    @classmethod
    def draw(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a layout as offices of ``subset`` set it; the two sets' habits hardly overlap."""
        u = rng.uniform
        if subset == "dev":
            return cls(u(28, 34), u(14, 19), u(19, 24), u(18, 24), u(0.42, 0.49), u(9, 12.7), u(0.6, 2.2))
        return cls(u(21, 27), u(19, 25), u(24, 30), u(15, 21), u(0.45, 0.54), rng.choice((0.0, 7.5, 15.0)), u(1.8, 4.0))

    def flow(self, look: Look, *, landscape: bool = False) -> Flow:
        """Return the flow of a text column within the margins."""
        sheet = look.sheet(landscape=landscape)
        return Flow(
            lambda: sheet,
            look.text,
            top=self.top,
            bottom=sheet.height - self.bottom,
            left=self.left,
            width=sheet.width - self.left - self.right,
        )

    def between(self, style: Style) -> float:
        """Return the distance of baselines of text in ``style``."""
        return style.size * self.leading


def local_commune(rng: random.Random, subset: Subset) -> Commune:
    """Return a commune with a name no commune of the other set has."""
    return Commune.invent(rng, slice(0, None, 2) if subset == "dev" else slice(1, None, 2))
