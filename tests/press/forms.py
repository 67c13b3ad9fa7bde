"""Forms filled in: applications over leaders, receipts, certificates with a frame, declarations with boxes."""

import random
from html import escape
from typing import Final

from tests.press.drawn import seal, signature
from tests.press.letters import STATE, close, head, signed
from tests.press.look import Look
from tests.press.stock import Pen, grouped, stock

_PEOPLES: Final = ("Kinh", "Tày", "Dao", "Khmer", "Ê Đê", "Sán Dìu")
_KIN: Final = ("Vợ", "Chồng", "Con đẻ", "Con dâu", "Mẹ", "Cháu ngoại")
_FORMS: Final = ("Bản chính", "Bản sao", "Bản chụp")
_CHOICES: Final = (
    ("Loại nhà:", ("kiên cố", "bán kiên cố", "nhà tạm")),
    ("Nguồn nước:", ("nước máy", "giếng khoan", "nước suối")),
    ("Xử lý rác:", ("thu gom", "chôn lấp", "đốt")),
)


def _filled(value: str) -> str:
    return f'<span class="filled">{escape(value)}</span>'


def _row(leader: str, *fields: tuple[str, str], number: str = "") -> str:
    """Return labels with values over leaders, side by side."""
    cells = (f'<span>{label}</span><span class="leader {leader}">{_filled(value)}</span>' for label, value in fields)
    return f'<div class="field">{f"<b>{number}</b>" if number else ""}{"".join(cells)}</div>'


def _boxes(number: str, label: str, digits: str) -> str:
    cells = "".join(f"<span>{digit}</span>" for digit in digits)
    word = f'<span class="boxes filled" data-word>{cells}</span>'
    return f'<div class="field"><b>{number}</b><span>{label}</span>{word}</div>'


def _tick(*, on: bool) -> str:
    return f'<span class="tick{" on" if on else ""}"></span>'


def _person(pen: Pen, leader: str) -> str:
    rng = pen.rng
    home = f"số {pen.digits(2)}, {rng.choice(stock('streets'))}, {pen.village}, {pen.commune}"
    phone = f"09{pen.digits(2)} {pen.digits(3)} {pen.digits(3)}"
    return "".join(
        (
            _row(leader, ("Họ, chữ đệm, tên:", pen.name()), ("Giới tính:", rng.choice(("Nam", "Nữ")))),
            _row(leader, ("Sinh ngày:", pen.day(spoken=False)), ("Dân tộc:", rng.choice(_PEOPLES))),
            _row(leader, ("Số căn cước:", pen.citizen()), ("Cấp ngày:", pen.day(spoken=False))),
            _row(leader, ("Nơi cư trú:", home)),
            _row(leader, ("Điện thoại:", phone), ("Nghề nghiệp:", rng.choice(stock("jobs")))),
        )
    )


def _said(pen: Pen, use: str, count: int) -> str:
    return "".join(f'<p class="run spare">{text}</p>' for text in pen.some(use, count))


def application(look: Look, rng: random.Random) -> str:
    """Return an application."""
    pen, leader = Pen(rng), rng.choice(("", "", "dash", "line"))
    title = f"<h1>ĐƠN ĐỀ NGHỊ</h1><h2>{pen.one('subjects')}</h2>"
    to = f'<p class="mid">Kính gửi: Ủy ban nhân dân {pen.commune}, {pen.province}</p>'
    land = (("Thửa đất số:", pen.digits(3)), ("tờ bản đồ số:", pen.digits(2)), ("diện tích (m²):", pen.area()))
    worth = (("Giá trị tài sản (đồng):", pen.money()), ("xứ đồng:", rng.choice(stock("plots"))))
    purpose = ("Tôi làm đơn này để:", rng.choice(stock("purposes")))
    rows = _person(pen, leader) + _row(leader, purpose) + _row(leader, *land) + _row(leader, *worth)
    enclosed = "".join(
        f"<div>{i}. {escape(paper)}: {_filled(f'{pen.digits(1)} bản')}</div>"
        for i, paper in enumerate(rng.sample(stock("papers"), 4), start=1)
    )
    oath = "Tôi cam đoan những điều khai trên là đúng sự thật; nếu sai xin chịu trách nhiệm trước pháp luật."
    when = f"<i>{escape(pen.day(spoken=True).capitalize())}</i><br><b>NGƯỜI LÀM ĐƠN</b>"
    sign = f'<div class="columns"><div></div>{signed(when, _filled(pen.name()), signature(rng, right=18, up=13))}</div>'
    tail = f'<p><b>Giấy tờ gửi kèm:</b></p>{enclosed}<p class="run">{oath}</p>{sign}'
    return look.sheet(STATE + title + to + rows + _said(pen, "letters", 3) + tail)


def receipt(look: Look, rng: random.Random) -> str:
    """Return the slip that a counter gives for a dossier: what was handed in, when to come back."""
    pen, leader = Pen(rng), rng.choice(("", "dash", "line"))
    number = f"H{pen.digits(2)}.{pen.digits(2)}-{pen.digits(6)}-{pen.digits(4)}"
    title = f"""<h1 class="sans">GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ</h1>
        <p class="mid small">Mã hồ sơ: {_filled(number)}</p>"""
    items = "".join(
        f'<tr><td class="mid">{i}</td><td>{escape(paper)}</td><td class="mid filled">{rng.randint(1, 3)}</td>'
        f'<td class="mid">{_tick(on=rng.random() < 0.6)}</td><td>{rng.choice(_FORMS)}</td></tr>'
        for i, paper in enumerate(rng.sample(stock("papers"), rng.randint(5, 8)), start=1)
    )
    titles = "".join(f"<th>{name}</th>" for name in ("STT", "Tên giấy tờ", "Số lượng", "Đã nhận", "Hình thức"))
    when = (
        _row(leader, ("Thời gian nhận:", pen.fill("{hour} {date}")))
        + _row(leader, ("Hẹn trả kết quả:", pen.fill("{hour} {due}")), ("tại quầy số:", pen.digits(1)))
        + _row(leader, ("Lệ phí đã thu (đồng):", pen.money()), ("biên lai:", f"AB/{pen.digits(6)}"))
    )
    table = f'<table class="grid"><tr>{titles}</tr>{items}</table>'
    body = title + _person(pen, leader) + table + when + _said(pen, "notices", 3)
    return look.sheet(head(pen, look, "TNHS", sans=True) + body + close(pen, "NGƯỜI TIẾP NHẬN", sealed=False))


def certificate(look: Look, rng: random.Random) -> str:
    """Return a certificate in a frame, some on waves."""
    pen = Pen(rng)
    wave = " wave" if rng.random() < 0.6 else ""
    title = rng.choice(("GIẤY XÁC NHẬN", "GIẤY CHỨNG NHẬN", "GIẤY KHEN"))
    whose = f'<p class="mid name">{_filled(pen.name())}</p>'
    lines = (
        f'<p class="mid">ỦY BAN NHÂN DÂN {pen.commune.upper()}</p><p class="mid">xác nhận</p>{whose}'
        + _row("line", ("Sinh ngày:", pen.day(spoken=False)), ("tại:", pen.village))
        + _row("line", ("Số căn cước:", pen.citizen()), ("nghề nghiệp:", rng.choice(stock("jobs"))))
        + _row("line", ("Vì lý do:", rng.choice(stock("purposes"))))
        + _said(pen, "decisions", 3)
    )
    number = f"Số: {_filled(f'{pen.digits(3)}/XN-UBND')}<br>Vào sổ ngày {_filled(pen.day(spoken=False))}"
    where = escape(f"{pen.commune.split(' ', 1)[1]}, {pen.day(spoken=True)}")
    marks = signature(rng, right=20, up=14) + seal(rng, f"ỦY BAN NHÂN DÂN {pen.commune.upper()}", right=16, up=17)
    chair = signed(f"<i>{where}</i><br><b>CHỦ TỊCH</b>", f"<b>{escape(pen.name())}</b>", marks)
    foot = f'<div class="columns foot"><div class="small">{number}</div>{chair}</div>'
    inside = f'{STATE}<h1 class="sans wide award">{title}</h1>{lines}{foot}'
    return look.sheet(f'<div class="frame{wave}" style="padding:12mm 14mm">{inside}</div>')


def declaration(look: Look, rng: random.Random) -> str:
    """Return a declaration: numbers in boxes, choices to tick, a short table of the family."""
    pen, leader = Pen(rng), rng.choice(("", "dash"))
    title = """<h1 class="sans">TỜ KHAI NHÂN KHẨU, NHÀ Ở</h1>
        <p class="mid small">(Đánh dấu × vào ô thích hợp)</p>"""
    one = (
        _row(leader, ("Chủ hộ:", pen.name()), number="[01]")
        + _boxes("[02]", "Số căn cước:", pen.citizen())
        + _boxes("[03]", "Mã số thuế:", pen.digits(10))
        + _row(leader, ("Địa chỉ:", f"{pen.village}, {pen.commune}"), number="[04]")
    )
    for i, (label, options) in enumerate(_CHOICES, start=5):
        on = rng.randrange(len(options))
        boxes = "".join(f"<span>{_tick(on=j == on)} {option}</span>" for j, option in enumerate(options))
        one += f'<div class="field"><b>[{i:02}]</b><span>{label}</span>{boxes}</div>'
    family = "".join(
        f'<tr class="filled"><td class="mid">{i}</td><td>{escape(pen.name())}</td><td class="mid">'
        f"{rng.randint(1935, 2025)}</td><td>{rng.choice(_KIN)}</td><td>{rng.choice(stock('jobs'))}</td></tr>"
        for i in range(1, rng.randint(5, 9))
    )
    titles = "".join(f"<th>{name}</th>" for name in ("TT", "Họ và tên", "Năm sinh", "Quan hệ", "Việc làm"))
    table = f'<p><b>[08]</b> Thành viên trong hộ:</p><table class="grid small"><tr>{titles}</tr>{family}</table>'
    last = _row(leader, ("Thu nhập bình quân một tháng (đồng):", grouped(rng.randint(20, 400) * 100_000)))
    chief = signed("<b>TRƯỞNG THÔN</b>", escape(pen.name()))
    owner = signed("<b>NGƯỜI KHAI</b>", _filled(pen.name()), signature(rng, right=20, up=13))
    foot = f'<div class="columns foot">{chief}{owner}</div>'
    return look.sheet(STATE + title + one + table + last + _said(pen, "rules", 4) + foot)
