from itertools import pairwise

import numpy as np
import pytest

from dossier.papers import Box
from tests.training.alphabet import Reading
from tests.training.linereader import trim, words


def crop(ink_top: int, ink_bottom: int, height: int) -> np.ndarray:
    image = np.full((height, 100), 255, dtype=np.uint8)
    image[ink_top:ink_bottom, 20:80] = 0
    return image


def test_white_around_a_full_line_is_cut() -> None:
    image, top = trim(crop(10, 52, 62))
    assert (image.shape[0], top) == (48, 7)


def test_a_small_letter_keeps_the_white_that_shows_how_small_it_is() -> None:
    small, _ = trim(crop(10, 26, 36))
    capital, _ = trim(crop(10, 35, 45))
    assert 16 / small.shape[0] < 25 / capital.shape[0]


@pytest.mark.parametrize("image", [crop(0, 30, 30), np.full((30, 100), 255, dtype=np.uint8)])
def test_a_crop_without_white_or_without_ink_stays(image: np.ndarray) -> None:
    assert np.array_equal(trim(image)[0], image)


def test_a_reading_is_parted_at_its_spaces() -> None:
    reading = Reading("ab c", (0.9, 0.8, 0.99, 0.7), (2.0, 4.0, 6.0, 8.0))
    assert [(w.text, w.box, w.confidence) for w in words(reading, 4.0, 40)] == [
        ("ab", Box(4, 0, 16, 40), 0.8),
        ("c", Box(26, 0, 12, 40), 0.7),
    ]


def test_words_do_not_overlap() -> None:
    reading = Reading("a bc d", (0.9,) * 6, (1.0, 2.0, 3.0, 9.0, 10.0, 11.0))
    boxes = [word.box for word in words(reading, 4.0, 40)]
    assert all(a.right <= b.x for a, b in pairwise(boxes))


def test_nothing_read_gives_no_words() -> None:
    assert words(Reading("", (), ()), 4.0, 40) == ()
