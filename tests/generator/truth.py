"""Ground truth: what stands on a page and where, in upright page coordinates, with the way from there to the scan.

Words keep the rectangles they were drawn in; a scanner that turns the page changes only the page's matrix. So truth is
never rounded or moved twice, and every box of the scan is computed from one place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""H×W×3 RGB or H×W grey, 8 bits."""

Matrix = npt.NDArray[np.float64]
"""3×3, upright page pixels to scan pixels, homogeneous column vectors: projective for a photographed page."""

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in upright page pixels."""

Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Top left, top right, bottom right, bottom left *of the upright text*, in scan pixels."""


def union(rects: Sequence[Rect]) -> Rect:
    """Return the smallest rectangle around all of ``rects`` (at least one)."""
    left, top, right, bottom = zip(*rects, strict=True)
    return min(left), min(top), max(right), max(bottom)


def moved(matrix: Matrix, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return where ``matrix`` takes ``points``."""
    x, y, w = matrix @ np.array([*zip(*points, strict=True), [1.0] * len(points)])
    return [(float(a), float(b)) for a, b in zip(x / w, y / w, strict=True)]


@dataclass(frozen=True, slots=True)
class Word:
    """One word.

    Attributes:
        text: NFC, no spaces. rect: Around its ink. kind: ``print`` (part of the form) or ``filled`` (put into it).
    """

    text: str
    rect: Rect
    kind: str = "print"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the eye takes it: words on a common baseline in one block.

    Attributes:
        words: In reading order, at least one. block: Number of the paragraph, column or cell, rising in reading order.
        place: ``body``, ``cell`` (of a table) or ``page_number``.
    """

    words: tuple[Word, ...]
    block: int
    place: str = "body"

    @property
    def text(self) -> str:
        """The words joined by single spaces."""
        return " ".join(w.text for w in self.words)

    @property
    def rect(self) -> Rect:
        """Around the words."""
        return union([w.rect for w in self.words])

    @property
    def kind(self) -> str:
        """``cell`` or ``page_number`` by place, else ``print``, ``filled``, or ``form`` for both on a line."""
        kinds = {w.kind for w in self.words}
        return self.place if self.place != "body" else kinds.pop() if len(kinds) == 1 else "form"


@dataclass(frozen=True, slots=True)
class Mark:
    """Ink that is no text of the paper.

    Attributes:
        kind: ``seal``, ``signature``, ``stamp``, ``handwriting``, ``checkbox``, ``emblem``, ``stain``, ``qr`` or
            ``portrait``.
        texts: What can be read in it all the same, of seals, stamps, handwriting and boxes to tick; who reads it reads
            nothing wrong.
    """

    kind: str
    rect: Rect
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page image with its truth.

    Attributes:
        image: As scanned. dpi: Pixels per inch, both ways. number: From 1.
        lines: In reading order. marks: In drawing order.
        matrix: From the upright coordinates of ``lines`` and ``marks`` to pixels of ``image``.
        skew_deg: Small turn of the content, degrees, clockwise positive.
        rotation: Quarter turns clockwise: 0, 90, 180, 270.
    """

    image: Image
    dpi: int
    number: int
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...] = ()
    matrix: Matrix = field(default_factory=lambda: np.eye(3))
    skew_deg: float = 0.0
    rotation: int = 0

    @property
    def text(self) -> str:
        """The lines in reading order, one to a line."""
        return "\n".join(line.text for line in self.lines)

    def quad(self, rect: Rect) -> Quad:
        """Return where the corners of ``rect`` are in the scan."""
        left, top, right, bottom = rect
        a, b, c, d = moved(self.matrix, [(left, top), (right, top), (right, bottom), (left, bottom)])
        return a, b, c, d

    def box(self, rect: Rect) -> tuple[int, int, int, int]:
        """Return x, y, width, height in scan pixels of the upright box around ``rect``, cut at the scan's edges."""
        xs, ys = zip(*self.quad(rect), strict=True)
        height, width = self.image.shape[:2]
        left, top = max(0, int(np.floor(min(xs)))), max(0, int(np.floor(min(ys))))
        right, bottom = min(width, int(np.ceil(max(xs)))), min(height, int(np.ceil(max(ys))))
        return left, top, max(0, right - left), max(0, bottom - top)

    def as_json(self) -> dict[str, Any]:
        """Return the page's entry in the ground-truth file: see the package docstring for its shape."""
        height, width = self.image.shape[:2]
        return {
            "number": self.number,
            "dpi": self.dpi,
            "width": width,
            "height": height,
            "skew_deg": round(self.skew_deg, 4),
            "rotation": self.rotation,
            "text": self.text,
            "lines": [self._line_json(line) for line in self.lines],
            "marks": [self._mark_json(mark) for mark in self.marks],
        }

    def _mark_json(self, mark: Mark) -> dict[str, Any]:
        return {"kind": mark.kind, "box": list(self.box(mark.rect)), "texts": list(mark.texts)}

    def _line_json(self, line: Line) -> dict[str, Any]:
        return {
            "text": line.text,
            "box": list(self.box(line.rect)),
            "quad": [[round(x, 2), round(y, 2)] for x, y in self.quad(line.rect)],
            "kind": line.kind,
            "block": line.block,
            "words": [{"text": w.text, "box": list(self.box(w.rect)), "kind": w.kind} for w in line.words],
        }


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a paper is digitized for: number and name as on the paper."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper with its truth.

    Attributes:
        paper_type: Code in the catalogue. owner: Whose it is. fields: Canonical values by key (dates ISO 8601).
        pages: In order.
    """

    paper_type: str
    owner: Owner
    fields: Mapping[str, str]
    pages: tuple[Page, ...]

    def as_json(self, file: str) -> dict[str, Any]:
        """Return the ground-truth file's content for the paper written as ``file``."""
        return {
            "file": file,
            "paper_type": self.paper_type,
            "owner": {"number": self.owner.number, "name": self.owner.name},
            "fields": dict(self.fields),
            "pages": [page.as_json() for page in self.pages],
        }
