"""How a paper of the press set looks: typefaces, sizes, margins and spacing, drawn once for a page."""

import random
from dataclasses import dataclass
from typing import Final, Self

from tests.generator.fonts import MissingFont, installed, missing_characters

FILES: Final = {
    "Liberation Serif": "LiberationSerif-Regular.ttf",
    "Liberation Sans": "LiberationSans-Regular.ttf",
    "Liberation Mono": "LiberationMono-Regular.ttf",
    "TeX Gyre Schola": "texgyreschola-regular.otf",
    "TeX Gyre Bonum": "texgyrebonum-regular.otf",
    "TeX Gyre Heros Cn": "texgyreheroscn-regular.otf",
    "Clear Sans": "ClearSans-Regular.ttf",
    "GFS Neohellenic": "GFSNeohellenic.otf",
    "League Spartan": "LeagueSpartan-Regular.otf",
    "Symbola": "Symbola_hint.ttf",
}
"""Families and a file of each. Nothing is trained on any of them; Clear Sans, GFS Neohellenic, League Spartan and
Symbola print nowhere else in this project."""

_TEXT: Final = (*("Liberation Serif",) * 4, "Symbola", "Symbola", "Clear Sans", "TeX Gyre Schola", "TeX Gyre Bonum")
_SANS: Final = ("Clear Sans", "Clear Sans", "Liberation Sans", "TeX Gyre Heros Cn", "League Spartan")
_FILLED: Final = ("Liberation Mono", "Clear Sans", "GFS Neohellenic", "League Spartan")
_INSTALL: Final = "tests/press/install.sh"
A4: Final = (210.0, 297.0)
"""Millimetres."""


@dataclass(frozen=True, slots=True)
class Look:
    """A page's look.

    Attributes:
        text, sans, filled: Families: of running text, of tables and titles, of what is put into a form.
        size: Points. leading: Line height, ems. tracking: Letter spacing, ems. justified, indented: Of paragraphs.
        margins: Top, right, bottom, left, millimetres.
    """

    text: str
    sans: str
    filled: str
    size: float
    leading: float
    tracking: float
    justified: bool
    indented: bool
    margins: tuple[float, float, float, float]

    @classmethod
    def draw(cls, rng: random.Random) -> Self:
        """Draw a look."""
        check_fonts()
        return cls(
            text=rng.choice(_TEXT),
            sans=rng.choice(_SANS),
            filled=rng.choice(_FILLED),
            size=rng.choice((11.5, 12, 12.5, 13, 13, 14)),
            leading=rng.uniform(1.18, 1.5),
            tracking=rng.choice((0, 0, 0, 0, -0.012, 0.02, 0.035)),
            justified=rng.random() < 0.65,
            indented=rng.random() < 0.6,
            margins=(rng.uniform(14, 20), rng.uniform(14, 20), rng.uniform(13, 20), rng.uniform(22, 30)),
        )

    def sheet(self, body: str, *, landscape: bool = False, shrink: float = 1.0, sans: bool = False) -> str:
        """Return the page around ``body``; ``shrink`` of the usual size, in the family of tables if ``sans``."""
        width, height = A4[::-1] if landscape else A4
        classes = " ".join(["sheet"] + ["justified"] * self.justified + ["indented"] * self.indented)
        style = (
            f"width:{width}mm;height:{height}mm;padding:{' '.join(f'{mm:.1f}mm' for mm in self.margins)};"
            f"font:{self.size * shrink:.2f}pt/{self.leading:.3f} '{self.sans if sans else self.text}';"
            f"letter-spacing:{self.tracking}em"
        )
        filled = (
            f"<style>.filled{{font-family:'{self.filled}';font-size:.94em}} .sans{{font-family:'{self.sans}'}}</style>"
        )
        return f'{filled}<div class="{classes}" style="{style}">{body}</div>'


def check_fonts() -> None:
    """Check that the families are installed and whole: the browser would put letters of another font in without a word.

    Raises:
        MissingFont: One is not installed, or lacks letters.
    """
    for family, name in FILES.items():
        path = installed().get(name)
        if path is None or missing_characters(path):
            message = f"Thiếu phông chữ {family}: chạy {_INSTALL} / {family} is missing: run {_INSTALL}"
            raise MissingFont(message)
