"""Telling the papers of one scan apart: where a new one begins, as a proposal to a person.

A new paper begins

- behind a separator sheet (:mod:`ocr.separators`); the sheet itself belongs to no paper. The code may stand anywhere on
  the page; ``sohoa separators`` makes such sheets;
- on a page that opens with the national title or the motto and under it, before any running text, has a title of the
  catalogue. The heads of decree 30/2020/NĐ-CP (annex I), of civil status forms and of cards all are of this form.

A false proposal costs a person's time and an overlooked one only the wish for it, so in doubt none is made: a page with
a page number above 1 goes on, because first pages bear none (the same annex, part II, point 7); a page headed "Phụ lục"
or "kèm theo" belongs to what it is annexed to, and a title alone, which other papers quote, begins nothing. Nor does an
identity card's QR code, which stands on the back of the cards of 2024.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dossier.paper_types import PaperType
from dossier.text import fold
from ocr.classify import classify
from ocr.labels import find_phrase
from ocr.model import PageReading, Reading
from ocr.qr import Code
from ocr.separators import NOTHING, Separator, named_for, separator_pages, separators
from ocr.titles import places_of, title_zone
from ocr.tokens import Row, rows_of, text_of
from ocr.zones import MOTTO, NATIONAL_TITLE, find_zones

_MOST_ABOVE = 4
"""Rows above the national title: an agency's name, a form's number, an arrival stamp."""
_MOST_BETWEEN = 9
"""Rows from the national title to the title: the agency's second line, number and date, who gives a diploma."""
_WELL_READ = 0.85
"""Score of a title that begins a paper, 0 to 1."""
_ALONE = 0.6
"""Share of its line that a title has, unless the line begins with it."""
_STRONG = 0.7
"""Weight, 0 to 1, of titles that tell a paper by themselves."""
_RUNNING_TEXT = 45
"""Letters of a line of running text."""
_ANNEXED = ("phu luc", "kem theo")
"""Folded words that head an annex."""


@dataclass(frozen=True, slots=True)
class Part:
    """One paper of a scan.

    Attributes:
        pages: Their numbers, rising, at least one; a paper is proposed to begin on the first.
        code: Of its type, as a separator sheet names it, or else ``classify`` finds it on these pages alone.
        confidence: 0 to 1. evidence: The phrases found, as the catalogue has them.
        named: What separator sheets say of it.
    """

    pages: tuple[int, ...]
    code: str
    confidence: float
    evidence: tuple[str, ...]
    named: Separator = NOTHING

    def of(self, reading: Reading) -> Reading:
        """Return this paper's pages of the whole reading; they keep their numbers."""
        return _only(reading, self.pages)

    def among(self, codes: Iterable[Code]) -> tuple[Code, ...]:
        """Return those of the whole scan's codes that stand on this paper's pages."""
        return tuple(code for code in codes if code.page in self.pages)


def find_papers(
    reading: Reading, types: Mapping[str, PaperType], codes: Sequence[Code] = (), empty: Collection[int] = ()
) -> tuple[Part, ...]:
    """Return the papers that a scan seems to hold, in order: one, mostly.

    Args:
        reading: The whole scan.
        types: The catalogue.
        codes: QR codes of its pages.
        empty: Numbers of pages with nothing on them: behind a separator sheet, they are its back.

    Returns:
        The papers; none if every page is a separator sheet.
    """
    sheets = separators(codes)
    left_out = separator_pages(sheets, empty)
    numbers = [page.number for page in reading.pages]
    begins = {sheet + 1 for sheet in left_out}
    begins |= {page.number for page in reading.pages[1:] if page.number not in left_out and _begins(page, types)}
    groups = parted(numbers, begins, left_out)
    return tuple(
        _as_named(one_paper(reading, pages, types, codes), named_for(pages[0], sheets, left_out), types)
        for pages in groups
    )


def one_paper(
    reading: Reading, pages: tuple[int, ...], types: Mapping[str, PaperType], codes: Sequence[Code] = ()
) -> Part:
    """Return these pages of a scan as one paper, whatever they hold."""
    found = classify(_only(reading, pages), types, [code for code in codes if code.page in pages])
    return Part(pages, found.code, found.confidence, found.evidence)


def _as_named(part: Part, named: Separator, types: Mapping[str, PaperType]) -> Part:
    """Return a part with what separator sheets say of it: a person laid them there, so their word counts."""
    if named.component and named.component in types:
        part = replace(part, code=named.component, confidence=1.0, evidence=())
    return replace(part, named=named)


def parted(numbers: Sequence[int], begins: Iterable[int], left_out: Iterable[int] = ()) -> list[tuple[int, ...]]:
    """Return pages in groups, each beginning where one of ``begins`` or the first page is; no group is empty.

    Args:
        numbers: The pages, rising.
        begins: Pages at which a group begins.
        left_out: Pages that belong to no group.
    """
    without = set(left_out)
    cuts = [0, *(i for i, number in enumerate(numbers) if i and number in set(begins)), len(numbers)]
    groups = [tuple(n for n in numbers[a:b] if n not in without) for a, b in pairwise(cuts)]
    return [group for group in groups if group]


def _only(reading: Reading, numbers: Iterable[int]) -> Reading:
    wanted = set(numbers)
    return Reading(tuple(page for page in reading.pages if page.number in wanted))


def _begins(page: PageReading, types: Mapping[str, PaperType]) -> bool:
    """Return whether a page firmly opens a paper of the catalogue."""
    rows = rows_of(Reading((page,)))
    head = title_zone(rows)
    opening = next((i for i, row in enumerate(head[: _MOST_ABOVE + 1]) if _is_opening(row)), None)
    if opening is None or _is_numbered(head[0], page.width) or any(map(_is_running_text, head[:opening])):
        return False
    title = _title_row(head, opening, types)
    if title is None and _opens_a_letter(rows, page.width, types):
        title = opening
    if title is None or any(map(_is_running_text, head[opening + 1 : title])):
        return False
    return not any(word in fold(text_of(row.tokens)) for row in head[:title] for word in _ANNEXED)


def _is_opening(row: Row) -> bool:
    return any(find_phrase(row.tokens, phrase) for phrase in (NATIONAL_TITLE, MOTTO))


def _is_numbered(row: Row, width: int) -> bool:
    """Return whether a page's first row is the number of a page that goes on, alone in the middle."""
    text = text_of(row.tokens).strip("-–. ")
    middle = row.box.x + row.box.width / 2
    return text.isdecimal() and int(text) > 1 and abs(middle - width / 2) < width / 4


def _is_running_text(row: Row) -> bool:
    letters = [c for c in text_of(row.tokens) if c.isalpha()]
    return len(letters) >= _RUNNING_TEXT and sum(c.islower() for c in letters) > len(letters) / 2


def _title_row(head: Sequence[Row], opening: int, types: Mapping[str, PaperType]) -> int | None:
    """Return the first row under the opening on which a title stands firmly."""
    below = head[opening : opening + 1 + _MOST_BETWEEN]
    firm = [
        opening + place.row
        for paper_type in types.values()
        for phrase in paper_type.titles
        if phrase.zone is None and phrase.weight >= _STRONG
        for place in places_of(below, phrase)
        if place.score >= _WELL_READ and (place.opens or place.share >= _ALONE)
    ]
    return min(firm, default=None)


def _opens_a_letter(rows: Sequence[Row], width: int, types: Mapping[str, PaperType]) -> bool:
    """Return whether a zone of the head opens as a type without title has it: "V/v" under a letter's number."""
    openings = [phrase for paper_type in types.values() for phrase in paper_type.titles if phrase.zone]
    zones = find_zones(rows, {rows[0].page: width}) if openings else {}
    return any(
        match.start == 0
        for phrase in openings
        if phrase.zone in zones
        for match in find_phrase(zones[phrase.zone].tokens, phrase.text)
    )
