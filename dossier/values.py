"""Typed values: the raw text of a field in, one canonical text out, or a refusal.

Canonical texts: dates ISO 8601 (``2021-03-05``), terms a date or ``unlimited``, years four digits, sexes ``male`` and
``female``, owner numbers, money and integers bare digits, areas square metres with a decimal point, ethnic groups their
official names, everything else NFC with single spaces.
What a recognizer confuses (O for 0, l for 1, S for 5, ó for 6) is mended only where digits alone may stand: inside
words a letter is a letter. A refusal never quotes the value, which may be personal data.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from dossier.amounts import amount_from_words
from dossier.errors import InvalidIdentifier, InvalidOwnerNumber, InvalidValue
from dossier.identifiers import (
    CitizenNumber,
    DossierNumber,
    OldIdentityNumber,
    PassportNumber,
    ProcedureCode,
    Sex,
    TaxCode,
    ethnic_groups,
    parse_owner_number,
)
from dossier.text import fold, letters, nfc
from dossier.words import date_from_words

FIRST_YEAR, LAST_YEAR = 1850, 2199
"""Years a paper can speak of; anything else is a misreading."""

UNLIMITED = "unlimited"
"""The term of what does not end."""
_UNLIMITED_WORDS = frozenset({"lau dai", "on dinh lau dai", "khong thoi han", "khong xac dinh thoi han", "vo thoi han"})
_UNTIL = re.compile(r"^(?:[đd][ếe]n\s+)?(?:h[ếe]t\s+)?(?:ng\w{2}\s+(?=\S+$))?", re.IGNORECASE)

_DIGIT_FOR = str.maketrans({"O": "0", "o": "0", "Q": "0", "D": "0", "l": "1", "I": "1", "i": "1", "|": "1", "!": "1",
                            "]": "1", "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2",
                            "Ø": "0", "Ì": "1", "+": "4", "Š": "5", "ó": "6", "§": "8"})  # fmt: skip
_D = r"(?-i:[0-9OoQDlIi|!\]SsBZzØÌŠó§+])"
"""A character that may stand for a digit where only digits may stand; a small d is none."""

_LEADERS = re.compile(r"[.…_·‧]{3,}|(?:\s[.…_·‧]){2,}|…")
_EDGE_PUNCTUATION = " \t\n\r:;,.…_·‧'\"`´‘’“”«»|~*+=<>^°#†‡¬-–—/\\"
_NUMERIC_DATE = re.compile(rf"({_D}{{1,2}})[\s/.,\-–]{{1,4}}({_D}{{1,2}})[\s/.,\-–]{{1,4}}({_D}{{4}})")
_W = _D.replace("+]", "+/T]")
"""The same between words, where a slash or a T is an italic 1."""
_SPELLED_DATE = re.compile(
    rf"(?:n\w{{2,3}}\s?|\w{{3,4}}\s)?({_W}{{1,2}})\.?\s?t\w{{1,3}}g\s?({_W}{{1,2}})\.?\s?n\w{{1,2}}m?\s?({_W}{{4}})",
    re.IGNORECASE,
)
_DOCUMENT_NUMBER = re.compile(
    rf"(?:s[oóôố0]\s?[:.;]?\s?)?({_D}{{1,5}})([a-zA-Z]?)/((?:{_D}{{4}}/)?)([A-ZĐ][\w&.]*(?:-[\w&.]+)*)", re.IGNORECASE
)
# Marks lost by the recognizer, where decree 30/2020 annex III knows no abbreviation without them.
_ABBREVIATIONS = MappingProxyType({"QD": "QĐ", "ND": "NĐ", "CD": "CĐ"})


_VIETNAMESE = frozenset({"vietnam", "vietnamese", "vn", "vnm", "chxhcnvietnam", "conghoaxahoichunghiavietnam"})
"""What stands for Vietnam under "Quốc tịch / Nationality", letters only, folded."""

_AREA_UNIT = re.compile(r"\s?(?:m\s?[²2zZ?]?|mét vuông|met vuong)$", re.IGNORECASE)
_GROUPED = r"[0-9]{1,3}(?:[. ][0-9]{3})+"

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
        "area": (
            "expected square metres with at most two decimals, as in 1.250,5 m²",
            "cần số mét vuông, nhiều nhất hai chữ số thập phân, ví dụ 1.250,5 m²",
        ),
        "ethnic_group": ("expected one of the 54 ethnic groups", "cần tên một trong 54 dân tộc"),
        "nationality": ("expected a country in letters", "quốc tịch phải viết bằng chữ"),
        "dossier_number": (
            "expected agency, date and running number, as in H15.50.05.13-261008-0975",
            "cần mã cơ quan, ngày và số thứ tự, ví dụ H15.50.05.13-261008-0975",
        ),
        "procedure_code": ("expected a code as in 1.001193", "cần mã như 1.001193"),
        "phone": ("expected 10 or 11 digits, 0 first", "cần 10 hoặc 11 chữ số, bắt đầu bằng số 0"),
        "choice": ("expected the value of one of the boxes", "cần giá trị của một trong các ô"),
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
    try:
        day, month, year = (int(mend_digits(re.sub("[/T]", "1", g))) for g in match.groups())
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


def _ethnic_group(raw: str) -> str:
    group = ethnic_groups().get(letters(raw))
    if group is None:
        raise _refuse("ethnic_group")
    return group


def _nationality(raw: str) -> str:
    value = tidy(raw)
    if letters(value.split("/")[0]) in _VIETNAMESE:
        return "Việt Nam"
    if sum(c.isalpha() for c in value) < 2 or any(c.isdigit() for c in value):  # noqa: PLR2004 - "Úc", "Mỹ"
        raise _refuse("nationality")
    return value


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


def _money_words(raw: str) -> str:
    value = tidy(raw)
    amount_from_words(value)
    return value


def _area(raw: str) -> str:
    number = mend_digits(_AREA_UNIT.sub("", tidy(raw)).strip())
    # A dot before three digits parts thousands, before one or two it is the decimal point of older papers.
    match = re.fullmatch(rf"({_GROUPED}|[0-9]+)(?:,([0-9]{{1,2}}))?|([0-9]+)\.([0-9]{{1,2}})", number)
    if match is None:
        raise _refuse("area")
    whole, decimals = match[1] or match[3], (match[2] or match[4] or "").rstrip("0")
    return f"{int(re.sub(r'[. ]', '', whole))}" + (f".{decimals}" if decimals else "")


def _passport_number(raw: str) -> str:
    return PassportNumber(re.sub(r"[\s.\-]", "", tidy(raw)).upper()).value


def _dossier_number(raw: str) -> str:
    # The agency's code has letters; the date and the running number behind it have none.
    agency, *numbers = re.sub(r"[\s–—]", lambda m: "" if m[0].isspace() else "-", tidy(raw)).split("-")
    try:
        return DossierNumber("-".join([agency.upper(), *map(mend_digits, numbers)])).value
    except InvalidIdentifier:
        raise _refuse("dossier_number") from None


def _procedure_code(raw: str) -> str:
    code = re.sub(r"\s", "", tidy(raw)).upper()
    # The long form ends in a ministry's or province's code, a letter and two digits.
    head, dot, tail = code.rpartition(".") if code.count(".") > 1 else (code, "", "")
    try:
        return ProcedureCode(mend_digits(head) + dot + tail[:1] + mend_digits(tail[1:])).value
    except InvalidIdentifier:
        raise _refuse("procedure_code") from None


def _choice(raw: str) -> str:
    value = tidy(raw)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise _refuse("choice")
    return value


def _phone(raw: str) -> str:
    number = mend_digits(re.sub(r"[\s.\-()+]", "", tidy(raw)))
    national = f"0{number[2:]}" if number.startswith("84") else number
    if not re.fullmatch(r"0[0-9]{9,10}", national):
        raise _refuse("phone")
    return national


CHOICE = "choice"
"""The kind of value that is made by ticking one of several boxes."""

VALUE_KINDS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "text": _text,
        "foreign_name": _text,
        "phone": _phone,
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
        "money_words": _money_words,
        "area": _area,
        "ethnic_group": _ethnic_group,
        "nationality": _nationality,
        "passport_number": _passport_number,
        "dossier_number": _dossier_number,
        "procedure_code": _procedure_code,
        CHOICE: _choice,
    }
)
"""What a field can be, and how its raw text is read."""


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
