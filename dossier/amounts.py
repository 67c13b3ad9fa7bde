"""Amounts in Vietnamese words, as papers write them beside the figures.

"một triệu hai trăm nghìn đồng" is 1,200,000. Words are compared folded and forgiven one letter, as in
:mod:`dossier.words`. What speech shortens and a reader can take for two amounts is refused: "hai nghìn năm" may be 2005
or 2500, "một trăm hai" 102 or 120.
"""

import re
from collections.abc import Sequence

from dossier.errors import InvalidValue
from dossier.text import fold
from dossier.words import DIGITS, UNITS, below_hundred, nearest, small_number

LARGEST = 10**15 - 1
"""The largest amount in đồng that is written or read: more than the state spends in a year."""

_BILLION = 10**9
_SCALES = (("triệu", 10**6), ("nghìn", 10**3), ("", 1))
_SCALE_OF = {"trieu": 10**6, "nghin": 10**3, "ngan": 10**3}
_ZERO_TENS = frozenset({"linh", "le"})
_VOCABULARY = frozenset({*UNITS, *_SCALE_OF, *_ZERO_TENS, "muoi", "tram", "ty", "ti", "dong", "chan"})

_BEFORE = re.compile(r"^(?:\W|(?:so tien|viet|ghi|bang chu|la)\b)+")
_AFTER = re.compile(r"(?:\W|\b(?:dong|chan|viet nam|vnd|y)\b)+$")


def amount_in_words(amount: int) -> str:
    """Return an amount in đồng in words, e.g. ``"một triệu hai trăm nghìn đồng"``.

    Args:
        amount: From 0 to :data:`LARGEST`.

    Raises:
        ValueError: Out of range.
    """
    if not 0 <= amount <= LARGEST:
        raise ValueError("out of range")
    billions, rest = divmod(amount, _BILLION)
    words = [*_below_billion(billions, follows=False), "tỷ"] if billions else []
    if rest or not words:
        words += _below_billion(rest, follows=bool(words))
    return " ".join([*words, "đồng"])


def _below_billion(number: int, *, follows: bool) -> list[str]:
    """Return a number below 10^9 in words; ``follows``: after a higher one, which asks for its zeros."""
    if number == 0:
        return [DIGITS[0]]
    words: list[str] = []
    for name, scale in _SCALES:
        group = number // scale % 1000
        if group:
            words += [*_below_thousand(group, follows=follows or bool(words)), *([name] if name else [])]
    return words


def _below_thousand(number: int, *, follows: bool) -> list[str]:
    hundreds, rest = divmod(number, 100)
    words = [DIGITS[hundreds], "trăm"] if hundreds or follows else []
    if rest:
        words += ["linh"] if words and rest < 10 else []  # noqa: PLR2004 - a lone unit after hundreds
        words.append(below_hundred(rest))
    return words


def amount_from_words(text: str) -> int:
    """Return the amount in đồng, 0 to :data:`LARGEST`, that ``text`` spells; tone marks may be missing.

    "Bằng chữ:" before it and "đồng", "chẵn", "Việt Nam" behind it may be there.

    Raises:
        InvalidValue: The words are not an amount, or may be two.
    """
    bare = _AFTER.sub("", _BEFORE.sub("", _mended(fold(text))))
    # Figures or brackets among the words belong to something else.
    words = re.split(r"[\s,.;\-]+", bare)
    try:
        return _amount(words)
    except ValueError:
        reason, reason_vi = "the words do not spell one amount", "các chữ không ghép thành một số tiền"
        raise InvalidValue(key="money_words", reason=reason, reason_vi=reason_vi) from None


def _mended(text: str) -> str:
    return re.sub(r"[a-z]+", lambda word: nearest(word[0], _VOCABULARY), text)


def _amount(words: Sequence[str]) -> int:
    words = ["ty" if word == "ti" else word for word in words]
    if not _VOCABULARY.issuperset(words):
        raise ValueError(words)
    if "ty" in words:
        at = len(words) - 1 - words[::-1].index("ty")
        billions, rest = _scaled(words[:at]), words[at + 1 :]
        amount = billions * _BILLION + (_scaled(rest, follows=True) if rest else 0)
    else:
        amount = _scaled(words)
    if amount > LARGEST:
        raise ValueError(words)
    return amount


def _scaled(words: Sequence[str], *, follows: bool = False) -> int:
    """Return a number below 10^9: groups of millions, thousands and ones, in that order.

    Raises:
        ValueError: The words are none, or speech's short form of one.
    """
    total, last, group = 0, _BILLION, list[str]()
    for word in words:
        scale = _SCALE_OF.get(word)
        if scale is None:
            group.append(word)
            continue
        if scale >= last:
            raise ValueError(words)
        total += scale * _hundreds(group)
        last, group, follows = scale, [], True
    if group:
        if follows and len(group) == 1:
            raise ValueError(words)
        total += _hundreds(group)
    elif not follows:
        raise ValueError(words)
    return total


def _hundreds(words: Sequence[str]) -> int:
    """Return a number below 1000.

    Raises:
        ValueError: The words are none, or a unit stands behind hundreds without a word for no tens.
    """
    match words:
        case [hundred, "tram"] if hundred in UNITS:
            return 100 * UNITS[hundred]
        case [hundred, "tram", *rest] if hundred in UNITS and (len(rest) > 1 or rest == ["muoi"]):
            return 100 * UNITS[hundred] + _tens(rest)
        case _:
            return _tens(words)


def _tens(words: Sequence[str]) -> int:
    """Return a number below 100; "hai mốt", short for "hai mươi mốt", is speech.

    Raises:
        ValueError: The words are none.
    """
    if len(words) > 1 and "muoi" not in words and words[0] not in _ZERO_TENS:
        raise ValueError(words)
    return small_number(words)
