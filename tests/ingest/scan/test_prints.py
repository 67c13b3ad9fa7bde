"""Prints: a sheet scanned again has nearly the same one, other pages have not."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.scan.pixels import Pixels
from ingest.scan.prints import ALIKE, MAY_BE_ALIKE, distance, page_print

PRINTS = st.binary(min_size=72, max_size=72).map(bytes.hex)


def page(seed: int, *, dpi: int = 100, head: int = 0) -> Pixels:
    """A page of lines of dark blocks, drawn the same at any resolution; of one ``head`` the upper half is the same."""
    height, width = round(11.69 * dpi), round(8.27 * dpi)
    sheet = np.full((height, width, 3), 245, np.uint8)
    for line in range(40):
        rng = np.random.default_rng((seed if line >= 20 else head, line))
        x = 0.1
        while x < 0.85 and rng.random() > 0.08:
            w = rng.uniform(0.02, 0.08)
            top = 0.06 + 0.022 * line
            corners = [(round(x * width), round(top * height)), (round((x + w) * width), round((top + 0.01) * height))]
            cv2.rectangle(sheet, *corners, (40, 40, 40), -1)
            x += w + 0.012
    return sheet


@given(PRINTS, PRINTS, PRINTS)
def test_distance_is_one(one: str, other: str, third: str) -> None:
    assert distance(one, one) == 0
    assert distance(one, other) == distance(other, one)
    assert 0 <= distance(one, other) <= 1
    assert distance(one, third) <= distance(one, other) + distance(other, third) + 1e-9


def test_what_has_no_print_is_like_nothing() -> None:
    blank = np.full((800, 600, 3), 240, np.uint8)
    assert page_print(blank) == ""
    assert distance("", "") == distance("", page_print(page(1))) == 1


@settings(max_examples=25)
@given(
    seed=st.integers(0, 50),
    dpi=st.integers(75, 150),
    light=st.floats(0.7, 1.0),
    slope=st.floats(-0.2, 0.2),
    quality=st.integers(35, 95),
    noise=st.floats(0, 6),
    shift=st.tuples(st.floats(-0.004, 0.004), st.floats(-0.004, 0.004)),
)
def test_another_scan_of_a_page_looks_alike(
    *, seed: int, dpi: int, light: float, slope: float, quality: int, noise: float, shift: tuple[float, float]
) -> None:
    again = page(seed, dpi=dpi).astype(np.float32)
    height, width = again.shape[:2]
    again *= light * (1 + slope * np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :, None])
    again += np.random.default_rng(seed).normal(0, noise, again.shape)
    moved = np.array([[1, 0, shift[0] * width], [0, 1, shift[1] * height]], np.float32)
    scan = cv2.warpAffine(np.clip(again, 0, 255).astype(np.uint8), moved, (width, height), borderValue=(235,) * 3)
    scan = cv2.imdecode(cv2.imencode(".jpg", scan, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    assert distance(page_print(page(seed)), page_print(np.asarray(scan, np.uint8))) <= ALIKE


@pytest.mark.parametrize("head", [0, 1])
def test_pages_with_other_content_do_not_even_if_half_of_it_is_the_same(head: int) -> None:
    prints = [page_print(page(seed, head=head)) for seed in range(1, 9)]
    apart = [distance(one, other) for i, one in enumerate(prints) for other in prints[:i]]
    assert min(apart) > MAY_BE_ALIKE
