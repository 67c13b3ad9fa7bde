"""Reading order: taking apart what stands side by side.

An engine reads across the two-column parts of a paper as if they were one: the agency runs into the national motto, the
list of recipients into the signature, an arrival stamp into the heading beside it. Where these stand is fixed by decree
30/2020, annex I; each is found by the words it must contain, or by its frame.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from statistics import median

from rapidfuzz import fuzz

from dossier.papers import Box
from dossier.text import fold
from ocr.model import Line, Word

_MOTTO = "cong hoa xa hoi chu nghia viet nam"
_MOTTO_SECOND = "doc lap tu do hanh phuc"
_LIKENESS = 80
_DATE = re.compile(r"ngay.*thang.*nam")
_RECIPIENTS = "noi nhan"
# The line above the signatures of a form, below which share of the text and right of which share of the page it stands.
_SIGNING_DATE, _FOOT, _RIGHT = re.compile(r"\bngay \S+ thang \S+ nam\b"), 0.5, 0.4
# The title of an identity card, and the label beside the lower end of its portrait.
_CARD, _BESIDE_PORTRAIT = "can cuoc", "noi thuong tru"
# In heights of the motto: how far below it the line of place and date can stand.
_HEADER_DEPTH = 8
# A motto this near the middle of the page, share of its width, has nothing beside it.
_CENTRED = 0.06
# Where the gutter of the closing part can be, share of the page's width, and how wide it must be, in line heights.
_GUTTER_FROM, _GUTTER_TO, _GUTTER_WIDTH = 0.25, 0.75, 1.0


@dataclass(frozen=True, slots=True)
class _Zone:
    """A part of the page, from ``top`` to ``bottom``, in two columns parted at ``gutter``; pixels.

    The left column is read first, unless it is ``left_last``.
    """

    top: float
    bottom: float
    gutter: float
    left_last: bool = False

    def holds(self, line: Line) -> bool:
        """Tell whether the line stands in the zone and no word of it across the gutter."""
        crossed = any(w.box.x + w.box.width * 0.2 < self.gutter < w.box.right - w.box.width * 0.2 for w in line.words)
        return self.top <= _middle(line) <= self.bottom and not crossed


def in_reading_order(lines: Sequence[Line], width: int, frames: Iterable[Box] = ()) -> tuple[Line, ...]:
    """Order lines as a person reads them.

    Args:
        lines: In the engine's order.
        width: Of the page, pixels.
        frames: Framed stamps. What stands in one becomes a block of its own after the page's text.

    Returns:
        The lines, parted where a gutter or a frame crosses them; blocks numbered from 0, rising.
    """
    text = tuple(lines)
    stamps: list[Line] = []
    # Blocks of ours are numbered below zero, apart from the engine's, until all are numbered anew.
    unused = count(-1, -1)
    for frame in frames:
        inside, text = _part(text, partial(_contains, frame))
        stamps += _one_block(inside, next(unused))
    for zone in (_header(text, width), _closing(text, width), _portrait(text)):
        if zone is not None and not _is_in_columns(text, zone):
            text = _in_columns(text, zone, next(unused), next(unused))
    return _numbered((*text, *stamps))


def _contains(frame: Box, word: Word) -> bool:
    x, y = word.box.x + word.box.width / 2, word.box.y + word.box.height / 2
    return frame.x <= x < frame.right and frame.y <= y < frame.bottom


def _part(lines: Iterable[Line], belongs: Callable[[Word], bool]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Part every line into the words that belong and those that do not."""
    yes: list[Line] = []
    no: list[Line] = []
    for line in lines:
        inside = tuple(word for word in line.words if belongs(word))
        outside = tuple(word for word in line.words if not belongs(word))
        if inside:
            yes.append(replace(line, words=inside))
        if outside:
            no.append(replace(line, words=outside))
    return tuple(yes), tuple(no)


def _header(lines: Sequence[Line], width: int) -> _Zone | None:
    """Find agency and number on the left, motto, place and date on the right (zones 1 to 4 of the decree)."""
    for line in lines:
        start = _motto_start(line)
        if start is None:
            continue
        motto = replace(line, words=line.words[start:])
        box, height = motto.box, median(word.box.height for word in motto.words)
        if abs(box.x + box.width / 2 - width / 2) < _CENTRED * width:
            return None
        before = line.words[start - 1].box.right if start else box.x - height
        gutter = (before + box.x) / 2
        return _Zone(_middle(motto) - height, _header_bottom(lines, motto, gutter, height), gutter)
    return None


def _header_bottom(lines: Iterable[Line], motto: Line, gutter: float, height: float) -> float:
    """Return where the line of place and date ends, or the motto's last line if there is none."""
    bottom = motto.box.bottom
    for line in _downwards(lines):
        words = tuple(word for word in line.words if word.box.x > gutter)
        if not words or not 0 <= _middle(line) - _middle(motto) < _HEADER_DEPTH * height:
            continue
        said = fold(" ".join(word.text for word in words))
        has_date = _DATE.search(said) is not None
        if has_date or fuzz.ratio(said, _MOTTO_SECOND) >= _LIKENESS:
            bottom = max(word.box.bottom for word in words)
        if has_date:
            break
    return bottom


def _motto_start(line: Line) -> int | None:
    """Return which word of the line begins the national motto, if it stands there."""
    said = [fold(word.text) for word in line.words]
    likeness = {start: fuzz.ratio(" ".join(said[start:]), _MOTTO) for start in range(len(said))}
    best = max(likeness, key=lambda start: likeness[start])
    return best if likeness[best] >= _LIKENESS else None


def _closing(lines: Sequence[Line], width: int) -> _Zone | None:
    """Find the recipients on the left, the signature on the right (zones 9b and 7 of the decree).

    Forms have two signatures instead, the right one under place and date.
    """
    first = next((line for line in lines if fold(line.text).startswith(_RECIPIENTS)), None)
    first = first or next((line for line in lines if _is_signing_date(line, lines, width)), None)
    if first is None:
        return None
    height = median(word.box.height for word in first.words)
    zone = _Zone(_middle(first) - height, float("inf"), -1)
    spans = sorted((w.box.x, w.box.right) for line in lines if zone.holds(line) for w in line.words)
    reach = spans[0][1]
    gaps: list[tuple[int, float]] = []
    for left, right in spans:
        middle = (reach + left) / 2
        if left - reach >= _GUTTER_WIDTH * height and _GUTTER_FROM * width <= middle <= _GUTTER_TO * width:
            gaps.append((left - reach, middle))
        reach = max(reach, right)
    return replace(zone, gutter=max(gaps)[1]) if gaps else None


def _is_signing_date(line: Line, lines: Iterable[Line], width: int) -> bool:
    if _SIGNING_DATE.search(fold(line.text)) is None:
        return False
    start = min(word.box.x for word in line.words if word.text.isalnum())
    foot = max(other.box.bottom for other in lines)
    return start > _RIGHT * width and line.box.y > _FOOT * foot and line.box.bottom < foot


def _portrait(lines: Sequence[Line]) -> _Zone | None:
    """Find what stands under the portrait of an identity card, left of the column of its fields."""
    if any(fold(line.text).startswith(_CARD) and line.text.isupper() for line in lines):
        for line in lines:
            if fold(line.text).startswith(_BESIDE_PORTRAIT):
                height = line.box.height
                return _Zone(_middle(line) - height / 2, float("inf"), line.box.x - height / 2, left_last=True)
    return None


def _is_in_columns(lines: Sequence[Line], zone: _Zone) -> bool:
    """Tell whether the lines of a zone stand in its columns already, as where their places alone told them apart."""
    sides = [
        word.box.x + word.box.width / 2 >= zone.gutter for line in lines if zone.holds(line) for word in line.words
    ]
    return not zone.left_last and sides == sorted(sides)


def _in_columns(lines: Sequence[Line], zone: _Zone, left_block: int, right_block: int) -> tuple[Line, ...]:
    """Put the lines of a zone, left column before right, where the first of them was; the last column at the end."""
    inside = [line for line in lines if zone.holds(line)]
    if not inside:
        return tuple(lines)
    left, right = _part(inside, lambda word: word.box.x + word.box.width / 2 < zone.gutter)
    if zone.left_last:
        outside = (line for line in lines if not zone.holds(line))
        return (*outside, *_one_block(_downwards(right), right_block), *_one_block(_downwards(left), left_block))
    first = lines.index(inside[0])
    after = (line for line in lines[first:] if not zone.holds(line))
    return (
        *lines[:first],
        *_one_block(_downwards(left), left_block),
        *_one_block(_downwards(right), right_block),
        *after,
    )


def _downwards(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=_middle)


def _middle(line: Line) -> float:
    """Return how far down the line stands; the middle word tells, as boxes near seals and frames are often too tall."""
    return median(word.box.y + word.box.height / 2 for word in line.words)


def _one_block(lines: Iterable[Line], block: int) -> list[Line]:
    return [replace(line, block=block) for line in lines]


def _numbered(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Number the blocks: a new one begins wherever the number changes."""
    number = 0
    numbered: list[Line] = []
    for i, line in enumerate(lines):
        number += i > 0 and line.block != lines[i - 1].block
        numbered.append(replace(line, block=number))
    return tuple(numbered)
