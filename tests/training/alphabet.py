"""The characters that the reader knows, and the way from a network's answer to text."""

import unicodedata
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a line.

    Attributes:
        text: NFC, no spaces at its ends.
        probabilities: One per character, 0 to 1. places: Where each character stands, in steps of the network.
    """

    text: str
    probabilities: tuple[float, ...]
    places: tuple[float, ...]


def decode(scores: NDArray[np.float32]) -> Reading:
    """Return the likeliest character at every step, repetitions joined and blanks dropped.

    Args:
        scores: steps x (1 + characters), before or after softmax.
    """
    if not len(scores):
        return Reading("", (), ())
    shifted = scores - scores.max(axis=1, keepdims=True)
    shares = np.exp(shifted)
    shares /= shares.sum(axis=1, keepdims=True)
    best = shares.argmax(axis=1)
    heights = shares[np.arange(len(best)), best]
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    ends = np.append(starts[1:], len(best))
    found = [
        (ALPHABET[best[a] - 1], float(heights[a:b].max()), (a + b) / 2)
        for a, b in zip(starts, ends, strict=True)
        if best[a]
    ]
    while found and found[0][0] == " ":
        found.pop(0)
    while found and found[-1][0] == " ":
        found.pop()
    characters, probabilities, places = zip(*found, strict=True) if found else ((), (), ())
    return Reading("".join(characters), tuple(probabilities), tuple(places))
