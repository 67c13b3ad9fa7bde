"""Finding lines, tables and their order on drawn pages, where every place is known."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
import pytest

from dossier.papers import Box
from ocr.cleanup.step import Grey
from ocr.crops import cut, on_page
from ocr.linefinder import Found, find_lines
from ocr.model import Word
from ocr.order import rows_in_order
from ocr.tables import with_tables
from tests.ocr import drawn

Text = tuple[int, int, str]


def grey(texts: Iterable[Text] = (), *, size: int = 39) -> Grey:
    page = drawn.write(np.full((1600, drawn.WIDTH, 3), 255, np.uint8), texts, size=size)
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def boxes(found: Found, runs: Sequence[int]) -> list[Box]:
    return [found.runs[run].box for run in runs]


def order(found: Found, texts: Sequence[Text]) -> list[str]:
    """Return which text stands where each run was found, run by run in reading order."""

    def at(box: Box) -> str:
        return min(texts, key=lambda text: abs(text[0] - box.x) + abs(text[1] - box.y))[2]

    return [at(box) for row in rows_in_order(found) for box in boxes(found, row.runs)]


def sentences(x: int = 100) -> list[Text]:
    return [(x, 100 + 50 * i, sentence) for i, sentence in enumerate(drawn.SENTENCES)]


def test_every_line_is_one_run_with_all_its_marks() -> None:
    found = find_lines(grey(sentences()), drawn.DPI)
    assert len(found.runs) == len(drawn.SENTENCES)
    for run, (x, y, _) in zip(sorted(found.runs, key=lambda run: run.top), sentences(), strict=True):
        assert abs(run.box.x - x) < 6
        assert y < run.box.y < run.box.bottom < y + 55
    assert set(np.unique(found.owner[1:])) == set(range(len(found.runs)))


def test_a_heading_keeps_marks_that_are_as_tall_as_the_letters_of_the_text() -> None:
    page, heading = grey(sentences(), size=33), grey([(100, 1200, "GIẤY CẤP")], size=75)
    found = find_lines(np.minimum(page, heading), drawn.DPI)
    (run,) = (run for run in found.runs if run.box.y > 1150)
    inked = np.flatnonzero((heading < 128).any(axis=1))
    assert (run.box.y, run.box.bottom) == pytest.approx((inked[0], inked[-1] + 1), abs=2)


@pytest.mark.parametrize("pitch", [39, 41, 44])
def test_the_upper_mark_of_a_stack_goes_with_the_lower_one_however_close_the_line_above_is(pitch: int) -> None:
    above, below = grey([(100, 300, "HẢI MINH SON")]), grey([(100, 300 + pitch, "NHẮM LIỄU HỒNG")])
    found = find_lines(np.minimum(above, below), drawn.DPI)
    assert len(found.runs) == 2
    lower = max(found.runs, key=lambda run: run.box.y)
    inked = np.flatnonzero((below < 128).any(axis=1))
    assert lower.box.y == pytest.approx(inked[0], abs=2)


@pytest.mark.parametrize("degrees", [-1.0, 0.6, 1.0])
def test_lines_are_found_askew(degrees: float) -> None:
    page = grey(sentences())
    turn = cv2.getRotationMatrix2D((600, 200), -degrees, 1)
    found = find_lines(np.asarray(cv2.warpAffine(page, turn, page.shape[::-1], borderValue=255)), drawn.DPI)
    assert len(found.runs) == len(drawn.SENTENCES)
    assert found.slope == pytest.approx(np.tan(np.radians(degrees)), abs=0.002)


@pytest.mark.parametrize("barred", [True, False], ids=["box by box", "bars alone"])
def test_a_digit_in_each_box_makes_one_run(barred: bool) -> None:  # noqa: FBT001 - a case
    digits = [(420 + 48 * i, 105, digit) for i, digit in enumerate("034186002917")]
    page = grey([(100, 100, "Số định danh:"), *digits, (100, 180, "Nơi ở hiện nay:")])
    for y in (103, 151):
        cv2.line(page, (406, y), (982, y), 0, 1)
    for x in range(406, 983, 48 if barred else 576):
        cv2.line(page, (x, 103), (x, 151), 0, 1)
    runs = find_lines(page, drawn.DPI).runs
    assert sorted((run.box.x < 110, run.box.right > 960) for run in runs) == [
        (False, True),
        (True, False),
        (True, False),
    ]


def test_a_number_in_each_of_a_few_places_stays_apart() -> None:
    page = grey([(100 + 200 * i, 100, str(i)) for i in range(1, 6)] + [(100, 200, "Nơi ở hiện nay:")])
    assert len(find_lines(page, drawn.DPI).runs) == 6


def test_the_same_lines_are_found_at_300_dpi() -> None:
    page = cv2.resize(grey(sentences()), None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
    assert len(find_lines(np.asarray(page, dtype=np.uint8), 300).runs) == len(drawn.SENTENCES)


@pytest.mark.parametrize(
    "page", [grey(), grey()[:1, :1], np.zeros((300, 200), np.uint8)], ids=["white", "tiny", "black"]
)
def test_nothing_is_found_where_nothing_is_written(page: Grey) -> None:
    found = with_tables(find_lines(page, drawn.DPI))
    assert found.runs == ()
    assert rows_in_order(found) == ()


def test_what_is_drawn_is_no_text() -> None:
    page = grey(sentences())
    cv2.line(page, (100, 400), (900, 402), 0, 3)
    cv2.rectangle(page, (100, 500), (125, 525), 0, 2)
    cv2.circle(page, (600, 900), 150, 0, 6)
    for angle in range(0, 360, 30):
        where = int(590 + 110 * np.cos(np.radians(angle))), int(910 + 110 * np.sin(np.radians(angle)))
        cv2.putText(page, "H", where, cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    assert len(find_lines(page, drawn.DPI).runs) == len(drawn.SENTENCES)


def test_the_border_between_two_frames_is_no_text_though_holes_were_punched_through_it() -> None:
    texts = [(300, 300 + 80 * i, sentence) for i, sentence in enumerate(drawn.SENTENCES)]
    page = grey(texts)
    for away in (60, 110):
        cv2.rectangle(page, (away, away), (drawn.WIDTH - away, 1600 - away), 0, 4)
    for y in range(75, 1510, 24):
        for x in (72, drawn.WIDTH - 98):
            cv2.polylines(page, [np.array([(x, y), (x + 26, y + 12), (x, y + 24)])], False, 0, 3)  # noqa: FBT003
    for y in (480, 1120):
        cv2.circle(page, (60, y), 40, 255, -1)
    assert sorted(order(find_lines(page, drawn.DPI), texts)) == sorted(text for _, _, text in texts)


def test_what_is_left_of_an_ornamental_border_is_no_text() -> None:
    texts = [(300, 300 + 80 * i, sentence) for i, sentence in enumerate(drawn.SENTENCES)]
    page = grey(texts)
    for y in range(70, 1520, 26):
        for x in (70, drawn.WIDTH - 100):
            cv2.polylines(page, [np.array([(x, y), (x + 26, y + 10), (x, y + 21)])], False, 0, 3)  # noqa: FBT003
    for x in range(100, drawn.WIDTH - 120, 30):
        for y in (70, 1510):
            cv2.line(page, (x, y), (x + 22, y + 20), 0, 3)
    assert sorted(order(find_lines(page, drawn.DPI), texts)) == sorted(text for _, _, text in texts)


def test_what_cleaning_left_of_an_ornamental_border_in_shreds_is_no_text() -> None:
    texts = [(300, 300 + 80 * i, sentence) for i, sentence in enumerate(drawn.SENTENCES)]
    page = grey(texts)
    shred = np.array([(-8, -6), (0, 6), (8, -6)])
    for y in range(80, 1520, 26):
        for x in (80, drawn.WIDTH - 80):
            cv2.polylines(page, [np.add(shred, (x, y))], False, 0, 3)  # noqa: FBT003
    for x in range(106, drawn.WIDTH - 90, 28):
        for y in (80, 1510):
            cv2.polylines(page, [np.add(shred, (x, y))], False, 0, 3)  # noqa: FBT003
    assert sorted(order(find_lines(page, drawn.DPI), texts)) == sorted(text for _, _, text in texts)


def test_close_lines_from_margin_to_margin_are_no_border() -> None:
    page = grey([(60, 60 + 36 * i, "HXEN MKOA BHUT DLAC GEOB PHUM KHXM ĐEN HOAXBE") for i in range(42)])
    found = find_lines(page, drawn.DPI)
    assert len(found.runs) == 42
    assert not found.drawn.any()


def test_a_label_and_its_value_a_little_higher_are_one_line() -> None:
    texts = [(100, 110, "Họ và tên:"), (330, 98, "TRẦN THỊ HOA"), (100, 170, "Năm sinh:"), (330, 158, "1988")]
    found = find_lines(grey(texts), drawn.DPI)
    rows = [boxes(found, row.runs) for row in rows_in_order(found)]
    assert len(rows) == 2
    assert [row[0].x < 110 and row[-1].right > 380 for row in rows] == [True, True]


def test_a_value_goes_on_from_its_label_though_something_far_off_is_more_level_with_it() -> None:
    found = find_lines(grey([(60, 82, "KX"), (300, 110, "Họ và tên:"), (505, 92, "TRẦN THỊ HOA")]), drawn.DPI)
    rows = [boxes(found, row.runs) for row in rows_in_order(found)]
    assert [[round(box.x, -1) for box in row] for row in rows] == [[60], [300, 510]]


def test_a_label_goes_on_from_the_labels_before_it_though_the_value_between_stands_higher() -> None:
    texts = [(100, 110, "xa con em:"), (310, 95, "xa sau"), (800, 110, "nam ra:"), (980, 95, "nao ra")]
    found = find_lines(grey(texts), drawn.DPI)
    rows = [boxes(found, row.runs) for row in rows_in_order(found)]
    assert [[round(box.x, -1) for box in row] for row in rows] == [[100, 310, 800, 980]]


def test_a_mark_below_which_its_letter_stands_is_not_the_value_s_beside() -> None:
    page = grey([(100, 110, "Bien lai so:"), (290, 95, "YT-2402")])
    cv2.rectangle(page, (252, 113), (264, 130), 0, -1)
    found = find_lines(page, drawn.DPI)
    label, value = sorted(found.runs, key=lambda run: run.left)
    assert label.box.y <= 113
    assert value.box.x > 280


def test_what_stands_within_a_gap_of_a_line_level_with_it_is_of_the_line() -> None:
    page = grey([(100, 110, "Dien tich 6.408"), (365, 110, "5 Hai ba")])
    cv2.rectangle(page, (349, 143), (356, 157), 0, -1)
    assert len(find_lines(page, drawn.DPI).runs) == 1


NOTE = ("Người ký: SỞ TƯ PHÁP", "Email: vanthu@stphp.example", "Cơ quan: SỞ TƯ PHÁP")


def noted() -> Grey:
    """A page with the small print of a digital signature on top, set solid beside its emblem."""
    page = grey(sentences())
    note = grey([(700, 20 + 23 * i, text) for i, text in enumerate(NOTE)], size=19)
    emblem = np.array([(640, 22), (690, 22), (665, 90)], dtype=np.int32)
    cv2.fillPoly(page, [emblem], 0)
    return np.minimum(page, note).astype(np.uint8)


def test_small_print_set_solid_beside_an_emblem_is_found_line_by_line() -> None:
    found = find_lines(noted(), drawn.DPI)
    note = sorted((run for run in found.runs if run.top < 95), key=lambda run: run.top)
    assert len(note) == len(NOTE)
    assert len(found.runs) == len(NOTE) + len(drawn.SENTENCES)
    for i, run in enumerate(note):
        assert 698 <= run.box.x < 706
        assert 20 + 23 * i < run.box.y
        assert run.box.bottom <= 20 + 23 * (i + 1) + 3


def test_a_speck_high_above_small_print_is_no_mark_of_it() -> None:
    page = noted()
    cv2.rectangle(page, (712, 3), (715, 6), 0, -1)
    top = min(run.box.y for run in find_lines(page, drawn.DPI).runs)
    assert top > 20


def test_slivers_at_the_rim_of_the_page_are_no_lines() -> None:
    page = grey(sentences())
    for y in range(20, 800, 40):
        page[y : y + 22, -2:] = 0
    assert len(find_lines(page, drawn.DPI).runs) == len(drawn.SENTENCES)


def test_a_line_under_a_seal_that_touches_its_letters_is_one_run() -> None:
    page = grey(sentences())
    cv2.circle(page, (450, 225), 110, 0, 5)
    for angle in range(0, 360, 12):
        end = int(450 + 110 * np.cos(np.radians(angle))), int(225 + 110 * np.sin(np.radians(angle)))
        cv2.line(page, (450, 225), end, 0, 2)
    found = find_lines(page, drawn.DPI)
    long = [run for run in found.runs if run.box.width > 600]
    assert len(long) == len(drawn.SENTENCES)


def ruled(page: Grey, columns: Sequence[int], rows: Sequence[int]) -> Grey:
    for x in columns:
        cv2.line(page, (x, rows[0]), (x, rows[-1]), 0, 2)
    for y in rows:
        cv2.line(page, (columns[0], y), (columns[-1], y), 0, 2)
    return page


TABLE = [
    (120, 205, "Số"),
    (260, 205, "Nội dung"),
    (760, 205, "Đơn vị"),
    (120, 290, "1"),
    (260, 270, "Sửa mái nhà văn"),
    (260, 312, "hóa thôn Thượng"),
    (760, 290, "Xã An Hòa"),
    (120, 390, "2"),
    (260, 390, "Trồng cây"),
    (760, 370, "Phường"),
    (760, 412, "Bình Lạc"),
]


@pytest.mark.parametrize("sides", [True, False], ids=["closed", "open at the sides"])
def test_cells_are_read_row_by_row_with_all_their_lines(sides: bool) -> None:  # noqa: FBT001 - a case
    page = ruled(grey(TABLE), [100, 240, 740, 1100] if sides else [240, 740], [195, 262, 362, 462])
    if not sides:
        for y in (195, 262, 362, 462):
            cv2.line(page, (100, y), (1100, y), 0, 2)
    found = with_tables(find_lines(page, drawn.DPI))
    assert order(found, TABLE) == [text for _, _, text in TABLE]
    assert len(found.rulings.networks) == 1


def test_text_around_a_table_keeps_its_place() -> None:
    texts = [(100, 100, "DANH SÁCH HỘ"), *TABLE, (100, 520, "Nơi nhận là thôn")]
    found = with_tables(find_lines(ruled(grey(texts), [100, 240, 740, 1100], [195, 262, 362, 462]), drawn.DPI))
    assert order(found, texts) == [text for _, _, text in texts]


def unruled() -> list[Text]:
    works = ("Sửa mái nhà", "Trồng cây", "Nạo vét kênh", "Lắp camera tại", "Mua bàn", "Kiểm kê, dán")
    rows: list[Text] = []
    for i, work in enumerate(works, start=1):
        y = 200 + 130 * i
        rows += [(120, y, str(i)), (240, y - 20, work), (240, y + 22, "văn hóa thôn"[: 6 + i]), (640, y, "An Hòa")]
        rows.append((900, y, f"{i}.200.000"))
    return rows


def test_unruled_tables_are_read_by_cells() -> None:
    found = with_tables(find_lines(grey(unruled()), drawn.DPI))
    assert order(found, unruled()) == [text for _, _, text in unruled()]


def test_running_text_is_no_table() -> None:
    lines = [(100, 100 + 50 * i, sentence) for i, sentence in enumerate(drawn.SENTENCES * 4)]
    found = find_lines(grey(lines), drawn.DPI)
    assert with_tables(found).rulings.networks == ()
    assert [row.runs for row in rows_in_order(with_tables(found))] == [row.runs for row in rows_in_order(found)]


def test_words_that_stand_below_each_other_by_chance_are_no_table() -> None:
    words = (("mùa", "này", "lúa", "hơn"), ("năm", "nay", "cau", "hứa"), ("của", "cho", "sau", "mưa"))
    page = grey([(100 + 76 * j, 100 + 50 * i, word) for i, row in enumerate(words * 2) for j, word in enumerate(row)])
    assert with_tables(find_lines(page, drawn.DPI)).rulings.networks == ()


def centred(axis: int, y: int, text: str) -> Text:
    return round(axis - drawn.font(39).getlength(text) / 2), y, text


def test_a_form_is_read_across_though_what_stands_on_its_right_is_centred() -> None:
    rows = [
        [(100, "7. Buổi sử dụng nào:"), (760, "Chiều hoặc tối")],
        [(100, "8. Từ ngày 10 tháng 5"), (700, "đến ngày 26 tháng 10 năm")],
        [(100, "9. Số người dự kiến:"), (790, "Tiền đặt cọc")],
    ]
    texts = [(x, 100 + 70 * i, text) for i, row in enumerate(rows) for x, text in row]
    assert order(find_lines(grey(texts), drawn.DPI), texts) == [text for _, _, text in texts]


def test_the_left_block_of_a_head_is_read_before_the_right_one() -> None:
    left = [centred(300, y, t) for y, t in ((100, "XÃ AN HÒA"), (150, "VĂN PHÒNG"), (230, "Số: 12/QĐ"))]
    right = [
        centred(850, y, t)
        for y, t in ((100, "CỘNG HÒA XÃ HỘI"), (150, "Độc lập"), (230, "An Hòa, ngày 3 tháng 9 năm 2025"))
    ]
    below = [(100, 350 + 50 * i, sentence) for i, sentence in enumerate(drawn.SENTENCES)]
    texts = [*left, *right, *below]
    assert order(find_lines(grey(texts), drawn.DPI), texts) == [text for _, _, text in texts]


def test_a_crop_shows_its_own_line_alone() -> None:
    texts = [(100, 100, "Ủy quyền gấp"), (100, 140, "Ấp Đỗ ở Ẩm Thượng")]
    page = grey(texts)
    cv2.line(page, (80, 190), (700, 190), 0, 2)
    found = find_lines(page, drawn.DPI)
    upper = min(range(len(found.runs)), key=lambda run: found.runs[run].top)
    crop = cut(page, found, upper)
    alone = grey(texts[:1])[crop.y : crop.y + crop.image.shape[0], crop.x : crop.x + crop.image.shape[1]]
    assert np.count_nonzero(np.abs(crop.image.astype(int) - alone) > 60) < 0.01 * alone.size
    assert crop.image[[0, -1]].min() == 255


def test_words_get_the_bounds_of_their_ink() -> None:
    page = grey([(100, 100, "Giao ông Thịnh")])
    found = find_lines(page, drawn.DPI)
    crop = cut(page, found, 0)
    letters = drawn.font(39)
    places: list[Box] = []
    for before, text in (("", "Giao"), ("Giao ", "ông"), ("Giao ông ", "Thịnh")):
        x = 100 + letters.getlength(before)
        left, top, right, bottom = letters.getbbox(text)
        places.append(Box(round(x + left), round(100 + top), round(right - left), round(bottom - top)))
    rough = [
        Word(t, Box(b.x - crop.x - 4, b.y - crop.y + 5, b.width + 9, b.height - 9), 0.9)
        for t, b in zip(("Giao", "ông", "Thịnh"), places, strict=True)
    ]
    for word, place in zip(on_page(rough, crop), places, strict=True):
        for found_edge, edge in zip(
            (word.box.x, word.box.y, word.box.right, word.box.bottom),
            (place.x, place.y, place.right, place.bottom),
            strict=True,
        ):
            assert abs(found_edge - edge) <= 2


@pytest.mark.parametrize("dpi", [1, 5, 10, 25])
def test_a_picture_of_a_few_pixels_for_a_whole_page_is_looked_at_like_any(dpi: int) -> None:
    page = np.zeros((60, 40), np.uint8)
    page[5:55, 5:35] = 255
    page[25:28, 10:30] = 0
    assert len(find_lines(page, dpi).runs) <= 1
