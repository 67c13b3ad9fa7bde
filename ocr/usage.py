"""What Vietnamese papers say, by which a reader of lines knows a misread mark (``usage.toml``).

Spelling cannot tell tô chức from tổ chức: both can be spelt. But nobody says the one, and everybody the other. So a
reader that tells how likely other readings are (``decoding``) asks which words that are said in a row have the letters
of two that are not, marks apart. Names, which may be anything, are left alone: words in capitals, and words with one
unless a sign before them tells that they begin a sentence.
"""

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from dossier.text import fold

Pair = tuple[str, str]

_WORD = re.compile(r"([^\w]*)([^\W\d_]+)([^\w]*)")
_ENDS = frozenset(".:;-–+*)")
_ODD = 8
"""A word that stands in at most so many pairs, and never alone, is odd beside a word that it makes no pair with."""


@dataclass(frozen=True)
class _Usage:
    """Pairs by their folded letters; in how many pairs each word stands."""

    pairs: Mapping[Pair, tuple[Pair, ...]]
    often: Mapping[str, int]


def said(first: str, second: str, *, before: str | None) -> tuple[Pair, ...]:
    """Return what is said in a row with the letters of two words, marks apart.

    Args:
        first: Some word with its punctuation, NFC.
        second: The next one of the line.
        before: The one before both; ``None`` if there is none.

    Returns:
        Pairs in the case and with the punctuation of the two; these themselves if they are said so, wherever they bear
        their tones (hoà, hòa). Empty where there is none, and for what may be a name, a number or a code.
    """
    a, b = _WORD.fullmatch(first), _WORD.fullmatch(second)
    if not a or not b or a[3] or b[1] or not b[2].islower() or not _begins(a[2], before):
        return ()
    pairs = _usage().pairs.get((_letters(a[2]), _letters(b[2])), ())
    lengths = len(a[2]), len(b[2])
    return tuple((a[1] + _like(a[2], x), _like(b[2], y) + b[3]) for x, y in pairs if (len(x), len(y)) == lengths)


def is_odd(word: str) -> bool:
    """Tell whether a word is seldom said. Punctuation and case do not matter."""
    match = _WORD.fullmatch(word)
    return match is not None and _usage().often.get(match[2].lower(), 0) <= _ODD


def is_same_word(a: str, b: str) -> bool:
    """Tell whether two words of the same letters bear the same marks, wherever they bear their tone: hoà is hòa."""
    return a == b or _marks(a) == _marks(b)


def _begins(word: str, before: str | None) -> bool:
    """Tell whether a word is in small letters, or has one capital because it begins a sentence."""
    return word.islower() or (word.istitle() and before is not None and before[-1:] in _ENDS)


def _like(read: str, meant: str) -> str:
    """Return ``meant`` in the case of ``read``, or ``read`` itself where they differ by the place of the tone."""
    if is_same_word(read.lower(), meant):
        return read
    return "".join(m.upper() if r.isupper() else m for r, m in zip(read, meant, strict=True))


@lru_cache(maxsize=8192)
def _letters(word: str) -> str:
    return fold(word)


@lru_cache(maxsize=8192)
def _marks(word: str) -> tuple[str, ...]:
    return tuple(sorted(unicodedata.normalize("NFD", word)))


@cache
def _usage() -> _Usage:
    with files("ocr").joinpath("usage.toml").open("rb") as source:
        content = tomllib.load(source)
    pairs, often = defaultdict[Pair, list[Pair]](list), Counter[str]()
    first = ""
    for word in content["pairs"].split():
        if word.endswith(":"):
            first = word[:-1]
            continue
        pairs[_letters(first), _letters(word)].append((first, word))
        often.update((first, word))
    often.update(dict.fromkeys(content["alone"].split(), _ODD + 1))
    return _Usage({letters: tuple(spelt) for letters, spelt in pairs.items()}, often)
