"""The press set: its plan and its damage everywhere, its pages where the browser and its fonts are installed."""

from collections import Counter

import numpy as np
import pytest

from dossier.text import nfc
from tests.generator.chance import seeded
from tests.generator.faults import to_grey
from tests.generator.fonts import MissingFont
from tests.press import bends, cameras, prints
from tests.press.browser import executable, proof
from tests.press.look import check_fonts
from tests.press.pressset import Harm, PressPlan, made, press_names, press_pages, press_plans
from tests.press.stock import Pen, stock


def can_print() -> bool:
    try:
        check_fonts()
    except MissingFont:
        return False
    return executable() is not None


prints_here = pytest.mark.skipif(not can_print(), reason="bash tests/press/install.sh installs the browser and fonts")


def one(kind: str, *harms: Harm) -> PressPlan:
    plan = next(plan for plan in press_plans() if plan.kind == kind)
    return PressPlan(f"try-{kind}", plan.group, kind, plan.draw, 100, harms)


# --- plan ------------------------------------------------------------------------------------------------------------


def test_the_set_has_pages_of_every_group_and_harm() -> None:
    groups = Counter(plan.group for plan in press_plans())
    assert groups["text"] >= 16
    assert min(groups["forms"], groups["tables"]) >= 10
    assert len(set(press_names())) == groups.total()
    harms = Counter(harm for plan in press_plans() for harm in plan.harms)
    assert min(harms[harm] for harm in Harm) >= 3
    assert {plan.dpi for plan in press_plans()} == {200, 300}


def test_no_page_only_means_no_page() -> None:
    assert list(press_pages([])) == []


@pytest.mark.parametrize(
    "use", ["decisions", "grounds", "duties", "subjects", "notices", "minutes", "rules", "letters"]
)
def test_every_pattern_of_the_stock_can_be_filled(use: str) -> None:
    pen = Pen(seeded(use))
    for pattern in stock(use):
        text = pen.fill(pattern)
        assert "{" not in text
        assert nfc(text) == text


# --- damage ----------------------------------------------------------------------------------------------------------


def test_a_curl_goes_forth_and_back() -> None:
    curl = bends.Curl(reach=80, narrow=0.2, lift=15)
    xs, ys = curl.back(400, 300)
    seen = np.array([(x, y) for x in (5, 40, 200, 380) for y in (30, 150, 280)], float)
    flat = np.array([(xs[int(y), int(x)], ys[int(y), int(x)]) for x, y in seen])
    assert np.abs(curl.forth(flat) - seen).max() < 0.1


@pytest.mark.parametrize(
    "harmed", [prints.flaking, prints.double_image, prints.roller, prints.screened, prints.diffused]
)
def test_the_press_harms_print_and_leaves_it_legible(harmed: object) -> None:
    clean = np.full((600, 600, 3), 255, np.uint8)
    clean[100:500:40] = clean[101:500:40] = clean[102:500:40] = clean[103:500:40] = 20
    before = clean.copy()
    assert callable(harmed)
    harm = to_grey(harmed(clean, 400, np.random.default_rng(3)))
    assert np.array_equal(clean, before)
    assert not np.array_equal(harm, to_grey(clean))
    ink = to_grey(clean) < 128
    assert harm[ink].mean() < harm[~ink].mean() - 60


def test_light_is_reckoned_there_and_back() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(cameras.levels(cameras.linear(ramp)), ramp)


# --- pages -----------------------------------------------------------------------------------------------------------


@prints_here
def test_words_are_read_out_of_the_layout() -> None:
    html = (
        '<div class="sheet" style="width:60mm;height:50mm;padding:4mm;font:12pt \'Liberation Serif\'">'
        "<p>Xã <b>Vĩnh</b>Khoái, <i>số</i> 7</p><p class='spare'>vừa</p>"
        "<table class='grid'><tr><td>một</td><td>hai ba</td></tr></table>"
        "<span data-word class='boxes filled'><span>1</span><span>9</span></span>"
        "<svg class='mark' data-kind='seal'><text y='9'>dấu</text></svg>"
        "<div class='spare' style='height:60mm'>thừa</div></div>"
    )
    page = proof(html, dpi=150, size=(60, 50))
    assert [line.text for line in page.lines] == ["Xã VĩnhKhoái, số 7", "vừa", "một", "hai ba", "19"]
    assert [line.kind for line in page.lines] == ["print", "print", "cell", "cell", "filled"]
    assert page.image.shape == (295, 354, 3)
    assert [(mark.kind, mark.texts) for mark in page.marks] == [("seal", ("dấu",))]
    with pytest.raises(ValueError, match="too full"):
        proof(html.replace("height:50mm", "height:9mm"), dpi=96, size=(60, 50))


@prints_here
@pytest.mark.parametrize("kind", ["letter", "two-columns", "declaration", "parcels"])
def test_boxes_lie_close_around_their_ink_and_on_nothing_else(kind: str) -> None:
    page = one(kind).proof(200)
    dark = to_grey(page.image) < 160
    words = [word for line in page.lines for word in line.words]
    covered = np.zeros(dark.shape, bool)
    close = 0
    for word in words:
        left, top, right, bottom = (round(v) for v in word.rect)
        around = dark[top - 3 : bottom + 3, left : right + 1]
        assert around.any(), word
        assert covered[top:bottom, left:right].mean() < 0.25, word
        covered[top:bottom, left:right] = True
        rows, columns = np.flatnonzero(around.any(axis=1)), np.flatnonzero(around[3:-3].any(axis=0))
        off = (rows[0] - 3, len(around) - 4 - rows[-1], *columns[:1], *(around.shape[1] - 2 - columns[-1:]))
        close += max(map(abs, off)) <= 2
    assert close > 0.9 * len(words)


@prints_here
def test_a_page_is_harmed_with_its_truth() -> None:
    plan = one("notice", Harm.BOUND, Harm.TURNED, Harm.FIBRES)
    first, again = made(plan).page, made(plan).page
    assert np.array_equal(first.image, again.image)
    grey = to_grey(first.image)
    for line in first.lines:
        for word in (word for word in line.words if len(word.text) > 1):
            x, y, width, height = first.box(word.rect)
            assert np.ptp(grey[y : y + height, x : x + width]) > 40, word
