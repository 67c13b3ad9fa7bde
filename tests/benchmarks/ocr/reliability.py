"""Whether a confidence means what it says: of the words with about this confidence, how many are right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tests.benchmarks.ocr.metrics import Share
from tests.benchmarks.ocr.placed import JudgedWord
from tests.benchmarks.ocr.tables import Table, shown

EDGES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98, 1.0)
"""Ten equal bins, the highest split where a word counts as sure."""
SURE: Final = EDGES[-2]


@dataclass(frozen=True, slots=True)
class Bin:
    """Words of about one confidence.

    Attributes:
        low, high: Bounds; the upper one belongs to the bin only if it is 1. said: Mean confidence. right: Of all.
    """

    low: float
    high: float
    said: float
    right: Share


def bins(words: Iterable[JudgedWord]) -> tuple[Bin, ...]:
    """Put words into bins; empty bins are kept."""
    everything = list(words)
    filled = []
    for low, high in pairwise(EDGES):
        some = [w for w in everything if low <= w.confidence < high or (high == w.confidence == 1)]
        said = sum(w.confidence for w in some) / len(some) if some else float("nan")
        filled.append(Bin(low, high, said, Share(sum(w.right for w in some), len(some))))
    return tuple(filled)


def expected_error(curve: Sequence[Bin]) -> float:
    """Return the expected calibration error: how far confidence and share right lie apart, weighted by words."""
    words = sum(b.right.whole for b in curve)
    return sum(abs(b.said - b.right.part / b.right.whole) * b.right.whole for b in curve if b.right.whole) / max(
        1, words
    )


def reliability_table(engine: str, words: Sequence[JudgedWord]) -> Table:
    """Bins as a table, with what is wrong among the words in the last one."""
    curve = bins(words)
    rows = [
        [f"{b.low:.2f} – {b.high:.2f}", str(int(b.right.whole)), shown(100 * b.said, 1), shown(b.right.percent, 1)]
        for b in curve
    ]
    top = curve[-1].right
    title = (
        f"Confidence of {engine}: {shown(Share(top.whole, len(words)).percent, 1)} % of the words are at {SURE} or "
        f"more, {shown(100 - top.percent)} % of these wrong; expected calibration error "
        f"{100 * expected_error(curve):.2f} %"
    )
    return Table(title, ["confidence", "words", "mean confidence %", "right %"], rows)
