import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.decoding import MARGIN, Reading, Scores, decode
from ocr.spelling import is_doubtful, is_possible
from tests.training.alphabet import ALPHABET

Step = Mapping[str, float]
"""Chances of characters, "" for the blank."""
CHARACTERS = ("", *" aăâảấáeêinghcut1,.;-ƯĐ")


def scores(*steps: Step) -> Scores:
    found = np.full((len(steps), 1 + len(ALPHABET)), 1e-6)
    for row, chances in zip(found, steps, strict=True):
        for character, chance in chances.items():
            row[ALPHABET.index(character) + 1 if character else 0] = chance
    return np.log(found).astype(np.float32)


def steps(*parts: str | Step) -> list[Step]:
    """Return steps that surely read what is a text, and each unsure character as given; blanks between them."""
    characters = [c for part in parts for c in ([{c: 0.98} for c in part] if isinstance(part, str) else [part])]
    return [step for character in characters for step in (character, {"": 0.99})]


def read(*parts: str | Step) -> Reading:
    return decode(scores(*steps(*parts)), ALPHABET)


def test_repetitions_are_one_character_unless_a_blank_parts_them() -> None:
    reading = decode(scores(*({c: 0.9} for c in ("", "a", "a", "", "a", "b", "b"))), ALPHABET)
    assert reading.text == "aab"
    assert reading.places == (2.0, 4.5, 6.0)
    assert reading.probabilities == pytest.approx((0.9, 0.9, 0.9))
    assert reading.read_as == ("", "", "")


def test_spaces_at_the_ends_go() -> None:
    assert read("  ca ho ").text == "ca ho"


def test_nothing_is_nothing() -> None:
    assert decode(scores(), ALPHABET) == Reading("", (), (), ())


def test_an_impossible_word_gives_way_and_is_kept() -> None:
    reading = read("số n", {"u": 0.7, "ư": 0.2}, "ớc,")
    assert reading.text == "số nước,"
    assert reading.read_as == ("",) * 3 + ("nuớc,",) * 5
    assert reading.probabilities == pytest.approx([0.98] * 3 + [0.7] * 5)
    assert reading.places == tuple(2 * i + 0.5 for i in range(8))


def test_several_possible_words_share_the_chances() -> None:
    reading = read("tr", {"ư": 0.8, "ự": 0.1, "ứ": 0.05}, "c")
    assert (reading.text, reading.read_as[0]) == ("trực", "trưc")
    assert reading.probabilities == pytest.approx([0.8 * 0.1 / 0.15] * 4)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("Sản", {"": 0.6, " ": 0.4}, "Xuất"), "Sản Xuất"),
        (("ngày", {"": 0.6, " ": 0.4}, "05/3"), "ngày 05/3"),
        (("V", {"i": 0.6, "I": 0.4}, "ỆT"), "VIỆT"),
        (("ch", {"ú": 0.5, "": 0.4}, "ủ"), "chủ"),
    ],
)
def test_lost_spaces_case_and_doubled_letters_are_set_right(parts: Sequence[str | Step], text: str) -> None:
    assert read(*parts).text == text


@pytest.mark.parametrize(
    "parts",
    [
        ("Krông B", {"ú": 0.97, "u": 0.02}, "k"),
        ("QĐ-", {"U": 0.9, "Ủ": 0.1}, "BND"),
        ("12/", {"Q": 0.5, "O": 0.4}, "Đ-XYZ"),
        ("XI", {"I": 0.6, "": 0.4}, ""),
        ("số ", {"1": 0.5, "l": 0.4}, "2"),
        ("n", {"ư": 0.99, "u": 0.01}, "óc"),
        ("quyt", {"!": 0.1, ".": 0.9}),
    ],
)
def test_foreign_words_codes_and_numbers_stay(parts: Sequence[str | Step]) -> None:
    line = scores(*steps(*parts))
    assert decode(line, ALPHABET) == decode(line, ALPHABET, margin=0)


@pytest.mark.parametrize(
    ("read_as", "text"),
    [
        ("hồ sƠ", "hồ sơ"),
        ("SƠn", "Sơn"),
        ("CUộC,", "CUỘC,"),
        ("(Xã hộI", "(Xã hộI"),
        ("NGUYễN", "NGUYễN"),
        ("CƠ", "CƠ"),
    ],
)
def test_letters_that_only_size_tells_from_capitals_take_the_case_of_the_others(read_as: str, text: str) -> None:
    reading = read(*read_as)
    assert reading.text == text
    word = reading.read_as[-1]
    assert word == ("" if text == read_as else read_as.rsplit(maxsplit=1)[-1])


@pytest.mark.parametrize(("odds", "text"), [(MARGIN - 0.1, "nước"), (MARGIN + 0.1, "nuớc")])
def test_what_is_much_less_likely_is_not_taken(odds: float, text: str) -> None:
    assert read("n", {"u": 0.9, "ư": 0.9 * math.exp(-odds)}, "ớc").text == text


@given(st.lists(st.tuples(st.sampled_from(CHARACTERS), st.sampled_from(CHARACTERS), st.floats(0.05, 0.5))))
def test_what_was_impossible_becomes_possible_and_all_else_stays(drawn: list[tuple[str, str, float]]) -> None:
    line = scores(*({first: 1 - chance, second: chance} for first, second, chance in drawn))
    reading, likeliest = decode(line, ALPHABET), decode(line, ALPHABET, margin=0)
    before = ""
    for read_as, group in groupby(zip(reading.read_as, reading.text, strict=True), key=itemgetter(0)):
        text = "".join(character for _, character in group)
        letters, read_letters = (t.replace(",", ".").replace(" ", "").casefold() for t in (text, read_as))
        is_spelt = is_doubtful(read_as) and is_possible(text.replace(",", "."), read_as.replace(",", "."))
        assert not read_as or letters == read_letters or is_spelt
        before += read_as or text
    assert before == likeliest.text
    assert len(reading.text) == len(reading.probabilities) == len(reading.places)
    assert all(0 < chance <= 1 for chance in reading.probabilities)


def test_a_full_stop_before_small_letters_is_the_comma_that_it_may_be() -> None:
    reading = read("cai cá", {".": 0.7, ",": 0.2}, " ga")
    assert reading.text == "cai cá, ga"
    assert reading.read_as == ("",) * 4 + ("cá.",) * 3 + ("",) * 3
    assert read("cai cá", {".": 0.98, ",": 0.01}, " ga").text == "cai cá. ga"


@pytest.mark.parametrize("before", ["cai cá", "cai TC", "cai tr", "3", "cai c.h"])
@pytest.mark.parametrize("after", [" Ga", " 3", "", " ga"])
def test_other_full_stops_stay(before: str, after: str) -> None:
    if (before, after) == ("cai cá", " ga"):
        return
    assert read(before, {".": 0.6, ",": 0.4}, after).text == f"{before}.{after}"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("cai;c) ca", "cai; c) ca"),
        ("3 -5 ca", "3 - 5 ca"),
        ("hai- ba", "hai - ba"),
        ("ca)hai", "ca) hai"),
        ("ca,12", "ca, 12"),
    ],
)
def test_spaces_that_print_has_come_back(text: str, mended: str) -> None:
    at = next(i for i, (a, b) in enumerate(zip(text, mended, strict=False)) if a != b)
    spaced = steps(text)
    spaced[2 * at - 1] = {"": 0.8, " ": 0.15}
    reading = decode(scores(*spaced), ALPHABET)
    assert reading.text == mended
    assert any(reading.read_as)
    assert decode(scores(*steps(text)), ALPHABET).text == text


@pytest.mark.parametrize("text", ["3-5", "-5 ca", "a@b.vn", "10,5", "7:30", "Lê-nin"])
def test_what_is_written_together_stays(text: str) -> None:
    unsure = [{"": 0.8, " ": 0.15} if step == {"": 0.99} else step for step in steps(text)]
    assert decode(scores(*unsure), ALPHABET).text == text


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("t", {"ô": 0.99, "ổ": 0.005}, " chức"), "tổ chức"),
        (("thành ph", {"ô": 0.99, "ố": 0.005}, "; nay"), "thành phố; nay"),
        (("- T", {"ô": 0.99, "ổ": 0.005}, " chức"), "- Tổ chức"),
        (("kh", {"â": 0.99, "ẩ": 0.005}, "n c", {"ậ": 0.7, "ấ": 0.2}, "p"), "khẩn cấp"),
    ],
)
def test_what_nobody_says_gives_way_to_what_is_said(parts: Sequence[str | Step], text: str) -> None:
    line = scores(*steps(*parts))
    reading, before = decode(line, ALPHABET), decode(line, ALPHABET, odd=0)
    assert reading.text == text
    changed = [(a, b) for a, b in zip(reading.text.split(), before.text.split(), strict=True) if a != b]
    assert [word for word, _ in groupby(reading.read_as) if word] == [word for _, word in changed]
    assert reading.places == before.places


@pytest.mark.parametrize(
    "parts",
    [
        ("- T", {"ô": 0.99, "ổ": 0.005}, " Chức"),  # a name
        ("ông T", {"ô": 0.6, "ổ": 0.3}, " chức"),
        ("T", {"Ô": 0.6, "Ổ": 0.3}, " CHỨC"),
        ("công s", {"ở": 0.6, "ỡ": 0.3}, " t", {"ô": 0.99, "ổ": 0.005}, " 3"),  # beside a number
        ("hai c", {"ố": 0.99, "ô": 0.005}, "ng ty"),  # cống is said often
        ("t", {"ô": 0.99, "ổ": 0.005}, ", chức"),  # no words in a row
        ("qu", {"â": 0.99, "ầ": 0.005}, "y cá"),  # nobody says the other either
        ("h", {"ò": 0.6, "o": 0.3}, {"a": 0.6, "à": 0.35}, " bình"),  # hòa and hoà are one word
        ("t", {"ô": 0.9999, "ổ": 0.00001}, " chức"),  # far too sure
    ],
)
def test_names_numbers_and_what_is_said_stay(parts: Sequence[str | Step]) -> None:
    line = scores(*steps(*parts))
    assert decode(line, ALPHABET).text == decode(line, ALPHABET, odd=0).text
