"""Boxes to tick, drawn in all states and scanned with each fault; and what looks like boxes but is none."""

import random
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.model import TickBox
from ocr.reading_image import reading_image
from ocr.tick_boxes import find_tick_boxes
from tests.generator.chance import seeded
from tests.generator.damage import Copier
from tests.generator.faults import Scanner, scan
from tests.generator.fonts import Family
from tests.generator.papers.declaration import form_page, square
from tests.generator.papers.look import Look
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.seals import round_seal
from tests.generator.ticking import BoxPrint, Marking, draw_box
from tests.generator.truth import Page
from tests.generator.typesetting import Sheet, Style

TEXT = Style(Family.TERMES, 12)
FAULTS = {
    "none": Scanner(),
    "noise": Scanner(noise=5, specks=0.02, blur=0.6),
    "JPEG": Scanner(noise=2, blur=0.5, jpeg=45),
    "grey": Scanner(mode="grey", tint=(0.96, 0.95, 0.9), light=0.15, noise=3),
    "bilevel": Scanner(mode="bilevel", blur=0.5),
    "photocopy": Scanner(mode="grey", copier=Copier(165, dirt=0.6, streaks=1)),
    "leaning": Scanner(skew_deg=0.3, noise=2, blur=0.4),
    "leaning back": Scanner(skew_deg=-0.3, noise=2, blur=0.4, jpeg=70),
    "faded": Scanner(faded=0.5, noise=2),
}
DRAWN = tuple(Marking)


def found_on(page: Page, scanner: Scanner, seed: object = 0) -> tuple[TickBox, ...]:
    """Return the boxes found on a page as scanned."""
    image = scan(page, scanner, seeded("scan", seed)).image
    master = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR if image.ndim == 2 else cv2.COLOR_RGB2BGR)
    return find_tick_boxes(reading_image(np.asarray(master, np.uint8), page.dpi), page.dpi)


def form(dpi: int, look: BoxPrint, markings: Sequence[Marking], rng: random.Random) -> Page:
    """Return a sheet of text with a question in the middle: a box for each marking, each with a word."""
    sheet = Sheet(dpi, width=150, height=70)
    for y in (12.0, 20.0, 50.0, 58.0):
        sheet.line("Tôi cam đoan nội dung đề nghị đăng ký trên đây là đúng sự thật.", TEXT, 15, y)
    for i, marking in enumerate(markings):
        x = 16 + 20 * i
        sheet.line("Không", TEXT, x + look.side + look.gap, 35)
        draw_box(sheet, rng, (x, 35), look, marking)
    return sheet.page(1)


def assert_are(boxes: Sequence[TickBox], page: Page, markings: Sequence[Marking]) -> None:
    """Assert that boxes are where they were drawn, to half a millimetre, and say what was marked."""
    places = [page.box(mark.rect) for mark in page.marks if mark.kind == "checkbox"]
    assert len(boxes) == len(places)
    for box, place, marking in zip(sorted(boxes, key=lambda b: b.box.x), places, markings, strict=True):
        own = (box.box.x, box.box.y, box.box.width, box.box.height)
        assert np.abs(np.subtract(own, place)).max() <= page.dpi / 25.4
        assert box.ticked is (marking is not Marking.EMPTY), (marking, box)
        assert box.confidence >= 0.7


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_marking_is_told_from_none_whatever_the_scan(fault: str, dpi: int) -> None:
    page = form(dpi, BoxPrint(side=3.6, weight=0.25), DRAWN, seeded("pen", fault, dpi))
    assert_are(found_on(page, FAULTS[fault]), page, DRAWN)


@pytest.mark.parametrize("side", [2.6, 3.4, 4.6, 6.0])
@pytest.mark.parametrize("weight", [0.12, 0.25, 0.5])
def test_boxes_of_every_size_and_weight_are_found(side: float, weight: float) -> None:
    page = form(200, BoxPrint(side=side, weight=weight), DRAWN, seeded("pen", side, weight))
    assert_are(found_on(page, FAULTS["noise"]), page, DRAWN)


@given(st.integers(0, 10**6), st.lists(st.sampled_from(DRAWN), min_size=1, max_size=6), st.sampled_from([200, 300]))
@settings(max_examples=25, derandomize=True)
def test_no_mark_is_taken_for_none_nor_none_for_a_mark(seed: int, markings: list[Marking], dpi: int) -> None:
    """Under whatever ordinary faults: boxes may be missed, or be in doubt, but what is said of one is true."""
    rng = seeded("any", seed)
    page = form(dpi, BoxPrint.draw(rng), markings, rng)
    scanner = Scanner.draw(rng, severity=1)
    places = [page.box(mark.rect) for mark in page.marks if mark.kind == "checkbox"]
    leaning = abs(scanner.skew_deg) > 0.3  # the page's cleanup has taken it away
    for box in () if leaning else found_on(page, scanner, seed):
        near = [m for place, m in zip(places, markings, strict=True) if abs(box.box.x - place[0]) <= dpi / 12]
        assert near
        assert box.ticked in {None, near[0] is not Marking.EMPTY}


def test_a_speck_in_a_box_leaves_it_in_doubt_and_dust_does_not() -> None:
    page = form(200, BoxPrint(side=4.0), [Marking.EMPTY, Marking.EMPTY], seeded(0))
    (x, y, width, _), other = (page.box(mark.rect) for mark in page.marks)
    page.image[y + 12 : y + 18, x + 10 : x + 10 + width // 4] = 0
    page.image[other[1] + 12 : other[1] + 14, other[0] + 12 : other[0] + 14] = 0
    doubtful, empty = sorted(found_on(page, Scanner()), key=lambda box: box.box.x)
    assert (doubtful.ticked, empty.ticked) == (None, False)
    assert empty.confidence > 0.8 > doubtful.confidence


# --- what is no box ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", [Family.TERMES, Family.HEROS, Family.CURSOR])
@pytest.mark.parametrize("size", [11.0, 14.0, 20.0])
@pytest.mark.parametrize("bold", [False, True])
def test_letters_are_no_boxes(family: Family, size: float, *, bold: bool) -> None:
    sheet, style = Sheet(200), Style(family, size, bold=bold)
    for i, text in enumerate(
        ("ODQ 0 8 B D O U H N II III", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "ĐẠI DIỆN HỘ GIA ĐÌNH", "nhân dân 0 o D")
    ):
        sheet.line(text, style, 20, 30 + 12 * i)
    for scanner in (Scanner(), FAULTS["noise"], FAULTS["bilevel"]):
        assert found_on(sheet.page(1), scanner) == ()


@pytest.mark.parametrize("side", [3.0, 4.5, 6.0])
@pytest.mark.parametrize("gap", [0.0, 0.8])
@pytest.mark.parametrize("count", [3, 12])
def test_boxes_for_digits_are_no_boxes_to_tick(side: float, gap: float, count: int) -> None:
    sheet = Sheet(200, width=150, height=60)
    sheet.line("Số định danh cá nhân:", TEXT, 15, 30)
    for i in range(count):
        square(sheet, 60 + i * (side + gap), 31, side)
        sheet.line(str(i % 10), TEXT.but(size=2.4 * side), 60 + i * (side + gap) + side / 2, 30.3, align="centre")
    assert found_on(sheet.page(1), FAULTS["noise"]) == ()


def _table(sheet: Sheet, _: random.Random) -> None:
    for i in range(9):
        sheet.rule(20, 20 + 5 * i, 60, 20 + 5 * i)
        sheet.rule(20 + 5 * i, 20, 20 + 5 * i, 60)
    sheet.line("x", TEXT, 22, 24)


def _seal(sheet: Sheet, rng: random.Random) -> None:
    round_seal(sheet, rng, (40, 40), ("ỦY BAN NHÂN DÂN XÃ AN KHÊ", "TỈNH BẮC GIANG"))


def _stamp(sheet: Sheet, _: random.Random) -> None:
    sheet.draw.rectangle((200, 200, 520, 330), outline=(180, 30, 40), width=3)
    sheet.line("ĐẾN", TEXT, 30, 35)


@pytest.mark.parametrize("draw", [_table, _seal, _stamp])
def test_cells_seals_and_stamps_are_no_boxes(draw: Callable[[Sheet, random.Random], None]) -> None:
    sheet = Sheet(200, width=150, height=100)
    draw(sheet, seeded("drawn", draw.__name__))
    for fault in ("none", "noise", "leaning", "bilevel"):
        assert found_on(sheet.page(1), FAULTS[fault]) == ()


@pytest.mark.parametrize(
    "kind",
    [
        Kind.BODY_TEXT,
        Kind.TABLE,
        Kind.DECISION_WITH_TABLE,
        Kind.IDENTITY_CARD_2024,
        Kind.DIPLOMA,
        Kind.LAND_USE_CERTIFICATE,
    ],
)
def test_papers_without_boxes_have_none(kind: Kind) -> None:
    """Seals, emblems, ornaments, codes and portraits among them."""
    for page in render(PaperSpec(kind, 7, 200, "test")).pages:
        assert found_on(page, Scanner(noise=3, blur=0.5, light=0.08, jpeg=75)) == ()


def test_declarations_have_the_boxes_that_were_drawn() -> None:
    """On the forms of the benchmark: one box of each question is crossed."""
    for which in range(3):
        rng = seeded("declaration", which)
        page = form_page(Look.draw(rng, "test", 200), rng, "test", which=which).page(1)
        places = [page.box(mark.rect) for mark in page.marks if mark.kind == "checkbox"]
        found = found_on(page, FAULTS["JPEG"])
        assert sorted((box.box.x // 8, box.box.y // 8) for box in found) == sorted(
            (x // 8, y // 8) for x, y, *_ in places
        )
        rows = {box.box.y // 8 for box in found}
        assert [sum(bool(b.ticked) for b in found if b.box.y // 8 == row) for row in rows] == [1] * len(rows)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 400), (400, 3), (60, 60)])
@pytest.mark.parametrize("dpi", [50, 100, 200, 600])
def test_any_image_is_looked_through(height: int, width: int, dpi: int) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (height, width), dtype=np.uint8)
    for image in (noise, np.zeros_like(noise), np.full_like(noise, 255)):
        assert find_tick_boxes(image, dpi) == ()


def test_coarse_scans_have_no_boxes() -> None:
    page = form(72, BoxPrint(side=4.0), [Marking.EMPTY], seeded(0))
    assert found_on(page, Scanner()) == ()
