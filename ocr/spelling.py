"""Syllables that Vietnamese spelling does not know, set right where there is one way to.

Engines lose marks that are stacked: QUYẾT is read as QUYÉT, cấp as câp. A syllable that cannot be, and that lost marks
make one syllable and no other, gets them back. Nothing else is touched. Words without any mark (names, abbreviations),
words with digits, and whatever may be spelt so stay as read, and so do both ways to place a tone, hòa and hoà: what is
printed stays, in Unicode NFC.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from ocr.model import Line, Word
from ocr.syllables import Tone, is_syllable, neighbours, parse

_LETTERS = re.compile(r"[^\W\d_]+")
_TONES = frozenset(tone.value for tone in Tone) - {""}
_SAC = frozenset(Tone.SAC.value)


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
    if word.isascii() or not is_in_one_case or is_syllable(word):
        return word
    ways = [way for way in neighbours(word) if _lost_marks(word, way)]
    return ways[0] if len(ways) == 1 else word


def _lost_marks(word: str, way: str) -> bool:
    """Tell whether ``word`` is ``way`` with marks lost as engines lose them.

    Every mark read stands. What may be lost is that of â, ê, ô, ă, ơ, ư, đ; and before a final stop, where a tone must
    be, sắc over another mark. The dot of nặng stands apart, below the letter, and is not lost.
    """
    syllable = parse(way)
    for old, new in zip(map(_marks, word), map(_marks, way), strict=True):
        tone = (new - old) & _TONES
        is_stacked_sac = tone == _SAC and bool(old) and syllable is not None and syllable.is_stopped
        if not old <= new or (tone and not is_stacked_sac):
            return False
    return True


def _marks(letter: str) -> frozenset[str]:
    """Return a letter's combining marks, and the stroke of đ."""
    return frozenset("-") if letter in "đĐ" else frozenset(unicodedata.normalize("NFD", letter)[1:])
