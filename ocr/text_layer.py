"""The invisible text of a page: where each word goes, and the operators that put it there.

Readers of a PDF take a word's left and right edge from its place and stretch, its top and bottom from the ascent and
descent of its font; and they tell lines apart by their baselines, blocks by the size of their letters. So all words of
a line share one baseline, all words of a block one size, however far their letters reach up and down, and the boxes are
met by fonts that differ in ascent and descent alone.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from dossier.text import nfc
from ocr.glyphless import ADVANCE, GlyphlessFont, Reach
from ocr.markup import printable
from ocr.model import Line, PageReading

_EM = 1000
_POINTS_PER_INCH = 72
_SIZE_OF_HEIGHT = 1.2
"""Size of the letters, of the median height of a block's words. Readers part columns at gaps wider than 0.7 of it and
lines further apart than 1.5: at 1.0 headers in two columns, from 1.3 on tables come out in more places out of order."""
_REACH_STEP = 100
"""Ascents and descents are rounded to this, 2 pixels of 13 points at 300 dpi at most; every further font costs 2 ms."""
_MOST_REACH = 1850
"""Readers distrust fonts that reach 1.9 of their size."""
_LEAST_GAP = 0.16
"""Of the size: words that touch are pulled apart by this much, since readers join what is nearer than 0.1 to 0.15."""
_HANGING = frozenset("gjpqyQ,;()[]{}/|@$_\u0323")
"""What reaches below the baseline, the dot below included."""
_DESCENDER = 0.2
"""How far below, of the size."""


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word of the invisible text, in points from the lower left corner of the page.

    Attributes:
        text: What it says, fit for a PDF. left, baseline: Where it begins. width: How wide it is.
        size: Of its letters. reach: How far they reach up and down.
        gap: Width of the space after it; 0 for the last of a line.
    """

    text: str
    left: float
    baseline: float
    width: float
    size: float
    reach: Reach
    gap: float = 0.0


def place_words(reading: PageReading) -> tuple[PlacedWord, ...]:
    """Return the words of a page in reading order, each on its box; those that print nothing are left out."""
    scale = _POINTS_PER_INCH / reading.dpi
    heights: dict[int, list[int]] = {}
    for line in reading.lines:
        heights.setdefault(line.block, []).extend(word.box.height for word in line.words)
    sizes = {block: max(1.0, _SIZE_OF_HEIGHT * median(of_block)) for block, of_block in heights.items()}
    placed: list[PlacedWord] = []
    for line in reading.lines:
        placed += _place_line(line, sizes[line.block], reading.height, scale, placed[-1] if placed else None)
    return tuple(placed)


def _place_line(
    line: Line, size: float, page_height: int, scale: float, before: PlacedWord | None
) -> Iterator[PlacedWord]:
    """Yield the words of a line, pulled off each other and off the word ``before`` it where that is level with them."""
    words = [(text, word.box) for word in line.words if (text := printable(nfc(word.text)))]
    baseline = _baseline(line, size)
    least_gap = _LEAST_GAP * size
    free_from = float("-inf")
    if before is not None and abs((page_height - baseline) * scale - before.baseline) < before.size:
        free_from = (before.left + before.width) / scale + least_gap
    for i, (text, box) in enumerate(words):
        # A word is moved out of the one before it, but hardly off its own box: that may lie further left.
        left = free_from if box.x < free_from < box.right + least_gap else box.x
        right = max(box.right, left + 1)
        gap = 0.0
        if i + 1 < len(words):
            following = words[i + 1][1].x
            if following > box.x:
                right = max(min(right, following - least_gap), (left + right) / 2)
            free_from = right + least_gap
            gap = max(following - right, least_gap)
        yield PlacedWord(
            text,
            left=left * scale,
            baseline=(page_height - baseline) * scale,
            width=(right - left) * scale,
            size=size * scale,
            reach=Reach(_reach((baseline - box.y) / size), _reach((box.bottom - baseline) / size)),
            gap=gap * scale,
        )


def _baseline(line: Line, size: float) -> float:
    """Return where the letters of a line stand, in pixels from the top: where most words end that do not hang."""
    standing = [
        word.box.bottom
        for word in line.words
        if any(map(str.isalnum, word.text)) and _HANGING.isdisjoint(unicodedata.normalize("NFD", word.text))
    ]
    return median(standing) if standing else median(word.box.bottom for word in line.words) - _DESCENDER * size


def _reach(share: float) -> int:
    # Not 0: readers take that for not told.
    return max(1, min(_MOST_REACH, _REACH_STEP * round(share * _EM / _REACH_STEP)))


def operators(words: tuple[PlacedWord, ...], font: GlyphlessFont) -> Iterator[str]:
    """Yield what draws the words in text rendering mode 3, invisible (ISO 32000-1, table 106)."""
    yield "BT 3 Tr"
    for word in words:
        advance = word.size * ADVANCE / _EM
        yield f"/{word.reach.font_name} {word.size:.3f} Tf 1 0 0 1 {word.left:.3f} {word.baseline:.3f} Tm"
        yield f"{_stretch(word.width, len(word.text) * advance)} Tz {font.encode(word.text)} Tj"
        if word.gap:
            yield f"{_stretch(word.gap, advance)} Tz {font.encode(' ')} Tj"
    yield "ET"


def _stretch(wanted: float, natural: float) -> str:
    """Return the horizontal scaling, in percent, that makes ``natural`` as wide as ``wanted``."""
    return f"{max(1.0, 100 * wanted / natural):.2f}"
