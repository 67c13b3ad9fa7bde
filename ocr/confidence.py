"""Confidence that means something: of the words that are 0.98 sure, 98 in a hundred or more are right.

Engines' own figures only rank words, and they rank a number as they rank a word that a dictionary knows. A logistic
model makes of the engine's figure, and of what else speaks for or against a word, how likely the word is right to the
letter. Its weights are fitted on the pages of the development set, per engine, by ``python -m
tests.benchmarks.calibrate``, and kept in ``confidence.toml``. An engine for which none are fitted keeps its figures.
"""

import math
import tomllib
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatch
from functools import cache
from importlib import resources
from itertools import pairwise
from statistics import median
from typing import Final

from ocr.model import Line, Word
from ocr.syllables import is_syllable

CURVE: Final = "engine "
"""How the names of the features begin that the engine's own confidence is taken apart into."""

REPAIRED: Final = 0.9
"""A repaired word is no surer than this: the repairs on the development set are too few to fit more."""

_LONGEST = 10
# Over these letters a tone is lost easily: tô was printed tổ as often as tô.
_CIRCUMFLEX = frozenset("âêôÂÊÔ")
# Shares of the page's usual word height: lower or higher is odd, and by how much at most that counts.
_LOW, _HIGH, _MOST_ODD = 0.7, 1.4, 1.0


class Kind(Enum):
    """What a word looks like. Engines are right about these unequally often, however sure they are."""

    MARKED = "a syllable with marks"
    PLAIN = "a syllable without marks"
    IMPOSSIBLE = "letters with marks that are no syllable"
    FOREIGN = "letters without marks that are no syllable, as in names and abbreviations"
    NUMBER = "digits"
    CODE = "digits and letters, parted by signs"
    MIXED = "digits among letters"
    SYMBOL = "neither letters nor digits"


def kind_of(text: str) -> Kind:
    """Tell what a word looks like; parts joined by signs, as in kinh-tế, count one by one."""
    parts = "".join(c if c.isalnum() else " " for c in text).split()
    letters = [part for part in parts if part.isalpha()]
    if not parts:
        return Kind.SYMBOL
    if len(letters) < len(parts):
        numbers = [part for part in parts if part.isdecimal()]
        return Kind.MIXED if len(letters) + len(numbers) < len(parts) else Kind.CODE if letters else Kind.NUMBER
    if all(map(is_syllable, parts)):
        return Kind.PLAIN if all(map(str.isascii, parts)) else Kind.MARKED
    return Kind.FOREIGN if "".join(parts).replace("Đ", "D").isascii() else Kind.IMPOSSIBLE


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted model.

    Attributes:
        engine: Pattern of the names of the engines it is for, as in file names: ``"tesseract * vie"``.
        knots: Confidences of the engine, rising, between which the model's curve is straight.
        weights: By feature; what is not in it weighs nothing.
    """

    engine: str
    knots: tuple[float, ...]
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """Return how likely a word with these features is right, 0 to 1."""
        odds = sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def calibrated(lines: Iterable[Line], engine: str) -> tuple[Line, ...]:
    """Return the lines of a page with the confidence of every word calibrated.

    A line's confidence, the mean of its words', is then the share of it that can be expected to stand in right words.

    Args:
        lines: The whole page, with the engine's confidences.
        engine: Its name.

    Returns:
        The same lines; unchanged if nothing was fitted for such an engine.
    """
    lines = tuple(lines)
    calibration = next((known for known in calibrations() if fnmatch(engine, known.engine)), None)
    if calibration is None:
        return lines
    chances = map(calibration.probability, features_of(lines, calibration.knots))
    return tuple(replace(line, words=tuple(_surely(word, next(chances)) for word in line.words)) for line in lines)


def _surely(word: Word, chance: float) -> Word:
    return replace(word, confidence=min(chance, REPAIRED) if word.read_as else chance)


@cache
def calibrations() -> tuple[Calibration, ...]:
    """Return what was fitted, from ``confidence.toml``."""
    tables = tomllib.loads(resources.files("ocr").joinpath("confidence.toml").read_text(encoding="utf-8"))
    return tuple(Calibration(t["engine"], tuple(t["knots"]), t["weights"]) for t in tables["calibrations"])


def features_of(lines: Sequence[Line], knots: Sequence[float]) -> Iterator[Mapping[str, float]]:
    """Yield for every word of a page what speaks for or against it, by name; values are 0 to about 1.

    Args:
        lines: The whole page, with the engine's confidences.
        knots: See :class:`Calibration`.
    """
    heights = [word.box.height for line in lines for word in line.words]
    usual = median(heights) if heights else 1.0
    for line in lines:
        curves = [_curve(word.confidence, knots) for word in line.words]
        around = sum(sum(curve.values()) for curve in curves) / max(1, len(curves) * (len(knots) - 1))
        for word, curve in zip(line.words, curves, strict=True):
            yield {"one": 1.0, **curve, f"{CURVE}line": around, **_looks(word, usual)}


def _curve(confidence: float, knots: Sequence[float]) -> Mapping[str, float]:
    """Return for every stretch between two knots how much of it lies below the confidence, 0 to 1."""
    at = bisect_right(knots, confidence)
    curve = {}
    for i, (low, high) in enumerate(pairwise(knots), start=1):
        curve[f"{CURVE}{i}"] = 1.0 if i < at else 0.0 if i > at else (confidence - low) / (high - low)
    return curve


def _looks(word: Word, usual_height: float) -> Mapping[str, float]:
    text, height = word.text, word.box.height / usual_height
    marks = [len(unicodedata.normalize("NFD", c)) - 1 for c in text]
    return {
        kind_of(text).name.lower(): 1.0,
        "length": min(len(text), _LONGEST) / _LONGEST,
        "capitals": float(text.isupper()),
        "stacked": float(any(count > 1 for count in marks)),
        "circumflex alone": float(max(marks, default=0) == 1 and any(c in _CIRCUMFLEX for c in text)),
        "low": min(max(0.0, _LOW - height), _MOST_ODD),
        "high": min(max(0.0, height - _HIGH), _MOST_ODD),
    }
