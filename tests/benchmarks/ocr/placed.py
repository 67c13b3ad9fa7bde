"""Words of a reading against words of the truth, matched by where they stand: is a word right, how far off is its box.

Matching by place and not by order keeps a page read in a wrong order from turning all its words wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.ocr.engines import ReadWord
from tests.benchmarks.ocr.metrics import normal
from tests.generator.truth import Matrix, Rect

MIN_OVERLAP: Final = 0.3
"""Least intersection over union of a word and the truth's that it is taken for."""
_MARGIN: Final = 0.3
"""Of the usual height of a word, by which rectangles are widened for that: a dash is missed by a pixel."""


@dataclass(frozen=True, slots=True)
class JudgedWord:
    """A word of a reading.

    Attributes:
        text, confidence: As read. truth: Text of the word that stands there, empty if there is none.
        off_px: Mean distance of the left, top, right and bottom edges from the truth's; not a number if none is there.
    """

    text: str
    confidence: float
    truth: str
    off_px: float

    @property
    def right(self) -> bool:
        """Whether it is, letter by letter, what stands there."""
        return self.text == self.truth


def judge(
    words: Sequence[ReadWord],
    truth: Sequence[tuple[str, Rect]],
    to_scan: Matrix,
    optional: Sequence[tuple[str, Rect]] = (),
) -> tuple[JudgedWord, ...]:
    """Find for each word of a reading the word of the truth that overlaps it most.

    A word that is right but for ``optional`` text that stands there too is right.
    """
    if not words:
        return ()
    rects = _upright(words, np.asarray(np.linalg.inv(to_scan), float))
    judged = _judged(words, rects, truth)
    return tuple(_with_optional(word, rect, optional) for word, rect in zip(judged, rects, strict=True))


def _with_optional(word: JudgedWord, rect: NDArray[np.float64], optional: Sequence[tuple[str, Rect]]) -> JudgedWord:
    """Return the word as right if without a word of optional text around its middle it is what the truth holds."""
    x, y = (rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2
    here = [text for text, (left, top, right, bottom) in optional if left <= x <= right and top <= y <= bottom]
    parts = (part for text in here for part in text.split() if part in word.text)
    is_right = any(word.text.replace(part, "", 1) == word.truth for part in parts)
    return replace(word, truth=word.text) if is_right else word


def _judged(
    words: Sequence[ReadWord], rects: NDArray[np.float64], truth: Sequence[tuple[str, Rect]]
) -> tuple[JudgedWord, ...]:
    if not truth:
        return tuple(JudgedWord(normal(w.text), w.confidence, "", float("nan")) for w in words)
    wanted = np.array([rect for _, rect in truth], float)
    margin = _MARGIN * float(np.median(wanted[:, 3] - wanted[:, 1])) * np.array([-1, -1, 1, 1])
    judged = []
    for word, rect in zip(words, rects, strict=True):
        overlap = _overlap(rect + margin, wanted + margin)
        best = int(overlap.argmax())
        found = overlap[best] >= MIN_OVERLAP
        text = truth[best][0] if found else ""
        off = float(np.abs(rect - wanted[best]).mean()) if found else float("nan")
        judged.append(JudgedWord(normal(word.text), word.confidence, text, off))
    return tuple(judged)


def _upright(words: Sequence[ReadWord], from_scan: Matrix) -> NDArray[np.float64]:
    """Return the words' rectangles in the truth's coordinates, N×4."""
    corners = np.array([word.quad for word in words], float).reshape(-1, 2)
    moved = np.column_stack([corners, np.ones(len(corners))]) @ from_scan.T
    points = (moved[:, :2] / moved[:, 2:]).reshape(-1, 4, 2)
    return np.hstack([points.min(axis=1), points.max(axis=1)])


def _overlap(rect: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the intersection over union of ``rect`` with each of ``others``."""
    sides = np.minimum(rect[2:], others[:, 2:]) - np.maximum(rect[:2], others[:, :2])
    both = np.clip(sides, 0, None).prod(axis=1)
    area = (rect[2:] - rect[:2]).prod() + (others[:, 2:] - others[:, :2]).prod(axis=1)
    return np.asarray(both / np.maximum(area - both, 1e-9))
