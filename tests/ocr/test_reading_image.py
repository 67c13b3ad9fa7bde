"""Each step removes its fault, and leaves what shows no fault."""

from collections.abc import Iterable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.leaders import leader_dots
from ocr.reading_image import (
    Grey,
    divide,
    is_white_paper,
    paper,
    reading_image,
    set_levels,
    soften,
    without_leaders,
    without_red_seals,
    without_specks,
)
from tests.ocr import drawn


def grey(image: Grey) -> Grey:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def ink(image: Grey) -> int:
    return int(np.count_nonzero(image < 128))


@given(st.integers(1, 90), st.integers(1, 90), st.integers(50, 400), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_any_image_keeps_its_size(width: int, height: int, dpi: int, seed: int) -> None:
    master = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = reading_image(master, dpi)
    assert image.shape == (height, width)
    assert image.dtype == np.uint8


@pytest.mark.parametrize("level", [0, 90, 255])
def test_page_of_one_colour_stays_of_one_colour(level: int) -> None:
    image = reading_image(np.full((300, 200, 3), level, np.uint8), drawn.DPI)
    assert len(np.unique(image)) == 1


def test_master_is_not_touched() -> None:
    master = drawn.seal(drawn.page(), (400, 200))
    before = master.copy()
    reading_image(master, drawn.DPI)
    assert np.array_equal(master, before)


def test_seal_vanishes_and_the_text_under_it_stays() -> None:
    clean = drawn.page()
    image = without_red_seals(drawn.seal(clean, (400, 200)), drawn.DPI)
    text = grey(clean) < 100
    assert ink(image) == pytest.approx(ink(grey(clean)), rel=0.02)
    assert image[~cv2.dilate(text.view(np.uint8), np.ones((5, 5))).astype(bool)].min() > 180
    assert np.mean(image[text] < 128) > 0.95


def test_red_text_is_read_and_a_seal_beside_it_fades() -> None:
    title = drawn.write(drawn.page(), [(300, 500, "GIẤY KHAI SINH")], colour=drawn.RED, size=60, face="bold")
    image = without_red_seals(drawn.seal(title, (1000, 700)), drawn.DPI)
    assert ink(image[500:570, 300:800]) > 5000
    assert ink(image[560:840, 860:1140]) == 0


def test_red_title_inside_a_red_border_is_read() -> None:
    """As on a birth certificate."""
    title = drawn.write(drawn.page(), [(300, 500, "GIẤY KHAI SINH")], colour=drawn.RED, size=60, face="bold")
    cv2.rectangle(title, (20, 20), (drawn.WIDTH - 20, drawn.HEIGHT - 20), drawn.RED, 10)
    image = without_red_seals(title, drawn.DPI)
    assert ink(image[500:570, 300:800]) > 5000
    assert ink(image[:60]) == 0


def test_uneven_light_is_divided_out() -> None:
    light = np.linspace(0.45, 1, drawn.WIDTH)[np.newaxis, :]
    clean = grey(drawn.page())
    dark = (clean * light).astype(np.uint8)
    background = paper(dark, drawn.DPI)
    assert not is_white_paper(background)
    even = divide(dark, background)
    assert np.mean(abs(even.astype(int) - clean) < 12) > 0.99


def test_white_paper_needs_no_division() -> None:
    assert is_white_paper(paper(grey(drawn.page()), drawn.DPI))


def test_faint_ink_turns_black_and_grey_paper_white() -> None:
    clean = grey(drawn.page())
    faint = (clean // 4 + 120).astype(np.uint8)
    image = set_levels(faint)
    assert np.mean(image[clean == 0]) < 10
    assert np.mean(image[clean == 255]) > 250


def test_good_levels_are_left_alone() -> None:
    clean = grey(drawn.page())
    assert np.array_equal(set_levels(clean), clean)


def test_specks_go_from_a_noisy_page_and_a_clean_page_is_left_alone() -> None:
    clean = grey(drawn.page())
    assert np.array_equal(without_specks(clean), clean)
    noisy = clean.copy()
    noisy[np.random.default_rng(1).random(clean.shape) < 0.004] = 0
    empty = slice(450, None)
    assert ink(noisy[empty]) > 1000
    assert ink(without_specks(noisy)[empty]) < 30


def form(dots: Iterable[int]) -> Grey:
    image = drawn.page([])
    drawn_form = drawn.write(image, [(100, 100, "Họ và tên:"), (100, 300, "Nghị định số 123/2020/NĐ-CP, điều 1.")])
    for x in dots:
        cv2.circle(drawn_form, (x, 134), 2, (0, 0, 0), -1)
    return grey(drawn_form)


def test_leaders_go_and_text_stays() -> None:
    plain = form([])
    assert np.array_equal(without_leaders(plain, drawn.DPI), plain)
    dotted = form(range(300, 1100, 11))
    assert ink(dotted) > ink(plain) + 500
    assert ink(without_leaders(dotted, drawn.DPI)) == pytest.approx(ink(plain), abs=40)


def test_leaders_hidden_in_parts_by_text_go() -> None:
    dots = [x for i, x in enumerate(range(300, 1100, 11)) if i % 7 in {0, 1, 4}]
    assert ink(without_leaders(form(dots), drawn.DPI)) == pytest.approx(ink(form([])), abs=40)


def test_dots_without_rhythm_stay() -> None:
    x = np.cumsum(np.random.default_rng(3).integers(9, 60, 20)) + 300
    dotted = form(x.tolist())
    assert np.array_equal(without_leaders(dotted, drawn.DPI), dotted)


def test_black_and_white_scans_are_softened_and_grey_ones_are_not() -> None:
    clean = grey(drawn.page())
    assert np.array_equal(soften(clean, drawn.DPI), clean)
    two_level = np.where(clean < 128, 0, 255).astype(np.uint8)
    assert len(np.unique(soften(two_level, drawn.DPI))) > 50


def test_dots_one_over_the_other_are_no_leader() -> None:
    stacked = np.array([[0, 0, 900, 900, 1], *([100, 100, 2, 2, 4] for _ in range(7))], np.int32)
    assert leader_dots(stacked, drawn.DPI).size == 0
