"""Readings made from generated papers: what a perfect recognizer would give, and the damage a real one does."""

import unicodedata
from collections.abc import Callable
from functools import cache

from dossier.papers import Box
from dossier.text import fold
from ocr.model import Line, PageReading, Reading, Word
from tests.generator.chance import seeded
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.truth import Page, Paper

Damage = Callable[[str], str]


@cache
def clean_paper(kind: Kind, seed: int) -> Paper:
    """Return a generated paper at a low resolution: only its truth is used."""
    return render(PaperSpec(kind, seed, dpi=100))


def reading_of(paper: Paper, damage: Damage = str, confidence: float = 0.95) -> Reading:
    """Return the paper's truth as a reading, each printed word (not the values filled in) passed through ``damage``."""
    return Reading(tuple(_page(page, damage, confidence) for page in paper.pages))


def _page(page: Page, damage: Damage, confidence: float) -> PageReading:
    height, width = page.image.shape[:2]
    lines = []
    for line in page.lines:
        words = [
            Word(text, Box(*page.box(word.rect)), confidence)
            for word in line.words
            if (text := damage(word.text) if word.kind == "print" else word.text)
        ]
        if words:
            lines.append(Line(tuple(words), line.block))
    return PageReading(page.number, width, height, page.dpi, tuple(lines), "truth")


def decomposed(text: str) -> str:
    """Return the word in Unicode NFD, as some engines and clipboards give it."""
    return unicodedata.normalize("NFD", text)


def without_marks(text: str) -> str:
    """Return the word with every Vietnamese mark lost."""
    return "".join(c if fold(c) == c.lower() else (fold(c).upper() if c.isupper() else fold(c)) for c in text)


def letters_swapped(seed: int, share: float = 0.04) -> Damage:
    """Return a damage that misreads a letter here and there, never a digit."""
    rng = seeded(seed)
    alike = {"n": "u", "i": "l", "h": "b", "c": "e", "m": "n", "ê": "é", "ơ": "o", "đ": "d", "ố": "ó", "ữ": "ử"}

    def swap(text: str) -> str:
        return "".join(alike[c] if c in alike and rng.random() < share else c for c in text)

    return swap


_ALIKE_BUT_FOR_MARKS = {
    letter: [other for other in family if other != letter]
    for family in (
        ["aàáảãạăằắẳẵặâầấẩẫậ", "eèéẻẽẹêềếểễệ", "iìíỉĩị", "oòóỏõọôồốổỗộơờớởỡợ", "uùúủũụưừứửữự", "yỳýỷỹỵ", "dđ"]
    )
    for letter in family
}


def marks_swapped(seed: int, share: float = 0.05) -> Damage:
    """Return a damage that misreads the marks of ``share`` of the letters that can have any."""
    rng = seeded(seed)

    def swap(text: str) -> str:
        return "".join(_with_other_marks(c) if rng.random() < share else c for c in text)

    def _with_other_marks(c: str) -> str:
        others = _ALIKE_BUT_FOR_MARKS.get(c.lower())
        other = rng.choice(others) if others else c
        return other.upper() if c.isupper() else other

    return swap
