"""Values as recognizers leave them, mended where no other reading is possible.

Families, provinces and numbers in words are spelled as such names and words are. Dirt beside print is read as a dot
or a bracket, and an English word gets the marks of a Vietnamese one. What a text may not hold at all is taken out of
it; what it may hold stays, however odd.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rapidfuzz.distance import Levenshtein

from dossier.errors import InvalidValue
from dossier.names import mended_name
from dossier.places import mended_place
from dossier.text import letters, nfc
from dossier.values import parse_value
from dossier.words import mended_date_words

_SQUARE_METRES = re.compile(r"(?<=\d )m ?2\b|(?<=\d)m ?2\b")
_DOT_AND_WORD = re.compile(r"(?<=[^\W\d_]{3})[.] ([^\W\d_])")
"""Behind a word that is no abbreviation's: those are shorter or have a capital behind them."""
_BY_BIRTH = re.compile(r"(?<=\b[Cc]ha )để$|(?<=\b[Mm]ẹ )để$|(?<=\b[Bb]ố )để$|(?<=\b[Cc]on )để$")
"""At the end of a text nothing can follow that would be to a purpose."""
_SEMICOLON_AS_I = re.compile(r"(?<=[^\W\d_]{2}) i (?=[^\W\d_]{2})")
_NUMBERED_BY_LETTER = re.compile(r"(?:điểm|mục|chữ|khoản|loại|nhóm|tiết)$", re.IGNORECASE)
_ITEM = re.compile(r"\b\w{1,2}\)")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_OPENED_BY = {closing: opening for opening, closing in _BRACKETS.items()}
_VIETNAMESE_MARKS = frozenset("\u0309\u031b\u0323")
"""Hook, horn and dot below: no other tongue in Latin letters that companies are named in has them."""


def mended_text(text: str) -> str:
    """Return a text without brackets that have no partner and dots before a sentence goes on; ``m2`` is ``m²``.

    Args:
        text: NFC, single spaces.
    """
    # What is taken out may leave something that cannot stand either: ``22[2)``. Each round leaves less to mend.
    while (mended := _mended_once(text)) != text:
        text = mended
    return text


def _mended_once(text: str) -> str:
    whole = _SQUARE_METRES.sub("m²", text)
    whole = _DOT_AND_WORD.sub(lambda m: f" {m[1]}" if m[1].islower() else m[0], whole)
    whole = _SEMICOLON_AS_I.sub(lambda m: m[0] if _NUMBERED_BY_LETTER.search(whole[: m.start()]) else "; ", whole)
    whole = _BY_BIRTH.sub("đẻ", whole)
    lone = _lone_brackets(whole)
    return " ".join("".join(c for i, c in enumerate(whole) if i not in lone).split()) if lone else whole


def mended_foreign_name(text: str) -> str:
    """Return a company's name in a foreign tongue without the marks that Vietnamese alone has, and with D for Đ.

    Such a name is one in a foreign tongue of the Latin script: Law on enterprises 59/2020/QH14, art. 39.

    Args:
        text: NFC, single spaces.
    """
    apart = unicodedata.normalize("NFD", text.translate(str.maketrans("Đđ", "Dd")))
    return nfc("".join(c for c in apart if c not in _VIETNAMESE_MARKS))


def _lone_brackets(text: str) -> set[int]:
    items = {match.end() - 1 for match in _ITEM.finditer(text)}
    lone, opened = set[int](), list[int]()
    for i, c in enumerate(text):
        if c in _BRACKETS:
            opened.append(i)
        elif c in _OPENED_BY:
            if opened and text[opened[-1]] == _OPENED_BY[c]:
                opened.pop()
            elif i not in items:
                lone.add(i)
    return lone | set(opened)


def _mended_nationality(value: str) -> str:
    return "Việt Nam" if Levenshtein.distance(letters(value), "vietnam", score_cutoff=1) <= 1 else value


_MENDED: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "text": mended_text,
        "foreign_name": mended_foreign_name,
        "place": lambda value: mended_place(mended_text(value)),
        "date_words": mended_date_words,
        "person_name": mended_name,
        "nationality": _mended_nationality,
    }
)


def read_value(kind: str, raw: str, *, key: str | None = None) -> str:
    """Return the canonical text of what a recognizer read as a value of ``kind``.

    Unlike what a person types or a code says, it may be misread: families, provinces and the words of units are spelled
    as such names are.

    Args:
        kind: A key of :data:`dossier.values.VALUE_KINDS`.
        raw: As read, any normal form.
        key: Field the value is for, named in the refusal; the kind if not given.

    Raises:
        InvalidValue: ``raw`` is no such value.
        KeyError: No such kind.
    """
    value = parse_value(kind, raw, key=key)
    mend = _MENDED.get(kind)
    return mend(value) if mend else value


def says(kind: str, raw: str, value: str) -> bool:
    """Return whether ``raw``, as a recognizer read it, is the value ``value`` of ``kind``, letter by letter."""
    try:
        return read_value(kind, raw) == value
    except InvalidValue:
        return False
