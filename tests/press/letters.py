"""Papers of running text: decisions, notices, minutes, house rules in two columns, official letters."""

import random
from html import escape
from typing import Final

from tests.press.drawn import seal, signature
from tests.press.look import Look
from tests.press.stock import Pen, stock

_MOTTO: Final = '<span class="under">Độc lập - Tự do - Hạnh phúc</span>'
STATE: Final = f'<div class="state">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>{_MOTTO}</div>'
"""The heading of every paper that a citizen writes."""
_BAR: Final = '<div class="bar"></div>'


def head(pen: Pen, look: Look, code: str, *, sans: bool = False, about: str = "") -> str:
    """Return the two blocks over a paper: who writes, under which number, about what; the state, where and when."""
    rng, place = pen.rng, pen.commune.split(" ", 1)[1]
    number = f"Số: {pen.digits(rng.choice((2, 2, 3)))}/{code}"
    where = escape(f"{place}, {pen.day(spoken=True)}")
    office = f'<b class="under">ỦY BAN NHÂN DÂN<br>{pen.commune.upper()}</b>'
    subject = f'<div class="small">V/v {about}</div>' if about else ""
    left = f'<div class="{"sans" if sans else ""}">{pen.province.upper()}<br>{office}<br>{number}{subject}</div>'
    right = f"<div><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><br><b>{_MOTTO}</b><br><i>{where}</i></div>"
    return f'<div class="columns head" style="font-size:{min(12.5, look.size):.1f}pt">{left}{right}</div>'


def close(pen: Pen, office: str, *, sealed: bool = True) -> str:
    """Return where a paper goes, and who signs it."""
    rng = pen.rng
    archive = rng.choice(("Lưu: VT, HSCV.", "Lưu: VT.", "Lưu: VP, TNMT."))
    to = "<br>".join(f"- {line}" for line in ("Như trên;", "Đài truyền thanh;", f"Trưởng {pen.village};", archive))
    left = f'<div class="small"><b><i>Nơi nhận:</i></b><br>{to}</div>'
    marks = signature(rng, right=rng.uniform(12, 30), up=rng.uniform(12, 16))
    if sealed:
        marks += seal(rng, f"ỦY BAN NHÂN DÂN {pen.commune.upper()}", right=rng.uniform(8, 22), up=rng.uniform(12, 20))
    return f'<div class="columns foot">{left}{signed(f"<b>{office}</b>", f"<b>{escape(pen.name())}</b>", marks)}</div>'


def signed(office: str, name: str, marks: str = "") -> str:
    """Return a block with a gap to sign in."""
    return f'<div class="sign">{office}<div class="gap"></div>{name}{marks}</div>'


def _runs(texts: list[str]) -> str:
    return "".join(f'<p class="run spare">{text}</p>' for text in texts)


def decision(look: Look, rng: random.Random) -> str:
    """Return a decision in articles."""
    pen = Pen(rng)
    articles = [*pen.some("decisions", rng.randint(4, 7)), *pen.some("duties", 2)]
    numbered = [f"<b>Điều {i}.</b> {text}" for i, text in enumerate(articles, start=1)]
    grounds = "".join(f'<p class="run"><i>{text}</i></p>' for text in pen.some("grounds", rng.randint(3, 5)))
    title = f'<h1 class="wide">QUYẾT ĐỊNH</h1><h2>{pen.one("subjects")}</h2>{_BAR}'
    chair = f"<h2>CHỦ TỊCH ỦY BAN NHÂN DÂN {pen.commune.upper()}</h2>"
    body = f'{title}{chair}{grounds}<h2 class="wide">QUYẾT ĐỊNH:</h2>{_runs(numbered)}'
    return look.sheet(head(pen, look, "QĐ-UBND") + body + close(pen, "KT. CHỦ TỊCH<br>PHÓ CHỦ TỊCH"))


def notice(look: Look, rng: random.Random) -> str:
    """Return a notice, its points numbered or dashed."""
    pen = Pen(rng)
    texts = pen.some("notices", rng.randint(7, 11))
    mark = rng.choice(("{}. ", "{}) ", "- ", "{}/ "))
    points = [mark.format(i) + text for i, text in enumerate(texts, start=1)]
    to = f'<p class="run">Kính gửi: <b>toàn thể nhân dân {pen.village}</b></p>'
    title = f'<h1 class="wide">THÔNG BÁO</h1><h2>{pen.one("subjects")}</h2>{_BAR}'
    return look.sheet(head(pen, look, "TB-UBND", sans=True) + title + to + _runs(points) + close(pen, "CHỦ TỊCH"))


def minutes(look: Look, rng: random.Random) -> str:
    """Return the record of a meeting: those present in two columns, what was said, three signatures side by side."""
    pen = Pen(rng)
    roles = ("trưởng thôn", "thư ký", "công an viên", "bên A", "bên B", "người làm chứng")
    present = "".join(
        f"<div>{i}. {rng.choice(('Ông', 'Bà'))} {escape(pen.name())} - {role};</div>"
        for i, role in enumerate(roles, start=1)
    )
    opening, *_ = stock("minutes")
    said = [text for text in pen.some("minutes", rng.randint(8, 12)) if not text.startswith("Hồi")]
    signers = "".join(
        signed(
            f'<b>{role}</b><br><i class="small">(ký, ghi rõ họ tên)</i>',
            escape(pen.name()),
            signature(rng, right=rng.uniform(6, 16), up=rng.uniform(11, 15)),
        )
        for role in ("NGƯỜI GHI BIÊN BẢN", "ĐẠI DIỆN BÊN A", "CHỦ TỌA")
    )
    about = f"<h1>BIÊN BẢN</h1><h2>{pen.one('subjects')}</h2>{_BAR}"
    there = f'<div style="column-count:2;margin-bottom:.6em">{present}</div>'
    body = f'{about}<p class="run">{pen.fill(opening)}</p>{there}{_runs(said)}'
    return look.sheet(f'{STATE}{body}<div class="columns foot">{signers}</div>')


def house_rules(look: Look, rng: random.Random) -> str:
    """Return house rules in two columns of small print."""
    pen = Pen(rng)
    rules = pen.some("rules", 16) + pen.some("notices", 8)
    articles = "".join(f'<p class="spare"><b>Điều {i}.</b> {text}</p>' for i, text in enumerate(rules, start=1))
    title = f'<h1 class="sans wide">NỘI QUY</h1><h2>Nhà văn hóa - thư viện {pen.village}</h2>{_BAR}'
    return look.sheet(
        f'{title}<div class="news">{articles}</div>{close(pen, "BAN QUẢN LÝ")}', shrink=rng.uniform(0.82, 0.95)
    )


def official_letter(look: Look, rng: random.Random) -> str:
    """Return a letter from one office to another."""
    pen = Pen(rng)
    whom = rng.choice(("Chi cục Thủy lợi", "Văn phòng đăng ký đất đai", "Công ty Cấp nước", "Trung tâm Lưu trữ"))
    about = pen.one("subjects").removeprefix("Về việc ")
    to = f'<p class="mid" style="margin:4mm 0">Kính gửi: <b>{whom} {pen.province}</b></p>'
    texts = _runs(pen.some("letters", rng.randint(7, 11)))
    return look.sheet(
        head(pen, look, "CV-ĐCXD", about=about) + to + texts + close(pen, "TL. CHỦ TỊCH<br>CHÁNH VĂN PHÒNG")
    )
