"""Machine-readable lines of invented people, written as Doc 9303 lays them down."""

import datetime as dt
from dataclasses import dataclass

from hypothesis import strategies as st

from dossier.identifiers import CitizenNumber, Sex, province_names
from dossier.mrz import check_digit

TODAY = dt.date(2026, 11, 22)

_SEXES = {Sex.MALE: "M", Sex.FEMALE: "F", None: "<"}


@dataclass(frozen=True)
class Person:
    number: str
    surname: str
    given_names: str
    birth: dt.date
    sex: Sex
    expiry: dt.date | None


def _checked(text: str) -> str:
    return f"{text}{check_digit(text)}"


def _yymmdd(day: dt.date | None) -> str:
    return f"{day:%y%m%d}" if day else "991231"


def _names(person: Person, width: int) -> str:
    return f"{person.surname}<<{person.given_names}".replace(" ", "<")[:width].ljust(width, "<")


def card(person: Person) -> list[str]:
    """Return the three lines of a Vietnamese identity card."""
    upper = f"IDVNM{_checked(person.number[3:])}{_checked(person.number + '<<')}"
    birth, expiry = _checked(_yymmdd(person.birth)), _checked(_yymmdd(person.expiry))
    composite = check_digit(upper[5:] + birth + expiry + "<" * 11)
    return [upper, f"{birth}{_SEXES[person.sex]}{expiry}VNM{'<' * 11}{composite}", _names(person, 30)]


def passport(
    person: Person, number: str, *, state: str = "VNM", personal: str = "", sex: Sex | None = Sex.MALE
) -> list[str]:
    """Return the two lines of a passport."""
    checked = [_checked(t) for t in (number.ljust(9, "<"), _yymmdd(person.birth), _yymmdd(person.expiry))]
    optional = _checked(personal.ljust(14, "<")) if personal else "<" * 15
    lower = f"{checked[0]}{state:<<3}{checked[1]}{_SEXES[sex]}{checked[2]}{optional}"
    return [f"P<{state:<<3}{_names(person, 39)}", f"{lower}{check_digit(''.join(checked) + optional)}"]


def foreign_card(person: Person, number: str, state: str = "UTO", optional: str = "") -> list[str]:
    """Return the three lines of another state's card; long numbers go on in the optional data."""
    upper = f"I<{state}{_checked(number.ljust(9, '<'))}{optional}"
    if len(number) > 9:
        upper = f"I<{state}{number[:9]}<{number[9:]}{check_digit(number)}<{optional}"
    upper = upper.ljust(30, "<")
    birth, expiry = _checked(_yymmdd(person.birth)), _checked(_yymmdd(person.expiry))
    composite = check_digit(upper[5:] + birth + expiry + "<" * 11)
    return [upper, f"{birth}{_SEXES[person.sex]}{expiry}{state}{'<' * 11}{composite}", _names(person, 30)]


_words = st.from_regex(r"[A-Z]{2,6}", fullmatch=True)
states = st.sampled_from(["UTO", "LAO", "KHM", "USA", "D"])
mixed_numbers = st.from_regex(r"[A-Z0-9]{5,9}", fullmatch=True)
passport_numbers = st.from_regex(r"[A-Z][0-9]{7,8}", fullmatch=True)
nine_digits = st.from_regex(r"[0-9]{9}", fullmatch=True)


@st.composite
def persons(draw: st.DrawFn, *, endless: bool = False) -> Person:
    """Draw an invented person; ``endless`` allows documents without expiry."""
    birth = draw(st.dates(dt.date(1930, 1, 1), dt.date(2020, 12, 31)))
    sex = draw(st.sampled_from(Sex))
    century = 2 * (birth.year // 100 - 19) + (sex is Sex.FEMALE)
    place, rest = draw(st.sampled_from(sorted(province_names()))), draw(st.from_regex(r"[0-9]{6}", fullmatch=True))
    expiry = st.dates(max(birth, dt.date(2002, 1, 1)), dt.date(2090, 12, 31))
    return Person(
        CitizenNumber(f"{place}{century}{birth.year % 100:02}{rest}").value,
        draw(_words),
        " ".join(draw(st.lists(_words, min_size=1, max_size=2))),
        birth,
        sex,
        draw(st.none() | expiry if endless else expiry),
    )
