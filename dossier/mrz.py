"""Machine-readable lines of passports (TD3, two lines of 44) and identity cards (TD1, three lines of 30).

Sources: ICAO Doc 9303, eighth edition: part 3 section 4 (characters, check digits, names), part 4 (TD3), part 5 (TD1).
That the back of the Vietnamese identity card bears such lines: circular 06/2022/TT-BCA art. 3. What Vietnam puts into
the parts that Doc 9303 leaves to the state is published nowhere; it was seen on specimens that public software for
reading the cards is shown with, and their check digits bear it out:

- card: the document number is the last nine digits of the citizen number; the optional data of the first line are the
  whole citizen number, two fillers and a check digit over both; a card without expiry bears 31 December 99;
- passport: the number is a letter and seven or eight digits; the personal number is empty, the citizen number or, on
  older ones, the old identity number.

Where only digits or only letters may stand, what recognizers confuse is mended (O for 0, 1 for I); nowhere else. Every
check digit must then be right. What no check digit can tell, because it covers other places or because two characters
count alike (their values differ by a multiple of ten, as of ``<``, 0, A, K and U):

- names, document code, issuing state and nationality are covered by none (one wrong letter in VNM is mended);
- nor is the sex, which the citizen number tells, if there is one;
- in a foreign document's number a character may be read as one that counts alike, as may the letter of a Vietnamese
  passport, and its last digit 0 as a filler.

A date has two digits for the year. A birth lies in the past, less than a hundred years ago unless the citizen number
says otherwise; an expiry less than 25 years ago or less than 75 years ahead.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle
from types import MappingProxyType

from dossier import times
from dossier.errors import InvalidOwnerNumber, InvalidValue
from dossier.identifiers import CitizenNumber, OldIdentityNumber, Sex
from dossier.text import fold

VIETNAM = "VNM"
"""Vietnam's code: ISO 3166-1, part 3 section 5 of Doc 9303."""

CARD_WIDTH, PASSPORT_WIDTH = 30, 44
"""Characters on a line of TD1, which has three lines, and of TD3, which has two."""

_FURTHEST_PAST = 25
"""Years since which a document may have expired; the other 75 of a century lie ahead."""

_DIGIT_FOR = str.maketrans("OQDILZSGB", "000112568")
_LETTER_FOR = str.maketrans("012568", "OIZSGB")
_FILLER_FOR = str.maketrans("KC", "<<")
"""What fillers are read as; letters of names all the same."""
_FILLER_RUN = re.compile(r"[<KC]+")

_FILLERS = str.maketrans({"«": "<<", "≪": "<<", "《": "<<", "‹": "<", "〈": "<", "⟨": "<", "(": "<", "{": "<", "[": "<",
                          "|": "I", "!": "I", "]": "I", "€": "C", "@": "0"})  # fmt: skip
_SPECKS = re.compile(r"[\s.,:;'`´‘’\"“”_~·*^°\-–—]")
_SEXES: Mapping[str, Sex | None] = MappingProxyType({"M": Sex.MALE, "F": Sex.FEMALE, "X": None, "<": None})

_REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "form": ("no machine-readable lines of a card or passport", "không phải các dòng mã đọc máy của thẻ, hộ chiếu"),
        "check": ("a check digit of the machine-readable lines is wrong", "sai chữ số kiểm tra ở dòng mã đọc máy"),
        "day": ("a date in the machine-readable lines is no day", "ngày ở dòng mã đọc máy không có trong lịch"),
        "number": (
            "the numbers in the machine-readable lines contradict each other or the person's data",
            "các số ở dòng mã đọc máy mâu thuẫn với nhau hoặc với nhân thân",
        ),
    }
)
"""Why lines are refused, in English and Vietnamese."""


def _refuse(why: str) -> InvalidValue:
    reason, reason_vi = _REASONS[why]
    return InvalidValue(key="mrz", reason=reason, reason_vi=reason_vi)


class MrzKind(StrEnum):
    """The documents whose lines are read."""

    CARD = "card"
    """TD1: three lines of 30."""
    PASSPORT = "passport"
    """TD3: two lines of 44."""


@dataclass(frozen=True, slots=True)
class Mrz:
    """What the machine-readable lines of a document say; every check digit was right.

    Attributes:
        kind: Card or passport. issuing_state, nationality: Codes of one to three letters, Vietnam's ``VNM``.
        document_number: Capital letters and digits, 1 to 22; of a Vietnamese card nine digits of the citizen number.
        citizen_number: 12 digits, ``None`` on foreign documents and older passports.
        old_identity_number: 9 digits, only on older Vietnamese passports.
        surname, given_names: Capital letters without marks, single spaces; Doc 9303 may have cut them short, and no
            check digit covers them. Without the double filler between them the surname holds the whole name.
        birth_date: A day in the past. sex: ``None`` if not stated.
        expires_on: Last day of validity; ``None``: none (Vietnamese cards only).
    """

    kind: MrzKind
    issuing_state: str
    nationality: str
    document_number: str
    citizen_number: str | None
    old_identity_number: str | None
    surname: str
    given_names: str
    birth_date: dt.date
    sex: Sex | None
    expires_on: dt.date | None

    @property
    def full_name(self) -> str:
        """The name in Vietnamese order, surname first."""
        return f"{self.surname} {self.given_names}".strip()


def check_digit(text: str) -> int:
    """Return the check digit of ``text``: weights 7, 3, 1, letters count from 10, fillers 0, modulo 10.

    Source: ICAO Doc 9303 part 3 section 4.9.

    Raises:
        ValueError: A character is none of ``A-Z0-9<``.
    """
    return sum(weight * _value(c) for weight, c in zip(cycle((7, 3, 1)), text, strict=False)) % 10


def _value(character: str) -> int:
    return 0 if character == "<" else int(character, 36)


def clean_line(text: str) -> str:
    """Return ``text`` in the alphabet of machine-readable lines as far as it goes.

    Capital letters without marks, fillers for what is drawn like them, no spaces or specks. A result with other
    characters than ``A-Z0-9<`` was no machine-readable line.
    """
    return _SPECKS.sub("", fold(text).translate(_FILLERS)).upper()


def parse_mrz(lines: Sequence[str], *, today: dt.date | None = None) -> Mrz:
    """Return what machine-readable lines say.

    Args:
        lines: Two of a passport or three of a card, as read: fillers may be missing or too many, letters small.
        today: The day that tells centuries apart; today in Vietnam if not given.

    Raises:
        InvalidValue: They are no such lines, a check digit is wrong, or a date or number cannot be.
    """
    clean = [clean_line(line) for line in lines]
    if not all(re.fullmatch(r"[A-Z0-9<]+", line) for line in clean):
        raise _refuse("form")
    match clean:
        case [upper, middle, lower]:
            return _card(_fit(upper, CARD_WIDTH), _fit(middle, CARD_WIDTH), _fit_names(lower, CARD_WIDTH), today)
        case [upper, lower]:
            return _passport(_fit_names(upper, PASSPORT_WIDTH), _fit(lower, PASSPORT_WIDTH), today)
    raise _refuse("form")


def _fit(line: str, width: int) -> str:
    """Return the line with its longest run of fillers made as long as the width asks: of these any number gets lost."""
    lacking = width - len(line)
    if lacking == 0:
        return line
    run = max(re.finditer(r"<+", line), key=lambda m: len(m[0]), default=None)
    if run is None or len(run[0]) + lacking < 1:
        raise _refuse("form")
    return line[: run.start()] + "<" * (len(run[0]) + lacking) + line[run.end() :]


def _fit_names(line: str, width: int) -> str:
    """Return a line that ends in a name, filled up."""
    bare = line.rstrip("<")
    if len(bare) > width:
        raise _refuse("form")
    return bare.ljust(width, "<")


def _card(upper: str, middle: str, lower: str, today: dt.date | None) -> Mrz:
    """Read the lines of TD1: Doc 9303 part 5 section 4.2."""
    code, state = _letters(upper[:2]), _state(upper[2:5])
    vietnamese = state == VIETNAM
    # Recognizers like to read the I of ID as a T.
    if code[0] not in "IAC" and not (vietnamese and code[1] == "D"):
        raise _refuse("form")
    upper = _vietnamese_upper(upper) if vietnamese else upper
    birth, expiry = _digits(middle[:7]), _digits(middle[8:15])
    further = _fillers(middle[18:29]) if vietnamese else middle[18:29]
    number, optional = _long_number(upper) if not vietnamese and upper[14] == "<" else (upper[5:14], upper[15:])
    if number == upper[5:14]:
        _require_checked(number, upper[14])
    _require_checked(upper[5:] + birth + expiry + further, _digits(middle[29]))
    return _document(
        MrzKind.CARD,
        state,
        nationality=middle[15:18],
        number=number,
        personal=optional[:12] if vietnamese else "",
        names=lower,
        dates=(birth, expiry),
        sex=middle[7],
        today=today,
    )


def _vietnamese_upper(upper: str) -> str:
    """Return the first line of a Vietnamese card with its digits mended and its own check digit verified."""
    if not _FILLER_RUN.fullmatch(upper[15:]):
        upper = upper[:5] + _digits(upper[5:27]) + _fillers(upper[27:29]) + _digits(upper[29])
        _require_checked(upper[15:29], upper[29])
        if upper[18:27] != upper[5:14]:
            raise _refuse("number")
        return upper
    return upper[:5] + _digits(upper[5:15]) + "<" * 15


def _long_number(upper: str) -> tuple[str, str]:
    """Return a number of more than nine characters, which goes on in the optional data, and what follows it."""
    rest, _, optional = upper[15:].partition("<")
    if not rest:
        raise _refuse("form")
    number = upper[5:14] + rest[:-1]
    _require_checked(number, rest[-1])
    return number, optional


def _passport(upper: str, lower: str, today: dt.date | None) -> Mrz:
    """Read the lines of TD3: Doc 9303 part 4 section 4.2."""
    code, state = _letters(upper[:2]), _state(upper[2:5])
    if code[0] != "P":
        raise _refuse("form")
    number, personal = lower[:9], lower[28:42]
    if state == VIETNAM:
        number = _letters(number[0]) + _digits_then_fillers(number[1:])
        personal = _digits_then_fillers(personal)
    birth, expiry = _digits(lower[13:20]), _digits(lower[21:28])
    number_check, personal_check, composite = _digits(lower[9]), lower[42].translate(_DIGIT_FOR), _digits(lower[43])
    _require_checked(number, number_check)
    # An empty personal number may have a filler for its check digit, which counts as the 0 it stands for.
    _require_checked(personal, personal_check.replace("<", "0"))
    _require_checked(number + number_check + birth + expiry + personal + personal_check, composite)
    return _document(
        MrzKind.PASSPORT,
        state,
        nationality=lower[10:13],
        number=number,
        personal=personal.rstrip("<") if state == VIETNAM else "",
        names=upper[5:],
        dates=(birth, expiry),
        sex=lower[20],
        today=today,
    )


def _document(
    kind: MrzKind,
    state: str,
    *,
    nationality: str,
    number: str,
    personal: str,
    names: str,
    dates: tuple[str, str],
    sex: str,
    today: dt.date | None,
) -> Mrz:
    """Return the document; ``dates`` are birth and expiry with their check digits, the others bare characters."""
    day = today or times.today()
    for date in dates:
        _require_checked(date[:6], date[6])
    if sex not in _SEXES or not re.fullmatch(r"[A-Z0-9]+<*", number):
        raise _refuse("form")
    citizen, old = _personal_number(personal.strip("<"))
    birth = _birth(dates[0], citizen, day)
    endless = kind is MrzKind.CARD and state == VIETNAM and dates[1].startswith("991231")
    expires_on = None if endless else _expiry(dates[1], day)
    stated = _SEXES[sex]
    if (citizen and stated not in {None, citizen.sex}) or (expires_on and expires_on < birth):
        raise _refuse("number")
    surname, given_names = _names(names)
    return Mrz(
        kind=kind,
        issuing_state=state,
        nationality=_state(nationality),
        document_number=number.rstrip("<"),
        citizen_number=citizen.value if citizen else None,
        old_identity_number=old.value if old else None,
        surname=surname,
        given_names=given_names,
        birth_date=birth,
        sex=citizen.sex if citizen else stated,
        expires_on=expires_on,
    )


def _personal_number(digits: str) -> tuple[CitizenNumber | None, OldIdentityNumber | None]:
    try:
        match len(digits):
            case 0:
                return None, None
            case 9:
                return None, OldIdentityNumber(digits)
            case _:
                return CitizenNumber(digits), None
    except InvalidOwnerNumber:
        raise _refuse("number") from None


def _require_checked(text: str, digit: str) -> None:
    if not digit.isdigit() or check_digit(text) != int(digit):
        raise _refuse("check")


def _digits(text: str) -> str:
    """Return text that can only be digits, letters that are read for digits mended."""
    mended = text.translate(_DIGIT_FOR)
    if not re.fullmatch(r"[0-9]*", mended):
        raise _refuse("form")
    return mended


def _letters(text: str) -> str:
    """Return text that can only be letters and fillers, digits that are read for letters mended."""
    mended = text.translate(_LETTER_FOR)
    if not re.fullmatch(r"[A-Z<]*", mended) or mended.startswith("<"):
        raise _refuse("form")
    return mended


def _fillers(text: str) -> str:
    """Return text that can only be fillers."""
    mended = text.translate(_FILLER_FOR)
    if mended.strip("<"):
        raise _refuse("form")
    return mended


def _digits_then_fillers(text: str) -> str:
    """Return text of digits that fillers follow."""
    digits = text.translate(_FILLER_FOR).rstrip("<")
    return _digits(digits).ljust(len(text), "<")


def _state(text: str) -> str:
    """Return a state's code; no other code is one letter from Vietnam's."""
    if sum(a != b for a, b in zip(text, VIETNAM, strict=True)) <= 1:
        return VIETNAM
    code = _letters(text).rstrip("<")
    if "<" in code:
        raise _refuse("form")
    return code


def _birth(digits: str, citizen: CitizenNumber | None, today: dt.date) -> dt.date:
    year, month_day = int(digits[:2]), digits[2:6]
    if citizen:
        if citizen.birth_year % 100 != year:
            raise _refuse("number")
        return _date(citizen.birth_year, month_day)
    this_century = today.year // 100 * 100
    for century in (this_century, this_century - 100):
        if (century + year, month_day) <= (today.year, f"{today:%m%d}"):
            return _date(century + year, month_day)
    raise _refuse("day")


def _expiry(digits: str, today: dt.date) -> dt.date:
    earliest = today.year - _FURTHEST_PAST
    year = earliest + (int(digits[:2]) - earliest) % 100
    return _date(year, digits[2:6])


def _date(year: int, month_day: str) -> dt.date:
    try:
        return dt.date(year, int(month_day[:2]), int(month_day[2:]))
    except ValueError:
        raise _refuse("day") from None


def _names(text: str) -> tuple[str, str]:
    """Return surname and given names; behind more than two fillers only fillers stand, however they were read."""
    primary, *others = _letters(text).split("<<")
    given = [part for at, part in enumerate(others) if not _FILLER_RUN.fullmatch(part) or (at == 0 and part[0] != "<")]
    primary = primary.strip("<")
    if not primary:
        raise _refuse("form")
    return _spaced([primary]), _spaced(given)


def _spaced(parts: Iterable[str]) -> str:
    return " ".join(word for part in parts for word in part.split("<") if word)
