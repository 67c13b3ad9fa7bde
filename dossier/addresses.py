"""Addresses as papers print them, taken apart into units of the administrative catalogue.

The printed text always stays; beside it stands what is certain. A part with its unit word (``xã``, ``P.``) is of that
level; one without (``Hải Châu, Đà Nẵng``) only on a paper of before 1 July 2025 and if the catalogue has a unit of that
name in that place: since then wards bear the names of former districts. Letters may be misread as far as
:meth:`dossier.units.Names.find` allows; between two names nothing is guessed.

Whether a paper speaks of the three levels before 1 July 2025 or of the two since follows from what it names (a
district, a province that is gone) or from its date of issue. If neither tells, no code that depends on it is given.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rapidfuzz.distance import Levenshtein

from dossier.text import letters, nfc
from dossier.units import CITY, KINDS, TWO_LEVELS_FROM, Level, Unit, Units

_ABBREVIATED: Mapping[str, str] = MappingProxyType(
    {"t": "tỉnh", "tp": CITY, "q": "quận", "h": "huyện", "tx": "thị xã", "x": "xã", "p": "phường", "tt": "thị trấn"}
)
_ABBREVIATION = re.compile(r"(?:(TP|TX|TT|[TQHXP])\s?\.\s?|(TP|TX|TT)\s|([QP])(?=\s?\d))\s*(?=\w)", re.IGNORECASE)
_KINDS = sorted({kind for kinds in KINDS.values() for kind in kinds}, key=lambda kind: (-len(kind.split()), kind))
_KIND = "|".join(_KINDS)
# A new part begins after a comma or a full stop read for one, before a unit word within running text, and where a dash
# is followed by one. "Tỉnh lộ" is a road, "liên xã" a road's kind, "thị xã" one word; abbreviations have at most two
# letters.
_BREAK = re.compile(
    rf"\s*[,;]\s*|(?<![Tt]hị)(?<!liên)\s+(?=(?:{_KIND})\s(?!lộ\b))"
    rf"|(?:\s[-–—]|\.)\s+(?=(?i:(?:{_KIND})\s|(?:TP|TX|TT|[TQHXP])\s?\.))|(?<=\w\w\w)\.\s+(?=[^\W\d_A-Z])",
)
_EDGES = " .,:;-–—"
_COUNTRY = "vietnam"
_FUZZY_KIND = 4
"""Letters from which on a unit word may have one misread."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an address that is an administrative unit.

    Attributes:
        printed: As on the paper. name: Official if the unit is known, else as printed, its unit word written out; of a
            province without its kind, ``None`` if there is no such province.
        unit: What the catalogue has; ``None`` if it has none of the name, or several.
    """

    printed: str
    name: str | None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart.

    Attributes:
        printed: All of it, in NFC with single spaces. detail: What stands before the units: house, street, hamlet.
        commune, district, province: As printed. commune_now, province_now: The present units there.
    """

    printed: str
    detail: str | None = None
    commune: Part | None = None
    district: Part | None = None
    province: Part | None = None
    commune_now: Unit | None = None
    province_now: Unit | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of the text: its place, its unit word if it has one, and the rest."""

    start: int
    end: int
    text: str
    kind: str | None
    name: str

    @property
    def spelled(self) -> str:
        return f"{self.kind} {self.name}" if self.kind else self.text

    def is_of(self, level: Level) -> bool:
        return self.kind in KINDS[level]


def parse_address(text: str, units: Units, *, issued_on: dt.date | None = None) -> Address:
    """Return ``text`` taken apart; every part is a piece of it. Any text is an address, if only a detail.

    Args:
        text: As read or typed, any normal form.
        units: The catalogue.
        issued_on: When the paper was issued, if known.
    """
    printed = " ".join(nfc(text).split())
    pieces = _pieces(printed)
    if len(pieces) > 1 and letters(pieces[-1].text) == _COUNTRY:
        pieces.pop()
    province, named = _province(pieces, units)
    before = next((unit for unit in named if unit.former), None)
    since = next((unit for unit in named if not unit.former), None)
    worded_district = bool(pieces) and pieces[-1].is_of(Level.DISTRICT)
    former = _is_former(issued_on, names_former=worded_district or (before is not None and since is None))
    district = _inner(pieces, Level.DISTRICT, before if former else None, units)
    inside = (district.unit if district else None) if former else (since if former is False else None)
    commune = _inner(pieces, Level.COMMUNE, inside, units)
    if province and named:
        province = Part(province.printed, (since or before or named[0]).name, _certain(before, since, former=former))
    return Address(
        printed,
        detail=printed[pieces[0].start : pieces[-1].end] if pieces else None,
        commune=commune,
        district=district,
        province=province,
        commune_now=units.now(commune.unit) if commune and commune.unit else None,
        province_now=units.now(named[0]) if named else None,
    )


def _pieces(printed: str) -> list[_Piece]:
    marked = not printed.isascii()
    pieces, start = [], 0
    for end, after in [*(match.span() for match in _BREAK.finditer(printed)), (len(printed), 0)]:
        text = printed[start:end]
        left = start + len(text) - len(text.lstrip(_EDGES))
        text = text.strip(_EDGES)
        if letters(text):
            pieces.append(_Piece(left, left + len(text), text, *_worded(text, marked=marked)))
        start = after
    return pieces


def _worded(text: str, *, marked: bool) -> tuple[str | None, str]:
    """Return the unit word ``text`` begins with, written out, and the rest; or none and the text.

    A word may be misread, but not where a name could begin so ("Phương Trung"): names begin with a capital.
    """
    words = text.split(" ")
    heads = {size: " ".join(words[:size]) for size in (1, 2) if size < len(words)}
    folded = {size: letters(head) for size, head in heads.items()}
    for kind, size, wanted, marks in _SPELLED_KINDS:
        if size not in heads:
            continue
        head, misread = heads[size], Levenshtein.distance(folded[size], wanted, score_cutoff=1)
        may_be_misread = head[0].islower() and misread <= (len(wanted) >= _FUZZY_KIND)
        if may_be_misread or (not misread and (not marked or _marks(head) == marks)):
            return kind, " ".join(words[size:])
    if match := _ABBREVIATION.match(text):
        return _ABBREVIATED[(match[1] or match[2] or match[3]).lower()], text[match.end() :]
    return None, text


def _marks(text: str) -> list[str]:
    """Return what is the same in two ways of placing a tone mark ("Hòa", "Hoà") and in no other word."""
    return sorted(c for c in unicodedata.normalize("NFD", text.lower()) if c.isalnum() or unicodedata.combining(c))


_SPELLED_KINDS = [(kind, kind.count(" ") + 1, letters(kind), _marks(kind)) for kind in _KINDS]


def _province(pieces: list[_Piece], units: Units) -> tuple[Part | None, tuple[Unit, ...]]:
    """Take the province from the end of ``pieces``; return it and the units of that name, former and present."""
    if not pieces:
        return None, ()
    last, names = pieces[-1], units.province_names
    named = names.find(last.text, exact=True)
    if last.kind is None:
        as_printed = _with_marks_of(last.text, named)
        # Without its unit word it may be any place: "Yên Bài" is a commune, "Yên Bái" a province.
        elsewhere = _with_marks_of(last.text, units.commune_names.find(last.text, exact=True))
        may_be_misread = len(pieces) > 1 and not elsewhere
        named = as_printed or ((named or names.find(last.text)) if may_be_misread else ())
    elif not named and last.is_of(Level.PROVINCE):
        named = names.find(last.name)
        if last.kind == CITY:
            named = tuple(unit for unit in named if CITY in unit.kinds)
    if not named and last.kind != "tỉnh":
        return None, ()
    pieces.pop()
    return Part(last.text, None), named


def _with_marks_of(text: str, found: tuple[Unit, ...]) -> tuple[Unit, ...]:
    marks = _marks(text)
    return tuple(unit for unit in found if marks in map(_marks, (unit.name, *unit.spellings)))


def _is_former(issued_on: dt.date | None, *, names_former: bool) -> bool | None:
    """Return whether the paper speaks of the units before July 2025; ``None`` if that is not known."""
    if names_former:
        return True
    return issued_on < TWO_LEVELS_FROM if issued_on else None


def _certain(before: Unit | None, since: Unit | None, *, former: bool | None) -> Unit | None:
    if former is not None:
        return before if former else since
    return since if before and since and before.code == since.code else None


def _inner(pieces: list[_Piece], level: Level, parent: Unit | None, units: Units) -> Part | None:
    """Take a district or commune from the end of ``pieces``, if one is there."""
    if not pieces:
        return None
    last = pieces[-1]
    names = units.within(parent, level) if parent else None
    if last.is_of(level):
        found = names.find(last.name) if names else ()
    elif last.kind is None and names and parent and parent.former:
        found = names.find(last.text, exact=True)
        if not found:
            return None
    else:
        return None
    pieces.pop()
    unit = _one(found, last)
    return Part(last.text, unit.full if unit else last.spelled, unit)


def _one(found: tuple[Unit, ...], piece: _Piece) -> Unit | None:
    """Return the one unit meant: of several of a name the one of that kind, then the one with those marks.

    A unit that is of another kind by now must at least be written with the same marks.
    """
    of_kind = tuple(unit for unit in found if piece.kind in {None, unit.kind})
    if not of_kind or (len(of_kind) > 1 and not piece.text.isascii()):
        of_kind = _with_marks_of(piece.name, of_kind or found)
    return of_kind[0] if len(of_kind) == 1 else None
