"""From what the network answers about a line to its characters: connectionist temporal classification (CTC).

The likeliest class of every step is taken, repetitions are joined, blanks dropped. Where that spells what Vietnamese
cannot spell, the other likely readings of the word are looked at, and the likeliest possible one takes its place if it
is nearly as likely. So marks are set right, and words that lost the space between them (SảnXuất) are parted. Marks
that leave a word which can be spelt, but which nobody says beside the next one (tô chức), give way likewise. Letters
that differ from their capitals by size alone take the case of the others (sƠ), a full stop before small letters is the
comma that it looks like, and signs get the space that follows them. Foreign words, codes, numbers and abbreviations
stay: they are read too surely to have a possible reading near them.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import groupby, pairwise
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from ocr.spelling import has_marks, is_comma, is_doubtful, is_possible, lacking_spaces, recased
from ocr.usage import is_odd, said

Scores = NDArray[np.float32]
"""Steps x classes: natural logarithms of probabilities; class 0 is the blank, class i character i - 1."""

MARGIN = 3.0
"""How much likelier an impossible reading may be than the possible one that takes its place: logarithm of 20 times."""
ODD = 3.0
"""How many times ``MARGIN`` a word that is seldom said may have over what is said: lost marks are surely lost."""
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


def decode(scores: Scores, alphabet: str, *, margin: float = MARGIN, odd: float = ODD) -> Reading:
    """Read a line.

    Args:
        scores: Of the line.
        alphabet: The characters, a space among them.
        margin: See ``MARGIN``; 0 to leave every word as it was read.
        odd: See ``ODD``; 0 to leave possible words as they are, whatever is said.
    """
    line = _Line(scores, alphabet)
    if margin:
        line.spell(margin)
        if odd:
            line.say(margin, odd)
        line.put_commas(margin)
        line.put_spaces(margin)
    return line.reading()


def is_legible(reading: Reading) -> bool:
    """Tell whether text was read, and surely enough that it is no stroke and no noise."""
    return bool(reading.text) and sum(reading.probabilities) >= _LEGIBLE * len(reading.text)


class _Line:
    """The way taken through a line: the class of every step, its chance, and what was read where it gave way."""

    def __init__(self, scores: Scores, alphabet: str) -> None:
        self._scores, self._alphabet = scores, alphabet
        self._path = scores.argmax(axis=1)
        self._chances = np.exp(scores[np.arange(len(scores)), self._path])
        self._read_as = [""] * len(scores)

    def _class(self, character: str) -> int:
        return self._alphabet.index(character) + 1

    def _words(self) -> list[tuple[int, int, str]]:
        """Return every stretch without a space: its first step, the step after its last, what it reads."""
        words = _words(self._path, self._class(" "))
        return [(a, b, _text(self._path[a:b], self._alphabet)) for a, b in words]

    def _keep(self, a: int, b: int, text: str) -> None:
        """Keep what was read in steps ``a`` to ``b``, unless something is kept."""
        self._read_as[a:b] = [self._read_as[a] or text] * (b - a)

    def _give_way(self, a: int, b: int, text: str, way: _Way, share: float = 1.0) -> None:
        """Take another way in steps ``a`` to ``b``; ``share`` is its part in the chances of what it may be."""
        self._chances[a:b] = share * min(self._chances[a + c : a + d].max() for _, c, d in _runs(self._path[a:b]))
        self._path[a:b] = way.path
        self._keep(a, b, text)

    def spell(self, margin: float) -> None:
        """Set words right that cannot be spelt as they were read."""
        path, alphabet = self._path, self._alphabet
        for a, b, likeliest in self._words():
            if is_doubtful(likeliest) and (found := _possible(self._scores[a:b], likeliest, alphabet, margin)):
                self._give_way(a, b, likeliest, *found)
            if (spelt := _text(path[a:b], alphabet)) != (text := recased(spelt)):
                for letter, (_, c, d) in zip(text, list(_runs(path[a:b])), strict=True):
                    path[a + c : a + d] = self._class(letter)
                self._keep(a, b, likeliest)

    def say(self, margin: float, odd: float) -> None:
        """Set words right whose marks make nothing that is said beside the next word, where others would."""
        words = self._words()
        texts = [text for _, _, text in words]
        pairs = [said(*pair, before=texts[i - 1] if i else None) for i, pair in enumerate(pairwise(texts))]
        settled = {i + k for i, pair in enumerate(pairs) if (texts[i], texts[i + 1]) in pair for k in (0, 1)}
        found = list[dict[int, _Way]]()
        for i, pair in enumerate(pairs):
            for way in pair:
                others = {j: word for j, word in enumerate(way, i) if word != texts[j]}
                if settled.isdisjoint(others):
                    found += self._instead(words, others, margin, odd)
        for changed in sorted(found, key=lambda changed: sum(way.loss for way in changed.values())):
            if settled.isdisjoint(changed):
                settled |= changed.keys()
                for j, instead in changed.items():
                    self._give_way(*words[j], instead)

    def _instead(
        self, words: Sequence[tuple[int, int, str]], others: Mapping[int, str], margin: float, odd: float
    ) -> Iterator[dict[int, _Way]]:
        """Yield the ways that spell others instead of some words, by their numbers; none if one is too unlikely."""
        ways = {}
        for j, other in others.items():
            a, b, text = words[j]
            ways[j] = _spelt(self._scores[a:b], [self._class(character) for character in other])
            if ways[j].loss > margin * (odd if is_odd(text) else 1):
                return
        yield ways

    def put_commas(self, margin: float) -> None:
        """Make commas of full stops that can be nothing else and are nearly as likely commas."""
        stop, comma = self._class("."), self._class(",")
        words = self._words()
        for i, ((a, b, text), (_, _, following)) in enumerate(pairwise(words)):
            if is_comma(text, following, begins=i == 0):
                stops = a + np.flatnonzero(self._path[a:b] == stop)
                if self._scores[stops, stop].max() - self._scores[stops, comma].max() <= margin:
                    self._path[stops] = comma
                    self._keep(a, b, text)

    def put_spaces(self, margin: float) -> None:
        """Put spaces where print has them and they are nearly as likely as none."""
        space = self._class(" ")
        runs = list(_runs(self._path))
        line = "".join(self._alphabet[code - 1] for code, _, _ in runs)
        words = self._words()
        for at in lacking_spaces(line):
            end, begin = runs[at - 1][2], runs[at][1]
            if end < begin:
                losses = self._scores[end:begin].max(axis=1) - self._scores[end:begin, space]
                if losses.min() <= margin:
                    self._keep(*next(word for word in words if word[0] <= end < word[1]))
                    self._path[end + losses.argmin()] = space

    def reading(self) -> Reading:
        """Return the characters, without spaces at the ends."""
        characters = [(self._alphabet[code - 1], a, b) for code, a, b in _runs(self._path)]
        while characters and characters[0][0] == " ":
            characters.pop(0)
        while characters and characters[-1][0] == " ":
            characters.pop()
        return Reading(
            text="".join(character for character, _, _ in characters),
            probabilities=tuple(float(self._chances[a:b].max()) for _, a, b in characters),
            places=tuple((a + b) / 2 for _, a, b in characters),
            read_as=tuple(self._read_as[a] for _, a, _ in characters),
        )


def _words(path: NDArray[np.int64], space: int) -> Iterator[tuple[int, int]]:
    """Yield the first step of every stretch without a space, and the step after its last."""
    is_inside = np.concatenate(([False], path != space, [False]))
    edges = np.flatnonzero(is_inside[1:] != is_inside[:-1]).tolist()
    return zip(edges[::2], edges[1::2], strict=True)


def _runs(path: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    """Yield the characters of a path: class, first step, step after the last."""
    start = 0
    for code, steps in groupby(path.tolist()):
        end = start + len(list(steps))
        if code:
            yield code, start, end
        start = end


def _text(path: NDArray[np.int64], alphabet: str) -> str:
    return "".join(alphabet[code - 1] for code, _ in groupby(path.tolist()) if code)


def _spelt(scores: Scores, codes: list[int]) -> _Way:
    """Return the likeliest way that spells a word (Viterbi)."""
    losses = scores.max(axis=1, keepdims=True) - scores
    states = [0, *(state for code in codes for state in (code, 0))]
    ways: list[_Way | None] = [_Way(0.0, ()), *[None] * (len(states) - 1)]
    for step in losses:
        before, ways = ways, []
        for i, state in enumerate(states):
            skips = i > 1 and state and state != states[i - 2]
            come = [way for way in before[max(0, i - 2 if skips else i - 1) : i + 1] if way is not None]
            ways.append(_Way(min(come).loss + float(step[state]), (*min(come).path, state)) if come else None)
    return min((way for way in ways[-2:] if way is not None), default=_Way(math.inf, ()))


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
