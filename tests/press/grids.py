"""Papers that are a table: households, parcels, fees, and a programme without rulings."""

import random
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from tests.press.letters import close, head
from tests.press.look import Look
from tests.press.stock import Pen, grouped, stock

_DAYS: Final = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_UNITS: Final = ("hồ sơ", "trang", "trường hợp", "thửa", "bản")
_TERMS: Final = ("01 ngày", "03 ngày làm việc", "Ngay trong buổi", "15 ngày")


def _cells(titles: Iterable[str], attribute: str = "") -> str:
    return "".join(f"<th {attribute}>{title}</th>" for title in titles)


def _table(style: str, heads: Sequence[str], rows: Iterable[Sequence[str]], kinds: Sequence[str]) -> str:
    """Return a table: ``heads`` are the rows of its header, ``kinds`` the classes of its columns."""
    body = "".join(
        "<tr class='spare'>"
        + "".join(f"<td class='{kind}'>{cell}</td>" for kind, cell in zip(kinds, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<table class="sans dense {style}">{"".join(f"<tr>{row}</tr>" for row in heads)}{body}</table>'


def _title(title: str, note: str) -> str:
    return f'<h1>{title}</h1><p class="mid"><i>{note}</i></p>'


def households(look: Look, rng: random.Random) -> str:
    """Return a list of households with what each gets, ruled."""
    pen = Pen(rng)
    rows = [
        (
            *(str(i), escape(pen.name()), str(rng.randint(1931, 2004)), rng.choice(stock("villages"))),
            *(str(rng.randint(1, 9)), grouped(rng.randint(2, 90) * 50_000), rng.choice(stock("remarks"))),
        )
        for i in range(1, rng.randint(13, 27))
    ]
    titles = ("STT", "Họ và tên chủ hộ", "Năm sinh", "Nơi ở", "Nhân khẩu", "Mức hỗ trợ (đồng)", "Ghi chú")
    kinds = ("mid", "", "mid", "", "mid", "number", "")
    note = f"(Kèm theo Quyết định số {pen.digits(3)}/QĐ-UBND {pen.day(spoken=True)})"
    table = _table(rng.choice(("grid", "grid shade", "grid zebra")), [_cells(titles)], rows, kinds)
    body = _title("DANH SÁCH HỘ ĐƯỢC HỖ TRỢ", note) + table
    return look.sheet(head(pen, look, "DS-UBND") + body + close(pen, "NGƯỜI LẬP BIỂU", sealed=False))


def parcels(look: Look, rng: random.Random) -> str:
    """Return a landscape list of parcels under a header of two rows."""
    pen = Pen(rng)
    rows = [
        (
            *(str(i), escape(pen.name()), pen.digits(2), pen.digits(3), rng.choice(stock("plots"))),
            *(rng.choice(stock("lands")), pen.area(), f"{rng.randint(0, 90)},{rng.randint(0, 9)}"),
            *(pen.money(), rng.choice(stock("remarks"))),
        )
        for i in range(1, rng.randint(14, 22))
    ]
    first = (
        _cells(("TT", "Người sử dụng đất"), 'rowspan="2"')
        + '<th colspan="4">Thửa đất</th><th colspan="2">Diện tích (m²)</th>'
        + _cells(("Bồi thường (đồng)", "Ghi chú"), 'rowspan="2"')
    )
    second = _cells(("Tờ", "Thửa", "Xứ đồng", "Loại", "Theo sổ", "Thu hồi"))
    kinds = ("mid", "", "mid", "mid", "", "mid", "number", "number", "number", "")
    table = _table(rng.choice(("grid", "grid shade")), [first, second], rows, kinds)
    note = f"Công trình: đường từ {pen.village} đi {rng.choice(stock('plots'))}"
    body = _title("BẢNG TỔNG HỢP THU HỒI, BỒI THƯỜNG ĐẤT", note) + table
    return look.sheet(body + close(pen, "CÁN BỘ ĐỊA CHÍNH", sealed=False), landscape=True)


def fees(look: Look, rng: random.Random) -> str:
    """Return a price list with long cells, most ruled between rows only."""
    pen = Pen(rng)
    hints = [*pen.some("duties", 4), *[""] * 6]
    rows = [
        (str(i), escape(fee), rng.choice(_UNITS), pen.money(), rng.choice(_TERMS), hint)
        for i, (fee, hint) in enumerate(zip(rng.sample(stock("fees"), len(hints)), hints, strict=True), start=1)
    ]
    titles = ("Mục", "Nội dung thu", "Đơn vị tính", "Mức thu (đồng)", "Thời hạn", "Hướng dẫn")
    style = rng.choice(("rows", "rows shade", "grid"))
    table = _table(style, [_cells(titles)], rows, ("mid", "", "mid", "number", "", "small"))
    body = _title("BIỂU MỨC THU PHÍ, LỆ PHÍ", "Niêm yết tại bộ phận tiếp nhận và trả kết quả") + table
    return look.sheet(head(pen, look, "TB-TCKH") + body + close(pen, "CHỦ TỊCH"))


def programme(look: Look, rng: random.Random) -> str:
    """Return a week's programme without rulings."""
    pen, rows = Pen(rng), list[tuple[str, ...]]()
    for day in _DAYS:
        for part in range(rng.randint(1, 3)):
            hour = f"{rng.randint(6, 16)}h{rng.choice(('00', '15', '30', '45'))}"
            place = pen.village if part else "Hội trường lớn"
            rows.append(("" if part else f"<b>{day}</b>", hour, rng.choice(stock("tasks")), place, escape(pen.name())))
    titles = _cells(("Ngày", "Giờ", "Nội dung", "Địa điểm", "Chủ trì"))
    table = _table("", [titles], rows, ("", "mid", "", "", ""))
    body = _title("LỊCH CÔNG TÁC TUẦN", f"(Từ {pen.day(spoken=False)})") + table
    return look.sheet(head(pen, look, "LCT-VP") + body + close(pen, "CHÁNH VĂN PHÒNG"))


def blank(look: Look, _: random.Random) -> str:
    """Return an empty sheet."""
    return look.sheet("")
