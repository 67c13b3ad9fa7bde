"""Places as recognizers leave them, mended where Vietnamese addresses allow one reading only.

An address goes from the small to the large, its parts parted by commas: ``Số 12 đường Chợ, tổ dân phố 3, phường …, tỉnh
…``. So a comma is lost where a unit's word follows a name or a number; a small word before a name that has the letters
of a unit's word is that word; and behind ``tỉnh`` stands a province.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

from rapidfuzz import fuzz, process

from dossier.text import fold

_UNITS = {
    fold(unit): unit
    for unit in (
        *("thôn", "xóm", "đường", "phường", "xã", "thị trấn", "quận", "huyện", "thị xã", "thành phố", "tỉnh"),
        *("khu phố", "tổ dân phố"),
    )
}
"""Words for settlements and units, by their folded letters; such as are other words without marks are left out."""
_LONGEST_UNIT = 3
_AT_THE_START = frozenset({"thon", "xom", "khu pho", "to dan pho"})
"""Units whose letters begin no name: spelled out at the start of a place, where a capital stands, too."""
_COMMITTEE = "ủy ban nhân dân"

_SPLIT_TO = re.compile(r"\bto [2?7] (?=dân phố\b)", re.IGNORECASE)
"""The hook of "tổ" was read as a figure behind it."""
_COMMA_AS_FIGURE = re.compile(r"(?<=\d) [1Il|](?=,? (?:phường|xã|thị trấn|đường|tổ dân phố|khu phố) )")
"""No address has two numbers for one thing."""
_LOST_COMMA = re.compile(rf"(?<=\w) (?=(?:{'|'.join(u for u in _UNITS.values() if u != 'đường')}) [A-ZĐÀ-Ỹ0-9])")
_COMMA = re.compile(rf"\s?[.,;]?\s?[,;]\s?|[.] (?=(?:{'|'.join(_UNITS.values())}) [A-ZĐÀ-Ỹ0-9])")
"""No address has a semicolon, and none a full stop before a unit's word."""
_DASH = re.compile(r"\s?[–—]\s?")
_PROVINCE = re.compile(r"\b(tỉnh|thành phố) (.+)$", re.IGNORECASE)
_CITIES = frozenset({"ha noi", "hai phong", "da nang", "ho chi minh", "can tho", "hue"})
"""Cities that are provinces; others lie in one."""
_NEAR, _NEAR_PROVINCE = 78, 85
"""Similarities in percent of folded texts from which one is taken for the other."""


def mended_place(text: str) -> str:
    """Return a place, or an agency with its place, with what recognizers do to it undone.

    Args:
        text: NFC, single spaces.

    Returns:
        The same words with their commas, with the words of units and the names of provinces as they are spelled, and
        with a hyphen where another dash parts two names. Names of smaller places stay as they were read.
    """
    text = _COMMA_AS_FIGURE.sub("", _SPLIT_TO.sub("tổ ", text))
    words = _with_units(_with_committee(_DASH.sub(" - ", text).split(" ")))
    parted = " ".join(words)
    parted = _LOST_COMMA.sub(lambda gap: ", " if _ends_a_part(parted[: gap.start()]) else " ", parted)
    return ", ".join(_PROVINCE.sub(lambda m: f"{m[1]} {_province(m[1], m[2])}", part) for part in _COMMA.split(parted))


def _with_committee(words: list[str]) -> list[str]:
    """Return the words, the first ones spelled as a people's committee if they are nearly that."""
    count = len(_COMMITTEE.split())
    head = " ".join(words[:count])
    if fuzz.ratio(fold(head), fold(_COMMITTEE)) < _NEAR:
        return words
    return [*_as(head, _COMMITTEE).split(" "), *words[count:]]


def _with_units(words: list[str]) -> list[str]:
    """Return the words, those spelled as units that stand small, or first, before a name or a number."""
    spelled = list(words)
    for start in range(len(words)):
        for length in range(_LONGEST_UNIT, 0, -1):
            unit, following = " ".join(words[start : start + length]), words[start + length : start + length + 1]
            known = _UNITS.get(fold(unit))
            if known and following and not following[0].islower() and _may_be_unit(unit, start):
                spelled[start : start + length] = _as(unit, known).split(" ")
                break
    return spelled


def _may_be_unit(text: str, start: int) -> bool:
    return text.islower() or (start == 0 and fold(text) in _AT_THE_START)


def _as(read: str, spelled: str) -> str:
    """Return ``spelled`` with capitals where ``read`` has them."""
    if read.isupper():
        return spelled.upper()
    return spelled.capitalize() if read[:1].isupper() else spelled


def _ends_a_part(before: str) -> bool:
    """Tell whether a name or a number stands last, not an agency's word (``Công an tỉnh …``) or letters (``UBND``)."""
    last = before.rpartition(" ")[2]
    return last.isdigit() or (last[:1].isupper() and not (last.isupper() and len(last) > 1))


def _province(unit: str, name: str) -> str:
    """Return the name of a province, or of a city that is one, as it is spelled if it is nearly that and no other."""
    known = _provinces() if fold(unit) == "tinh" else [one for one in _provinces() if fold(one) in _CITIES]
    found = process.extract(name, known, processor=fold, scorer=fuzz.ratio, score_cutoff=_NEAR_PROVINCE, limit=2)
    if not found or (len(found) > 1 and fold(name) != fold(found[0][0])):
        return name
    return found[0][0]


@cache
def _provinces() -> list[str]:
    """Return the names of all provinces there are or were: a name of once is no misreading of a later one."""
    with (files("dossier") / "catalogue" / "administrative_units" / "provinces.toml").open("rb") as source:
        table = tomllib.load(source)
    known = (unit["name"] for key in ("former_provinces", "provinces") for unit in table[key].values())
    return sorted({*known, *table["earlier_provinces"]})
