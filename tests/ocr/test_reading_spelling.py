import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.spelling import mended


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
    ],
)
def test_impossible_syllables_are_set_right(read: str, meant: str) -> None:
    assert mended(read) == meant


@pytest.mark.parametrize(
    "word",
    [
        *(
            "yêu",
            "thuở",
            "khuỷu",
            "quỹ",
            "giếng",
            "gìn",
            "gì",
            "huơ",
            "quét",
            "xoong",
            "ngoằn",
            "ngoèo",
            "khuya",
            "hoà",
        ),
        *("Đắk", "Krông", "Quyet", "André", "số12", "3ế", "nguôi"),
    ],
)
def test_possible_foreign_and_doubtful_words_stay(word: str) -> None:
    assert mended(word) == word


@given(st.text(alphabet="aáàeéèêếoóôốuúưứyýiínghquctpmk ĐđAÉÊ-/.1"))
@settings(deadline=None)
def test_length_stays_and_mending_twice_changes_nothing(text: str) -> None:
    once = mended(text)
    assert len(once) == len(text)
    assert mended(once) == once
