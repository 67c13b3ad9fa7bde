"""What was written by pen into a printed header is seen, and never becomes a value; print stays what it is."""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dossier.catalogue_files import load_paper_types
from dossier.papers import Box, Field, FieldSource
from ocr.ctc import CtcReader
from ocr.extract import Found, find_fields
from ocr.gaps import without_handwriting
from ocr.glyphs import Frame, Glyph, frame_of, matched, share_before
from ocr.glyphs import pieces as ocr_pieces
from ocr.handwriting import Hand, ink_in
from ocr.model import Reading
from ocr.reader import read_page
from tests.generator.faults import Mode, Scanner
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.truth import Page, Paper

TYPES = load_paper_types()
SCANNER = Scanner(noise=2.5, blur=0.4, tint=(0.985, 0.98, 0.965), light=0.05)
FRAME = Frame(foot=100.0, slope=0.0, capital=24.0, stroke=3.0, blueness=0.0)
PEN, PRINT = (
    (Kind.DECISION_BY_PEN, Kind.OFFICIAL_LETTER_BY_PEN),
    (Kind.DECISION_REGISTERED, Kind.OFFICIAL_LETTER_REGISTERED),
)
MODES: tuple[Mode, ...] = ("colour", "grey", "bilevel")


@cache
def scanned(kind: Kind, seed: int, mode: Mode) -> Paper:
    dpi = 300 if mode == "grey" else 200
    return render(PaperSpec(kind, seed, dpi, "test" if seed % 2 else "dev", replace(SCANNER, mode=mode)))


def master_of(page: Page) -> NDArray[np.uint8]:
    code = cv2.COLOR_RGB2BGR if page.image.ndim == 3 else cv2.COLOR_GRAY2BGR
    return np.asarray(cv2.cvtColor(page.image, code), np.uint8)


def fields_of(paper: Paper, master: NDArray[np.uint8] | None = None) -> dict[str, Field]:
    """Return what is found on the first page, handwriting taken out, by key."""
    picture = master_of(paper.pages[0]) if master is None else master
    reading = Reading((read_page(picture, number=1, dpi=paper.pages[0].dpi, engine=CtcReader()),))
    paper_type = TYPES[paper.paper_type]
    found = without_handwriting(find_fields(reading, paper_type), paper_type, reading, lambda _: picture)
    return {one.field.key: one.field for one in found}


def covers(box: Box, mark: tuple[int, int, int, int]) -> bool:
    """Tell whether the middle of a mark lies in a box."""
    x, y = mark[0] + mark[2] / 2, mark[1] + mark[3] / 2
    return box.x <= x <= box.right and box.y <= y <= box.bottom


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", PEN)
def test_a_number_and_date_by_pen_get_no_value_and_show_where_they_are(kind: Kind, mode: Mode) -> None:
    paper = scanned(kind, 3 + MODES.index(mode), mode)
    page, fields = paper.pages[0], fields_of(paper)
    written = [page.box(mark.rect) for mark in page.marks if mark.kind == "handwriting"]
    for key in ("document_number", "issued_on"):
        field = fields[key]
        assert (field.value, field.source) == (None, FieldSource.HANDWRITING)
        assert field.box is not None
        assert any(covers(field.box, mark) for mark in written)
    assert fields["document_number"].raw.startswith("…/")
    assert fields["issued_on"].raw.startswith("ngày … tháng")
    assert fields["agency"].value == paper.fields["agency"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", PRINT)
def test_a_printed_number_and_date_stay_what_they_are(kind: Kind, mode: Mode) -> None:
    paper = scanned(kind, 5 + MODES.index(mode), mode)
    fields = fields_of(paper)
    for key in ("document_number", "issued_on"):
        assert (fields[key].value, fields[key].source) == (paper.fields[key], FieldSource.OCR)


def test_a_gap_nobody_has_filled_in_is_no_handwriting() -> None:
    paper = scanned(Kind.DECISION_BY_PEN, 4, "colour")
    page = paper.pages[0]
    master = master_of(page)
    for mark in page.marks:
        if mark.kind == "handwriting":
            x, y, width, height = page.box(mark.rect)
            master[y : y + height, x : x + width] = master[y - 1, x]
    fields = fields_of(paper, master)
    for key in ("document_number", "issued_on"):
        assert key not in fields or (fields[key].value, fields[key].source) == (None, FieldSource.OCR)


def test_where_pen_and_print_cannot_be_told_apart_the_value_is_not_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr.handwriting._DOUBTFUL", 0.0)
    paper = scanned(Kind.DECISION_REGISTERED, 5, "colour")
    fields = fields_of(paper)
    for key in ("document_number", "issued_on"):
        assert fields[key].value == paper.fields[key]
        assert fields[key].confidence <= 0.5 < TYPES["decision"].review_below


def figures(*, raised: float = 0.0, taller: float = 0.0, stroke: float = 3.0, blueness: float = 0.0) -> list[Glyph]:
    """Return three figures on the frame's line, some shares of a capital off it."""
    top, bottom = round(76 - 24 * (raised + taller)), round(100 - 24 * raised)
    return [Glyph(Box(200 + 16 * i, top, 14, bottom - top), stroke, blueness) for i in range(3)]


@pytest.mark.parametrize(
    ("glyphs", "hand"),
    [
        ([], Hand.EMPTY),
        ([Glyph(Box(210, 96, 4, 4), 3.0, 0.0)], Hand.EMPTY),
        (figures(), Hand.PRINTED),
        (figures(taller=0.04, stroke=2.8, blueness=2), Hand.PRINTED),
        (figures(taller=0.04, stroke=2.3), Hand.DOUBTFUL),
        (figures(raised=0.2), Hand.WRITTEN),
        (figures(taller=0.25), Hand.WRITTEN),
        (figures(stroke=5.0), Hand.WRITTEN),
        (figures(blueness=60), Hand.WRITTEN),
    ],
)
def test_ink_is_judged_by_line_height_stroke_and_colour(glyphs: list[Glyph], hand: Hand) -> None:
    ink = ink_in(Box(190, 70, 70, 40), glyphs, FRAME)
    assert ink.hand is hand
    assert (ink.oddness == 0) == (hand is Hand.EMPTY or glyphs == figures())


def test_a_figure_that_a_copier_broke_is_one_figure() -> None:
    whole = figures()
    left = [replace(one, box=Box(one.box.x, one.box.y, 5, 14)) for one in whole]
    right = [replace(one, box=Box(one.box.x + 9, one.box.y + 9, 5, 15)) for one in whole]
    speck = Glyph(Box(205, 55, 4, 4), 3.0, 0.0)
    ink = ink_in(Box(190, 70, 70, 40), [*left, *right, speck], FRAME)
    assert (ink.hand, ink.oddness) == (Hand.PRINTED, 0)
    assert ink.box == Box(200, 76, 46, 24)


def test_room_left_for_a_pen_makes_figures_doubtful() -> None:
    assert ink_in(Box(190, 70, 90, 40), figures(), FRAME).hand is Hand.DOUBTFUL
    assert ink_in(Box(190, 70, 90, 40), figures(taller=0.09), FRAME).hand is Hand.WRITTEN


@pytest.mark.parametrize(
    ("lean", "hand"), [(0.06, Hand.PRINTED), (-0.2, Hand.PRINTED), (0.17, Hand.DOUBTFUL), (0.25, Hand.WRITTEN)]
)
def test_leaning_figures_in_upright_print_are_written(lean: float, hand: Hand) -> None:
    leaning = [replace(one, lean=lean) for one in figures()]
    assert ink_in(Box(190, 70, 70, 40), leaning, FRAME, upright=True).hand is hand
    assert ink_in(Box(190, 70, 70, 40), leaning, FRAME).hand is Hand.PRINTED


def test_the_lean_of_a_piece_is_measured() -> None:
    master = np.full((60, 200, 3), 255, np.uint8)
    for x, foot in ((40, 40), (90, 82), (140, 148)):
        cv2.line(master, (foot, 50), (x, 10), (0, 0, 0), 3)
    assert [round(one.lean, 1) for one in ocr_pieces(master, Box(30, 10, 130, 40), 200)] == [0.0, 0.2, -0.2]


WIDTHS = {"/": 11, "-": 11, "1": 11}


def pieces(text: str) -> list[Glyph]:
    """Return what the characters of a printed text look like: capitals 24 pixels high."""
    x, found = 100, []
    for c in text:
        width = WIDTHS.get(c, 16 if c.isdigit() or c.islower() else 24)
        found.append(Glyph(Box(x, 90 if c == "-" else 76, width, 3 if c == "-" else 24), 3.0, 0.0))
        x += width + 3
    return found


@given(number=st.integers(1, 9999), symbol=st.sampled_from(["/QĐ-UBND", "/UBND-VP", "/QĐ-TTg", "/SNV-TCKT"]))
def test_the_symbol_is_found_behind_whatever_figures(number: int, symbol: str) -> None:
    row = pieces(f"{number}{symbol}")
    read = matched(symbol, row, from_right=True)
    assert "".join(text for text, _ in read) == symbol
    assert read[0][1] is row[len(str(number))]


def test_where_a_symbol_begins_is_about_known_by_its_letters() -> None:
    assert share_before("838/QĐ-UBND", "/QĐ-UBND") == pytest.approx(0.23, abs=0.03)
    assert share_before("/QĐ-UBND", "/QĐ-UBND") == 0


def test_touching_letters_are_read_as_one_piece() -> None:
    row = pieces("12/QĐ-TTg")
    touching = [*row[:6], replace(row[6], box=row[6].box.union(row[7].box)), row[8]]
    assert [text for text, _ in matched("/QĐ-TTg", touching, from_right=True)] == ["/", "Q", "Đ", "-", "TT", "g"]
    assert matched("/QĐ-TTg", row[:1], from_right=True) == ()


@given(slope=st.floats(-0.008, 0.008), speck=st.integers(-9, 9))
def test_the_line_print_stands_on_is_found_on_a_slope_and_beside_an_odd_piece(slope: float, speck: int) -> None:
    row = [
        replace(piece, box=replace(piece.box, y=round(piece.box.y + slope * piece.centre)))
        for piece in pieces("UBNDTINHABCDEVX")
    ]
    row[4] = replace(row[4], box=replace(row[4].box, y=row[4].box.y + speck))
    frame = frame_of([*zip("UBNDTINHABCDEVX", row, strict=True)])
    assert frame is not None
    assert abs(frame.foot_at(300) - (100 + slope * 300)) <= 1.5
    assert abs(frame.capital - 24) <= 1.5


def test_without_capitals_there_is_no_frame() -> None:
    assert frame_of([*zip("ngay", pieces("ngay"), strict=True)]) is None


def test_a_code_is_no_handwriting() -> None:
    paper = scanned(Kind.DECISION_BY_PEN, 3, "colour")
    master = master_of(paper.pages[0])
    reading = Reading((read_page(master, number=1, dpi=200, engine=CtcReader()),))
    code = Found(Field("document_number", "1/QĐ-UBND", "1/QĐ-UBND", 1, None, 1.0, FieldSource.QR))
    found = without_handwriting([code], TYPES["decision"], reading, lambda _: master)
    assert found[0] == code
    assert [one.field.source for one in found[1:]] == [FieldSource.HANDWRITING] * 2
