"""Letters and figures of one printed line as pieces of ink, matched to what was read there.

A printed line stands on a foot line, and its capitals and figures reach one head line. By these two, by the width of
its strokes and by the colour of its ink, what was written into it by hand is known.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.components import components
from ocr.reading_image import reading_image

_DARK = 150
"""Below this level a pixel of a reading image is ink."""
_AROUND, _ASIDE = 1.5, 3.0
"""Line heights above and below a line, and beside it, that are cleaned with it."""
_BESIDE = 0.3
"""Line heights above and below a line within which the middles of its glyphs are."""
_SPECK = 0.12
"""Pieces of ink smaller than this share of the line's height, both ways, are none of its letters."""
_RULE = 6
"""Wider than so many of its heights a piece of ink is a ruling or a dash of no letter."""
_OVERLAP, _NEAR = 0.5, 0.3
"""Pieces of ink that share so much of the narrower one's width, and stand so many line heights over each other at most,
are one letter and its marks."""
_STEEPEST = 0.01
"""Rows that lines of a deskewed page fall per column at most."""
_FAR = 2
"""Capital heights between two letters from which a slope can be told."""

_WIDTHS = {"/": 0.45, "-": 0.45, "–": 0.6, ":": 0.2, ".": 0.2, ",": 0.25, "1": 0.45, "I": 0.45, "i": 0.35, "l": 0.35}
_CAPITAL, _FIGURE, _SMALL = 1.0, 0.65, 0.65
"""Widths of ink in heights of a capital: of some signs; of other capitals, figures, small letters."""
_APART = 0.12
"""Between two characters of a word, in capital heights."""
_SKIPPED, _TOUCHING = 0.5, 0.25
"""What passing over a piece of ink costs, and taking one for two letters, in capital heights of a wrong width."""
_MOST_TOUCHING = 5

_DESCENDING = frozenset("gjpqyQJ,;()/|@{}[]_-–:.")
_DOT_BELOW = "\u0323"


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter, figure or sign: its bounds in master pixels, how wide its strokes are, and its ink's colour.

    Attributes:
        stroke: Pixels. blueness: Blue above red of its ink, in grey levels, against the paper's; 0 without colour.
        lean: Columns that it leans to the right per row upwards: about 0 for upright print, 0.25 for italics.
    """

    box: Box
    stroke: float
    blueness: float
    lean: float = 0.0

    @property
    def centre(self) -> float:
        """Middle of its width."""
        return self.box.x + self.box.width / 2


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the print of a line stands.

    Attributes:
        foot: Row of the foot line at column 0. slope: Rows it falls per column.
        capital: Height of capitals and figures. stroke, blueness: Of the print, as of a glyph.
    """

    foot: float
    slope: float
    capital: float
    stroke: float
    blueness: float

    def foot_at(self, x: float) -> float:
        """Return the row on which letters stand at a column."""
        return self.foot + self.slope * x


Read = tuple[str, Glyph]
"""What was read in a piece of ink: one character, seldom some that touch."""


def glyphs(master: NDArray[np.uint8], line: Box, dpi: int) -> tuple[Glyph, ...]:
    """Return what stands on a line, from left to right; marks belong to their letters.

    Args:
        master: Height x width x 3, blue-green-red.
        line: Around the line's print.
        dpi: Of the master.
    """
    return with_marks(pieces(master, line, dpi), line)


def pieces(master: NDArray[np.uint8], line: Box, dpi: int) -> tuple[Glyph, ...]:
    """Return the pieces of ink on a line, from left to right.

    Args:
        master: Height x width x 3, blue-green-red.
        line: Around the line's print.
        dpi: Of the master.
    """
    around = round(_AROUND * line.height)
    top, bottom = max(0, line.y - around), min(master.shape[0], line.bottom + around)
    left, right = max(0, line.x - line.height), min(master.shape[1], line.right + line.height)
    margin = round(_ASIDE * line.height)
    first, last = max(0, left - margin), min(master.shape[1], right + margin)
    strip = master[top:bottom, first:last]
    grey, colour = (
        image[:, left - first : right - first] for image in (reading_image(strip, dpi), strip.astype(np.int16))
    )
    blueness = colour[..., 0] - colour[..., 2]
    blueness -= int(np.median(blueness))
    labels, stats = components((grey < _DARK).view(np.uint8))
    found: list[Glyph] = []
    for number, (x, y, width, height, area) in enumerate(stats[1:].tolist(), 1):
        is_small = max(width, height) < _SPECK * line.height
        middle = top + y + height / 2
        beside = line.y - _BESIDE * line.height <= middle <= line.bottom + _BESIDE * line.height
        if is_small or not beside or width > _RULE * height or height > 2 * line.height:
            continue
        place = slice(y, y + height), slice(x, x + width)
        own = labels[place] == number
        found.append(
            Glyph(
                Box(left + x, top + y, width, height),
                _stroke(own, area),
                float(blueness[place][own].mean()),
                _lean(own),
            )
        )
    return tuple(sorted(found, key=lambda glyph: glyph.box.x))


def _stroke(own: NDArray[np.bool_], area: int) -> float:
    """Return the width of a piece's strokes: its area by half the length of its outline."""
    outlines, _ = cv2.findContours(own.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(outline, closed=True) for outline in outlines)
    return 2 * area / length if length else 1.0


def _lean(own: NDArray[np.bool_]) -> float:
    """Return how far a piece leans: by how much its rows have to be shifted for its ink to be upright on the whole."""
    moments = cv2.moments(own.view(np.uint8), binaryImage=True)
    return -moments["mu11"] / moments["mu02"] if moments["mu02"] else 0.0


def with_marks(pieces: Sequence[Glyph], line: Box) -> tuple[Glyph, ...]:
    """Return the pieces of ink on a line with marks joined to their letters."""
    joined, near = list[Glyph](), _NEAR * line.height
    for piece in pieces:
        last = joined[-1] if joined else None
        shared = min(last.box.right, piece.box.right) - piece.box.x if last else 0
        apart = max(last.box.y, piece.box.y) - min(last.box.bottom, piece.box.bottom) if last else 0
        if last and shared >= _OVERLAP * min(last.box.width, piece.box.width) and apart <= near:
            larger = max(last, piece, key=lambda glyph: glyph.box.width * glyph.box.height)
            joined[-1] = replace(larger, box=last.box.union(piece.box))
        else:
            joined.append(piece)
    return tuple(joined)


def matched(text: str, pieces: Sequence[Glyph], *, from_right: bool = False) -> tuple[Read, ...]:
    """Return which characters of ``text`` stand in which of the first pieces, or of the last; nothing if none fit.

    Characters are known by their widths; some may touch, and pieces between them may be specks.

    Args:
        text: What was read; every character of it stands in some piece.
        pieces: From left to right.
        from_right: Whether the text ends with the pieces, not begins.
    """
    characters = [c for c in text if not c.isspace()]
    ordered = list(reversed(pieces)) if from_right else list(pieces)
    if from_right:
        characters.reverse()
    heights = sorted(piece.box.height for piece in ordered[: len(characters)])
    if not characters or not heights:
        return ()
    capital = heights[2 * len(heights) // 3]
    # The cheapest way to have read so many characters by so many pieces, and how it was come to.
    ways: dict[tuple[int, int], tuple[float, tuple[tuple[int, int, int], ...]]] = {(0, 0): (0.0, ())}
    best: tuple[float, tuple[tuple[int, int, int], ...]] | None = None
    for used in range(len(ordered) + 1):
        for read in range(len(characters) + 1):
            way = ways.get((used, read))
            if way is None:
                continue
            if read == len(characters):
                best = way if best is None or way[0] < best[0] else best
                continue
            if used == len(ordered):
                continue
            _offer(ways, (used + 1, read), (way[0] + _SKIPPED, way[1]))
            for many in range(1, min(_MOST_TOUCHING, len(characters) - read) + 1):
                expected = sum(map(_width, characters[read : read + many]))
                cost = abs(ordered[used].box.width / capital - expected) + _TOUCHING * (many - 1)
                _offer(ways, (used + 1, read + many), (way[0] + cost, (*way[1], (used, read, many))))
    found = best[1] if best else ()
    pairs = [("".join(characters[read : read + many]), ordered[used]) for used, read, many in found]
    return tuple((text[::-1], piece) for text, piece in reversed(pairs)) if from_right else tuple(pairs)


_Ways = dict[tuple[int, int], tuple[float, tuple[tuple[int, int, int], ...]]]


def _offer(ways: _Ways, place: tuple[int, int], way: tuple[float, tuple[tuple[int, int, int], ...]]) -> None:
    if place not in ways or way[0] < ways[place][0]:
        ways[place] = way


def _width(character: str) -> float:
    if character in _WIDTHS:
        return _WIDTHS[character]
    return _CAPITAL if character.isupper() else _FIGURE if character.isdigit() else _SMALL


def share_before(text: str, end: str) -> float:
    """Return what share of a printed text's width stands before its ``end``, by the usual widths of characters."""
    whole, last = (sum(_width(c) + _APART for c in part) for part in (text, end))
    return 1 - last / whole


def frame_of(printed: Sequence[Read]) -> Frame | None:
    """Return where print stands, from some of it, best on both sides of a gap; ``None`` if there is too little."""
    standing = [glyph for text, glyph in printed if all(map(stands, text))]
    capitals = [glyph for text, glyph in printed if all(map(_is_capital, text))]
    if not standing or not capitals:
        return None
    usual = float(np.median([glyph.box.height for glyph in capitals]))
    x = np.array([glyph.centre for glyph in standing])
    y = np.array([glyph.box.bottom for glyph in standing], float)
    across, down = np.subtract.outer(x, x), np.subtract.outer(y, y)
    far = across > _FAR * usual
    slope = float(np.clip(np.median(down[far] / across[far]), -_STEEPEST, _STEEPEST)) if far.any() else 0.0
    foot = float(np.median(y - slope * x))
    capital = float(np.median([foot + slope * glyph.centre - glyph.box.y for glyph in capitals]))
    if capital <= 0:
        return None
    letters = [glyph for text, glyph in printed if text.isalnum()]
    stroke, blueness = (
        float(np.median(values)) for values in zip(*((g.stroke, g.blueness) for g in letters), strict=True)
    )
    return Frame(foot, slope, capital, stroke, blueness)


def stands(character: str) -> bool:
    """Tell whether a printed character ends on the foot line."""
    return (
        character.isalnum()
        and character not in _DESCENDING
        and _DOT_BELOW not in unicodedata.normalize("NFD", character)
    )


def _is_capital(character: str) -> bool:
    """Tell whether a character reaches the head line and no further: figures, and capitals without marks."""
    return character.isdigit() or (
        character.isupper() and character not in "ƠƯ" and unicodedata.normalize("NFD", character) == character
    )
