"""Machine-readable lines among the lines of a reading, as fields with their evidence.

What the lines mean is known by :mod:`dossier.mrz`; here they are found. Our own reader reads them well; Tesseract with
Vietnamese data does not: it takes 3 for 5 and 6 for ó, and check digits then leave nothing of them. Lines may come in
pieces. What a spelling repair made of a word is not looked at, but what was read.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from types import MappingProxyType

from dossier.errors import InvalidValue
from dossier.mrz import PASSPORT_WIDTH, VIETNAM, Mrz, MrzKind, clean_line, parse_mrz
from dossier.paper_types import PaperType
from dossier.papers import Box, Field, FieldSource
from ocr.model import Line, PageReading, Reading

_FORMS = ("identity", "mrz")
"""Forms of codes (:data:`dossier.paper_types.CODE_FORMS`) of the types whose papers bear machine-readable lines."""

_SHORTEST = 20
"""Characters of a line that is worth a try: fillers at its end may be lost, and the name before them be short."""

_UNCHECKED = frozenset({"full_name", "nationality", "sex"})
"""Fields that no check digit covers."""

_WITHOUT_MARKS = 0.5
"""Confidence of a Vietnamese name from these lines: its marks are lost, and no check digit covers it."""

_SPANS: Mapping[MrzKind, Mapping[str, tuple[int, int, int]]] = MappingProxyType(
    {
        MrzKind.CARD: {
            "citizen_number": (0, 15, 27),
            "full_name": (2, 0, 30),
            "birth_date": (1, 0, 6),
            "sex": (1, 7, 8),
            "nationality": (1, 15, 18),
            "expires_on": (1, 8, 14),
        },
        MrzKind.PASSPORT: {
            "citizen_number": (1, 28, 42),
            "passport_number": (1, 0, 9),
            "old_identity_number": (1, 28, 42),
            "full_name": (0, 5, 44),
            "birth_date": (1, 13, 19),
            "sex": (1, 20, 21),
            "nationality": (1, 10, 13),
            "expires_on": (1, 21, 27),
        },
    }
)
"""Line, from 0, and first and past-the-end character of what fills a field: Doc 9303 parts 4 and 5, section 4.2."""


@dataclass(frozen=True, slots=True)
class MachineLines:
    """Machine-readable lines on a page.

    Attributes:
        mrz: What they say. lines: Their characters as understood, top to bottom. boxes: Around each, master pixels.
        confidences: Of each line, 0 to 1, for what no check digit covers. page: From 1.
    """

    mrz: Mrz
    lines: tuple[str, ...]
    boxes: tuple[Box, ...]
    confidences: tuple[float, ...]
    page: int


@dataclass(frozen=True, slots=True)
class _Strip:
    """A line that may be machine-readable."""

    text: str
    box: Box
    confidence: float


def find_machine_lines(reading: Reading, *, today: dt.date | None = None) -> tuple[MachineLines, ...]:
    """Return the machine-readable lines of all pages whose check digits are right, in reading order.

    Args:
        reading: The whole paper.
        today: The day that tells centuries apart; today in Vietnam if not given.
    """
    return tuple(found for page in reading.pages for found in _on_page(page, today))


def _on_page(page: PageReading, today: dt.date | None) -> list[MachineLines]:
    """Return what is found in the lines as the engine has them, or else in what stands at one height, joined."""
    strips = [_strip([line]) for line in page.lines]
    return list(_among(strips, page.number, today)) or list(_among(_joined(page.lines), page.number, today))


def _among(strips: Sequence[_Strip], page: int, today: dt.date | None) -> Iterator[MachineLines]:
    likely = sorted((s for s in strips if _is_likely(s.text)), key=lambda s: s.box.y + s.box.height / 2)
    at = 0
    while at < len(likely):
        found = _at(likely[at:], page, today)
        if found:
            yield found
        at += len(found.lines) if found else 1


def _at(strips: Sequence[_Strip], page: int, today: dt.date | None) -> MachineLines | None:
    """Return the document whose lines the first strips are."""
    for count in (3, 2):
        own = strips[:count]
        try:
            mrz = parse_mrz([s.text for s in own], today=today)
        except InvalidValue:
            # Other text in capitals, or lines too badly read: no evidence.
            continue
        texts, boxes, confidences = zip(*((s.text, s.box, s.confidence) for s in own), strict=True)
        return MachineLines(mrz, texts, boxes, confidences, page)
    return None


def _is_likely(text: str) -> bool:
    """Tell whether a cleaned line has the alphabet and about the length of a machine-readable one."""
    return _SHORTEST <= len(text) <= 2 * PASSPORT_WIDTH and text.isascii() and text.replace("<", "0").isalnum()


def _strip(lines: Sequence[Line]) -> _Strip:
    words = [word for line in lines for word in line.words]
    # A word that the repair parted in two bears what was read of the whole twice.
    as_read = (text for text, _ in groupby(word.read_as or word.text for word in words))
    text = clean_line("".join(as_read))
    length = sum(len(w.text) for w in words)
    return _Strip(
        text, reduce(Box.union, (w.box for w in words)), sum(w.confidence * len(w.text) for w in words) / length
    )


def _joined(lines: Sequence[Line]) -> list[_Strip]:
    """Return the lines with the pieces at one height joined from left to right."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.y + line.box.height / 2):
        if groups and _beside(groups[-1][-1].box, line.box):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_strip(sorted(group, key=lambda line: line.box.x)) for group in groups]


def _beside(a: Box, b: Box) -> bool:
    return min(a.bottom, b.bottom) - max(a.y, b.y) >= min(a.height, b.height) / 2


def mrz_fields(found: MachineLines) -> tuple[Field, ...]:
    """Return the fields of machine-readable lines.

    Keys are ``citizen_number``, ``passport_number``, ``old_identity_number``, ``full_name``, ``birth_date``, ``sex``,
    ``nationality`` (Vietnam's only) and ``expires_on``, absent ones left out. What check digits vouch for has the
    confidence 1; names, nationalities and sexes that no citizen number tells are as sure as they were read.
    """
    mrz = found.mrz
    values = {
        "citizen_number": mrz.citizen_number,
        "passport_number": mrz.document_number if mrz.kind is MrzKind.PASSPORT else None,
        "old_identity_number": mrz.old_identity_number,
        "full_name": mrz.full_name,
        "birth_date": mrz.birth_date.isoformat(),
        "sex": mrz.sex.value if mrz.sex else None,
        "nationality": "Việt Nam" if mrz.nationality == VIETNAM else None,
        "expires_on": mrz.expires_on.isoformat() if mrz.expires_on else None,
    }
    return tuple(_field(found, key, value) for key, value in values.items() if value)


def _field(found: MachineLines, key: str, value: str) -> Field:
    line, start, end = _SPANS[found.mrz.kind][key]
    raw = found.lines[line][start:end].strip("<")
    sureness = found.confidences[line]
    if key == "full_name" and found.mrz.issuing_state == VIETNAM:
        sureness = min(sureness, _WITHOUT_MARKS)
    elif key not in _UNCHECKED or (key == "sex" and found.mrz.citizen_number):
        sureness = 1.0
    return Field(key, value, raw, found.page, found.boxes[line], sureness, FieldSource.MRZ)


def machine_fields(reading: Reading, paper_type: PaperType, printed: Mapping[str, Field]) -> dict[str, Field]:
    """Return the fields that the machine-readable lines of a card or passport fill, by key; none on other types.

    Args:
        reading: The whole paper.
        paper_type: Asks for them by its ``code_form``.
        printed: What the print says. A name that is printed has its marks; the one in these lines is left out then.
    """
    found = find_machine_lines(reading) if paper_type.code_form in _FORMS else ()
    if not found:
        return {}
    fields = {field.key: field for field in mrz_fields(found[0])}
    name = printed.get("full_name")
    if name and name.value:
        fields.pop("full_name")
    return fields
