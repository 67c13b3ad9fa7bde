"""Amounts in words: what we write we read, what people write we read, what may be two amounts we refuse."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.amounts import LARGEST, amount_from_words, amount_in_words
from dossier.errors import InvalidValue
from dossier.text import fold

amounts = st.integers(0, LARGEST) | st.integers(0, 10**7) | st.integers(0, 10**6).map(lambda n: n * 10**6)


@given(amounts)
def test_an_amount_in_words_reads_back(amount: int) -> None:
    words = amount_in_words(amount)
    for text in (words, fold(words), unicodedata.normalize("NFD", words.upper()), f"(Bằng chữ: {words} chẵn.)"):
        assert amount_from_words(text) == amount


@given(amounts)
def test_spellings_make_no_difference(amount: int) -> None:
    words = amount_in_words(amount)
    for one, other in (("nghìn", "ngàn"), ("tỷ", "tỉ"), ("linh", "lẻ"), ("mươi bốn", "mươi tư"), ("lăm", "nhăm")):
        assert amount_from_words(words.replace(one, other)) == amount


@given(amounts, amounts)
def test_two_amounts_have_different_words(a: int, b: int) -> None:
    assert (amount_in_words(a) == amount_in_words(b)) == (a == b)


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("một triệu hai trăm nghìn đồng", 1_200_000),
        ("Không đồng", 0),
        ("mười đồng", 10),
        ("một trăm mười đồng", 110),
        ("hai mươi mốt nghìn đồng", 21_000),
        ("ba mươi tư triệu năm trăm lẻ năm ngàn đồng chẵn", 34_505_000),
        ("Bằng chữ: Năm tỉ đồng./.", 5_000_000_000),
        ("hai nghìn ba trăm tỷ bốn trăm triệu đồng Việt Nam", 2_300_400_000_000),
        ("một tỷ không trăm linh hai triệu đồng", 1_002_000_000),
        ("một tỷ hai triệu đồng", 1_002_000_000),
        ("một trăm năm mươi lăm triệu, bảy trăm tám mươi nghìn đồng", 155_780_000),
        ("một nghìn không trăm linh năm đồng", 1_005),
        ("hai nghìn lẻ năm đồng", 2_005),
        ("Số tiền viết bằng chữ: Mười hai triệu đồng", 12_000_000),
        ("một trịệu hai trâm nghỉn đồng", 1_200_000),
        ("một tríeu hai trmm nghln dong", 1_200_000),
    ],
)
def test_people_and_recognizers_vary(words: str, amount: int) -> None:
    assert amount_from_words(words) == amount


@pytest.mark.parametrize(
    "words",
    [
        "",
        "đồng",
        "nghìn đồng",
        "trăm đồng",
        "hai nghìn năm đồng",
        "một trăm hai đồng",
        "một triệu hai đồng",
        "hai tỷ rưỡi",
        "một nghìn năm tỷ đồng",
        "hai mốt nghìn đồng",
        "một nghìn hai triệu đồng",
        "một triệu hai triệu đồng",
        "một nghìn tỷ tỷ đồng",
        "một triệu tỷ đồng",
        "giêng triệu đồng",
        "linh đồng",
        "một triệu (1.000.000) đồng",
        "1 triệu đồng",
        "một triệu đô la",
        "âm một triệu đồng",
    ],
)
def test_other_words_are_no_amount(words: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        amount_from_words(words)
    assert refusal.value.details["reason_vi"]


@pytest.mark.parametrize("amount", [-1, LARGEST + 1])
def test_amounts_out_of_range_are_not_written(amount: int) -> None:
    with pytest.raises(ValueError, match="range"):
        amount_in_words(amount)


WORDS = ("một", "hai", "năm", "mươi", "mười", "trăm", "nghìn", "triệu", "tỷ", "linh", "không", "lăm")


@given(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount = amount_from_words(text)
    except InvalidValue:
        return
    assert amount_from_words(amount_in_words(amount)) == amount
