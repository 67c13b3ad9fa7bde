"""The benchmark's figures: worked examples, and what must hold of any text."""

import math
import unicodedata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.benchmarks.ocr import metrics, pages
from tests.benchmarks.ocr.compare import PageScore, cer, score
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.ocr.engines import Outcome, ReadWord
from tests.benchmarks.ocr.metrics import MarkErrors, Share
from tests.benchmarks.ocr.order import order, place_lines
from tests.benchmarks.ocr.pages import Scan
from tests.benchmarks.ocr.placed import judge
from tests.benchmarks.ocr.reliability import EDGES, SURE, bins, expected_error, reliability_table
from tests.benchmarks.ocr.tables import Table, errors_table, pages_table
from tests.benchmarks.ocr.targets import targets_table
from tests.benchmarks.ocr.worker import Measured, Worker
from tests.benchmarks.ocr.worst import confusions_table, worst_pages
from tests.generator.benchset import bench_pages
from tests.generator.truth import Quad

VIETNAMESE = st.text(alphabet="aáàảãạăằâấeêếiíoôốơờuưứyđĐÊQtnhg 12.,", max_size=60).map(metrics.normal)


# --- characters and words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("truth", "reading", "edits"),
    [
        ("QUYẾT ĐỊNH", "QUYẾT ĐỊNH", 0),
        ("QUYẾT ĐỊNH", "QUYÉT ĐỊNH", 1),
        ("QUYẾT ĐỊNH", "QUYẾTĐỊNH", 1),
        ("QUYẾT ĐỊNH", "", 10),
        ("bổ sung", "bố sungg", 2),
    ],
)
def test_cer_counts_edits_over_the_truth(truth: str, reading: str, edits: int) -> None:
    assert metrics.characters(truth, reading) == Share(edits, len(truth))


def test_wer_counts_words() -> None:
    assert metrics.words("Độc lập - Tự do", "Độc lập Tự do do") == Share(2, 5)


def test_texts_are_compared_in_nfc_with_single_spaces() -> None:
    assert metrics.normal(unicodedata.normalize("NFD", " Ủy ban\n\n nhân\tdân ")) == "Ủy ban nhân dân"
    assert metrics.normal("Ðiều") == "Điều"


@given(VIETNAMESE, VIETNAMESE)
def test_a_text_has_no_errors_against_itself_and_no_more_than_all(truth: str, other: str) -> None:
    assert metrics.characters(truth, truth).part == 0
    assert metrics.words(truth, truth).part == 0
    assert metrics.characters(truth, other).part <= max(len(truth), len(other))
    same = metrics.marks(truth, truth)
    assert same.tones.part == same.marked.part == 0
    assert all(letter.part == 0 for letter in same.letters.values())


def test_shares_add_up_by_their_counts() -> None:
    assert (Share(1, 10) + Share(9, 90)).percent == 10
    assert math.isnan(Share().percent)


@pytest.mark.parametrize(
    "text", ["Họ và tên: ........ Nam", "Họ và tên: …… … Nam", "Họ và tên: . . . . Nam", "Họ và tên:____ Nam"]
)
def test_leaders_are_no_text(text: str) -> None:
    assert metrics.without_leaders(text) == "Họ và tên: Nam"


@pytest.mark.parametrize("text", ["Điều 1. Phạm vi", "2020 - 2025", "v.v... và", "a. b. c."])
def test_punctuation_is_no_leader(text: str) -> None:
    assert metrics.without_leaders(text).replace(" ", "") == text.replace("...", "").replace(" ", "")


# --- marks -----------------------------------------------------------------------------------------------------------


def test_a_wrong_tone_is_a_tone_error_and_no_letter_error() -> None:
    errors = metrics.marks("bổ sung thêm", "bố sung thêm")
    assert errors.tones == Share(1, 3)  # ô, u, ê
    assert errors.marked == Share(1, 1)
    assert errors.letters["ô"] == Share(0, 1)


def test_a_wrong_letter_mark_is_a_letter_error_and_no_tone_error() -> None:
    errors = metrics.marks("QUYẾT ĐỊNH", "QUYÉT DỊNH")
    assert errors.tones == Share(0, 4)
    assert errors.letters["ê"] == Share(1, 1)
    assert errors.letters["đ"] == Share(1, 1)
    assert errors.of_letters("đê") == Share(2, 2)


def test_an_invented_tone_counts_among_all_vowels() -> None:
    errors = metrics.marks("kinh phi sua chua", "kinh phí sua chua")
    assert errors.tones == Share(1, 6)
    assert errors.marked == Share(0, 0)


def test_what_is_not_aligned_has_no_marks_to_be_wrong() -> None:
    assert metrics.marks("Điều khoản thi hành", "@@@@").tones == Share(0, 0)


def test_chance_agreements_are_no_alignment() -> None:
    assert metrics.marks("ế", "é").tones == Share(0, 0)
    assert list(metrics.aligned("một hai", "mọt hai")) == list(zip("một hai", "mọt hai", strict=True))


@given(VIETNAMESE, VIETNAMESE)
def test_marks_add_up(first: str, second: str) -> None:
    a, b = metrics.marks(first, first), metrics.marks(second, second)
    whole = a + b + MarkErrors()
    assert whole.tones.whole == a.tones.whole + b.tones.whole
    assert whole.letters["đ"].whole == a.letters["đ"].whole + b.letters["đ"].whole


@given(VIETNAMESE.filter(lambda text: len(text) >= metrics.MIN_AGREEING))
def test_every_marked_letter_of_a_text_read_right_is_compared(text: str) -> None:
    errors = metrics.marks(text, text)
    assert errors.letters["đ"].whole == text.lower().count("đ")
    assert errors.of_letters("ơư").whole == unicodedata.normalize("NFD", text).count("\u031b")


def test_edits_are_of_kinds() -> None:
    kinds = metrics.edit_kinds("Điều 16, khoản a", "Điêu ló. khoảna")
    assert kinds == {"marks": 1, "digits": 2, "punctuation": 1, "spaces": 1}
    assert metrics.edit_kinds("Văn Sơ", "Uăn sơ") == {"letters": 1, "case": 1}


@given(VIETNAMESE, VIETNAMESE)
def test_kinds_of_edits_add_up_to_the_edits(truth: str, reading: str) -> None:
    assert metrics.edit_kinds(truth, reading).total() == metrics.characters(truth, reading).part


def test_confusions_are_runs_of_differing_characters() -> None:
    assert metrics.confusions("Điều 16", "Điêu ló") == {("ề", "ê"): 1, ("16", "ló"): 1}


# --- optional text ---------------------------------------------------------------------------------------------------

LETTER = "Số: /STP-VP Cà Mau, ngày tháng 8 năm 2020"
OPTIONAL = ("VĂN PHÒNG ĐẢNG ỦY", "ĐẾN", "Số:", "3827", "828", "8")


@pytest.mark.parametrize(
    ("reading", "left"),
    [
        (LETTER, LETTER),
        ("Số: 828/STP-VP Cà Mau, ngày 8 tháng 8 năm 2020", LETTER),
        ("VĂN PHÒNG ĐẢNG ỦY " + LETTER + " ĐẾN Số: 3827", LETTER),
        ("Số: 829 /STP-VP Cà Mau, ngày tháng 8 năm 2020", "Số: 9 /STP-VP Cà Mau, ngày tháng 8 năm 2020"),
        (LETTER + " VĂN PHÒNG ĐÀMG ỦY", LETTER + " ÀM"),
        (LETTER + " WAN PHONC 0AWC UY", LETTER + " WAN PHONC 0AWC UY"),
        ("Số: /STP-VP Cà Mau, ngày tháng năm 2020", "Số: /STP-VP Cà Mau, ngày tháng năm 2020"),
    ],
)
def test_what_may_be_read_or_not_is_no_error_when_read_right(reading: str, left: str) -> None:
    assert metrics.without_optional(LETTER, reading, OPTIONAL) == left


@given(VIETNAMESE, VIETNAMESE, st.lists(VIETNAMESE.filter(bool), max_size=3))
def test_optional_text_never_makes_a_reading_worse(truth: str, reading: str, optional: list[str]) -> None:
    left = metrics.without_optional(truth, reading, optional)
    assert left == metrics.normal(left)
    assert metrics.characters(truth, left).part <= metrics.characters(truth, reading).part


# --- reading order ---------------------------------------------------------------------------------------------------

HEADER = (
    "ỦY BAN NHÂN DÂN XÃ SƠN LĨNH",
    "Số: 696/QĐ-UBND",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
)


def test_lines_in_order_have_no_order_errors_whatever_was_misread() -> None:
    assert order(HEADER, " ".join(HEADER)).characters.part == 0
    misread = " ".join(HEADER).replace("Ủ", "U").replace("ộ", "ô")
    assert order(HEADER, misread).characters.part == 0
    assert order(HEADER, misread).inversions == Share(0, 3)


def test_columns_read_across_are_order_errors_alone() -> None:
    across = " ".join((HEADER[0], HEADER[2], HEADER[1], HEADER[3]))
    errors = order(HEADER, across)
    assert errors.characters.part == metrics.characters(" ".join(HEADER), across).part > 0
    assert errors.inversions == Share(1, 3)


def test_a_lost_line_is_no_order_error() -> None:
    errors = order(HEADER, " ".join(HEADER[:3]))
    assert errors.characters.part <= 1  # the space before it
    assert errors.inversions == Share(0, 2)
    assert errors.lost == Share(1, 4)


def test_equal_lines_are_taken_in_order() -> None:
    cells = ("Nam", "1.200.000", "Nữ", "1.200.000", "Nam", "900.000")
    assert place_lines(cells, " ".join(cells)).errors == 0
    assert order(cells, " ".join(cells)).inversions.part == 0


def test_what_no_line_takes_is_an_error() -> None:
    placed = place_lines(HEADER, " ".join(HEADER) + " ..........")
    assert placed.errors == 10
    assert place_lines((), "rác").errors == 3


@given(st.lists(VIETNAMESE.filter(lambda line: len(line) > 3), max_size=6), VIETNAMESE)
def test_order_never_costs_more_than_the_page(lines: list[str], reading: str) -> None:
    errors = order(lines, reading)
    assert 0 <= errors.characters.part <= metrics.characters(" ".join(lines), reading).part
    assert 0 <= errors.inversions.part <= errors.inversions.whole


# --- words by place, confidences -------------------------------------------------------------------------------------


def box(left: float, top: float, right: float, bottom: float) -> Quad:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def test_a_word_is_judged_by_the_word_that_stands_where_it_was_read() -> None:
    truth = [("Ủy", (10.0, 10.0, 40.0, 30.0)), ("ban", (50.0, 10.0, 90.0, 30.0))]
    read = [
        ReadWord("ban", 0.99, box(51, 10, 90, 31)),
        ReadWord("Uy", 0.6, box(10, 10, 40, 30)),
        ReadWord("x", 0.2, box(200, 10, 210, 30)),
    ]
    judged = judge(read, truth, np.eye(3))
    assert [(w.text, w.truth, w.right) for w in judged] == [("ban", "ban", True), ("Uy", "Ủy", False), ("x", "", False)]
    assert judged[0].off_px == pytest.approx(0.5)
    assert math.isnan(judged[2].off_px)


def test_a_word_is_right_with_the_optional_text_that_stands_there() -> None:
    truth = [("/QĐ-STP", (40.0, 10.0, 90.0, 30.0))]
    optional = [("1459", (20.0, 5.0, 60.0, 30.0)), ("VĂN PHÒNG", (200.0, 0.0, 300.0, 50.0))]
    read = [
        ReadWord("1459/QĐ-STP", 0.9, box(22, 10, 90, 30)),
        ReadWord("PHÒNG", 0.9, box(250, 10, 290, 30)),
        ReadWord("PHÒNG", 0.9, box(350, 10, 390, 30)),
        ReadWord("PHONG", 0.9, box(250, 10, 290, 30)),
    ]
    assert [w.right for w in judge(read, truth, np.eye(3), optional)] == [True, True, False, False]


def test_words_of_a_turned_scan_are_judged_where_they_stand_upright() -> None:
    turned = np.array([[0, -1, 500], [1, 0, 0], [0, 0, 1]], float)  # a quarter clockwise on a sheet 500 high
    corners = tuple((500 - y, x) for x, y in box(50, 10, 90, 30))
    (word,) = judge([ReadWord("ban", 1.0, corners)], [("ban", (50.0, 10.0, 90.0, 30.0))], turned)
    assert word.right
    assert word.off_px == pytest.approx(0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_every_word_falls_into_one_bin(words: list[tuple[float, bool]]) -> None:
    rect = (0.0, 0.0, 10.0, 10.0)
    judged = [
        judge([ReadWord("a" if right else "b", sure, box(*rect))], [("a", rect)], np.eye(3))[0] for sure, right in words
    ]
    curve = bins(judged)
    assert sum(b.right.whole for b in curve) == len(words)
    assert sum(b.right.part for b in curve) == sum(right for _, right in words)
    assert curve[-1].right.whole == sum(sure >= SURE for sure, _ in words)
    assert 0 <= expected_error(curve) <= 1
    assert [b.low for b in curve] == [low for low, _ in pairwise(EDGES)]


def test_the_table_says_how_many_sure_words_are_wrong() -> None:
    rect = (0.0, 0.0, 10.0, 10.0)
    read = [ReadWord(text, sure, box(*rect)) for text, sure in (("a", 1.0), ("b", 0.98), ("b", 0.5), ("a", 0.97))]
    table = reliability_table("ours", [judge([word], [("a", rect)], np.eye(3))[0] for word in read])
    assert "50.0 % of the words are at 0.98 or more, 50.00 % of these wrong" in table.title
    assert list(table.rows[-1]) == ["0.98 – 1.00", "2", "99.0", "50.0"]


# --- pages and tables ------------------------------------------------------------------------------------------------


def page(text: str, *, name: str = "page", lines: tuple[str, ...] = HEADER, group: str = "text") -> PageScore:
    scan = Scan(Path(name), name, group, ("skew",), 200, lines, (), np.eye(3))
    return score(scan, Measured(Outcome(text), 1.0, 2.0, 3))


def test_empty_pages_count_as_false_text_and_not_in_the_cer() -> None:
    scores = [page("\n".join(HEADER)), page("ló . rác", name="blank", lines=(), group="empty")]
    assert cer(scores) == 0
    assert scores[1].false_text == 6
    assert "6 characters" in pages_table("ours", scores).markdown()
    assert "empty, yet read: `ló . rác`" in worst_pages(scores)


def test_tables_hold_a_row_for_each_group_and_the_whole() -> None:
    scores = [page("\n".join(HEADER)), page(HEADER[0], group="forms")]
    table = errors_table({"ours": scores})
    assert [row[1] for row in table.rows] == ["text", "forms", "whole"]
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert table.rows[0][3] == "0.00"


def test_targets_say_what_is_reached() -> None:
    rows = targets_table("ours", [page("\n".join(HEADER)), page(HEADER[0], group="forms")]).rows
    assert rows[0] == ["CER of text, %", "≤ 0.35", "≤ 0.2", "0.00", "aim"]
    assert [row[-1] for row in rows[1:5]] == ["**no**", "–", "**no**", "must"]  # forms, tables, worst, tones


def test_markdown_has_a_line_for_each_row() -> None:
    assert Table("T", ("a", "b"), (("1", "2"),)).markdown() == "**T**\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_the_worst_pages_show_the_lines_that_are_wrong() -> None:
    wrong = page("\n".join((HEADER[0].replace("Ủ", "U"), *HEADER[1:])), name="dev-x")
    shown = worst_pages([wrong])
    assert "### dev-x" in shown
    assert f"- {HEADER[0]}\n+ {HEADER[0].replace('Ủ', 'U')}" in shown
    assert HEADER[2] not in shown
    across = page("\n".join((HEADER[1], HEADER[0], *HEADER[2:])))
    assert f"~ read in the other order: {HEADER[0]} / {HEADER[1]}" in worst_pages([across])
    assert confusions_table([wrong]).rows == [["`Ủ`", "`U`", "1", "1"]]


def test_figures_replace_what_stood_between_their_marks(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("a\n<!-- dev -->\nold\n<!-- /dev -->\nb <!-- test --><!-- /test -->\n", encoding="utf-8")
    fill(document, "dev", r"new \1")
    assert document.read_text() == "a\n<!-- dev -->\n\nnew \\1\n\n<!-- /dev -->\nb <!-- test --><!-- /test -->\n"
    with pytest.raises(ValueError, match="has not once"):
        fill(document, "absent", "x")


def test_pages_are_rendered_once_and_come_back_with_their_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "BUILD", tmp_path)
    (scan,) = pages.load("dev", only=["letter-01"])
    (drawn,) = bench_pages("dev", only=[scan.name])
    with Image.open(scan.file) as image:
        assert np.array_equal(np.asarray(image), drawn.page.image)
        assert round(image.info["dpi"][0]) == scan.dpi == drawn.page.dpi
    assert scan.text == metrics.normal(drawn.page.text)
    assert scan.text == " ".join(text for text, _ in scan.words)
    assert np.allclose(scan.to_scan, drawn.page.matrix)
    written = scan.file.stat().st_mtime_ns
    (again,) = pages.load("dev", only=["letter-01"])
    assert again.file.stat().st_mtime_ns == written
    assert (again.lines, again.words, again.faults) == (scan.lines, scan.words, scan.faults)
    assert "SỞ GIÁO DỤC VÀ ĐÀO TẠO" in {text for text, _ in scan.optional}
    with pytest.raises(ValueError, match="no page"):
        pages.load("dev", only=["no such page"])


# --- measuring -------------------------------------------------------------------------------------------------------


def busy(file: Path, dpi: int) -> Outcome:
    held = bytearray(80 * 2**20)
    held[:: 2**12] = b"x" * len(held[:: 2**12])
    return Outcome(f"{file} {dpi} {sum(i * i for i in range(3_000_000)) % 7}")


def broken(_: Path, __: int) -> Outcome:
    raise RuntimeError("no such engine")


def test_a_worker_measures_what_a_page_uses() -> None:
    scan = Scan(Path("a.png"), "a", "text", (), 200, (), (), np.eye(3))
    with Worker(busy) as worker:
        measured = worker.read(scan)
    assert measured.outcome.text.startswith("a.png 200")
    assert measured.cpu_s > 0.01
    assert measured.peak_bytes > 80 * 2**20
    assert measured.failure == ""


def test_an_engine_that_fails_is_a_result() -> None:
    scan = Scan(Path("a.png"), "a", "text", (), 200, (), (), np.eye(3))
    with Worker(broken) as worker:
        assert worker.read(scan).failure == "RuntimeError: no such engine"
        assert worker.read(scan).outcome == Outcome("")


def test_check_boxes_may_be_read_but_letters_in_their_place_are_invented() -> None:
    assert metrics.normal("Giới tính: ☐ Nam ☒ Nữ") == "Giới tính: Nam Nữ"
    assert metrics.normal("Giới tính: O Nam") == "Giới tính: O Nam"
