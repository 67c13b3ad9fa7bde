import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.alphabet import ALPHABET, VIETNAMESE_LETTERS, knows
from tests.training.texts import draw_text, words


@pytest.fixture(scope="module")
def texts() -> list[str]:
    rng = random.Random(5)  # noqa: S311 - chance, not secrets
    return [draw_text(rng) for _ in range(6000)]


@given(st.integers(), st.integers(8, 100))
def test_a_text_fits_and_can_be_written_with_the_alphabet(seed: int, longest: int) -> None:
    text = draw_text(random.Random(seed), longest)  # noqa: S311 - chance, not secrets
    assert 1 <= len(text) <= longest
    assert knows(text)
    assert text == " ".join(text.split())
    assert text == draw_text(random.Random(seed), longest)  # noqa: S311 - the same


def test_every_character_occurs(texts: list[str]) -> None:
    assert set("".join(texts)) == set(ALPHABET)


def test_what_is_read_worst_is_practised_much(texts: list[str]) -> None:
    together = "".join(texts)
    digits = sum(c.isdigit() for c in together) / len(together)
    marked_capitals = sum(c in VIETNAMESE_LETTERS and c.isupper() for c in together) / len(together)
    assert 0.08 < digits < 0.25
    assert 0.03 < marked_capitals < 0.15
    assert sum(bool(re.search(r"\d+/[A-ZĐ]", t)) for t in texts) > 200
    assert sum(len(t) < 10 for t in texts) > 400


def test_running_words_have_as_many_syllables_as_asked_for() -> None:
    rng = random.Random(1)  # noqa: S311 - chance, not secrets
    assert all(n <= len(words(rng, n).split()) <= n + 3 for n in range(1, 9))
