"""Syllables that Vietnamese spelling does not know, set right where there is one way to.

Engines lose marks that are stacked: QUYẾT is read as QUYÉT. A syllable that cannot be, and that marks of letters (those
of â, ê, ô, ă, ơ, ư, đ) make one syllable and no other, gets them back. Nothing else is touched. Words without any mark
(names, abbreviations), words with digits, and whatever may be spelt so stay as read, and so do both ways to place a
tone, hòa and hoà: what is printed stays, in Unicode NFC.

Tones are never changed or added. câp was cấp on clean prints, whose stacked sắc is lost, but cập on worn ones, which
lost the dot: nothing in the word tells which.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from ocr.model import Line, Word
from ocr.syllables import Tone, is_syllable, neighbours

_LETTERS = re.compile(r"[^\W\d_]+")
_FEWEST_LETTERS = 3
_TONES = frozenset(tone.value for tone in Tone) - {""}


def respelt(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines with impossible syllables set right; such words keep what the engine read.

    Args:
        lines: As read, texts NFC.
    """
    return tuple(replace(line, words=tuple(map(_respelt, line.words))) for line in lines)


def _respelt(word: Word) -> Word:
    text = mended(word.text)
    return word if text == word.text else replace(word, text=text, read_as=word.read_as or word.text)


def mended(text: str) -> str:
    """Return ``text`` with its impossible syllables set right where there is one way to.

    Args:
        text: One word with its punctuation, NFC.

    Returns:
        NFC, as many characters as before.
    """
    return text if any(c.isdigit() for c in text) else _LETTERS.sub(lambda word: _mended(word.group()), text)


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    is_in_one_case = word.islower() or word.isupper() or word.istitle()
    if word.isascii() or len(word) < _FEWEST_LETTERS or not is_in_one_case or is_syllable(word):
        return word
    ways = [way for way in neighbours(word) if _adds_marks(word, way)]
    return ways[0] if len(ways) == 1 else word


def _adds_marks(word: str, way: str) -> bool:
    """Tell whether ``way`` is ``word`` with marks added that make another letter, and all marks and the tone kept."""
    pairs = zip(map(_marks, word), map(_marks, way), strict=True)
    return all(old <= new and _TONES.isdisjoint(new - old) for old, new in pairs)


def _marks(letter: str) -> frozenset[str]:
    """Return a letter's combining marks, and the stroke of đ."""
    return frozenset("-") if letter in "đĐ" else frozenset(unicodedata.normalize("NFD", letter)[1:])
