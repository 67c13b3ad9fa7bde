import random
import unicodedata

import pytest

from ocr.syllables import is_syllable
from tests.training.alphabet import knows
from tests.training.syllables import draw_syllable, every_syllable

SPELT = (
    *("nghiêng", "quyết", "hoá", "hóa", "uỷ", "ủy", "thuở", "khuya", "gì", "gìn", "giếng", "yêu", "ý", "kỷ", "lý"),
    *("nguyễn", "được", "người", "ươm", "quốc", "phường", "thuế", "tuyến", "khoẻ", "khỏe", "giữa", "của", "ngoằng"),
)
NOT_SPELT = ("nghang", "cê", "kan", "ngê", "các̀", "tàt", "quư", "giii", "yn", "bêch̃", "fan")


@pytest.mark.parametrize("syllable", SPELT)
def test_what_is_spelt_so_is_there(syllable: str) -> None:
    assert syllable in every_syllable()


@pytest.mark.parametrize("syllable", NOT_SPELT)
def test_what_nobody_spells_so_is_not_there(syllable: str) -> None:
    assert unicodedata.normalize("NFC", syllable) not in every_syllable()


def test_syllables_are_composed_and_of_the_alphabet() -> None:
    assert all(unicodedata.is_normalized("NFC", s) and knows(s) for s in every_syllable())
    assert 12_000 < len(every_syllable()) < 20_000


def test_all_but_a_few_can_be_spelt() -> None:
    odd = {syllable for syllable in every_syllable() if not is_syllable(syllable)}
    assert all(syllable.startswith("gi") for syllable in odd)
    assert len(odd) < 10


def test_a_stop_at_the_end_takes_two_tones_only() -> None:
    stopped = [s for s in every_syllable() if s.endswith(("c", "p", "t", "ch"))]
    tones = {c for s in stopped for c in unicodedata.normalize("NFD", s) if c in "\u0300\u0301\u0303\u0309\u0323"}
    assert tones == {"\u0301", "\u0323"}


def test_chance_draws_the_same_again_and_reaches_far() -> None:
    drawn = [draw_syllable(random.Random(i)) for i in range(3000)]  # noqa: S311 - chance, not secrets
    assert drawn[:50] == [draw_syllable(random.Random(i)) for i in range(50)]  # noqa: S311 - the same
    assert len(set(drawn)) > 2000
    assert set(drawn) <= every_syllable()
