"""Fonts of the generated papers: free families with every Vietnamese letter, found among the installed Debian packages.

Packages: ``fonts-texgyre``, ``fonts-liberation2``. A family whose files are missing, or lack a letter, is an error and
never a silent substitute: a box in place of ``ễ`` would make the ground truth false.
"""

import os
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont

_ROOTS = (
    "/usr/share/texmf/fonts/opentype/public",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
)

_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_VOWELS = (unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in _TONES)
_LOWER = "".join(letter for letter in _VOWELS if not letter.isascii()) + "đ"
VIETNAMESE_LETTERS = _LOWER + _LOWER.upper()
"""The 134 letters that ASCII lacks, both cases, NFC."""

REQUIRED_CHARACTERS = VIETNAMESE_LETTERS + "".join(map(chr, range(0x21, 0x7F))) + "–“”…°²×ı"
"""What a usable font must have."""

Subset = Literal["dev", "test"]
"""Papers to develop on, and papers to judge with: they share neither fonts nor sentences nor given names."""


class MissingFont(Exception):
    """A font family is not installed, or lacks letters."""


class Family(StrEnum):
    """A font family; the value is the stem of its file names."""

    TERMES = "texgyretermes"
    SCHOLA = "texgyreschola"
    PAGELLA = "texgyrepagella"
    BONUM = "texgyrebonum"
    HEROS = "texgyreheros"
    HEROS_NARROW = "texgyreheroscn"
    ADVENTOR = "texgyreadventor"
    CURSOR = "texgyrecursor"
    CHORUS = "texgyrechorus"
    LIBERATION_SERIF = "LiberationSerif"
    LIBERATION_SANS = "LiberationSans"
    LIBERATION_MONO = "LiberationMono"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The families a subset may use, likeliest first.

    Attributes:
        text: For running text, Times-like first (decree 30 asks for Times New Roman). sans: For cards and tables.
        filled: For values that an office printer or a typewriter put into a form.
    """

    text: tuple[Family, ...]
    sans: tuple[Family, ...]
    filled: tuple[Family, ...]


SHELVES: dict[Subset, Shelf] = {
    "dev": Shelf(
        text=(Family.TERMES, Family.TERMES, Family.PAGELLA),
        sans=(Family.HEROS, Family.ADVENTOR),
        filled=(Family.HEROS, Family.CURSOR, Family.ADVENTOR),
    ),
    "test": Shelf(
        text=(Family.LIBERATION_SERIF, Family.LIBERATION_SERIF, Family.SCHOLA),
        sans=(Family.LIBERATION_SANS, Family.HEROS_NARROW),
        filled=(Family.LIBERATION_SANS, Family.LIBERATION_MONO, Family.BONUM),
    ),
}


_FACES = {(False, False): "Regular", (True, False): "Bold", (False, True): "Italic", (True, True): "BoldItalic"}


def _file_name(family: Family, *, bold: bool, italic: bool) -> str:
    if family is Family.CHORUS:  # one face only: a chancery italic, the nearest thing to handwriting here
        return "texgyrechorus-mediumitalic.otf"
    face = _FACES[bold, italic]
    return f"{family}-{face.lower()}.otf" if family.startswith("texgyre") else f"{family}-{face}.ttf"


@cache
def installed() -> dict[str, Path]:
    """Return the installed font files by name; the first root wins."""
    found: dict[str, Path] = {}
    for root in _ROOTS:
        for folder, _, names in os.walk(Path(root).expanduser()):
            for name in names:
                if name.endswith((".otf", ".ttf")):
                    found.setdefault(name, Path(folder) / name)
    return found


def missing_characters(path: Path) -> str:
    """Return those of ``REQUIRED_CHARACTERS`` that the font file at ``path`` draws as its "no such glyph" box."""
    font = ImageFont.truetype(str(path), 40, layout_engine=ImageFont.Layout.BASIC)
    nothing = bytes(font.getmask("\uffff"))
    return "".join(c for c in REQUIRED_CHARACTERS if bytes(font.getmask(c)) in {nothing, b""})


@cache
def font_file(family: Family, *, bold: bool = False, italic: bool = False) -> Path:
    """Return the checked font file of a face.

    Raises:
        MissingFont: Not installed, or without some of the required characters.
    """
    name = _file_name(family, bold=bold, italic=italic)
    path = installed().get(name)
    if path is None:
        message = (
            f"Thiếu phông chữ {name}: hãy cài fonts-texgyre và fonts-liberation2 / "
            f"font {name} is not installed: install fonts-texgyre and fonts-liberation2 (looked in {', '.join(_ROOTS)})"
        )
        raise MissingFont(message)
    if missing := missing_characters(path):
        message = f"Phông chữ {name} thiếu chữ / the font {name} lacks: {missing}"
        raise MissingFont(message)
    return path


@cache
def load(family: Family, pixels: float, *, bold: bool = False, italic: bool = False) -> ImageFont.FreeTypeFont:
    """Return the face at ``pixels`` per em, laid out glyph by glyph: the same whatever text shapers are installed.

    Raises:
        MissingFont: See ``font_file``.
    """
    path = font_file(family, bold=bold, italic=italic)
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)
