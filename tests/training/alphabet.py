"""The characters that the reader knows, and their numbers."""

import unicodedata
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.training.syllables import TONES

_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_VOWELS = (unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES)
_LOWER = "".join(letter for letter in _VOWELS if not letter.isascii()) + "đ"
VIETNAMESE_LETTERS: Final = _LOWER + _LOWER.upper()
"""The 134 letters that ASCII lacks, both cases, NFC."""

_OFFICE = "–—“”‘’…§°‰²³½±×÷≤≥≈≠€₫•·☐☑☒✓«»→©®µ"

ALPHABET: Final = _ASCII + VIETNAMESE_LETTERS + _OFFICE
"""Index i + 1 of the network's answer is character i; index 0 is the blank of CTC."""

_INDEX = {character: i + 1 for i, character in enumerate(ALPHABET)}


def encode(text: str) -> NDArray[np.int64]:
    """Return the indices of the characters of ``text`` (NFC).

    Raises:
        KeyError: A character is not in the alphabet.
    """
    return np.array([_INDEX[character] for character in unicodedata.normalize("NFC", text)], dtype=np.int64)


def knows(text: str) -> bool:
    """Tell whether every character of ``text`` is in the alphabet."""
    return all(character in _INDEX for character in text)
