import json
import math
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from dossier.text import nfc
from tests.generator import Page, Scanner, damage, faults, fonts, sentences
from tests.generator.__main__ import app
from tests.generator.benchfaults import CONFLICTS, ON_BLANK_PAPER, Fault, scanner_with
from tests.generator.benchset import MARKS_APART, BenchPage, BenchPlan, bench_names, bench_pages, plans, render
from tests.generator.chance import seeded
from tests.generator.faults import to_grey
from tests.generator.lines import cut_line
from tests.generator.papers.declaration import layouts
from tests.generator.papers.layout import local_commune
from tests.generator.papers.values import VALUES

SUBSETS: tuple[fonts.Subset, ...] = ("dev", "test")


def kind(plan: BenchPlan) -> str:
    return plan.name.split("-", 1)[1].rsplit("-", 1)[0]


def one_of_each_kind(subset: fonts.Subset) -> list[BenchPlan]:
    return list({kind(plan): plan for plan in plans(subset)}.values())


def with_fault(fault: Fault, *, subset: fonts.Subset = "dev") -> BenchPage:
    """Return the first page with print that has ``fault`` and as few others as there are."""
    found = [plan for plan in plans(subset) if fault in plan.faults and plan.group != "empty" and plan.dpi == 200]
    return render(min(found, key=lambda plan: len(plan.faults)))


# --- the sets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subset", SUBSETS)
def test_a_set_has_enough_pages_of_every_group(subset: fonts.Subset) -> None:
    groups = Counter(plan.group for plan in plans(subset))
    assert groups["text"] >= 26
    assert groups["forms"] >= 16
    assert groups["tables"] >= 16
    assert groups["empty"] == 6
    assert len(set(bench_names(subset))) == groups.total() >= 64


@pytest.mark.parametrize("subset", SUBSETS)
def test_every_fault_is_on_several_pages_and_no_page_has_all(subset: fonts.Subset) -> None:
    of_pages = [{Fault(name) for name in plan.faults if name != MARKS_APART} for plan in plans(subset)]
    counted = Counter(fault for named in of_pages for fault in named)
    assert all(counted[fault] >= 4 for fault in Fault)
    assert max(map(len, of_pages)) == 4
    assert sum(1 <= len(named) <= 4 for named in of_pages) > 0.8 * len(of_pages)
    assert not any(pair <= named for named in of_pages for pair in CONFLICTS)
    apart = sum(MARKS_APART in plan.faults for plan in plans(subset))
    assert 0.3 < apart / len(of_pages) < 0.37


@pytest.mark.parametrize("subset", SUBSETS)
def test_blank_pages_have_no_text_and_only_faults_that_show_on_paper(subset: fonts.Subset) -> None:
    blank = [plan for plan in plans(subset) if plan.group == "empty"]
    assert {name for plan in blank for name in plan.faults} <= {*ON_BLANK_PAPER, MARKS_APART}
    for plan in blank[:2]:
        page = render(plan).page
        assert page.text == ""
        assert page.image.size > 0


def test_the_sets_share_no_stock_no_layout_and_no_place() -> None:
    uses = ("kinds", "about", "headings", "articles", "clauses", "points", "letters", "phrases", "units", "notes")
    for use in uses:
        dev, test = (set(sentences.bench_stock(use, subset)) - {""} for subset in SUBSETS)
        assert not dev & test
        assert len(dev) >= 5
    for use in ("forms", "tables", "narrow", "wide"):
        dev, test = ({entry["title"] for entry in layouts(subset, use)} for subset in SUBSETS)
        assert not dev & test
    dev, test = ({local_commune(seeded(i), subset).name for i in range(200)} for subset in SUBSETS)
    assert not dev & test


@pytest.mark.parametrize("subset", SUBSETS)
def test_every_value_of_a_layout_is_of_a_known_kind(subset: fonts.Subset) -> None:
    columns = [
        column for use in ("tables", "narrow", "wide") for entry in layouts(subset, use) for column in entry["columns"]
    ]
    rows = [row for form in layouts(subset, "forms") for row in form["rows"]]
    kinds = {column[1] for column in columns} | {pair[1] for row in rows if isinstance(row, list) for pair in row}
    assert kinds - {"no"} <= set(VALUES)


@pytest.mark.parametrize("subset", SUBSETS)
def test_every_pattern_of_the_stock_can_be_filled(subset: fonts.Subset) -> None:
    for use in ("about", "articles", "clauses", "points", "letters"):
        for pattern in sentences.bench_stock(use, subset):
            sentence = sentences.fill(pattern, seeded(pattern), subset)
            assert "{" not in sentence
            assert nfc(sentence) == sentence


# --- pages -----------------------------------------------------------------------------------------------------------


def test_pages_come_out_the_same_and_only_those_asked_for() -> None:
    names = ["test-form-03", "test-narrow-table-02"]
    first, second = (list(bench_pages("test", only=names)) for _ in range(2))
    assert [page.name for page in first] == names
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.page.image, b.page.image)
        assert a.page.as_json() == b.page.as_json()
    assert next(bench_pages("dev")).name == bench_names("dev")[0]


@pytest.mark.parametrize("subset", SUBSETS)
def test_no_word_is_printed_over_another_or_off_the_page(subset: fonts.Subset) -> None:
    for plan in one_of_each_kind(subset):
        page = plan.page(seeded("bench", plan.name), 100)
        height, width = page.image.shape[:2]
        covered = np.zeros((height, width), dtype=bool)
        for word in (word for line in page.lines for word in line.words):
            left, top, right, bottom = (round(v) for v in word.rect)
            assert 0 < left < right < width, (plan.name, word)
            assert 0 < top < bottom < height, (plan.name, word)
            box = covered[top:bottom, left:right]
            assert box.mean() < 0.25, (plan.name, word)
            box[:] = True
            assert to_grey(page.image)[top:bottom, left:right].min() < 150, (plan.name, word)
        assert nfc(page.text) == page.text
        assert "  " not in page.text


def test_a_table_reads_cell_by_cell_in_row_order() -> None:
    (plan,) = (plan for plan in plans("test") if plan.name == "test-table-02")
    page = plan.page(seeded("bench", plan.name), 100)
    text = " ".join(line.text for line in page.lines if line.place == "cell")
    titles = ["TT", "Hộ nhận khoán", "Vị trí", "Diện tích (m²)", "Số tiền (đồng)", "Công việc phải làm", "Khoảnh", "Lô"]
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    numbers = [line.text for line in page.lines if line.place == "cell" and line.text.isdecimal()]
    assert "1" in numbers


def test_handwriting_stands_in_the_gap_left_for_it() -> None:
    for plan in plans("dev"):
        if kind(plan) not in {"first-page", "letter"}:
            continue
        page = plan.page(seeded("bench", plan.name), 100)
        for mark in (mark for mark in page.marks if mark.kind == "handwriting"):
            middle = (mark.rect[0] + mark.rect[2]) / 2, (mark.rect[1] + mark.rect[3]) / 2
            assert not any(
                word.rect[0] < middle[0] < word.rect[2] and word.rect[1] < middle[1] < word.rect[3]
                for line in page.lines
                for word in line.words
            )
            return
    pytest.fail("no page has handwriting")


# --- faults ----------------------------------------------------------------------------------------------------------


def test_named_faults_are_there() -> None:
    bilevel, grey, turned, skewed, seen = (
        with_fault(fault).page for fault in (Fault.BILEVEL, Fault.GREY, Fault.ROTATION, Fault.SKEW, Fault.PERSPECTIVE)
    )
    assert set(np.unique(bilevel.image)) == {0, 255}
    assert grey.image.ndim == 2
    assert turned.rotation in {90, 180, 270}
    assert 0.6 < abs(skewed.skew_deg) <= 5
    assert not np.array_equal(seen.matrix[2], (0, 0, 1))
    for page in (bilevel, turned, skewed, seen):
        height, width = page.image.shape[:2]
        for line in page.lines:
            assert all(0 < x < width and 0 < y < height for x, y in page.quad(line.rect)), line.text


@given(
    seed=st.integers(0, 10**6), x=st.integers(20, 180), y=st.integers(20, 260), rotation=st.sampled_from([0, 90, 270])
)
@settings(max_examples=25)
def test_a_photograph_moves_truth_as_it_moves_pixels(seed: int, x: int, y: int, rotation: int) -> None:
    image = np.full((280, 200), 255, dtype=np.uint8)
    image[y - 2 : y + 3, x - 2 : x + 3] = 0
    corners = scanner_with([Fault.PERSPECTIVE], seeded(seed), dpi=200).corners
    scanner = Scanner(corners=corners, desk=(250, 250, 250), rotation=rotation)
    page = faults.scan(Page(image, 100, 1, ()), scanner, seeded("any"))
    (expected, *_) = page.quad((x + 0.5, y + 0.5, x + 1, y + 1))
    around = [max(0, round(v) - 7) for v in expected]
    part = 255.0 - page.image[around[1] : around[1] + 15, around[0] : around[0] + 15]
    part[part < 80] = 0
    rows, columns = np.mgrid[0 : part.shape[0], 0 : part.shape[1]]
    found = [
        (values * part).sum() / part.sum() + start + 0.5 for values, start in ((columns, around[0]), (rows, around[1]))
    ]
    assert math.dist(found, expected) < 0.7
    assert page.rotation == rotation
    assert abs(page.skew_deg) < 4


def test_a_line_cut_from_a_photograph_is_upright() -> None:
    page = with_fault(Fault.PERSPECTIVE).page
    line = max(page.lines, key=lambda line: line.rect[2] - line.rect[0])
    picture = to_grey(cut_line(page, line, margin=0.1))
    dark = picture < np.median(picture) - 60
    left, right = (np.flatnonzero(half.any(axis=1)) for half in np.array_split(dark, 2, axis=1))
    assert abs(int(left[0]) - int(right[0])) < 0.35 * picture.shape[0]
    assert 0.5 * picture.shape[0] < left[-1] < picture.shape[0]


def test_damage_leaves_its_input_alone() -> None:
    image = np.full((300, 212, 3), 255, dtype=np.uint8)
    cv2.putText(image, "abc", (40, 150), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (20, 20, 60), 4)
    before, numbers = image.copy(), np.random.default_rng(1)
    copied = damage.photocopy(image, damage.Copier(160, dirt=1, streaks=1), 100, numbers)
    punched = damage.punch_holes(image, 30, seeded(1))
    larger, matrix = damage.on_a_large_glass(image, (5, 2, 0, 1), 100)
    assert np.array_equal(image, before)
    assert copied.shape == punched.shape == image.shape
    assert not np.array_equal(copied, image)
    assert not np.array_equal(punched, image)
    assert larger.shape == (300 + 8 + 4, 212 + 20, 3)
    assert tuple(matrix[:2, 2]) == (20, 8)


def test_thick_copies_have_more_ink_than_broken_ones() -> None:
    image = np.full((200, 200), 255, dtype=np.uint8)
    cv2.putText(image, "Abc", (10, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, 30, 2, cv2.LINE_AA)
    thin, thick = (damage.photocopy(image, damage.Copier(at), 200, np.random.default_rng(1)) for at in (100, 210))
    assert (thick < 128).sum() > 1.2 * (thin < 128).sum() > 0


# --- command ---------------------------------------------------------------------------------------------------------


def test_the_bench_command_writes_pages_with_their_truth(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bench", str(tmp_path), "--set", "test", "--only", "test-form-01"])
    assert result.exit_code == 0, result.output
    truth = json.loads((tmp_path / "test-form-01.json").read_text(encoding="utf-8"))
    assert truth["group"] == "forms"
    assert truth["text"].startswith("Biểu")
    assert (tmp_path / "test-form-01.png").stat().st_size > 10_000


def test_a_copier_prints_fine_print_dark_enough_for_its_marks() -> None:
    strokes = {
        (fine, apart): min(
            copier.stroke
            for seed in range(40)
            if (copier := scanner_with([Fault.PHOTOCOPY], seeded(seed), dpi=200, fine=fine, marks_apart=apart).copier)
        )
        for fine in (False, True)
        for apart in (False, True)
    }
    assert strokes[True, True] > strokes[True, False] > strokes[False, False] == strokes[False, True]
