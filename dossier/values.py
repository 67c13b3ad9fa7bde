"""Typed values: the raw text of a field in, one canonical text out, or a refusal.

Canonical texts: dates ISO 8601 (``2021-03-05``), terms a date or ``unlimited``, years four digits, sexes ``male`` and
``female``, owner numbers, money and integers bare digits, everything else NFC with single spaces. What a recognizer
confuses (O for 0, l for 1, S for 5, ó for 6) is mended only where digits alone may stand: inside words a letter is a
letter. A refusal never quotes the value, which may be personal data.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from dossier.errors import InvalidOwnerNumber, InvalidValue
from dossier.identifiers import CitizenNumber, OldIdentityNumber, Sex, TaxCode, parse_owner_number
from dossier.text import fold, nfc
from dossier.words import date_from_words

FIRST_YEAR, LAST_YEAR = 1850, 2199
"""Years a paper can speak of; anything else is a misreading."""

UNLIMITED = "unlimited"
"""The term of what does not end."""
_UNLIMITED_WORDS = frozenset({"lau dai", "on dinh lau dai", "khong thoi han", "khong xac dinh thoi han", "vo thoi han"})
_UNTIL = re.compile(r"^(?:[đd][ếe]n\s+)?(?:h[ếe]t\s+)?(?:ng\w{2}\s+(?=\S+$))?", re.IGNORECASE)

_DIGIT_FOR = str.maketrans({"O": "0", "o": "0", "Q": "0", "D": "0", "l": "1", "I": "1", "i": "1", "|": "1", "!": "1",
                            "]": "1", "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2",
                            "Ø": "0", "Ì": "1", "Š": "5", "ó": "6", "§": "8"})  # fmt: skip
_D = r"[0-9OoQDlIi|!\]SsBZzØÌŠó§]"
"""A character that may stand for a digit where only digits may stand."""

_LEADERS = re.compile(r"[.…_·‧]{3,}|(?:\s[.…_·‧]){2,}|…")
_EDGE_PUNCTUATION = " \t\n\r:;,.…_·‧'\"`´‘’“”«»|~*+=<>^°#†‡¬-–—/\\"
_NUMERIC_DATE = re.compile(rf"({_D}{{1,2}})[\s/.,\-–]{{1,4}}({_D}{{1,2}})[\s/.,\-–]{{1,4}}({_D}{{4}})")
_SPELLED_DATE = re.compile(
    rf"(?:n\w{{2,3}}\s?)?({_D}{{1,2}})\s?t\w{{1,3}}g\s?({_D}{{1,2}})\s?n\w{{1,2}}m?\s?({_D}{{4}})", re.IGNORECASE
)
_DOCUMENT_NUMBER = re.compile(
    rf"(?:s[oóôố0]\s?[:.;]?\s?)?({_D}{{1,5}})([a-zA-Z]?)/((?:{_D}{{4}}/)?)([A-ZĐ][\w&.]*(?:-[\w&.]+)*)", re.IGNORECASE
)
# Marks lost by the recognizer, where decree 30/2020 annex III knows no abbreviation without them.
_ABBREVIATIONS = MappingProxyType({"QD": "QĐ", "ND": "NĐ", "CD": "CĐ"})


_REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "text": ("nothing is written", "chưa ghi gì"),
        "place": ("a place has a name in letters", "địa danh phải viết bằng chữ"),
        "person_name": ("a name is at least two words of letters", "họ tên gồm ít nhất hai từ, chỉ có chữ cái"),
        "year": ("expected four digits", "cần bốn chữ số"),
        "date": (
            "expected dd/mm/yyyy or 'ngày … tháng … năm …'",
            "cần dạng dd/mm/yyyy hoặc 'ngày … tháng … năm …'",
        ),
        "term": (
            "expected a date or words for no end, as in Lâu dài",
            "cần một ngày hoặc chữ chỉ sự không có thời hạn, ví dụ Lâu dài",
        ),
        "day": ("no such day in the calendar", "ngày không có trong lịch"),
        "era": ("the year cannot be right", "năm không hợp lý"),
        "sex": ("expected Nam or Nữ", "cần Nam hoặc Nữ"),
        "document_number": (
            "expected a number, '/' and a symbol, as in 05/QĐ-UBND",
            "cần số, dấu '/' và ký hiệu, ví dụ 05/QĐ-UBND",
        ),
        "register_number": (
            "expected a number, or a number and a year, as in 15/2021",
            "cần số, hoặc số và năm, ví dụ 15/2021",
        ),
        "integer": (
            "expected digits, in groups of three if grouped",
            "cần chữ số, nếu tách nhóm thì mỗi nhóm ba chữ số",
        ),
        "money": (
            "expected an amount in đồng, as in 1.500.000 đồng",
            "cần số tiền bằng đồng, ví dụ 1.500.000 đồng",
        ),
    }
)
"""Why a text is refused, in English and Vietnamese."""


def _refuse(why: str) -> InvalidValue:
    reason, reason_vi = _REASONS[why]
    return InvalidValue(key=why, reason=reason, reason_vi=reason_vi)


def tidy(raw: str) -> str:
    """Return ``raw`` in NFC with dotted leaders and edge punctuation removed and spaces single."""
    return " ".join(_LEADERS.sub(" ", nfc(raw)).split()).strip(_EDGE_PUNCTUATION)


def mend_digits(text: str) -> str:
    """Return ``text`` with the letters that are read for digits turned into those digits."""
    return text.translate(_DIGIT_FOR)


def _text(raw: str) -> str:
    value = tidy(raw)
    if not any(c.isalnum() for c in value):
        raise _refuse("text")
    return value


def _place(raw: str) -> str:
    value = tidy(raw)
    if sum(c.isalpha() for c in value) < 2:  # noqa: PLR2004 - "Ý" apart, no place has a shorter name
        raise _refuse("place")
    return value


def _person_name(raw: str) -> str:
    value = tidy(raw)
    words = value.split()
    if len(words) < 2 or not all(re.fullmatch(r"[^\W\d_]+(?:['’.\-][^\W\d_]*)*", w) for w in words):  # noqa: PLR2004
        raise _refuse("person_name")
    return value


def _year(raw: str) -> str:
    value = mend_digits(tidy(raw))
    if re.fullmatch(r"[0-9]{4}", value) and FIRST_YEAR <= int(value) <= LAST_YEAR:
        return value
    try:
        return _date(raw)[:4]
    except InvalidValue:
        raise _refuse("year") from None


def _date(raw: str) -> str:
    text = tidy(raw)
    if text.count("/") == 2:  # noqa: PLR2004 - the slashes part the figures, so dots are left over from a leader
        text = text.replace(".", "")
    match = _NUMERIC_DATE.fullmatch(text) or _SPELLED_DATE.fullmatch(text)
    if match is None:
        raise _refuse("date")
    day, month, year = (int(mend_digits(g)) for g in match.groups())
    try:
        value = dt.date(year, month, day)
    except ValueError:
        raise _refuse("day") from None
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise _refuse("era")
    return value.isoformat()


def _term(raw: str) -> str:
    words = fold(tidy(raw))
    if words in _UNLIMITED_WORDS:
        return UNLIMITED
    try:
        return _date(_UNTIL.sub("", tidy(raw)))
    except InvalidValue:
        raise _refuse("term") from None


def _date_words(raw: str) -> str:
    value = tidy(raw)
    date_from_words(value)
    return value


def _sex(raw: str) -> str:
    word = re.sub(r"[^a-z]", "", fold(tidy(raw).split("/")[0]))
    if word in {"nam", "male"}:
        return Sex.MALE.value
    if re.fullmatch(r"nu+", word) or word == "female":
        return Sex.FEMALE.value
    raise _refuse("sex")


def _bare_digits(raw: str) -> str:
    return re.sub(r"[\s.\-]", "", mend_digits(tidy(raw)))


def _citizen_number(raw: str) -> str:
    return CitizenNumber(_bare_digits(raw)).value


def _old_identity_number(raw: str) -> str:
    return OldIdentityNumber(_bare_digits(raw)).value


def _tax_code(raw: str) -> str:
    bare = _bare_digits(raw)
    return TaxCode(bare if len(bare) <= 10 else f"{bare[:10]}-{bare[10:]}").value  # noqa: PLR2004 - a branch's suffix


def _owner_number(raw: str) -> str:
    # A passport number begins with a letter; whatever begins with a digit consists of digits.
    text = tidy(raw)
    return parse_owner_number(text if text[:1].isalpha() else mend_digits(text)).value


def _document_number(raw: str) -> str:
    text = re.sub(r"\s?([/\-–])\s?", r"\1", tidy(raw)).replace("–", "-")
    match = _DOCUMENT_NUMBER.fullmatch(text)
    if match is None:
        raise _refuse("document_number")
    number, suffix, year, symbol = match.groups()
    first, *rest = symbol.split("-")
    return f"{mend_digits(number)}{suffix}/{mend_digits(year)}" + "-".join([_ABBREVIATIONS.get(first, first), *rest])


def _register_number(raw: str) -> str:
    text = re.sub(r"\s?/\s?", "/", tidy(raw))
    match = re.fullmatch(rf"(?:[Ss][oố]\s?[:.]?\s?)?({_D}{{1,6}})(?:/({_D}{{4}}))?", text)
    if match is None:
        raise _refuse("register_number")
    return "/".join(mend_digits(g) for g in match.groups() if g)


def _integer(raw: str) -> str:
    text = mend_digits(tidy(raw))
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}(?:[., ][0-9]{3})+", text):
        raise _refuse("integer")
    return str(int(re.sub(r"[., ]", "", text)))


def _money(raw: str) -> str:
    text = re.sub(r"\s?(?:đồng|dong|đ|vnđ|vnd)(?:/.*)?$", "", tidy(raw), flags=re.IGNORECASE)
    try:
        return _integer(text)
    except InvalidValue:
        raise _refuse("money") from None


VALUE_KINDS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "text": _text,
        "place": _place,
        "person_name": _person_name,
        "date": _date,
        "date_words": _date_words,
        "term": _term,
        "year": _year,
        "sex": _sex,
        "citizen_number": _citizen_number,
        "old_identity_number": _old_identity_number,
        "tax_code": _tax_code,
        "owner_number": _owner_number,
        "document_number": _document_number,
        "register_number": _register_number,
        "integer": _integer,
        "money": _money,
    }
)
"""What a field can be, and how its raw text is read."""


def says(kind: str, raw: str, value: str) -> bool:
    """Return whether ``raw``, read as a value of ``kind``, is ``value``, letter by letter."""
    try:
        return parse_value(kind, raw) == value
    except InvalidValue:
        return False


def parse_value(kind: str, raw: str, *, key: str | None = None) -> str:
    """Return the canonical text of ``raw`` as a value of ``kind``.

    Args:
        kind: A key of :data:`VALUE_KINDS`.
        raw: As read, any normal form.
        key: Field the value is for, named in the refusal; the kind if not given.

    Raises:
        InvalidValue: ``raw`` is no such value.
        KeyError: No such kind.
    """
    try:
        return nfc(VALUE_KINDS[kind](raw))
    except (InvalidValue, InvalidOwnerNumber) as refusal:
        reason, reason_vi = (str(refusal.details[name]) for name in ("reason", "reason_vi"))
        raise InvalidValue(key=key or kind, reason=reason, reason_vi=reason_vi) from None
