"""How well lines are read: errors of characters, whole lines, and letters with marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from rapidfuzz.distance import Levenshtein

from tests.training.alphabet import VIETNAMESE_LETTERS

_MARKED = frozenset(VIETNAMESE_LETTERS)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over lines.

    Attributes:
        lines, exact: All, and those read without an error. characters, errors: Of the truth; edits to get there.
        marked, marked_right: Letters of the truth with a mark or đ, and those read as they are.
        empty, invented: Lines without text, and those where text was read all the same.
    """

    lines: int = 0
    exact: int = 0
    characters: int = 0
    errors: int = 0
    marked: int = 0
    marked_right: int = 0
    empty: int = 0
    invented: int = 0

    def __add__(self, other: Self) -> "Score":
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def cer(self) -> float:
        """Share of characters wrong, percent."""
        return 100 * self.errors / max(1, self.characters)

    @property
    def exact_share(self) -> float:
        """Share of lines without error, percent."""
        return 100 * self.exact / max(1, self.lines)

    @property
    def marks_share(self) -> float:
        """Share of marked letters read right, percent."""
        return 100 * self.marked_right / max(1, self.marked)

    def __str__(self) -> str:
        read = f"CER {self.cer:.3f} %, exact {self.exact_share:.2f} %, marks {self.marks_share:.2f} %"
        return f"{read}, false text on {self.invented} of {self.empty} empty lines"


def scored(truth: str, read: str) -> Score:
    """Return the score of one line."""
    if not truth:
        return Score(empty=1, invented=int(bool(read)))
    kept = [False] * len(truth)
    for tag, a, b, _, _ in Levenshtein.opcodes(truth, read):
        if tag == "equal":
            kept[a:b] = [True] * (b - a)
    marked = [right for letter, right in zip(truth, kept, strict=True) if letter in _MARKED]
    return Score(
        lines=1,
        exact=int(truth == read),
        characters=len(truth),
        errors=Levenshtein.distance(truth, read),
        marked=len(marked),
        marked_right=sum(marked),
    )


def total(scores: Iterable[Score]) -> Score:
    """Return the sum."""
    return sum(scores, Score())
