"""Titles of papers on the page they stand on: where, how well read, and how alone on their line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dossier.paper_types import PaperType, Phrase
from ocr.labels import find_phrase
from ocr.tokens import Row, letters_of, text_of
from ocr.zones import Zone

_TITLE_ZONE = 0.5
"""Titles stand in this upper part of what is printed on their page."""


_CAPITALS = 0.55
"""Share of a title's letters that are read as capitals at least: a whole word may be taken for a small one, but words
that only begin with capitals have fewer."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place where a title is printed.

    Attributes:
        row: Number of its row in the title zone. score: How well it is read, 0 to 1.
        share: Of its line's letters, 0 to 1: a title that is quoted has a long line around it.
        opens: Whether its line begins with it.
    """

    row: int
    score: float
    share: float
    opens: bool


def title_zone(rows: Sequence[Row]) -> Sequence[Row]:
    """Return those of a page's rows in which titles stand."""
    boxes = [row.box for row in rows]
    if not boxes:
        return ()
    lowest = boxes[0].y + _TITLE_ZONE * (max(box.bottom for box in boxes) - boxes[0].y)
    return rows[: next((i for i, box in enumerate(boxes) if i and box.y > lowest), len(rows))]


def places_of(head: Sequence[Row], phrase: Phrase) -> Iterator[Place]:
    """Give where a title stands in a title zone, the best place of each row; small letters are no capitals."""
    for number, row in enumerate(head):
        for match in find_phrase(row.tokens, phrase.text)[:1]:
            found = row.tokens[match.start : match.end]
            if phrase.text.isupper() and not _mostly_upper(text_of(found)):
                continue
            line = [t for t in row.tokens if t.line in {f.line for f in found}]
            share = min(1.0, len(letters_of(phrase.text)) / max(1, sum(len(t.letters) for t in line)))
            yield Place(number, match.score, share, opens=line[0] is found[0])


def title_of(head: Sequence[Row], zones: Mapping[str, Zone], paper_type: PaperType) -> tuple[float, str]:
    """Return how well a page shows a title of a type, 0 to 1, and that title; nothing: 0 and no text.

    Args:
        head: The page's title zone.
        zones: The zones found on it, for titles that open one.
        paper_type: The type.
    """
    scored = [
        (_opening_score(zones.get(phrase.zone), phrase) if phrase.zone else _title_score(head, phrase), phrase.text)
        for phrase in paper_type.titles
    ]
    return max(scored, default=(0.0, ""))


def _opening_score(zone: Zone | None, phrase: Phrase) -> float:
    """Return how well a zone opens with a phrase."""
    matches = find_phrase(zone.tokens, phrase.text) if zone else []
    return max((phrase.weight * m.score for m in matches if m.start == 0), default=0.0)


def _title_score(head: Sequence[Row], phrase: Phrase) -> float:
    """Return how well a title is found in the title zone: whole lines count more than parts of them."""
    places = places_of(head, phrase)
    return max((phrase.weight * place.score * (0.6 + 0.4 * place.share) for place in places), default=0.0)


def _mostly_upper(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) >= _CAPITALS * len(letters)
