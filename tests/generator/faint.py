"""Sides of sheets with nothing or next to nothing on them: what a duplex scanner delivers for every back."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from tests.generator.faults import Scanner, bleed_through, scan
from tests.generator.fonts import Family
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.seals import round_seal, signature
from tests.generator.truth import Image, Page
from tests.generator.typesetting import Ink, Sheet, Style

Side = Callable[[random.Random, int], Image]
"""Draws a side of a sheet, given chance and dots per inch."""


def _grey(rng: random.Random, lightest: int = 190) -> Ink:
    level = rng.randint(110, lightest)
    return level, level, min(255, level + 6)


def _picture(sheet: Sheet) -> Image:
    return np.asarray(sheet.picture)


def _nothing(rng: random.Random, dpi: int) -> Image:
    del rng
    return _picture(Sheet(dpi))


def _shining(rng: random.Random, dpi: int) -> Image:
    """Return the empty back of a printed sheet, whose front shines through."""
    return bleed_through(_picture(Sheet(dpi)), _front(dpi, rng.randrange(3)), rng.uniform(0.04, 0.14))


@lru_cache(maxsize=6)
def _front(dpi: int, seed: int) -> Image:
    return render(PaperSpec(Kind.BODY_TEXT, seed, dpi=dpi)).pages[0].image


def _pencil(rng: random.Random, dpi: int) -> Image:
    sheet = Sheet(dpi)
    style = Style(Family.CHORUS, rng.uniform(12, 18), ink=_grey(rng), wobble=0.05)
    for row in range(rng.randint(1, 4)):
        sheet.line("đã xem, chuyển chị Hoa", style, rng.uniform(30, 90), rng.uniform(40, 200) + 9 * row)
    return _picture(sheet)


def _tick(rng: random.Random, dpi: int) -> Image:
    sheet = Sheet(dpi)
    signature(sheet, rng, rng.uniform(40, 150), rng.uniform(40, 240), width=12, height=9, ink=_grey(rng, 170))
    return _picture(sheet)


def _number(rng: random.Random, dpi: int) -> Image:
    sheet = Sheet(dpi)
    sheet.line(f"- {rng.randint(2, 99)} -", Style(Family.TERMES, 13, ink=_grey(rng)), 105, 280, align="centre")
    return _picture(sheet)


def _stamp(rng: random.Random, dpi: int) -> Image:
    sheet = Sheet(dpi)
    pale = rng.randint(120, 205)
    where = (rng.uniform(50, 160), rng.uniform(50, 240))
    round_seal(sheet, rng, where, ("ỦY BAN NHÂN DÂN", "XÃ BÌNH LẠC"), ink=(235, pale, pale), weakest=0.3)
    return _picture(sheet)


def _signed(rng: random.Random, dpi: int) -> Image:
    sheet = Sheet(dpi)
    signature(sheet, rng, rng.uniform(30, 140), rng.uniform(40, 240), ink=(120, 130, rng.randint(190, 225)))
    return _picture(sheet)


def _faded(rng: random.Random, dpi: int) -> Image:
    front = _front(dpi, rng.randrange(3))
    return np.asarray(255 - (255 - front.astype(np.float32)) * rng.uniform(0.15, 0.4), np.uint8)


def _pencil_over_shining(rng: random.Random, dpi: int) -> Image:
    return np.minimum(_shining(rng, dpi), _pencil(rng, dpi))


EMPTY: Mapping[str, Side] = MappingProxyType({"nothing": _nothing, "print shining through": _shining})
"""Sides that say nothing."""
FAINT: Mapping[str, Side] = MappingProxyType(
    {
        "pencil": _pencil,
        "a pencil tick": _tick,
        "a page number": _number,
        "a pale stamp": _stamp,
        "a light signature": _signed,
        "faded print": _faded,
        "pencil over print shining through": _pencil_over_shining,
    }
)
"""Sides that say little, paler than print."""


def faint_side(side: Side, rng: random.Random, *, dpi: int = 150, severity: float = 1.0) -> Image:
    """Return a side as an office scanner of ``severity`` (0 to 3) sees it, RGB or grey, in colour or grey mode."""
    drawn = Scanner.draw(rng, severity=severity)
    scanner = replace(drawn, bleed=0.0, faded=0.0, mode="grey" if drawn.mode == "grey" else "colour")
    return scan(Page(side(rng, dpi), dpi, 1, ()), scanner, rng).image
