"""Each step of the cleanup removes its fault, and leaves what shows no fault."""

from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.cleanup import blur, edges, grey_seals, leaders, levels, lighting, paper_grain, red_ink, specks
from ocr.cleanup.leaders import leader_dots
from ocr.cleanup.step import Grey, Measured, Sheet, Step
from ocr.reading_image import STEPS, clean, reading_image
from tests.ocr import drawn

every_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)


def grey(image: Grey) -> Grey:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def colour(image: Grey) -> Grey:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def sheet(image: Grey) -> Sheet:
    """The image as the first step gets it; a grey one as a scanner's grey page."""
    master = image if image.ndim == 3 else colour(image)
    return Sheet(master, grey(master), drawn.DPI)


def ink(image: Grey) -> int:
    return int(np.count_nonzero(image < 128))


def taken(image: Grey) -> tuple[str, ...]:
    return clean(sheet(image).master, drawn.DPI).taken


@given(st.integers(1, 90), st.integers(1, 90), st.integers(50, 400), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=60)
def test_any_image_keeps_its_size(width: int, height: int, dpi: int, seed: int, forced: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    master = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = reading_image(master, dpi, [step.always() for step in STEPS] if forced else STEPS)
    assert image.shape == (height, width)
    assert image.dtype == np.uint8


@pytest.mark.parametrize("level", [0, 90, 255])
def test_page_of_one_colour_stays_of_one_colour(level: int) -> None:
    image = reading_image(np.full((300, 200, 3), level, np.uint8), drawn.DPI)
    assert len(np.unique(image)) == 1


def test_white_page_stays_white() -> None:
    cleaned = clean(np.full((300, 200, 3), 255, np.uint8), drawn.DPI)
    assert cleaned.taken == ()
    assert cleaned.image.min() == 255


def test_clean_page_is_left_as_it_is() -> None:
    cleaned = clean(drawn.page(), drawn.DPI)
    assert cleaned.taken == ()
    assert np.array_equal(cleaned.image, grey(drawn.page()))


@every_step
def test_step_leaves_master_and_sheet_as_they_were(step: Step) -> None:
    page = sheet(drawn.seal(drawn.page(), (400, 200)))
    before = page.master.copy(), page.grey.copy()
    step.measure(page).mend()
    assert np.array_equal(page.master, before[0])
    assert np.array_equal(page.grey, before[1])


@every_step
def test_step_can_be_left_out_and_forced(step: Step) -> None:
    others = tuple(other for other in STEPS if other is not step)
    assert step.name not in clean(drawn.page(), drawn.DPI, others).measured
    assert clean(drawn.page(), drawn.DPI, (step.always(),)).taken == (step.name,)


def test_every_step_has_a_name_of_its_own() -> None:
    assert len({step.name for step in STEPS}) == len(STEPS)


def without_red_seals(image: Grey) -> Grey:
    return red_ink.measure(sheet(image)).mend()


def test_seal_vanishes_and_the_text_under_it_stays() -> None:
    unsealed = drawn.page()
    image = without_red_seals(drawn.seal(unsealed, (400, 200)))
    text = grey(unsealed) < 100
    assert ink(image) == pytest.approx(ink(grey(unsealed)), rel=0.02)
    assert image[~cv2.dilate(text.view(np.uint8), np.ones((5, 5))).astype(bool)].min() > 180
    assert np.mean(image[text] < 128) > 0.95


def test_red_text_is_read_and_a_seal_beside_it_fades() -> None:
    title = drawn.write(drawn.page(), [(300, 500, "GIẤY KHAI SINH")], colour=drawn.RED, size=60, face="bold")
    image = without_red_seals(drawn.seal(title, (1000, 700)))
    assert ink(image[500:570, 300:800]) > 5000
    assert ink(image[560:840, 860:1140]) == 0


def test_red_title_inside_a_red_border_is_read() -> None:
    """As on a birth certificate."""
    title = drawn.write(drawn.page(), [(300, 500, "GIẤY KHAI SINH")], colour=drawn.RED, size=60, face="bold")
    cv2.rectangle(title, (20, 20), (drawn.WIDTH - 20, drawn.HEIGHT - 20), drawn.RED, 10)
    image = without_red_seals(title)
    assert ink(image[500:570, 300:800]) > 5000
    assert ink(image[:60]) == 0


def larger(image: Grey, dpi: int) -> Grey:
    """The page as a scanner of ``dpi`` sees it."""
    return np.asarray(cv2.resize(image, None, fx=dpi / drawn.DPI, fy=dpi / drawn.DPI), dtype=np.uint8)


@pytest.mark.parametrize("dpi", [200, 300])
def test_seal_scanned_without_colour_fades_and_the_text_under_it_stays(dpi: int) -> None:
    unsealed = larger(drawn.page(), dpi)
    sealed = grey(larger(drawn.seal(drawn.page(), (400, 200), radius=150), dpi))
    assert "grey seals" in clean(colour(sealed), dpi).taken
    image = grey_seals.measure(Sheet(colour(sealed), sealed, dpi)).mend()
    near = cv2.dilate((grey(unsealed) < 128).view(np.uint8), np.ones((2 * (dpi // 56) + 1,) * 2)).astype(bool)
    assert image[~near].min() > 200
    assert np.mean(image[grey(unsealed) < 40] < 128) > 0.95


def test_what_is_round_and_black_or_pale_and_square_is_no_grey_seal() -> None:
    black = cv2.circle(grey(drawn.page()), (400, 300), 150, 10, 8)
    square = cv2.rectangle(grey(drawn.page()), (250, 150), (550, 450), 110, 8)
    assert grey_seals.measure(sheet(black)).fault == 0
    assert grey_seals.measure(sheet(square)).fault == 0


def test_pale_print_is_no_grey_seal() -> None:
    faint = grey(drawn.write(drawn.page([]), [(60, 40 + 34 * i, drawn.SENTENCES[i % 4]) for i in range(22)], size=27))
    assert grey_seals.measure(sheet((255 - (255 - faint.astype(int)) // 2).astype(np.uint8))).fault == 0


def test_uneven_light_is_divided_out() -> None:
    light = np.linspace(0.45, 1, drawn.WIDTH)[np.newaxis, :]
    even = grey(drawn.page())
    dark = (even * light).astype(np.uint8)
    assert "lighting" in taken(dark)
    assert np.mean(abs(lighting.measure(sheet(dark)).mend().astype(int) - even) < 12) > 0.99


def test_faint_ink_turns_black_and_grey_paper_white() -> None:
    strong = grey(drawn.page())
    faint = (strong // 3 + 100).astype(np.uint8)
    image = levels.measure(sheet(faint)).mend()
    assert np.mean(image[strong == 0]) < 10
    assert np.mean(image[strong == 255]) > 250


def test_faint_shades_on_a_page_without_ink_are_not_taken_for_ink() -> None:
    back = (grey(drawn.page()) // 4 + 191).astype(np.uint8)
    assert levels.measure(sheet(back)).fault == 0


def test_print_on_the_back_goes_and_soft_edges_of_letters_stay() -> None:
    front = grey(cv2.GaussianBlur(drawn.page(), (0, 0), 0.8))
    back = cv2.GaussianBlur(cv2.flip(front, 1), (0, 0), 1.5)
    shown = cv2.multiply(front, 200 + back // 255 * 55, scale=1 / 255)
    assert "paper grain" in taken(shown)
    image = paper_grain.measure(sheet(shown)).mend()
    far = cv2.erode(front, np.ones((15, 15))) == 255
    assert image[far].min() == 255
    assert np.array_equal(image[front < 200], shown[front < 200])


def test_stroke_that_goes_on_fainter_than_ink_stays() -> None:
    image = np.full((1200, 1200), 255, np.uint8)
    image[::3, ::5] = 230
    image[100:300, 100:104] = 20
    image[299:302, 100:250] = 205
    mended = paper_grain.measure(sheet(image)).mend()
    assert np.all(mended[299:302, 100:250] == 205)
    assert mended[:90].min() == 255


def test_black_edges_and_punch_holes_go_and_text_stays() -> None:
    punched = drawn.page()
    punched[:, :14] = 15
    punched[-30:] = 25
    cv2.circle(punched, (60, 500), 22, (20, 20, 20), -1)
    assert "edges" in taken(punched)
    image = edges.measure(sheet(punched)).mend()
    assert np.array_equal(image, grey(drawn.page()))


def test_light_punch_hole_with_a_shadow_goes() -> None:
    punched = drawn.page()
    cv2.circle(punched, (60, 500), 22, (206, 206, 206), -1)
    cv2.ellipse(punched, (60, 500), (22, 22), 0, 150, 300, (120, 120, 120), 2)
    assert np.array_equal(edges.measure(sheet(punched)).mend(), grey(drawn.page()))


def test_big_bold_letters_at_the_rim_are_no_punch_holes() -> None:
    big = drawn.write(drawn.page(), [(10, 20, "ĐBO0")], size=70, face="bold")
    assert edges.measure(sheet(cv2.GaussianBlur(big, (0, 0), 3))).fault == 0


def test_large_solid_things_within_the_page_stay() -> None:
    portrait = cv2.rectangle(drawn.page(), (500, 500), (760, 820), (60, 60, 60), -1)
    assert edges.measure(sheet(portrait)).fault == 0


def test_specks_go_and_points_and_marks_stay() -> None:
    text = drawn.write(drawn.page(), [(100, 500, "- Điều 1. Gồm: một; hai… “ba”, số 12.345,6.")])
    clean_page = grey(text)
    assert specks.measure(sheet(clean_page)).fault == 0
    dusty = clean_page.copy()
    for x in range(60, 1200, 37):
        cv2.circle(dusty, (x, 620 + x * 7 % 250), 2, 30, -1)
    assert "specks" in taken(dusty)
    assert np.array_equal(specks.measure(sheet(dusty)).mend(), clean_page)


def test_quotation_marks_of_broken_print_stay() -> None:
    text = grey(drawn.page(["1.    Ngày làm việc"]))
    broken = text.copy()
    left = 100 + int(np.flatnonzero((text[100:140, 140:] < 128).any(axis=0))[0]) + 40
    top = 100 + int(np.flatnonzero((text[100:140, left : left + 8] < 128).any(axis=1))[0])
    for x in (left - 13, left - 6):
        cv2.circle(broken, (x, top + 2), 2, 30, -1)
    assert specks.measure(sheet(broken)).fault == 0


def test_dot_between_two_words_at_half_height_is_a_speck() -> None:
    text = grey(drawn.page(["năm    năm"]))
    dotted = cv2.circle(text.copy(), (192, 122), 2, 0, -1)
    assert np.array_equal(specks.measure(sheet(dotted)).mend(), text)


def form(dots: Iterable[int]) -> Grey:
    image = drawn.page([])
    drawn_form = drawn.write(image, [(100, 100, "Họ và tên:"), (100, 300, "Nghị định số 123/2020/NĐ-CP, điều 1.")])
    for x in dots:
        cv2.circle(drawn_form, (x, 134), 2, (0, 0, 0), -1)
    return grey(drawn_form)


def leader(image: Grey) -> Measured:
    return leaders.measure(sheet(image))


def test_leaders_go_and_text_stays() -> None:
    plain = form([])
    assert leader(plain).fault == 0
    dotted = form(range(300, 1100, 11))
    assert ink(dotted) > ink(plain) + 500
    assert ink(leader(dotted).mend()) == pytest.approx(ink(plain), abs=40)


def test_leaders_hidden_in_parts_by_text_go() -> None:
    dots = [x for i, x in enumerate(range(300, 1100, 11)) if i % 7 in {0, 1, 4}]
    assert ink(leader(form(dots)).mend()) == pytest.approx(ink(form([])), abs=40)


def test_full_stop_before_a_leader_stays() -> None:
    numbered = drawn.write(drawn.page([]), [(100, 100, "1.")])
    left, top, width, height, _ = sheet(grey(numbered)).spots[-1]
    stop = int(left + width // 2), int(top + height // 2)
    dotted = numbered.copy()
    for x in range(stop[0] + 44, 1100, 11):
        cv2.circle(dotted, (x, stop[1]), 2, (0, 0, 0), -1)
    assert np.array_equal(leader(grey(dotted)).mend(), grey(numbered))


def test_dots_without_rhythm_stay() -> None:
    x = np.cumsum(np.random.default_rng(3).integers(9, 60, 20)) + 300
    assert leader(form(x.tolist())).fault == 0


def test_blurred_page_is_sharpened() -> None:
    blurred = cv2.GaussianBlur(grey(drawn.page()), (0, 0), 1.8)
    assert "blur" in taken(blurred)
    found = blur.measure(sheet(blurred))
    assert blur.measure(sheet(found.mend())).fault < 0.8 * found.fault


def test_dots_one_over_the_other_are_no_leader() -> None:
    stacked = np.array([[0, 0, 900, 900, 1], *([100, 100, 2, 2, 4] for _ in range(7))], np.int32)
    assert leader_dots(stacked, drawn.DPI).size == 0


def test_small_marks_over_letters_are_no_leader_however_regular() -> None:
    inch = drawn.DPI
    pitch, dot, letter = inch // 12, inch // 60, inch // 14
    ground = [[0, 0, 10 * inch, 10 * inch, 0]]
    dots = [[100 + i * pitch, 100, dot, dot, dot * dot] for i in range(9)]
    letters = [[100 + i * pitch - letter // 3, 100 + dot + inch // 75, letter, letter, letter] for i in range(9)]
    assert leader_dots(np.array(ground + dots, dtype=np.int32), inch).size == 9
    assert leader_dots(np.array(ground + dots + letters, dtype=np.int32), inch).size == 0


def test_measuring_a_sheet_sees_what_earlier_steps_left() -> None:
    page = sheet(drawn.page())
    assert levels.measure(replace(page, grey=(page.grey // 3 + 100).astype(np.uint8))).fault == 100
