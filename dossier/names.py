"""Vietnamese family names.

A person's name begins with the family's. Few are in use, so they tell a whole name from what a seal or a signature left
of one: "Đức Phước" looks like a name, but is the rest of "Hồ Đức Phước"; and a name from a misread mark: nobody is
called "Nguyển".
"""

import tomllib
import unicodedata
from collections import Counter
from functools import cache
from importlib.resources import files

from dossier.text import fold, nfc

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


@cache
def _family_names() -> dict[str, tuple[str, ...]]:
    """Return the family names by their folded letters."""
    with (files("dossier") / "catalogue" / "family_names.toml").open("rb") as source:
        names: list[str] = tomllib.load(source)["family_names"].split()
    return {key: tuple(name for name in names if fold(name) == key) for key in map(fold, names)}


def is_family_name(word: str) -> bool:
    """Tell whether ``word`` is a family name in common use among Việt Nam's peoples; marks and case do not matter."""
    return fold(word) in _family_names()


def mended_name(name: str) -> str:
    """Return a person's name with the marks of its first word as the family name of these letters has them.

    A first word that is a family name stays; so does one that is none's letters, and one that is as near to two of
    them. Marks are rather lost than invented: "Chủ" was Chử, not Chu. Its case stays.

    Args:
        name: NFC, words parted by single spaces.
    """
    first, space, rest = name.partition(" ")
    known = _family_names().get(fold(first), ())
    if not known or any(nfc(first).casefold() == one.casefold() for one in known):
        return name
    (distance, nearest), *others = sorted(((_distance(first, one), _invented(first, one)), one) for one in known)
    if others and others[0][0] == distance:
        return name
    return (nearest.upper() if first.isupper() else nearest) + space + rest


def _distance(a: str, b: str) -> int:
    """Return how many marks of letters differ, and whether the tone does, between words of the same letters."""
    (letters_a, tone_a), (letters_b, tone_b) = _parts(a), _parts(b)
    return sum(x != y for x, y in zip(letters_a, letters_b, strict=True)) + (tone_a != tone_b)


def _invented(read: str, name: str) -> int:
    """Return how many of the marks read are none of a name's with the same letters."""
    marks, own = (
        Counter(filter(unicodedata.combining, unicodedata.normalize("NFD", w.casefold()))) for w in (read, name)
    )
    return (marks - own).total()


def _parts(word: str) -> tuple[list[str], str]:
    """Return a word's letters with their own marks, and its tone."""
    letters: list[str] = []
    tone = ""
    for c in unicodedata.normalize("NFD", nfc(word).casefold()):
        if c in _TONES:
            tone = c
        elif unicodedata.combining(c):
            letters[-1] += c
        else:
            letters.append(c)
    return letters, tone
