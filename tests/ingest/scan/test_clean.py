import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dossier.papers import Box
from ingest.scan.clean import clean
from ingest.scan.geometry import Projection
from ingest.scan.images import MasterPage, PageImage
from ingest.scan.ink import Survey
from ingest.scan.lines import measure_lines, possible_rotations
from ingest.scan.pixels import Pixels
from ingest.scan.sheet import find_sheet
from ocr.ctc import CtcReader
from ocr.orientation import Orientation, OrientationDetector, orientation
from tests.generator.faults import Scanner
from tests.generator.render import Kind, PaperSpec, render


@lru_cache(maxsize=8)  # pages are large
def generated(kind: Kind, seed: int = 1, dpi: int = 150, scanner: Scanner | None = None, number: int = 1) -> PageImage:
    page = render(PaperSpec(kind, seed, dpi, "dev", scanner or Scanner())).pages[number - 1]
    image = page.image if page.image.ndim == 3 else cv2.cvtColor(page.image, cv2.COLOR_GRAY2RGB)
    return PageImage(number, np.ascontiguousarray(image[:, :, ::-1]), dpi)


def must_not_be_asked(image: NDArray[np.uint8], dpi: int, turns: Sequence[int]) -> Orientation:
    raise AssertionError((image.shape, dpi, turns))


def says(degrees: int, confidence: float) -> OrientationDetector:
    def detector(image: NDArray[np.uint8], dpi: int, turns: Sequence[int]) -> Orientation:
        assert image.ndim == 3
        assert max(image.shape) <= 1754
        assert dpi > 0
        assert degrees in turns or not confidence
        return Orientation(degrees, confidence)

    return detector


def turned(page: PageImage, degrees: int) -> PageImage:
    return replace(page, pixels=np.ascontiguousarray(np.rot90(page.pixels, -(degrees // 90))))


def plain(width: int = 1240, height: int = 1754, colour: tuple[int, int, int] = (235, 245, 250)) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)


# --- upright -------------------------------------------------------------------------------------------------------

WORDY = (Kind.BODY_TEXT, Kind.DECISION, Kind.APPLICATION, Kind.DECISION_WITH_TABLE, Kind.BIRTH_CERTIFICATE)


@pytest.mark.parametrize("kind", WORDY)
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_letters_show_which_way_up(kind: Kind, degrees: int) -> None:
    scanner = Scanner(noise=3, blur=0.4, tint=(0.98, 0.97, 0.94), light=0.1)
    master = clean(turned(generated(kind, scanner=scanner), degrees), must_not_be_asked)
    assert master.rotation == (360 - degrees) % 360
    assert not master.blank


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_card_is_put_upright_by_the_detector(degrees: int) -> None:
    page = turned(generated(Kind.IDENTITY_CARD, seed=4, dpi=300), degrees)
    assert clean(page, partial(orientation, engine=CtcReader())).rotation == (360 - degrees) % 360


def test_an_unsure_detector_leaves_an_upright_page_alone() -> None:
    photo = plain()
    photo[300:1200, 200:1000] = np.random.default_rng(1).integers(0, 255, (900, 800, 3))
    page = PageImage(1, photo, 150)
    assert clean(page, says(180, 0.49)).rotation == 0
    assert clean(page, says(180, 0.51)).rotation == 180


def test_a_detector_that_tends_where_the_lines_do_is_believed_sooner() -> None:
    page = turned(generated(Kind.DECISION_WITH_TABLE, seed=3), 180)
    letters = page.survey.letters.mask
    assert possible_rotations(measure_lines(letters), measure_lines(np.rot90(letters))) == (180, 0)
    assert clean(page, says(180, 0.2)).rotation == 180
    assert clean(page, says(180, 0.05)).rotation == 0


# --- straight ------------------------------------------------------------------------------------------------------


# Of a card's few lines, small and short, the slope cannot be told so well.
CARDS = {Kind.IDENTITY_CARD, Kind.IDENTITY_CARD_2024}


@pytest.mark.parametrize("kind", [k for k in Kind if k not in CARDS])
@pytest.mark.parametrize("skew", [-4.9, -1.3, -0.15, 0.6, 3.3])
def test_skew_is_measured_to_hundredths_of_a_degree(kind: Kind, skew: float) -> None:
    page = generated(kind, scanner=Scanner(skew_deg=skew, noise=2))
    assert clean(page, says(0, 0.0)).skew_deg == pytest.approx(-skew, abs=0.05)


@pytest.mark.parametrize("kind", [k for k in Kind if k is not Kind.IDENTITY_CARD_2024])
def test_a_straight_page_keeps_its_very_pixels(kind: Kind) -> None:
    page = generated(kind)
    master = clean(page, says(0, 1.0))
    assert (master.skew_deg, master.rotation, master.crop) == (
        0.0,
        0,
        Box(0, 0, page.pixels.shape[1], page.pixels.shape[0]),
    )
    assert np.array_equal(master.pixels, page.pixels)


def test_turning_by_quarters_moves_pixels_without_changing_them() -> None:
    page = generated(Kind.BODY_TEXT)
    assert np.array_equal(clean(turned(page, 90), must_not_be_asked).pixels, page.pixels)


def test_lines_are_level_and_corners_are_paper_after_cleaning() -> None:
    page = generated(Kind.DECISION, scanner=Scanner(skew_deg=3.0, tint=(0.95, 0.93, 0.85)))
    master = clean(page, must_not_be_asked)
    assert abs(measure_lines(Survey.of(master.pixels).letters.mask).skew_deg) < 0.1
    corner = master.pixels[:12, -12:].reshape(-1, 3).mean(axis=0)
    assert np.abs(corner - page.survey.paper_colour).max() < 14


def test_colour_of_the_seal_is_kept() -> None:
    page = generated(Kind.APPLICATION, scanner=Scanner(skew_deg=2.0))
    master = clean(page, must_not_be_asked)

    def red(pixels: Pixels) -> int:
        blue, green, red = (pixels[:, :, i].astype(int) for i in range(3))
        return int((red - np.maximum(blue, green) > 60).sum())

    assert red(page.pixels) > 1000
    assert red(master.pixels) == pytest.approx(red(page.pixels), rel=0.15)


@pytest.mark.parametrize("skew", [-9.0, 7.5])
def test_a_sheet_laid_down_carelessly_is_straightened_and_keeps_its_letters(skew: float) -> None:
    page = generated(Kind.BODY_TEXT)
    height, width = page.pixels.shape[:2]
    turn = Projection.rotation(skew, width, height).matrix[:2]
    askew = cv2.warpAffine(page.pixels, turn, (width, height), borderValue=(250, 250, 250))
    master = clean(replace(page, pixels=np.asarray(askew, np.uint8)), must_not_be_asked)
    assert master.skew_deg == pytest.approx(-skew, abs=0.1)


def test_letters_in_the_corners_are_not_cut_off_by_straightening() -> None:
    pixels = np.asarray(generated(Kind.BODY_TEXT, scanner=Scanner(skew_deg=4.0)).pixels).copy()
    cv2.putText(pixels, "MN 123456", (4, 34), cv2.FONT_HERSHEY_SIMPLEX, 1, (30, 30, 30), 3, cv2.LINE_AA)
    page = PageImage(1, pixels, 150)
    master = clean(page, must_not_be_asked)
    there = master.to_original.inverse()
    height, width = master.pixels.shape[:2]
    for corner in ((4, 10), (160, 34)):
        x, y = there.point(*corner)
        assert 0 <= x < width
        assert 0 <= y < height
    assert width > page.pixels.shape[1]


# --- seen from aside -----------------------------------------------------------------------------------------------


def photographed(page: PageImage, *corners: tuple[float, float]) -> tuple[PageImage, Projection]:
    """Return a page lying on a desk, its corners at shares of the picture, and where its points are in it."""
    height, width = page.pixels.shape[:2]
    size = round(width * 1.1), round(height * 1.1)
    a, b, c, d = ((x * size[0], y * size[1]) for x, y in corners)
    seen = Projection.of_quad((a, b, c, d), width, height).inverse()
    desk = np.random.default_rng(1).normal(80, 5, (size[1], size[0], 3)).clip(0, 255).astype(np.uint8)
    picture = cv2.warpPerspective(page.pixels, seen.matrix, size, dst=desk, borderMode=cv2.BORDER_TRANSPARENT)
    return PageImage(1, np.asarray(picture, np.uint8), page.dpi), seen


@pytest.mark.parametrize("rotation", [0, 90, 180])
@pytest.mark.parametrize("kind", [Kind.DECISION, Kind.TABLE])
def test_a_photographed_sheet_is_seen_from_straight_above(kind: Kind, rotation: int) -> None:
    page = generated(kind, scanner=Scanner(tint=(0.97, 0.96, 0.92), light=0.2, noise=2))
    lying = turned(page, rotation)
    picture, seen = photographed(lying, (0.08, 0.05), (0.93, 0.04), (0.96, 0.97), (0.04, 0.95))
    master = clean(picture, says((360 - rotation) % 360, 1.0))
    assert master.photographed
    assert master.rotation == (360 - rotation) % 360
    height, width = page.pixels.shape[:2]
    assert (master.pixels.shape[1], master.pixels.shape[0]) == pytest.approx((width, height), rel=0.05)
    assert max(master.pixels.shape) / master.dpi == pytest.approx(297 / 25.4, rel=0.01)
    upright = Projection.quarter_turns(rotation, width, height).then(seen).then(master.to_original.inverse())
    for level, y in ((True, 200), (True, 1500), (False, 200), (False, 1000)):
        (x0, y0), (x1, y1) = (upright.point(*((at, y) if level else (y, at))) for at in (0.1 * width, 0.9 * width))
        lean = math.degrees(math.atan2(y1 - y0, x1 - x0)) if level else math.degrees(math.atan2(x1 - x0, y1 - y0))
        assert abs(lean) < 0.1


@pytest.mark.parametrize("kind", list(Kind))
def test_what_lies_flat_is_left_alone(kind: Kind) -> None:
    page = generated(kind, scanner=Scanner(skew_deg=1.5, tint=(0.93, 0.9, 0.8), light=0.25, light_angle=0.8))
    assert find_sheet(page.pixels) is None
    assert find_sheet(on_black(page, 40, 60, 30, 50).pixels) is None
    straight, _ = photographed(page, (0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95))
    assert find_sheet(straight.pixels) is None


def test_a_sheet_that_is_not_wholly_on_the_picture_is_left_alone() -> None:
    picture, _ = photographed(generated(Kind.DECISION), (0.08, 0.05), (0.93, 0.04), (0.96, 0.97), (0.04, 0.95))
    height = picture.pixels.shape[0]
    assert find_sheet(picture.pixels) is not None
    assert find_sheet(picture.pixels[: height * 9 // 10]) is None


# --- crop ----------------------------------------------------------------------------------------------------------


def on_black(page: PageImage, left: int, top: int, right: int, bottom: int) -> PageImage:
    noise = np.random.default_rng(1)
    framed = cv2.copyMakeBorder(page.pixels, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(20, 18, 22))
    shaken = np.clip(framed + noise.normal(0, 6, framed.shape), 0, 255)
    return replace(page, pixels=shaken.astype(np.uint8))


@pytest.mark.parametrize("borders", [(60, 0, 0, 0), (0, 90, 0, 40), (30, 30, 80, 120), (0, 0, 300, 500)])
def test_black_behind_the_page_is_cut_off(borders: tuple[int, int, int, int]) -> None:
    page = generated(Kind.DECISION)
    master = clean(on_black(page, *borders), says(0, 0.0))
    height, width = page.pixels.shape[:2]
    left, top, _, _ = borders
    kept = master.crop
    assert (kept.x, kept.y, kept.right, kept.bottom) == pytest.approx((left, top, left + width, top + height), abs=5)
    assert master.rotation == 0


def test_black_is_cut_off_a_page_that_lies_askew_on_it() -> None:
    page = generated(Kind.BODY_TEXT)
    height, width = page.pixels.shape[:2]
    framed = on_black(page, 120, 120, 120, 120)
    centre = (framed.pixels.shape[1] / 2, framed.pixels.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(centre, 2.5, 1)
    askew = cv2.warpAffine(framed.pixels, matrix, framed.pixels.shape[1::-1], borderValue=(20, 18, 22))
    master = clean(replace(framed, pixels=np.asarray(askew, np.uint8)), must_not_be_asked)
    assert master.skew_deg == pytest.approx(2.5, abs=0.1)
    assert (master.crop.width, master.crop.height) == pytest.approx((width, height), abs=14)
    assert (master.pixels.max(axis=2) < 60).mean() < 0.2


def test_a_straight_page_with_print_at_its_very_edge_is_not_cropped_beyond_it() -> None:
    whole = generated(Kind.BODY_TEXT)
    first = int(np.flatnonzero((whole.pixels.max(axis=2) < 90).sum(axis=0) > 20)[0])
    page = on_black(replace(whole, pixels=np.ascontiguousarray(whole.pixels[:, first:])), 0, 60, 0, 0)
    master = clean(page, says(0, 0.0))
    assert master.skew_deg == 0
    assert master.crop.x == 0
    assert master.pixels.shape[:2] == (master.crop.height, master.crop.width)
    assert master.crop.width == page.pixels.shape[1]


def test_dark_things_inside_or_at_the_edge_of_a_page_are_no_border() -> None:
    pixels = plain()
    cv2.circle(pixels, (0, 800), 25, (10, 10, 10), -1)
    cv2.rectangle(pixels, (300, 300), (900, 1200), (15, 15, 15), -1)
    assert clean(PageImage(1, pixels, 150), says(0, 0)).crop == Box(0, 0, 1240, 1754)


def test_a_black_page_is_kept_whole() -> None:
    master = clean(PageImage(1, plain(colour=(5, 5, 5)), 150), says(0, 0))
    assert master.crop == Box(0, 0, 1240, 1754)


# --- blank ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (128, 128, 128), (40, 40, 200), (200, 240, 250)])
def test_one_colour_is_blank(colour: tuple[int, int, int]) -> None:
    page = PageImage(3, plain(colour=colour), 150)
    master = clean(page, must_not_be_asked)
    assert (master.blank, master.rotation, master.skew_deg, master.number) == (True, 0, 0.0, 3)
    assert np.array_equal(master.pixels, page.pixels)


def test_noise_dust_shadow_and_print_shining_through_are_blank() -> None:
    numbers = np.random.default_rng(2)
    back = cv2.GaussianBlur(cv2.flip(generated(Kind.BODY_TEXT).pixels, 1), (0, 0), 1.5).astype(float)
    paper = 235 - (255 - back) * 0.14 + numbers.normal(0, 6, back.shape)
    paper *= np.linspace(0.75, 1, back.shape[0])[:, None, None]
    paper[:, :14] *= np.linspace(0.3, 1, 14)[:, None]
    pixels = np.clip(paper, 0, 255).astype(np.uint8)
    for _ in range(15):
        x, y = int(numbers.integers(80, 1100)), int(numbers.integers(80, 1600))
        cv2.circle(pixels, (x, y), 1, (60, 60, 60), -1)
    assert clean(PageImage(1, pixels, 150), must_not_be_asked).blank


@pytest.mark.parametrize("kind", list(Kind))
def test_papers_are_not_blank(kind: Kind) -> None:
    assert not clean(generated(kind, scanner=Scanner(faded=0.8, noise=3)), says(0, 0.0)).blank


def test_a_page_number_or_a_pale_stamp_alone_is_not_blank() -> None:
    numbered = plain()
    cv2.putText(numbered, "- 3 -", (590, 1600), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (40, 40, 40), 2, cv2.LINE_AA)
    assert not clean(PageImage(1, numbered, 150), says(0, 0.0)).blank
    stamped = plain()
    cv2.circle(stamped, (800, 1200), 100, (120, 120, 235), 4, cv2.LINE_AA)
    assert not clean(PageImage(1, stamped, 150), says(0, 0.0)).blank


# --- coordinates and the written master ----------------------------------------------------------------------------


@settings(max_examples=25)
@given(
    rotation=st.sampled_from([0, 90, 180, 270]),
    skew=st.floats(-4.8, 4.8),
    border=st.integers(0, 60),
    data=st.data(),
)
def test_points_of_the_master_map_to_the_same_spot_of_the_scan(
    rotation: int, skew: float, border: int, data: st.DataObject
) -> None:
    page = generated(Kind.BODY_TEXT, dpi=100, scanner=Scanner(skew_deg=round(skew, 1), rotation=rotation))
    page = on_black(page, border, 0, 0, border)
    master = clean(page, says((360 - rotation) % 360, 1.0))
    there = master.to_original.inverse()
    x = data.draw(st.integers(8, master.pixels.shape[1] - 9))
    y = data.draw(st.integers(8, master.pixels.shape[0] - 9))
    assert there.point(*master.to_original.point(x, y)) == pytest.approx((x, y), abs=1e-6)
    smooth = cv2.GaussianBlur(page.pixels, (0, 0), 2)
    height, width = page.pixels.shape[:2]
    at = tuple(round(v) for v in master.to_original.point(x, y))
    if 3 < at[0] < width - 3 and 3 < at[1] < height - 3:
        here = cv2.GaussianBlur(master.pixels, (0, 0), 2)[y, x].astype(int)
        assert np.abs(here - smooth[at[1], at[0]]).max() < 40


def test_masters_are_never_larger_than_their_pages() -> None:
    tiny = PageImage(1, made_tiny(), 72)
    master: MasterPage = clean(tiny, says(0, 0))
    assert master.pixels.shape == tiny.pixels.shape


def made_tiny() -> Pixels:
    return np.full((1, 3, 3), 200, np.uint8)
