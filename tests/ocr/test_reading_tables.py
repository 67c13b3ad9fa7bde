"""Unruled tables and blocks side by side, on drawn pages: headings over several columns, specks, justified text."""

import tracemalloc
from collections.abc import Iterable
from itertools import product

import cv2
import numpy as np

from ocr.linefinder import find_lines
from ocr.order import rows_in_order
from ocr.tables import with_tables
from tests.ocr import drawn

Text = tuple[int, int, str]
HEAD = [(110, 100, "TT"), (270, 100, "Họ và"), (290, 144, "tên"), (500, 100, "Người được nhận"), (950, 100, "Nơi ở")]
UNDER = [(485, 155, "Năm"), (730, 155, "Số thẻ")]
HAMLETS = ("Thôn Đoài", "Thôn Bãi", "Thôn Nội", "Thôn Quýt", "Thôn Ván")


def people(pitch: int = 105, hamlets: Iterable[str] = HAMLETS) -> list[Text]:
    rows: list[Text] = []
    for i, hamlet in enumerate(hamlets):
        y = 230 + pitch * i
        rows += [(120, y, str(i + 1)), (240, y, "Lương Trọng"), (240, y + 44, "Trường"), (485, y, f"19{80 + i}")]
        rows += [(730, y, f"0742{i}15"), (950, y, hamlet), (950, y + 44, "xã An Hòa")]
    return rows


def read(texts: Iterable[Text], *small: Text, specks: Iterable[tuple[int, int]] = ()) -> list[str]:
    """Return the texts in the order in which the runs that stand at their places are read."""
    page = drawn.write(np.full((1600, drawn.WIDTH, 3), 255, np.uint8), texts, size=39)
    page = drawn.write(page, small, size=22)
    for speck in specks:
        cv2.circle(page, speck, 3, (0, 0, 0), -1)
    found = with_tables(find_lines(np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8), drawn.DPI))
    places = (found.runs[run].box for row in rows_in_order(found) for run in row.runs)
    every = [*texts, *small]
    said = [min(every, key=lambda t: abs(t[0] - box.x) + abs(t[1] + 10 - box.y)) for box in places if box.height > 8]
    return [text for _, _, text in said]


def test_what_a_heading_stands_over_is_read_after_the_row_of_the_heading() -> None:
    texts = [*HEAD, *UNDER, *people()]
    assert read(texts) == [text for _, _, text in texts]


def test_specks_do_not_close_gutters() -> None:
    texts = people()
    assert read(texts, specks=[(466, 260), (466, 380), (900, 360)]) == [text for _, _, text in texts]


def test_a_line_a_little_too_far_down_does_not_mix_the_rows() -> None:
    *texts, (x, y, last) = people(95, [*HAMLETS, *HAMLETS])
    texts.append((x, y + 2, last))
    assert read(texts) == [text for _, _, text in texts]


def test_the_note_of_a_digital_signature_is_read_before_the_head_below_it() -> None:
    note = [(640, 20 + 28 * i, t) for i, t in enumerate(("Người ký: XÃ AN HÒA", "Cơ quan: XÃ", "Thời gian: 07:47"))]
    left = [(150, 120, "ỦY BAN NHÂN DÂN"), (210, 170, "XÃ AN HÒA"), (190, 250, "Số: 12/QĐ")]
    right = [(640, 120, "CỘNG HÒA XÃ HỘI CHỦ"), (780, 170, "Độc lập"), (670, 250, "An Hòa, ngày 3 tháng 9")]
    below = [(100, 350 + 50 * i, sentence) for i, sentence in enumerate(drawn.SENTENCES)]
    assert read([*left, *right, *below], *note) == [t for _, _, t in (*note, *left, *right, *below)]


def test_what_is_filled_into_a_form_is_no_table() -> None:
    rows = [
        [(100, "Điện thoại:"), (330, "0595095077"), (700, "Số thẻ cũ:"), (900, "SK/4017")],
        [(100, "Loại thẻ:"), (300, "Tại chỗ"), (520, "Mượn về"), (800, "Thiếu nhi")],
        [(100, "Tiền cược:"), (350, "144.400"), (560, "Biên lai số:"), (830, "2399")],
        [(100, "Quan hệ:"), (280, "Con đẻ"), (650, "Nghề:"), (860, "Thợ mộc")],
    ]
    # What is typed stands higher than what is printed.
    texts = [(x, 100 + 75 * i - (12 if text[-1] != ":" else 0), text) for i, row in enumerate(rows) for x, text in row]
    assert read(texts) == [text for _, _, text in texts]


def test_rows_set_close_are_told_from_the_lines_of_a_cell() -> None:
    texts: list[Text] = []
    y = 100
    for i in range(14):
        long = i in {3, 7, 10}
        texts += [(120, y, str(i + 1)), (240, y, f"Lương Trọng {i}"), (560, y, f"19{70 + i}"), (760, y, f"0742{i}15")]
        texts += [(980, y, f"Chuyển {i}"), (980, y + 36, "quý sau")] if long else []
        y += 36 + 52 if long else 52
    assert read(texts) == [text for _, _, text in texts]


def test_a_heading_close_above_the_head_of_a_table_is_read_with_it() -> None:
    over = [(110, 110, "TT"), (270, 110, "Họ và tên"), (560, 85, "Mượn, trả dụng cụ"), (960, 110, "Ký nhận")]
    texts = [*over, (485, 140, "Số"), (730, 140, "Ngày"), *people()]
    title = (300, 20, "SỔ THEO DÕI DỤNG CỤ CỦA CÁC THÔN")
    assert read([title, *texts]) == [text for _, _, text in (title, *texts)]


def test_spaces_between_words_below_a_table_are_none_of_its_gutters() -> None:
    texts = [(x, 100, title) for x, title in ((110, "TT"), (240, "Họ tên"), (485, "Năm"), (730, "Số"), (950, "Thôn"))]
    texts += people()
    below = [(110, "Nay công bố"), (330, "để"), (485, "toàn thôn được"), (755, "biết và"), (950, "góp ý.")]
    said = read([*texts, *((x, 790, text) for x, text in below)])
    assert said[: len(texts)] == [text for _, _, text in texts]


def test_gutters_of_a_leaning_table_are_followed() -> None:
    lean = 0.018
    texts = [(x, 100 + 52 * i, text) for i in range(25) for x, text in ((100, f"{10 + i}"), (190, "Lê Văn An"))]
    texts += [(x, 100 + 52 * i, text) for i in range(25) for x, text in ((390, "xã Hòa Thuận"), (660, "đã nộp"))]
    texts.sort(key=lambda text: text[1:2])
    leaning = [(round(x + 30 - lean * y), round(y + lean * x), text) for x, y, text in texts]
    assert read(leaning) == [text for _, _, text in texts]


def test_text_above_a_table_is_none_of_its_head() -> None:
    words = [(110, "Nay công bố"), (400, "để toàn thôn"), (690, "được biết"), (900, "và góp ý")]
    above = [(x, 10 + 44 * i, f"{text}{i}") for i in range(3) for x, text in words]
    head = [(110, 160, "TT"), (270, 160, "Họ tên"), (485, 160, "Năm"), (730, 160, "Số thẻ"), (950, 160, "Nơi ở")]
    texts = [*above, *head, *people()]
    assert read(texts) == [text for _, _, text in texts]


def justified(line: str, x: int, y: int, width: int = 430) -> list[Text]:
    """Set the words of a line apart so that it is ``width`` pixels wide."""
    words = line.split()
    lengths = [drawn.font(39).getlength(word) for word in words]
    space = (width - sum(lengths)) / (len(words) - 1)
    return [(round(x + sum(lengths[:i]) + space * i), y, word) for i, word in enumerate(words)]


def test_justified_text_in_two_columns_is_no_table_though_spaces_stand_under_each_other() -> None:
    left = ["Điều 1. Giữ trật tự nơi", "công cộng, không hút", "thuốc lá trong nhà.", "Nghe theo chỉ dẫn của"]
    left += ["Mang theo cả thẻ này", "Quên theo ba hôm liền", "Mượn theo số thứ tự", "Trả theo số phiếu ghi"]
    right = ["Hai. Sách mượn về nhà", "đọc không quá ba ngày", "Thôn không bán vé vào", "kho để phân bón lúa"]
    right += ["điện nước dùng đủ là", "Khi ra về phải khép", "cửa lại rồi khóa hai", "lần cho thật chắc chắn"]
    lines = [justified(line, x, 100 + 46 * i) for x, side in ((80, left), (560, right)) for i, line in enumerate(side)]
    words = [word for line in lines for word in line]
    said = read(words)
    begun = [line[0][2] for line in lines]
    assert [word for word in said if word in begun] == begun


def test_rows_as_close_as_the_lines_of_their_cells_are_told_by_where_cells_have_their_middles() -> None:
    texts: list[Text] = []
    y = 100
    for row, (names, places) in enumerate([(1, 2), (2, 3), (1, 1), (2, 2), (1, 3), (2, 2), (1, 1), (1, 2), (2, 3)]):
        lines = max(names, places)
        cells = ((480, names, ("Lê Văn", "Tám")), (700, places, ("Thôn Đoài,", "xã An Hòa,", "huyện Vũ")))
        long = [(x, y + 19 * (lines - n) + 38 * i, said[i]) for x, n, said in cells for i in range(n)]
        middle = y + 19 * (lines - 1)
        texts += [(110, middle, str(row + 1)), (200, middle, f"1{row}/02/2024"), *long, (980, middle, f"9{row}.000")]
        y += 38 * lines + 3 * (row % 2)
    assert read(texts) == [text for _, _, text in texts]


def test_a_heading_over_two_columns_need_not_cross_the_gutter_between_them() -> None:
    over = [(110, 100, "TT"), (270, 100, "Họ tên"), (630, 100, "Người nhận"), (1010, 100, "Nơi ở")]
    under = [(495, 155, "Năm"), (730, 155, "Số thẻ căn cước")]
    texts = [*over, *under, *((x + (60 if x == 950 else 0), y, text) for x, y, text in people())]
    assert read(texts) == [text for _, _, text in texts]


def test_a_cell_that_nearly_reaches_the_next_column_does_not_end_the_table() -> None:
    texts = people(hamlets=(*HAMLETS, *HAMLETS, *HAMLETS[:2]))
    name = "Trường An Ân"
    texts[7 * 7 + 2] = (485 - 16 - round(drawn.font(39).getlength(name)), texts[7 * 7 + 2][1], name)
    assert read(texts) == [text for _, _, text in texts]


def test_rows_of_a_leaning_ruled_table_keep_together() -> None:
    lean, high, edges = 0.017, 34, (60, 200, 420, 640, 860, 1040, 1180)
    page = np.full((900, drawn.WIDTH, 3), 255, np.uint8)
    top = [100 + high * row for row in range(13)]
    for y in top:
        cv2.line(page, (edges[0], y), (edges[-1], round(y - lean * (edges[-1] - edges[0]))), (0, 0, 0), 2)
    for x in edges:
        fall = round(lean * (x - edges[0]))
        cv2.line(page, (x, top[0] - fall), (x, top[-1] - fall), (0, 0, 0), 2)
    texts = [
        (x + 20, round(y + 3 - lean * (x + 40 - edges[0])), f"{chr(97 + column)}h{10 + row}")
        for row, y in enumerate(top[:-1])
        for column, x in enumerate(edges[:-1])
    ]
    page = drawn.write(page, texts, size=24)
    found = with_tables(find_lines(np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8), drawn.DPI))
    places = [found.runs[run].box for row in rows_in_order(found) for run in row.runs]
    assert [min(texts, key=lambda t: abs(t[0] - box.x) + abs(t[1] + 8 - box.y))[2] for box in places] == [
        text for _, _, text in texts
    ]


def test_squares_of_graph_paper_are_cells_row_by_row() -> None:
    """Thousands of them: comparing each three with each other would take minutes."""
    paper = np.full((3300, 2340), 255, np.uint8)
    for at in (0, 1):
        paper[at::40] = 0
        paper[:, at::40] = 0
    found = find_lines(paper, drawn.DPI)
    (network,) = found.rulings.networks
    sizes = {len(row) for row in network.cells}
    assert len(network.cells) * max(sizes) > 4000
    assert max(sizes) - min(sizes) <= 2


def test_dots_in_squares_of_graph_paper_are_read_in_little_memory() -> None:
    paper = np.full((1650, 1170), 255, np.uint8)
    for at in (0, 1):
        paper[at::20] = 0
        paper[:, at::20] = 0
    for y, x in product(range(11, 1650, 20), range(11, 1170, 20)):
        cv2.circle(paper, (x, y), 4, 0, -1)
    tracemalloc.start()
    try:
        runs = len(find_lines(paper, drawn.DPI).runs)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert runs > 4000
    assert most < 150 * 1024 * 1024
