"""What Vietnamese can and cannot spell, for readers of lines.

A reader that tells how likely other readings are (``decoding``) asks which words cannot be, and which readings of them
can. For one that does not (``tesseract``), marks of letters are added where there is one way to: engines lose marks
that are stacked, QUYẾT is read as QUYÉT. A syllable that cannot be, and that marks of letters (those of â, ê, ô, ă, ơ,
ư, đ) make one syllable and no other, gets them back. Nothing else is touched: words without any mark (names,
abbreviations), words with digits, and whatever may be spelt so stay as read, and so do both ways to place a tone, hòa
and hoà: what is printed stays, in Unicode NFC.

There, tones are never changed or added. câp was cấp on clean prints, whose stacked sắc is lost, but cập on worn ones,
which lost the dot: nothing in the word tells which.
"""

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache

from ocr.model import Word
from ocr.syllables import Tone, is_syllable, neighbours

SAME_SHAPE = frozenset("COSVWXZ")
"""Capitals that look like their small letters: only what stands beside them tells which they are."""

_LETTERS = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile("[IVXLC]+|[ivxlc]+")
_FEWEST_LETTERS = 3
_LACKING = re.compile(r"(?<=[,;:)])(?=[^\W\d_])|(?<=[^\W\d_][,;:)])(?=\d)|(?<=\S [-–])(?=[^\W_])|(?<=[^\W_])(?=[-–] )")
_TONES = frozenset(tone.value for tone in Tone) - {""}


def is_doubtful(text: str) -> bool:
    """Tell whether a word cannot be Vietnamese, though it is neither a number nor a code.

    Args:
        text: One word with its punctuation, NFC.
    """
    if any(c.isdecimal() for c in text):
        return has_marks(text)  # a number, and a word that belongs beside it
    return any(
        len(part) >= _FEWEST_LETTERS and not _is_spelt(part) and not _ROMAN.fullmatch(part)
        for part in _LETTERS.findall(text)
    )


def is_possible(text: str, likeliest: str) -> bool:
    """Tell whether a reading of a doubtful word can be Vietnamese.

    Args:
        text: The reading, NFC; one word or, where a space may have been lost, several.
        likeliest: The likeliest reading. Its digits must be in ``text``, and no signs but its own.
    """
    signs = {c for c in text if not c.isalnum()}
    is_of_same = [c for c in text if c.isdecimal()] == [c for c in likeliest if c.isdecimal()]
    return is_of_same and signs <= {" ", *likeliest} and all(map(_can_stand, text.split(" ")))


def has_marks(text: str) -> bool:
    """Tell whether a text has letters that Vietnamese words alone have; Đ stands in abbreviations too."""
    return any(c.isalpha() and not c.isascii() and c != "Đ" for c in text)


def is_comma(word: str, following: str, *, begins: bool) -> bool:
    """Tell whether the full stop after a word can only be a comma: what follows goes on in small letters.

    Abbreviations keep their full stops (TP. , v.v.), and so do the numbers and letters that begin items.

    Args:
        word: One word with its punctuation, NFC.
        following: The next one.
        begins: Whether the word begins the line.
    """
    if word[-1:] != "." or not following[:1].islower() or begins:
        return False
    body = word[:-1].strip('()“”"')
    return "." not in body and not body.isupper() and _can_stand(body)


def lacking_spaces(text: str) -> list[int]:
    """Return where print has a space and a line has none: after a sign, and on both sides of a dash or on none.

    Args:
        text: The line, NFC.

    Returns:
        Numbers of the characters before which one is missing, from 1 on.
    """
    return [place.start() for place in _LACKING.finditer(text)]


def _can_stand(word: str) -> bool:
    if any(c.isdecimal() for c in word):
        return not has_marks(word)
    parts = _LETTERS.findall(word)
    return bool(parts) and all(map(_is_spelt, parts))


def _is_spelt(part: str) -> bool:
    """Tell whether letters are a syllable, their case included."""
    return is_syllable(part) and _is_in_one_case(part)


def _is_in_one_case(part: str) -> bool:
    return part.islower() or part.isupper() or part.istitle()


def recased(text: str) -> str:
    """Return ``text`` with letters that differ from their capitals by size alone in the case of those beside them.

    sƠ is sơ, CUộC is CUỘC: within a syllable small letters and capitals are never mixed.

    Args:
        text: One word with its punctuation, NFC.
    """
    return _LETTERS.sub(lambda part: _recased(part.group()), text)


def _recased(part: str) -> str:
    if _is_in_one_case(part):
        return part
    telling = "".join(letter for letter in part[1:] if _base(letter) not in SAME_SHAPE)
    if not telling or telling.islower():
        way = part[0] + part[1:].lower()
    elif telling.isupper() and (part[0].isupper() or _base(part[0]) in SAME_SHAPE):
        way = part.upper()
    else:
        return part
    return way if _is_spelt(way) else part


def _base(letter: str) -> str:
    """Return a letter's capital without marks."""
    return unicodedata.normalize("NFD", letter)[0].upper()


def respelt(word: Word) -> Word:
    """Return the word with impossible syllables set right by adding marks; it keeps what the engine read."""
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
    if word.isascii() or len(word) < _FEWEST_LETTERS or not _is_in_one_case(word) or is_syllable(word):
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
