import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.text import fold, nfc
from ocr.syllables import is_syllable
from ocr.usage import _usage, is_odd, said


@pytest.mark.parametrize(
    ("first", "second", "pair"),
    [
        ("tô", "chức", ("tổ", "chức")),
        ("“To", "chuc”,", ("“Tổ", "chức”,")),
        ("tổ", "chức;", ("tổ", "chức;")),
        ("hoà", "bình", ("hoà", "bình")),
        ("hòa", "binh", ("hòa", "bình")),
    ],
)
def test_the_pair_that_is_said_keeps_case_and_punctuation(first: str, second: str, pair: tuple[str, str]) -> None:
    assert pair in said(first, second, before="là:")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Tô", "Chức"),  # a name
        ("TÔ", "CHỨC"),  # may be one
        ("tổ,", "chức"),  # no words in a row
        ("tổ", "(chức"),
        ("tổ", "12"),
        ("TỔ", "chức"),
        ("tổ", "CHỨC"),
        ("t", "c"),
        ("", ""),
        ("bàn", "trăng"),
    ],
)
def test_names_numbers_and_words_apart_have_none(first: str, second: str) -> None:
    assert said(first, second, before="là:") == ()


@pytest.mark.parametrize(
    ("before", "is_asked"), [("-", True), ("3.", True), ("ông", False), ("ông,", False), (None, False)]
)
def test_a_capital_may_be_a_name_unless_a_sentence_begins(before: str | None, *, is_asked: bool) -> None:
    assert bool(said("Dũng", "cụ", before=before)) == is_asked


@given(st.text("aăâđeêuổấcht,.12 ĐTổ", max_size=6), st.text("aăâđeêuổấcht,.12 ĐTổ", max_size=6))
def test_only_marks_differ(first: str, second: str) -> None:
    for a, b in said(nfc(first), nfc(second), before=None):
        assert (fold(a), len(a)) == (fold(nfc(first)), len(nfc(first)))
        assert (fold(b), len(b)) == (fold(nfc(second)), len(nfc(second)))
        assert (a, b) in said(a, b, before=None)


def test_odd_words_are_the_seldom_ones() -> None:
    assert all(map(is_odd, ("xuông", "phô;", "Kiêm", "TRIÊN")))
    assert not any(map(is_odd, ("của", "xuống", "Tổ", "công", "đang,", "12", "a-b", "")))


def test_the_list_is_tidy() -> None:
    pairs = [pair for spelt in _usage().pairs.values() for pair in spelt]
    assert len(pairs) == len(set(pairs)) > 20_000
    for word in {word for pair in pairs for word in pair}:
        assert word == unicodedata.normalize("NFC", word).lower()
        assert is_syllable(word) or word.isascii(), word
