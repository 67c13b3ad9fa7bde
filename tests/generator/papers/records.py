"""Parts that certificates and records share: printed values without leaders, a head without number, a signature."""

import random
from collections.abc import Sequence
from dataclasses import replace

from tests.generator.papers.look import Look
from tests.generator.papers.zones import LEFT_CENTRE, RIGHT_CENTRE, national_motto
from tests.generator.seals import round_seal, signature
from tests.generator.typesetting import Sheet, Style

NATIONALITY = "Việt Nam"
"""Of everybody we invent."""


def printed(look: Look, size: float, *, bold: bool = False) -> Style:
    """Return the style of a value that the office's own printer set together with the form."""
    return replace(look.text.but(size=size, bold=bold), kind="filled")


def no_leaders(_sheet: Sheet, _x0: float, _x1: float, _y: float, _style: Style) -> None:
    """Leave the rest of a line empty: a ``fill`` for ``form_line``."""


def head(sheet: Sheet, look: Look, agency: Sequence[str], y: float = 24.0, *, size: float = 11.5) -> None:
    """Set the agency's lines, the last one bold and underlined, at the left, country and motto at the right."""
    sheet.next_block()
    for i, line in enumerate(agency):
        bold = i == len(agency) - 1
        left, _, right, _ = sheet.line(
            line, look.text.but(size=size, bold=bold), LEFT_CENTRE, y + 5.4 * i, align="centre"
        )
    third, bottom = sheet.mm(right - left) / 5, y + 5.4 * len(agency) - 3.4
    sheet.rule(LEFT_CENTRE - third, bottom, LEFT_CENTRE + third, bottom)
    sheet.next_block()
    national_motto(sheet, look.text, RIGHT_CENTRE, y, size=size)


def sign_and_seal(
    sheet: Sheet,
    look: Look,
    rng: random.Random,
    *,
    lines: Sequence[tuple[str, str]],
    name: str,
    ring: tuple[str, str],
    centre: float,
    y: float,
) -> None:
    """Set what stands above a signature, sign, seal, and set the signer's name.

    Args:
        sheet: Where.
        look: Fonts.
        rng: Chance.
        lines: Text, and ``bold``, ``italic`` or ``small`` (a hint in italics), from top to bottom.
        name: Who signs.
        ring: Text around the seal.
        centre: Middle of the block, millimetres.
        y: First baseline.
    """
    styles = {
        "bold": look.text.but(size=12.5, bold=True),
        "italic": look.text.but(size=12.5, italic=True),
        "small": look.text.but(size=11, italic=True),
    }
    sheet.next_block()
    for text, style in lines:
        sheet.line(text, styles[style], centre, y, align="centre")
        y += 5.6
    sheet.line(name, look.text.but(size=13, bold=True), centre, y + 26, align="centre")
    signature(sheet, rng, centre - 20, y)
    round_seal(sheet, rng, (centre - 20 + rng.uniform(-3, 3), y + 11), ring)
