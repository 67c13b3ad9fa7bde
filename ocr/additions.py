"""What stands on a paper but is not of it: arrival stamps, and what a digital signature prints of itself.

An arrival stamp (dấu ĐẾN, decree 30/2020/NĐ-CP, annex IV) has a number and a date, which are the receiver's. What a
signature prints (decree 30/2020/NĐ-CP, annex I: agency and time, ``12.05.2025 10:11:12 +07:00``) has a date and names,
which need not be the issuer's: a portal signs what it publishes. So neither is a zone of the document; the signature's
print is a second source, of which only agreement counts.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace

from dossier import times
from dossier.papers import Box
from dossier.text import fold
from ocr.model import Line, PageReading, Reading

_LABEL = re.compile(r"uoi ky\b|\bky boi\b|\bco quan ?:|^co quan\b|\bemai[li]\b|gi?an k[yi]\b|\bngay ky\b|\bto chuc ?:")
"""Folded labels in a signature's print, as they are read where they are cut off or small."""
_AGENCY = re.compile(r"\bco quan ?:?\s*")
_CLOCK = re.compile(r"(\d{1,2})[.,/-](\d{1,2})[.,/-](\d{4}) (\d{1,2}):(\d{2}):(\d{2})(?: ?([+-]\d{2}):?(\d{2}))?")
_APART = 2.5
"""Heights of the higher line between two lines of one signature's print, at most."""

_ARRIVED = re.compile(r"\W*(?:CÔNG VĂN )?Đ(?:Ế|Ê|É|E|IẾ)N\b(?!\s*[A-ZĐ]{2}).{0,40}")
_ARRIVAL_LABEL = re.compile(r"\b(?:so|gio|ngay|chuyen) ?:")
_SYMBOL = re.compile(r"/\s?[A-ZĐ]")
_STAMP_DOWN, _STAMP_ACROSS = 1.5, 8
"""Heights of the word ĐẾN, from it to the lines of its stamp, at most."""


@dataclass(frozen=True, slots=True)
class SignaturePrint:
    """What a digital signature printed on the first page.

    Attributes:
        agency: As read; empty if it is not said. signed_at: UTC.
    """

    agency: str
    signed_at: dt.datetime

    @property
    def date(self) -> dt.date:
        """The day in Vietnam."""
        return times.local(self.signed_at).date()


def signature_print(reading: Reading) -> SignaturePrint | None:
    """Return what the first digital signature printed, ``None`` if no page has a signature's print."""
    for page in reading.pages:
        for lines in _signatures(page):
            moment = next((at for line in lines if (at := _moment(line.text))), None)
            agencies = (line.text[match.end() :] for line in lines if (match := _AGENCY.search(_folded(line.text))))
            if moment:
                return SignaturePrint(next(agencies, "").strip(), moment)
    return None


def without_additions(reading: Reading) -> Reading:
    """Return the reading without lines of arrival stamps and of signatures' prints."""
    return Reading(tuple(_bare(page) for page in reading.pages))


def _bare(page: PageReading) -> PageReading:
    added = {id(line) for lines in (*_signatures(page), *_stamps(page)) for line in lines}
    return replace(page, lines=tuple(line for line in page.lines if id(line) not in added)) if added else page


def _signatures(page: PageReading) -> list[list[Line]]:
    """Return the lines of each signature's print: with its labels, one with a time to the second, and those between."""
    groups: list[list[Line]] = []
    labelled = [line for line in page.lines if _LABEL.search(_folded(line.text)) or _moment(line.text)]
    for line in sorted(labelled, key=lambda line: line.box.y):
        last = groups[-1][-1] if groups else None
        if (
            last
            and _down(last.box, line.box) <= _APART * max(last.box.height, line.box.height)
            and _over(last.box, line.box)
        ):
            groups[-1].append(line)
        else:
            groups.append([line])
    signatures = []
    for group in groups:
        labels = any(_LABEL.search(_folded(line.text)) for line in group)
        if labels and any(_moment(line.text) for line in group):
            top, bottom = _middle(group[0].box), _middle(group[-1].box)
            inside = [li for li in page.lines if top < _middle(li.box) < bottom and _over(li.box, group[0].box)]
            signatures.append([*group, *(line for line in inside if line not in group)])
    return signatures


def _stamps(page: PageReading) -> list[list[Line]]:
    """Return the lines of each arrival stamp: its word ĐẾN, and number and date beside that."""
    stamps = []
    for arrived in page.lines:
        if not _ARRIVED.fullmatch(arrived.text):
            continue
        word = next(w for w in arrived.words if _ARRIVED.match(w.text) or w.text.endswith("N")).box
        beside = [line for line in page.lines if line is not arrived and _is_of_stamp(line, word)]
        if beside or _ARRIVAL_LABEL.search(_folded(arrived.text)):
            stamps.append([arrived, *beside])
    return stamps


def _is_of_stamp(line: Line, word: Box) -> bool:
    if not _ARRIVAL_LABEL.match(_folded(line.text)) or _SYMBOL.search(line.text):
        return False
    near = abs(_middle(line.box) - _middle(word)) <= _STAMP_DOWN * word.height
    return near and word.x <= line.box.x <= word.right + _STAMP_ACROSS * word.height


def _moment(text: str) -> dt.datetime | None:
    match = _CLOCK.search(text)
    if match is None:
        return None
    day, month, year, hour, minute, second = map(int, match.groups()[:6])
    zone = match[7] or "+07"
    offset = dt.timedelta(hours=int(zone[1:]), minutes=int(match[8] or "00"))
    try:
        place = dt.timezone(-offset if zone[0] == "-" else offset)
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=place).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _folded(text: str) -> str:
    """Return the text folded, character by character, so that places in both are the same."""
    return "".join(fold(character) or character for character in text)


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _down(above: Box, below: Box) -> float:
    return _middle(below) - _middle(above)


def _over(a: Box, b: Box) -> bool:
    return min(a.right, b.right) > max(a.x, b.x)
