import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.papers import Box
from ocr.model import Word
from ocr.spelling import is_doubtful, is_possible, mended, respelt
from ocr.syllables import Syllable, Tone, bare, is_syllable, syllables

EVERY = tuple(syllables())


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("QUYÉT", "QUYẾT"),
        ("quyèn", "quyền"),
        ("biét", "biết"),
        ("Phuơng", "Phương"),
        ("kiém", "kiếm"),
        ("nguời", "người"),
        ("QUYÉT,", "QUYẾT,"),
        ("(thuờng", "(thường"),
        ("muơng/hồ", "mương/hồ"),
        ("thông/thuờng", "thông/thường"),
    ],
)
def test_impossible_syllables_are_set_right(read: str, meant: str) -> None:
    assert mended(read) == meant


@pytest.mark.parametrize(
    "word",
    [
        *("yêu", "thuở", "khuỷu", "quỹ", "giếng", "gìn", "gì", "huơ", "quét", "xoong", "ngoằn", "ngoèo", "khuya"),
        *("hoà", "hòa", "bố", "thông", "lý", "lí"),
    ],
)
def test_possible_words_stay(word: str) -> None:
    assert mended(word) == word


@pytest.mark.parametrize(
    "word",
    [
        *("Đắk", "Krông", "Hôih", "Kpă", "Tẻh", "Plông", "Êđê", "Zơrâm", "Kạn", "André", "café", "Zürich", "Genève"),
        *("Quyet", "Microsoft", "UBND", "QĐ-UBND", "HĐND", "e-mail", "số12", "3ế", "g1ao", "tÊ", "nguơI"),
        *("nghành", "hòan", "qủan"),
    ],
)
def test_foreign_mixed_and_misspelt_words_stay(word: str) -> None:
    assert mended(word) == word


@pytest.mark.parametrize(
    ("word", "ways"), [("nguôi", "nguôi or người"), ("nuóc", "nuốc or nước"), ("duợc", "dược or được")]
)
def test_words_that_two_syllables_may_have_been_stay(word: str, ways: str) -> None:
    assert mended(word) == word, ways


@pytest.mark.parametrize("word", ["quyet", "cac", "cảc", "viềt", "câp", "Viêt", "UÕ"])
def test_no_tone_is_changed_or_guessed(word: str) -> None:
    assert mended(word) == word


@pytest.mark.parametrize("text", ["QUYÉT,", "nuớc", "SảnXuất", "VIệT", "số12", "UBND", "Krông", "E-mail:", "(ngờời)"])
def test_what_is_no_vietnamese_is_doubtful(text: str) -> None:
    assert is_doubtful(text)


@pytest.mark.parametrize(
    "text", ["hoà", "hòa,", "(ii)", "XIII", "12/QĐ-UBND", "10°", "m²", "0,5", "V/v", "cm", "–", "kinh-tế", "A4", ""]
)
def test_possible_words_numbers_codes_and_numerals_are_not_doubtful(text: str) -> None:
    assert not is_doubtful(text)


@pytest.mark.parametrize(
    ("text", "likeliest"),
    [("QUYẾT,", "QUYÉT,"), ("Sản Xuất", "SảnXuất"), ("ngày 05/3", "ngày05/3"), ("trịch", "tr|ch"), ("VIỆT", "VIệT")],
)
def test_possible_readings_are_possible(text: str, likeliest: str) -> None:
    assert is_possible(text, likeliest)


@pytest.mark.parametrize(
    ("text", "likeliest"),
    [
        ("QUYÉT", "QUYÉT"),
        ("số 1", "số12"),
        ("sốl 2", "số12"),
        ("XI\\?", "XIV?"),
        ("Sản  Xuất", "SảnXuất"),
        ("", "nuớc"),
    ],
)
def test_impossible_readings_and_other_numbers_and_signs_are_not(text: str, likeliest: str) -> None:
    assert not is_possible(text, likeliest)


def test_a_repaired_word_keeps_what_was_read() -> None:
    word = Word("QUYÉT", Box(1, 2, 30, 10), 0.8)
    after = respelt(word)
    assert after == replace(word, text="QUYẾT", read_as="QUYÉT")
    assert respelt(after) == after


@given(st.sampled_from(EVERY), st.data())
def test_a_lost_letter_mark_is_found_again_or_left_alone(syllable: Syllable, data: st.DataObject) -> None:
    spelling = syllable.spellings[0]
    at = data.draw(st.integers(0, len(spelling) - 1))
    decomposed = unicodedata.normalize("NFD", spelling[at])
    tones = "".join(c for c in decomposed[1:] if c in {tone.value for tone in Tone})
    read = spelling[:at] + unicodedata.normalize("NFC", decomposed[0] + tones) + spelling[at + 1 :]
    after = mended(read)
    assert after == read or is_syllable(after)
    assert bare(after) == bare(spelling)


@given(st.text(alphabet="aáàeéèêếoóôốuúưứyýiínghquctpmk ĐđAÉÊ-/.1"))
def test_length_stays_and_mending_twice_changes_nothing(text: str) -> None:
    once = mended(text)
    assert len(once) == len(text)
    assert mended(once) == once
