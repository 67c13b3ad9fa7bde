"""Forms filled in by pen: told from print by how unevenly their letters stand, page by page.

A hand fills in a form alone, so all values of a page speak together: few letters of one value prove nothing, a hundred
do. Of print, whatever its font, nine letters of ten stand within a twentieth of their height on one straight line.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce

import numpy as np

from dossier.paper_types import PaperType, declared_key
from dossier.papers import Box, Field, FieldSource
from ocr.extract import Found
from ocr.gaps import GAP, NOT_SURE
from ocr.glyphs import Glyph, glyphs, matched, stands
from ocr.model import PageReading, Reading, Word
from ocr.opinion import Master

_ON_LINE = 0.05
"""Share of a letter's height, and a pixel at least, by which feet of one line of print differ at most."""
_EVEN, _UNEVEN = 0.82, 0.72
"""Shares of a page's letters that stand on their lines: from the first on they are print, below the second a hand wrote
them, between them nobody can be sure. On forms that these were chosen on it was 0.87 to 0.99 where they were printed or
typed, seldom less where a copier had broken the print, and 0.49 to 0.78 where they were written."""
_EVEN_ALONE, _UNEVEN_ALONE = 0.9, 0.5
"""The same of one value: from where it may be print on a page that is written; to where a hand's, on any other."""
_ENOUGH, _ENOUGH_ALONE, _PLENTY = 30, 6, 40
"""Letters from which a page, and a value, can be judged; and from which a page that looks printed is."""
_SLOPES = np.linspace(-0.01, 0.01, 9)
"""Rows that a line falls per column, on a deskewed page."""


@dataclass(frozen=True, slots=True)
class _Feet:
    """Letters of a value, and how many of them stand on their lines."""

    on_line: int
    letters: int

    @property
    def share(self) -> float:
        return self.on_line / self.letters if self.letters else 1.0


def without_filled_in(
    found: Sequence[Found], paper_type: PaperType, reading: Reading, master: Master
) -> tuple[Found, ...]:
    """Return the fields; values that a hand wrote behind labels or into tables without value, doubtful ones less sure.

    Args:
        found: The fields.
        paper_type: Which declares them.
        reading: On which they were found.
        master: Asked for the pages that have such values.
    """
    labelled = {key for key, rule in paper_type.declared.items() if rule.labels and not rule.zone}
    pages, pictures = {page.number: page for page in reading.pages}, cache(master)
    feet: dict[int, _Feet] = {}
    written: set[int] = set()
    doubted: set[int] = set()
    for page in pages.values():
        own = [i for i, one in enumerate(found) if one.field.page == page.number and _is_read(one.field, labelled)]
        # The longest values tell most; where these are print, so is the rest.
        for i in sorted(own, key=lambda i: -len(found[i].field.raw)):
            feet[i] = _feet(page, found[i].field.box, pictures)
            whole = _together([feet[k] for k in own if k in feet])
            if whole.letters >= _PLENTY and whole.share >= _EVEN_ALONE:
                break
        whole = _together([feet[k] for k in own if k in feet])
        if whole.letters >= _ENOUGH and whole.share < _EVEN:
            (written if whole.share < _UNEVEN else doubted).add(page.number)
    return tuple(_judged(one, feet[i], written, doubted) if i in feet else one for i, one in enumerate(found))


def _is_read(field: Field, labelled: Collection[str]) -> bool:
    return declared_key(field.key) in labelled and field.source is FieldSource.OCR and field.box is not None


def _feet(page: PageReading, box: Box | None, picture: Master) -> _Feet:
    lines = _lines_in(page, box) if box else []
    on_lines = [_on_line(line, glyphs(picture(page.number), _box(line), page.dpi)) for line in lines]
    return _Feet(sum(a for a, _ in on_lines), sum(b for _, b in on_lines))


def _together(values: Sequence[_Feet]) -> _Feet:
    return _Feet(sum(value.on_line for value in values), sum(value.letters for value in values))


def _judged(one: Found, feet: _Feet, written: Collection[int], doubted: Collection[int]) -> Found:
    field, judged = one.field, feet.letters >= _ENOUGH_ALONE
    if field.page in written and not (judged and feet.share >= _EVEN_ALONE):
        seen = Field(field.key, None, GAP, field.page, field.box, 0.0, FieldSource.HANDWRITING)
        return replace(one, field=seen)
    if field.page in written or field.page in doubted or (judged and feet.share <= _UNEVEN_ALONE):
        return Found(replace(field, confidence=min(field.confidence, NOT_SURE)), min(one.certainty, NOT_SURE))
    return one


def _lines_in(page: PageReading, box: Box) -> list[list[Word]]:
    """Return the words of a page whose middles lie in a box, line by line."""
    lines = ([word for word in line.words if _lies_in(word.box, box)] for line in page.lines)
    return [line for line in lines if line]


def _lies_in(word: Box, box: Box) -> bool:
    x, y = word.x + word.width / 2, word.y + word.height / 2
    return box.x <= x <= box.right and box.y <= y <= box.bottom


def _box(line: Sequence[Word]) -> Box:
    return reduce(Box.union, (word.box for word in line))


def _on_line(line: Sequence[Word], row: Sequence[Glyph]) -> tuple[int, int]:
    """Return how many letters stand on the line that most of them stand on, and how many should."""
    letters: list[Glyph] = []
    for word in line:
        own = [glyph for glyph in row if word.box.x - 1 <= glyph.centre <= word.box.right + 1]
        letters += [glyph for text, glyph in matched(word.text, own) if all(map(stands, text))]
    if not letters:
        return 0, 0
    x = np.array([glyph.centre for glyph in letters])
    y = np.array([glyph.box.bottom for glyph in letters], float)
    off = max(1.0, _ON_LINE * float(np.median([glyph.box.height for glyph in letters])))
    most = max(
        int((np.abs(np.subtract.outer(feet, feet)) <= off).sum(axis=0).max()) for feet in (y - s * x for s in _SLOPES)
    )
    return most, len(letters)
