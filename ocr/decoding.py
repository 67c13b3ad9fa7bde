"""From what the network answers about a line to its characters: connectionist temporal classification (CTC).

The likeliest class of every step is taken, repetitions are joined, blanks dropped. Where that spells what Vietnamese
cannot spell, the other likely readings of the word are looked at, and the likeliest possible one takes its place if it
is nearly as likely. So marks are set right, and words that lost the space between them (SảnXuất) are parted. Letters
that differ from their capitals by size alone take the case of the others (sƠ), and a full stop before small letters is
the comma that it looks like. Foreign words, codes, numbers and abbreviations stay: they are read too surely to have a
possible reading near them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from ocr.spelling import has_marks, is_comma, is_doubtful, is_possible, recased

Scores = NDArray[np.float32]
"""Steps x classes: natural logarithms of probabilities; class 0 is the blank, class i character i - 1."""

MARGIN = 3.0
"""How much likelier an impossible reading may be than the possible one that takes its place: logarithm of 20 times."""
_PLAIN = 0.5  # of it, for letters without marks: foreign words and abbreviations are spelt with these
_WAYS = 12  # readings of a word that are followed at a time
_LEGIBLE = 0.5  # mean probability of a line's characters: below it, strokes and noise were taken for letters


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a line.

    Attributes:
        text: NFC, without spaces at its ends.
        probabilities: Of each character, 0 to 1; all characters of a word that gave way to spelling have the word's.
        places: Where each character stands, in steps of the network.
        read_as: For each character of a word that gave way to spelling, the likeliest reading; empty for the others.
    """

    text: str
    probabilities: tuple[float, ...]
    places: tuple[float, ...]
    read_as: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Way:
    """A reading of a word: how much less likely than the likeliest one, natural logarithm; the class at every step."""

    loss: float
    path: tuple[int, ...]


def decode(scores: Scores, alphabet: str, *, margin: float = MARGIN) -> Reading:
    """Read a line.

    Args:
        scores: Of the line.
        alphabet: The characters, a space among them.
        margin: See ``MARGIN``; 0 to leave impossible words as they are.
    """
    path = scores.argmax(axis=1)
    chances = np.exp(scores[np.arange(len(path)), path])
    read_as = [""] * len(path)
    for a, b in _words(path, alphabet.index(" ") + 1) if margin else ():
        likeliest = _text(path[a:b], alphabet)
        if is_doubtful(likeliest) and (found := _possible(scores[a:b], likeliest, alphabet, margin)):
            way, share = found
            chances[a:b] = share * min(chances[a + c : a + d].max() for _, c, d in _runs(path[a:b]))
            path[a:b], read_as[a:b] = way.path, [likeliest] * (b - a)
        if (spelt := _text(path[a:b], alphabet)) != (text := recased(spelt)):
            for letter, (_, c, d) in zip(text, list(_runs(path[a:b])), strict=True):
                path[a + c : a + d] = alphabet.index(letter) + 1
            read_as[a:b] = [likeliest] * (b - a)
    for a, b, likeliest in _commas(path, scores, alphabet, margin) if margin else ():
        path[a:b] = np.where(path[a:b] == alphabet.index(".") + 1, alphabet.index(",") + 1, path[a:b])
        read_as[a:b] = [read_as[a] or likeliest] * (b - a)
    characters = [(alphabet[code - 1], (a, b)) for code, a, b in _runs(path)]
    while characters and characters[0][0] == " ":
        characters.pop(0)
    while characters and characters[-1][0] == " ":
        characters.pop()
    return Reading(
        text="".join(character for character, _ in characters),
        probabilities=tuple(float(chances[a:b].max()) for _, (a, b) in characters),
        places=tuple((a + b) / 2 for _, (a, b) in characters),
        read_as=tuple(read_as[a] for _, (a, _) in characters),
    )


def is_legible(reading: Reading) -> bool:
    """Tell whether text was read, and surely enough that it is no stroke and no noise."""
    return bool(reading.text) and sum(reading.probabilities) >= _LEGIBLE * len(reading.text)


def _words(path: NDArray[np.int64], space: int) -> Iterator[tuple[int, int]]:
    """Yield the first step of every stretch without a space, and the step after its last."""
    is_inside = np.concatenate(([False], path != space, [False]))
    edges = np.flatnonzero(is_inside[1:] != is_inside[:-1]).tolist()
    return zip(edges[::2], edges[1::2], strict=True)


def _runs(path: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    """Yield the characters of a path: class, first step, step after the last."""
    starts = np.flatnonzero(np.diff(path, prepend=-1)).tolist()
    for a, b in pairwise([*starts, len(path)]):
        if path[a]:
            yield int(path[a]), a, b


def _text(path: NDArray[np.int64], alphabet: str) -> str:
    return "".join(alphabet[code - 1] for code, _, _ in _runs(path))


def _commas(path: NDArray[np.int64], scores: Scores, alphabet: str, margin: float) -> Iterator[tuple[int, int, str]]:
    """Yield words whose full stop can only be a comma, and is nearly as likely one: first step, end, reading."""
    stop, comma = alphabet.index(".") + 1, alphabet.index(",") + 1
    words = [(a, b, _text(path[a:b], alphabet)) for a, b in _words(path, alphabet.index(" ") + 1)]
    for (a, b, text), (_, _, following) in pairwise(words):
        if is_comma(text, following, begins=a == words[0][0]):
            likely = scores[a:b, [stop, comma]][path[a:b] == stop].max(axis=0)
            if likely[0] - likely[1] <= margin:
                yield a, b, text


def _possible(scores: Scores, likeliest: str, alphabet: str, margin: float) -> tuple[_Way, float] | None:
    """Return the likeliest possible reading of an impossible word, if it is nearly as likely.

    Returns:
        The way, and its share of the chances of all possible readings.
    """
    ways = [way for text, way in _ways(scores, alphabet, margin).items() if is_possible(text, likeliest)]
    best = min(ways, default=None)
    if best is None or best.loss > margin * (1 if has_marks(likeliest) else _PLAIN):
        return None
    return best, 1 / sum(math.exp(best.loss - way.loss) for way in ways)


def _ways(scores: Scores, alphabet: str, margin: float) -> dict[str, _Way]:
    """Return the likeliest readings of a word (beam search), each with the likeliest way that spells it."""
    losses = scores.max(axis=1, keepdims=True) - scores
    ways = {("", 0): _Way(0.0, ())}  # by text and last class
    for step in losses:
        longer: dict[tuple[str, int], _Way] = {}
        for code in np.flatnonzero(step <= margin).tolist():
            for (text, last), way in ways.items():
                end = text if code in {0, last} else text + alphabet[code - 1], code
                on = _Way(way.loss + float(step[code]), (*way.path, code))
                if on.loss <= margin and (end not in longer or on < longer[end]):
                    longer[end] = on
        ways = dict(nsmallest(_WAYS, longer.items(), key=itemgetter(1)))
    found: dict[str, _Way] = {}
    for (text, _), way in ways.items():
        found[text] = min(way, found.get(text, way))
    return found
