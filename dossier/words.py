"""Dates in Vietnamese words, as birth certificates write them beside the figures.

"ngày mười lăm tháng ba năm hai nghìn không trăm hai mươi mốt" is 15 March 2021. Words are compared folded, because a
recognizer loses tone marks first, and one wrong letter in a word of three or more is forgiven if only one word fits.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence

from dossier.errors import InvalidValue
from dossier.text import fold, nfc

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
"""The words for 0 to 9."""

UNITS = {fold(word): value for value, word in enumerate(DIGITS)} | {"tu": 4, "lam": 5, "nham": 5}
"""What the words for 0 to 9 mean, folded, with those that stand behind a ten."""

_MONTHS = {"gieng": 1, "chap": 12}
_VOCABULARY = frozenset(
    {*UNITS, *_MONTHS, "muoi", "tram", "nghin", "ngan", "le", "linh", "ngay", "mong", "mung", "thang"}
)


_SPELLED: Mapping[str, tuple[str, ...]] = {
    **{
        fold(word): (word,) for word in (*DIGITS, "tư", "lăm", "giêng", "chạp", "trăm", "nghìn", "ngàn", "linh", "ngày")
    },
    "nham": ("nhăm",),
    "le": ("lẻ",),
    "mong": ("mồng",),
    "mung": ("mùng",),
    "thang": ("tháng",),
    "bay": ("bảy", "bẩy"),
    "muoi": ("mười", "mươi"),
    "mot": ("một", "mốt"),
}
"""How the words are spelled; of two ways the last stands behind a ten's unit, or is another way to spell the word."""


def date_in_words(date: dt.date) -> str:
    """Return ``date`` in words, e.g. ``"ngày mười lăm tháng ba năm hai nghìn không trăm hai mươi mốt"``."""
    thousands, rest = divmod(date.year, 1000)
    hundreds, rest = divmod(rest, 100)
    year = f"{DIGITS[thousands]} nghìn"
    if hundreds or rest:
        year += f" {DIGITS[hundreds]} trăm"
    if rest:
        year += f" {'lẻ ' if rest < 10 else ''}{below_hundred(rest)}"  # noqa: PLR2004 - a lone unit after hundreds
    month = "tư" if date.month == 4 else below_hundred(date.month)  # noqa: PLR2004 - April is never "bốn"
    return f"ngày {below_hundred(date.day)} tháng {month} năm {year}"


def below_hundred(number: int) -> str:
    """Return 1 to 99 in words."""
    tens, unit = divmod(number, 10)
    if tens == 0:
        return DIGITS[unit]
    words = ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if unit == 5:  # noqa: PLR2004 - "lăm" after a ten
        words.append("lăm")
    elif unit == 1 and tens > 1:
        words.append("mốt")
    elif unit:
        words.append(DIGITS[unit])
    return " ".join(words)


def mended_date_words(text: str) -> str:
    """Return a date in words, those that are misread by a letter or a mark as they are spelled; its signs stay.

    Args:
        text: Words from which :func:`date_from_words` tells a date.
    """
    spelled, before = list[str](), ""
    for word in text.split(" "):
        core = word.strip(".,;:")
        meant = nearest(fold(core), _VOCABULARY)
        known = _spellings(meant, before)
        if known and nfc(core).lower() not in known:
            right = known[0]
            right = right.upper() if core.isupper() else right.capitalize() if core[0].isupper() else right
            word = word.replace(core, right)  # noqa: PLW2901 - one word after the other
        spelled.append(word)
        before = meant
    return " ".join(spelled)


def _spellings(meant: str, before: str) -> tuple[str, ...]:
    """Return how a word may be spelled behind the one ``before``, both folded, the likeliest first; ``()`` if unknown.

    Ten is mươi behind a unit and mười elsewhere, never the other.
    """
    known = _SPELLED.get(meant, ())
    known = known[::-1] if before in UNITS else known
    return known[:1] if meant == "muoi" else known


def date_from_words(text: str) -> dt.date:
    """Return the date that ``text`` spells in Vietnamese words; tone marks may be missing.

    Raises:
        InvalidValue: The words are not a date, or no such day exists.
    """
    words = [nearest(w, _VOCABULARY) for w in re.findall(r"[a-z]+", fold(text))]
    while words and words[0] in {"ngay", "mong", "mung"}:
        words.pop(0)
    try:
        day_end = words.index("thang")
        # May is "năm", the word that also opens the year: the month takes at least one word.
        year_start = words.index("nam", day_end + 2)
        day = small_number(words[:day_end])
        month = small_number(words[day_end + 1 : year_start])
        return dt.date(_year(words[year_start + 1 :]), month, day)
    except ValueError:
        reason, reason_vi = "the words do not spell a date", "các chữ không ghép thành một ngày"
        raise InvalidValue(key="date_words", reason=reason, reason_vi=reason_vi) from None


def nearest(word: str, vocabulary: Collection[str]) -> str:
    """Return the one word of ``vocabulary`` that ``word`` is or misses by one letter, else ``word``; all folded."""
    if word in vocabulary or len(word) < 3:  # noqa: PLR2004 - two letters leave nothing to go by
        return word
    near = [known for known in vocabulary if _one_edit_apart(word, known)]
    # Recognizers swap letters more often than they lose or add them.
    alike = [known for known in near if len(known) == len(word)] or near
    # And vowels in a word more often than the letter it begins with: "thong" is "thang", not "khong".
    alike = [known for known in alike if known[0] == word[0]] or alike
    return alike[0] if len(alike) == 1 else word


def _one_edit_apart(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    if len(long) - len(short) > 1 or len(short) < 3:  # noqa: PLR2004
        return False
    start = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    return short[start + (len(short) == len(long)) :] == long[start + 1 :]


def small_number(words: Sequence[str]) -> int:
    """Return the number below 100 that ``words`` spell, folded, month names included.

    Raises:
        ValueError: They spell none.
    """
    match words:
        case [month] if month in _MONTHS:
            return _MONTHS[month]
        case ["mong" | "mung" | "le" | "linh", unit] | [unit] if unit in UNITS:
            return UNITS[unit]
        case ["muoi"]:
            return 10
        case ["muoi", unit] if unit in UNITS:
            return 10 + UNITS[unit]
        case [ten, "muoi"] if ten in UNITS:
            return 10 * UNITS[ten]
        case [ten, "muoi", unit] | [ten, unit] if ten in UNITS and unit in UNITS:
            return 10 * UNITS[ten] + UNITS[unit]
    raise ValueError(words)


def _year(words: list[str]) -> int:
    """Return the year that ``words`` spell: thousands, optional hundreds, the rest.

    Raises:
        ValueError: They spell none.
    """
    match words:
        case [thousands, "nghin" | "ngan", *rest] if thousands in UNITS:
            pass
        case _:
            raise ValueError(words)
    year = 1000 * UNITS[thousands]
    if len(rest) > 1 and rest[1] == "tram":
        if rest[0] not in UNITS:
            raise ValueError(words)
        year += 100 * UNITS[rest[0]]
        rest = rest[2:]
    return year + (small_number(rest) if rest else 0)
