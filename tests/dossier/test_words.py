import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import InvalidValue
from dossier.mending import read_value
from dossier.text import fold
from dossier.words import date_from_words, date_in_words, mended_date_words

dates = st.dates(dt.date(1850, 1, 1), dt.date(2199, 12, 31))


@given(dates)
def test_a_date_in_words_reads_back(date: dt.date) -> None:
    words = date_in_words(date)
    assert date_from_words(words) == date
    assert date_from_words(unicodedata.normalize("NFD", words.upper())) == date
    assert date_from_words(fold(words)) == date


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("ngày mười lăm tháng ba năm hai nghìn không trăm hai mươi mốt", dt.date(2021, 3, 15)),
        ("Ngày mồng năm, tháng tư, năm một nghìn chín trăm chín mươi lăm.", dt.date(1995, 4, 5)),
        ("hai mươi tư tháng chạp năm một ngàn chín trăm tám mươi", dt.date(1980, 12, 24)),
        ("ngày một tháng giêng năm hai nghìn", dt.date(2000, 1, 1)),
        ("ngày ba mốt tháng năm năm hai nghìn không trăm linh năm", dt.date(2005, 5, 31)),
        ("ngày ba mươi tháng năm năm hai nghìn không trăm lẻ năm", dt.date(2005, 5, 30)),
        ("Ngày mười lắm tháng ba năm hai aghìn không trắm hai mươl mốt", dt.date(2021, 3, 15)),
    ],
)
def test_people_and_recognizers_vary(words: str, date: dt.date) -> None:
    assert date_from_words(words) == date


@given(dates)
def test_a_date_that_is_spelled_right_stays(date: dt.date) -> None:
    assert mended_date_words(date_in_words(date)) == date_in_words(date)


@pytest.mark.parametrize(
    ("read", "spelled"),
    [
        (
            "Ngày mười thóng bảy nõm hai nghìn không trõm hoi mươi mốt",
            "Ngày mười tháng bảy năm hai nghìn không trăm hai mươi mốt",
        ),
        (
            "ngày hai mưới lắm tháng giéng, năm một ngàn chin trăm",
            "ngày hai mươi lăm tháng giêng, năm một ngàn chín trăm",
        ),
        ("ngày mồng bẩy tháng chạp năm hai nghìn", "ngày mồng bẩy tháng chạp năm hai nghìn"),
        (
            "Ngày mươi tháng mươi hai năm hai nghìn không trăm hai mười hai",
            "Ngày mười tháng mười hai năm hai nghìn không trăm hai mươi hai",
        ),
    ],
)
def test_misread_words_of_a_date_are_spelled(read: str, spelled: str) -> None:
    assert mended_date_words(read) == spelled
    assert read_value("date_words", read) == spelled


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Hà Nội",
        "ngày ba mươi tháng hai năm hai nghìn",
        "ngày một tháng mười ba năm hai nghìn",
        "tháng ba năm hai nghìn",
    ],
)
def test_other_words_are_no_date(words: str) -> None:
    with pytest.raises(InvalidValue):
        date_from_words(words)


@given(st.text())
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        date = date_from_words(text)
    except InvalidValue:
        return
    assert date_from_words(date_in_words(date)) == date
