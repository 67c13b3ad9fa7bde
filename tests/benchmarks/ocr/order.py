"""Reading order: what a reading loses only because its lines stand in another order than the truth's.

Every line of the truth, the longest first, takes the place of the reading that resembles it most; what it takes is
gone for the others. The idea is that of the flexible character accuracy of Clausner, Pletschacher and Antonacopoulos
(Pattern Recognition Letters 131, 2020), with whole lines as the units.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from tests.benchmarks.ocr.metrics import Share, characters

MIN_SIMILARITY: Final = 60.0
"""Percent of likeness below which a line counts as not read at all."""
_TAKEN: Final = "\ue000"


@dataclass(frozen=True, slots=True)
class OrderErrors:
    """Errors of order.

    Attributes:
        characters: Edits of the whole page beyond those needed when lines may be taken in any order; never below 0.
        inversions: Pairs of lines, neighbours in the truth and both found, that stand the other way round.
        lost: Lines of the truth that were not found at all.
    """

    characters: Share = field(default_factory=Share)
    inversions: Share = field(default_factory=Share)
    lost: Share = field(default_factory=Share)

    def __add__(self, other: "OrderErrors") -> "OrderErrors":
        return OrderErrors(
            self.characters + other.characters, self.inversions + other.inversions, self.lost + other.lost
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """Where lines were found.

    Attributes:
        places: For each line of the truth where it begins in the reading, or ``None``.
        readings: For each line what was taken for it, empty if not found.
        errors: Edits of the lines, and ``beyond``. beyond: Characters of the reading that no line took.
    """

    places: tuple[int | None, ...]
    readings: tuple[str, ...]
    errors: int
    beyond: int


def place_lines(lines: Sequence[str], reading: str) -> Placed:
    """Find each of ``lines`` in ``reading``, wherever it stands. All texts normal."""
    places: list[int | None] = [None] * len(lines)
    readings = [""] * len(lines)
    left, errors = reading, 0
    for i in sorted(range(len(lines)), key=lambda i: -len(lines[i])):
        found = _find(lines[i], left)
        if found is None:
            errors += len(lines[i])
            continue
        start, end = found
        places[i], readings[i] = start, left[start:end]
        errors += Levenshtein.distance(lines[i], left[start:end])
        left = left[:start] + _TAKEN * (end - start) + left[end:]
    beyond = sum(len(piece.strip()) for piece in left.split(_TAKEN))
    return Placed(tuple(places), tuple(readings), errors + beyond, beyond)


def _find(line: str, text: str) -> tuple[int, int] | None:
    """Return where ``line`` begins and ends in ``text``: the first place that equals it, else the likest."""
    if equal := re.search(f"(?<![^ {_TAKEN}]){re.escape(line)}(?![^ {_TAKEN}])", text):
        return equal.span()
    if len(line) > len(text):
        return None
    found = fuzz.partial_ratio_alignment(line, text, score_cutoff=MIN_SIMILARITY)
    return None if found is None else _whole_words(text, found.dest_start, found.dest_end)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the bounds of a find inwards over spaces and outwards to the ends of the words they cut."""
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    while start > 0 and text[start - 1] not in {" ", _TAKEN}:
        start -= 1
    while end < len(text) and text[end] not in {" ", _TAKEN}:
        end += 1
    return start, end


def order(lines: Sequence[str], reading: str) -> OrderErrors:
    """Compare the order of ``lines``, the truth, with that of ``reading``. All texts normal."""
    placed = place_lines(lines, reading)
    in_order = characters(" ".join(lines), reading)
    found = [place for place in placed.places if place is not None]
    inverted = sum(second < first for first, second in pairwise(found))
    return OrderErrors(
        Share(max(0.0, in_order.part - placed.errors), in_order.whole),
        Share(inverted, max(0, len(found) - 1)),
        Share(len(lines) - len(found), len(lines)),
    )
