import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.decoding import decode
from tests.generator.fonts import VIETNAMESE_LETTERS
from tests.training import alphabet
from tests.training.alphabet import ALPHABET, encode, knows

LINES = st.text(st.sampled_from(ALPHABET), max_size=30).map(lambda text: " ".join(text.split()))


def scores(codes: list[int]) -> np.ndarray:
    answer = np.full((len(codes), len(ALPHABET) + 1), -9, dtype=np.float32)
    answer[np.arange(len(codes)), codes] = 9
    return answer


def test_every_letter_of_the_language_is_known_in_both_cases() -> None:
    assert set(VIETNAMESE_LETTERS) == set(alphabet.VIETNAMESE_LETTERS)
    assert knows("Quyết định số 12/QĐ-UBND: “Ỷ, ỵ”; 5 m² ≥ 3,2 % … ☐ ☑ – § 7°")


def test_a_character_stands_once_in_the_alphabet_and_composed() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert unicodedata.normalize("NFC", ALPHABET) == ALPHABET


def test_decomposed_text_is_encoded_as_composed() -> None:
    assert list(encode("e\u0302\u0301")) == list(encode("ế"))


def test_a_character_outside_the_alphabet_is_refused() -> None:
    assert not knows("漢")
    with pytest.raises(KeyError):
        encode("漢")


@given(LINES)
def test_decoding_gives_back_what_was_encoded(text: str) -> None:
    codes = [code for index in encode(text) for code in (int(index), 0)]
    assert decode(scores(codes), ALPHABET, margin=0).text == text
