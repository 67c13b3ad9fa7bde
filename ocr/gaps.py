"""Where the registry writes into a printed header: before the symbol of the number, and between the words of the date.

The print around a gap is known by what was read there, however the engine parted it into words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce

import numpy as np
from numpy.typing import NDArray

from dossier.paper_types import FieldRule, PaperType
from dossier.papers import Box, Field, FieldSource
from ocr.extract import Found
from ocr.glyphs import Glyph, frame_of, matched, pieces, share_before, with_marks
from ocr.handwriting import Hand, Ink, ink_in
from ocr.model import Reading
from ocr.opinion import Master
from ocr.tokens import Token, box_of, rows_of, text_of
from ocr.zones import Zone, find_zones

GAP = "…"
"""Stands in a text where something is written by hand, or missing."""

_NUMBER, _DATES = "number", {"date": "place", "signed_on": "signed_at"}
"""Zones that registries write into; of those of dates with the zone of the place before them."""
NOT_SURE = 0.5
"""How sure a value is at most where print and handwriting cannot be told apart: no type lets so doubtful a one pass."""
_ASTRAY = 0.7
"""Heights of the line by which a symbol's letters begin at most beside where they should by their usual widths."""
_DAY, _MONTH, _YEAR = (re.compile(p) for p in (r"nga[yv]", r"th?[a-z]?ng", r"n[a-z]m"))


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of a zone.

    Attributes:
        inks: What stands in each, from left to right. text: What is printed around them, with marks for gaps that are
            not printed.
    """

    inks: tuple[Ink, ...]
    text: str

    @property
    def hand(self) -> Hand:
        """The worst of all: written if any gap is."""
        order = (Hand.WRITTEN, Hand.DOUBTFUL, Hand.EMPTY)
        return next((hand for hand in order if any(ink.hand is hand for ink in self.inks)), Hand.PRINTED)

    @property
    def box(self) -> Box:
        """Around what is written, or around all gaps if nothing is."""
        written = [ink.box for ink in self.inks if ink.hand is Hand.WRITTEN]
        return reduce(Box.union, written or [ink.box for ink in self.inks])


def without_handwriting(
    found: Sequence[Found], paper_type: PaperType, reading: Reading, master: Master
) -> tuple[Found, ...]:
    """Return the fields; those with handwriting in a gap of their print without a value, and with the gap's box.

    Where print and handwriting cannot be told apart, or a value was read where neither is seen, it stays and is no
    surer than that a person must look.

    Args:
        found: The fields.
        paper_type: Which declares them.
        reading: On which they were found.
        master: Asked for the pages that have a number or date in their header.
    """
    rules = {rule.zone: rule for rule in paper_type.fields if rule.zone in (_NUMBER, *_DATES)}
    zones = find_zones(rows_of(reading), {page.number: page.width for page in reading.pages}) if rules else {}
    dpis = {page.number: page.dpi for page in reading.pages}
    seen: dict[str, Found] = {}
    pages = cache(master)
    for name, rule in rules.items():
        zone = zones.get(name or "")
        if zone is None:
            continue
        page = zone.tokens[0].page
        gaps = _gaps(name or "", zones, pages(page), dpis[page])
        read = next((one for one in found if one.field.key == rule.key and one.field.source is FieldSource.OCR), None)
        seen |= _judged(rule, zone, gaps, read)
    return _merged(found, seen, paper_type)


def _gaps(name: str, zones: Mapping[str, Zone], master: NDArray[np.uint8], dpi: int) -> Gaps | None:
    if name == _NUMBER:
        return number_gap(zones[name].tokens, master, dpi)
    place = zones.get(_DATES[name])
    return date_gaps(place.tokens if place else (), zones[name].tokens, master, dpi)


def _judged(rule: FieldRule, zone: Zone, gaps: Gaps | None, read: Found | None) -> dict[str, Found]:
    """Return the field as it is to be, by its key; nothing where it may stay as it was read."""
    if gaps and gaps.hand is Hand.WRITTEN:
        field = Field(rule.key, None, gaps.text, zone.tokens[0].page, gaps.box, 0.0, FieldSource.HANDWRITING)
        return {rule.key: Found(field, zone.certainty)}
    if read and not (gaps and gaps.hand is Hand.PRINTED):
        field = replace(read.field, confidence=min(read.field.confidence, NOT_SURE))
        return {rule.key: Found(field, min(read.certainty, NOT_SURE))}
    return {}


def _merged(found: Sequence[Found], seen: Mapping[str, Found], paper_type: PaperType) -> tuple[Found, ...]:
    """Return the fields in the type's order, those read replaced by those seen."""
    kept = [one for one in found if one.field.key not in seen or one.field.source is not FieldSource.OCR]
    return tuple(sorted((*kept, *seen.values()), key=lambda one: paper_type.place_of(one.field.key)))


def number_gap(zone: Sequence[Token], master: NDArray[np.uint8], dpi: int) -> Gaps | None:
    """Return what stands between "Số:" and the symbol, ``None`` if these were not read well enough to tell.

    Args:
        zone: "Số: …/…".
        master: Height x width x 3, blue-green-red.
        dpi: Of the master.
    """
    slash = next((i for i, token in enumerate(zone) if "/" in token.text), None)
    head = next((i for i, token in enumerate(zone) if token.letters == "so"), None)
    if slash is None or head is None or slash <= head:
        return None
    while head + 1 < slash and not zone[head + 1].letters:
        head += 1
    symbol = zone[slash].text[zone[slash].text.index("/") :]
    line = _line(zone)
    ink = pieces(master, line, dpi)
    row = with_marks(ink, line)
    before = _on(row, zone[: head + 1])
    behind = [glyph for glyph in row if not before or glyph.centre > before[-1].centre]
    if symbol == zone[slash].text:  # a word of its own: its place is known
        after = matched(symbol, _on(behind, [zone[slash]]))
        end = zone[slash].box.x
    else:
        after = matched(symbol, [g for g in behind if g.centre <= zone[slash].box.right + 1], from_right=True)
        end = after[0][1].box.x if after else 0
        about = share_before(zone[slash].text, symbol) * zone[slash].box.width + zone[slash].box.x
        if abs(end - about) > _ASTRAY * line.height:  # pieces of broken print are taken for letters
            end = round(about)
            after = tuple(pair for pair in after if pair[1].centre > end)
    frame = frame_of((*matched("".join(token.text for token in zone[: head + 1]), before), *after))
    if frame is None:
        return None
    left = zone[head].box.right
    gap = Box(left, line.y, max(1, end - left), line.height)
    start = behind[0].box.x if behind else left
    found = ink_in(gap, [piece for piece in ink if start <= piece.box.x and piece.centre < end], frame, upright=True)
    return Gaps((found,), text_of(zone[head + 1 : slash + 1]) if found.hand is Hand.PRINTED else GAP + symbol)


def date_gaps(place: Sequence[Token], date: Sequence[Token], master: NDArray[np.uint8], dpi: int) -> Gaps | None:
    """Return what stands between "ngày", "tháng" and "năm", ``None`` if these were not read well enough to tell.

    Args:
        place: What stands before the date; may be empty.
        date: From "ngày" on.
        master: Height x width x 3, blue-green-red.
        dpi: Of the master.
    """
    places = [
        next((i for i, token in enumerate(date) if word.fullmatch(token.letters)), None)
        for word in (_DAY, _MONTH, _YEAR)
    ]
    day, month, year = places
    if day is None or month is None or year is None or not day < month < year:
        return None
    line = _line((*place, *date))
    ink = pieces(master, line, dpi)
    row = with_marks(ink, line)
    printed = (*place, date[day], date[month], *date[year:])
    frame = frame_of([pair for token in printed for pair in matched(token.text, _on(row, [token]))])
    if frame is None:
        return None
    inks, words = [], []
    for start, end in ((day, month), (month, year)):
        left, right = date[start].box.right, date[end].box.x
        between = [piece for piece in ink if left <= piece.centre <= right]
        found = ink_in(Box(left, line.y, max(1, right - left), line.height), between, frame)
        inks.append(found)
        words += [date[start].text, text_of(date[start + 1 : end]) if found.hand is Hand.PRINTED else GAP]
    return Gaps(tuple(inks), " ".join(filter(None, [*words, text_of(date[year:])])))


def _line(tokens: Sequence[Token]) -> Box:
    return box_of([token for token in tokens if token.letters])


def _on(row: Sequence[Glyph], tokens: Sequence[Token]) -> list[Glyph]:
    box = box_of(tokens)
    return [glyph for glyph in row if box.x - 1 <= glyph.centre <= box.right + 1]
