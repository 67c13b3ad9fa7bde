"""Lines are written as Doc 9303 says, damaged as recognizers do, and read back to the truth or refused."""

import datetime as dt
import string
from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dossier.errors import InvalidValue
from dossier.identifiers import Sex
from dossier.mrz import Mrz, MrzKind, check_digit, clean_line, parse_mrz
from tests.dossier.machine_lines import (
    TODAY,
    Person,
    card,
    foreign_card,
    mixed_numbers,
    nine_digits,
    passport,
    passport_numbers,
    persons,
    states,
)

ALPHABET = string.digits + string.ascii_uppercase + "<"
LAN = Person("001190012345", "LE", "THI LAN", dt.date(1990, 3, 5), Sex.FEMALE, dt.date(2030, 3, 5))


def _read(lines: list[str]) -> Mrz:
    return parse_mrz(lines, today=TODAY)


def _read_or_none(lines: list[str]) -> Mrz | None:
    try:
        return _read(lines)
    except InvalidValue:
        return None


def _nameless(mrz: Mrz) -> Mrz:
    return replace(mrz, surname="", given_names="")


@pytest.mark.parametrize(
    ("text", "digit"), [("520727", 3), ("D23145890", 7), ("L898902C3", 6), ("ZE184226B<<<<<", 1), ("", 0)]
)
def test_check_digits_are_those_of_the_standards_examples(text: str, digit: int) -> None:
    assert check_digit(text) == digit


def test_the_standards_specimens_are_read() -> None:
    passport_ = _read(["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"])
    card_ = _read(
        ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]
    )
    assert (passport_.kind, passport_.document_number) == (MrzKind.PASSPORT, "L898902C3")
    assert (card_.kind, card_.document_number) == (MrzKind.CARD, "D23145890")
    for mrz in (passport_, card_):
        assert (mrz.surname, mrz.given_names, mrz.full_name) == ("ERIKSSON", "ANNA MARIA", "ERIKSSON ANNA MARIA")
        assert (mrz.birth_date, mrz.expires_on) == (dt.date(1974, 8, 12), dt.date(2012, 4, 15))
        assert (mrz.issuing_state, mrz.nationality, mrz.citizen_number) == ("UTO", "UTO", None)


@given(persons(endless=True))
@example(Person("001200000000", "AA", "CC", dt.date(2000, 1, 1), Sex.MALE, None))
@example(Person("001200000000", "AA", "KC CK", dt.date(2000, 1, 1), Sex.MALE, None))
def test_a_vietnamese_card_reads_back(person: Person) -> None:
    mrz = _read(card(person))
    assert (mrz.kind, mrz.issuing_state, mrz.nationality) == (MrzKind.CARD, "VNM", "VNM")
    assert (mrz.citizen_number, mrz.document_number) == (person.number, person.number[3:])
    assert (mrz.surname, mrz.given_names) == (person.surname, person.given_names)
    assert (mrz.birth_date, mrz.sex, mrz.expires_on) == (person.birth, person.sex, person.expiry)


@given(persons(), passport_numbers, st.booleans(), nine_digits)
def test_a_vietnamese_passport_reads_back(person: Person, number: str, citizen: bool, old: str) -> None:  # noqa: FBT001
    mrz = _read(passport(person, number, personal=person.number if citizen else old, sex=person.sex))
    assert (mrz.kind, mrz.document_number, mrz.sex) == (MrzKind.PASSPORT, number, person.sex)
    assert (mrz.citizen_number, mrz.old_identity_number) == ((person.number, None) if citizen else (None, old))
    assert (mrz.birth_date, mrz.expires_on) == (person.birth, person.expiry)


@given(persons(), mixed_numbers, states, st.sampled_from([Sex.MALE, Sex.FEMALE, None]))
def test_a_foreign_passport_reads_back(person: Person, number: str, state: str, sex: Sex | None) -> None:
    mrz = _read(passport(person, number, state=state, personal="AB12", sex=sex))
    assert (mrz.issuing_state, mrz.nationality, mrz.document_number, mrz.sex) == (state, state, number, sex)
    assert (mrz.citizen_number, mrz.old_identity_number) == (None, None)
    assert (mrz.birth_date, mrz.expires_on, mrz.full_name) == (
        person.birth,
        person.expiry,
        f"{person.surname} {person.given_names}",
    )


@given(persons(), st.from_regex(r"[A-Z0-9]{9}[A-Z0-9]{1,8}", fullmatch=True), st.sampled_from(["", "X7"]))
def test_numbers_longer_than_nine_go_on_in_the_optional_data(person: Person, number: str, optional: str) -> None:
    assert _read(foreign_card(person, number, optional=optional)).document_number == number


@given(persons(endless=True), st.data())
def test_one_wrong_character_on_a_card_is_mended_or_refused(person: Person, data: st.DataObject) -> None:
    lines, line, at, character = _corrupted(card(person), data, last=1)
    assert _read_or_none(lines) in {None, _read(card(person))}, f"line {line}, place {at}, read {character}"


@given(persons(), passport_numbers, st.sampled_from(["", "citizen", "123456789"]), st.data())
def test_one_wrong_character_on_a_passport_is_mended_refused_or_beyond_any_check(
    person: Person, number: str, personal: str, data: st.DataObject
) -> None:
    written = passport(person, number, personal=personal.replace("citizen", person.number), sex=person.sex)
    lines, line, at, _ = _corrupted(written, data, last=1)
    mrz, truth = _read_or_none(lines), _read(written)
    if mrz is None or _nameless(mrz) == _nameless(truth):
        return
    assert line == 1
    if at == 20:
        # The sex; told by the citizen number only.
        assert personal != "citizen" or mrz.sex is truth.sex
        assert replace(mrz, sex=truth.sex) == truth
    else:
        # Characters that count alike: the letter of the number, or 0 and the filler at its end.
        assert at in {0, 8}
        last_read = mrz.document_number.ljust(9, "<")[8]  # a letter O may have been mended to 0
        assert at == 0 or check_digit(last_read) == check_digit(written[1][8])
        assert replace(mrz, document_number=number) == truth


def _corrupted(lines: list[str], data: st.DataObject, last: int) -> tuple[list[str], int, int, str]:
    line = data.draw(st.integers(0, last))
    at = data.draw(st.integers(0, len(lines[line]) - 1))
    character = data.draw(st.sampled_from(ALPHABET))
    damaged = list(lines)
    damaged[line] = lines[line][:at] + character + lines[line][at + 1 :]
    return damaged, line, at, character


def test_every_single_wrong_character_of_one_card_and_passport() -> None:
    """Not by chance but one by one: each place, each character."""
    wrong = []
    for written in (card(LAN), passport(LAN, "C1234567", personal=LAN.number, sex=Sex.FEMALE)):
        truth = _nameless(_read(written))
        for line, text in enumerate(written[:2]):
            for at in range(len(text)):
                for character in ALPHABET:
                    damaged = list(written)
                    damaged[line] = text[:at] + character + text[at + 1 :]
                    mrz = _read_or_none(damaged)
                    if mrz and _nameless(mrz) != truth:
                        wrong.append((len(written), line, at, text[at], character))
    # The letter of the passport's number: C, M and W count alike, as do 2 and the Z it is mended to.
    assert {(lines, line, at) for lines, line, at, *_ in wrong} == {(2, 1, 0), (2, 1, 8)}
    assert {character for _, _, at, _, character in wrong if at == 0} == {"M", "W"}
    # The filler behind seven digits counts as much as a 0.
    assert {character for _, _, at, _, character in wrong if at == 8} == {"0", "O", "Q", "D"}


DIGITS = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8", "G": "6"}
LETTERS = {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B", "6": "G"}


@given(persons(), st.sampled_from(sorted(DIGITS)))
def test_letters_read_for_digits_and_digits_read_for_letters_are_mended(person: Person, letter: str) -> None:
    upper, middle, lower = card(person)
    # The sex and the codes of states are letters and stay.
    damaged = [
        upper[:5] + upper[5:].replace(DIGITS[letter], letter),
        middle[:7].replace(DIGITS[letter], letter) + middle[7] + middle[8:15].replace(DIGITS[letter], letter)
        + middle[15:29] + middle[29].replace(DIGITS[letter], letter),
        lower.translate(str.maketrans({v: k for k, v in LETTERS.items()})),
    ]  # fmt: skip
    assert _read(damaged) == _read(card(person))


def _gapped(text: str) -> str:
    return " ".join(text[i : i + 7] for i in range(0, len(text), 7))


@given(persons(), st.sampled_from([lambda t: t.replace("<<", "«"), lambda t: t.replace("<", "‹"), str.lower, _gapped,
                                   lambda t: t.rstrip("<"), lambda t: t.replace("<<<<<<<", "<<<<"),
                                   lambda t: t.replace("<<<<<<<", "<<<<<<<<<"), lambda t: f".{t}—"]))  # fmt: skip
def test_lost_added_and_misread_fillers_spaces_and_specks_do_not_matter(person: Person, damage: object) -> None:
    assert callable(damage)
    for written in (card(person), passport(person, "C1234567", personal=person.number, sex=person.sex)):
        assert _read([damage(line) for line in written]) == _read(written)


def test_the_code_of_a_vietnamese_card_may_be_misread() -> None:
    upper, *others = card(LAN)
    for code in ("TD", "1D", "ID", "I0", "AD"):
        assert _read([code + upper[2:], *others]) == _read(card(LAN))
    for code in ("TT", "<D"):
        assert _read_or_none([code + upper[2:], *others]) is None


def test_fillers_behind_the_name_may_be_read_as_letters() -> None:
    *others, lower = card(LAN)
    assert lower == "LE<<THI<LAN<<<<<<<<<<<<<<<<<<<"
    for damaged in ("LE<<THI<LAN<<<<KKK<<<<<C<<<<<<", "LE<<THI<LAN<<<<<<<<<<<<<<<<<<K"):
        assert _read([*others, damaged]).full_name == "LE THI LAN"
    assert _read([*others, "LE<<THI<<LAN<<<<<<<<<<<<<<<<<<"]).full_name == "LE THI LAN"
    assert _read([*others, "LE<THI<LAN<<<<<<<<<<<<<<<<<<<<"]).full_name == "LE THI LAN"


@pytest.mark.parametrize(
    ("birth", "read"),
    [("260101", dt.date(2026, 1, 1)), ("261122", dt.date(2026, 11, 22)), ("261123", dt.date(1926, 11, 23)),
     ("990101", dt.date(1999, 1, 1)), ("000229", dt.date(2000, 2, 29))],
)  # fmt: skip
def test_a_birth_lies_in_the_past(birth: str, read: dt.date) -> None:
    upper, lower = passport(replace(LAN, birth=dt.datetime.strptime(birth, "%y%m%d").date()), "C1234567")  # noqa: DTZ007
    assert _read([upper, lower]).birth_date == read


def test_the_citizen_number_tells_the_century_of_birth() -> None:
    old = Person("001020012345", "LE", "VAN LAN", dt.date(1920, 3, 5), Sex.MALE, None)
    assert _read(card(old)).birth_date == dt.date(1920, 3, 5)
    assert _read(passport(replace(old, expiry=dt.date(2030, 1, 1)), "C1234567")).birth_date == dt.date(2020, 3, 5)


@pytest.mark.parametrize("year", [2001, 2002, 2025, 2027, 2099, 2100])
def test_an_expiry_lies_25_years_back_to_75_ahead(year: int) -> None:
    mrz = _read(passport(replace(LAN, birth=dt.date(1990, 3, 5), expiry=dt.date(year, 12, 30)), "C1234567"))
    assert mrz.expires_on == dt.date(year, 12, 30)


def test_a_vietnamese_card_without_expiry_has_none_and_other_documents_have() -> None:
    assert _read(card(replace(LAN, expiry=None))).expires_on is None
    assert _read(foreign_card(replace(LAN, expiry=None), "AB1234567")).expires_on == dt.date(2099, 12, 31)


def test_a_card_without_optional_data_has_no_citizen_number() -> None:
    upper, middle, lower = card(LAN)
    upper = upper[:15] + "<" * 15
    middle = middle[:29] + str(check_digit(upper[5:] + middle[:7] + middle[8:15] + middle[18:29]))
    mrz = _read([upper, middle, lower])
    assert (mrz.citizen_number, mrz.document_number) == (None, "190012345")


def test_numbers_that_contradict_each_other_or_the_person_are_refused() -> None:
    other_number = card(replace(LAN, number="001190012346"))[0]
    upper, middle, lower = card(LAN)
    cases = [
        [upper[:15] + other_number[15:], middle, lower],
        card(replace(LAN, sex=Sex.MALE)),
        card(replace(LAN, birth=dt.date(1991, 3, 5))),
        card(replace(LAN, expiry=dt.date(2002, 3, 5), birth=dt.date(2003, 3, 5), number="001303012345")),
        card(replace(LAN, number="003190012345")),
    ]
    for lines in cases:
        with pytest.raises(InvalidValue) as refusal:
            _read(lines)
        assert refusal.value.details["key"] == "mrz"


@given(st.lists(st.text(max_size=60), max_size=4) | st.lists(st.text(alphabet=ALPHABET, min_size=28, max_size=46)))
def test_any_other_lines_are_refused_in_both_languages(lines: list[str]) -> None:
    with pytest.raises(InvalidValue) as refusal:
        _read(lines)
    assert refusal.value.details["reason"]
    assert refusal.value.details["reason_vi"]


@given(persons(), st.data())
@settings(max_examples=50)
def test_a_refusal_never_quotes_what_was_read(person: Person, data: st.DataObject) -> None:
    lines = _corrupted(card(person), data, last=1)[0]
    assume(_read_or_none(lines) is None)
    with pytest.raises(InvalidValue) as refusal:
        _read(lines)
    assert not any(part in refusal.value.text_vi + refusal.value.text_en for part in (person.number, *lines))


def test_lines_are_cleaned_to_their_alphabet() -> None:
    assert clean_line(" idvnm 123‹4«5.") == "IDVNM123<4<<5"
    assert clean_line("NGUYÊN«VĂN<ĐỨC") == "NGUYEN<<VAN<DUC"
