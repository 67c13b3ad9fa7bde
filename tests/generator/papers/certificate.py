"""Certificates: ornamental frame and ground, big coloured titles, a few filled lines, seal and signature."""

import random

from dossier.identifiers import Sex
from tests.generator import numerals, people, places
from tests.generator.fonts import Subset
from tests.generator.papers.layout import local_commune
from tests.generator.papers.look import Look
from tests.generator.papers.ornament import FRAMES, GROUNDS, frame, guilloche
from tests.generator.papers.values import Filler
from tests.generator.papers.zones import form_line, national_motto
from tests.generator.seals import round_seal, signature
from tests.generator.typesetting import Sheet

_TITLES: dict[Subset, tuple[tuple[str, str], ...]] = {
    "dev": (
        ("GIẤY CHỨNG NHẬN", "Hoàn thành lớp bồi dưỡng kỹ năng số hóa tài liệu"),
        ("GIẤY KHEN", "Đã có thành tích xuất sắc trong phong trào làm đường thôn"),
    ),
    "test": (
        ("CHỨNG CHỈ", "Sửa chữa máy nông nghiệp - trình độ sơ cấp"),
        ("BẰNG CÔNG NHẬN", "Gia đình giữ gìn nghề dệt chiếu truyền thống"),
    ),
}
_LABELS: dict[Subset, tuple[tuple[str, str], ...]] = {
    "dev": (
        ("Ông (bà):", "capitals"),
        ("Sinh ngày:", "date"),
        ("Số định danh cá nhân:", "number"),
        ("Nơi cư trú:", "address"),
        ("Thời gian học từ ngày:", "date"),
        ("Nội dung:", "phrase"),
    ),
    "test": (
        ("Cấp cho:", "capitals"),
        ("Ngày, tháng, năm sinh:", "date"),
        ("Căn cước số:", "number"),
        ("Quê quán:", "address"),
        ("Tốt nghiệp ngày:", "date"),
        ("Phần việc:", "phrase"),
    ),
}


def certificate(look: Look, rng: random.Random, subset: Subset) -> Sheet:
    """Return a certificate, upright or landscape."""
    home, landscape = local_commune(rng, subset), rng.random() < 0.5
    sheet, filler = look.sheet(landscape=landscape), Filler.draw(rng, subset, home)
    agency, palette = places.peoples_committee(home), rng.randrange(len(FRAMES))
    guilloche(sheet, rng, GROUNDS[palette])
    frame(sheet, rng, FRAMES[palette])
    middle, text = sheet.width / 2, look.text
    title, about = rng.choice(_TITLES[subset])
    y = 31.0 if landscape else 36.0
    step = 8.0 if landscape else 10.5
    sheet.next_block()
    national_motto(sheet, text, middle, y)
    sheet.next_block()
    sheet.line(f"CHỦ TỊCH {agency.full}", text.but(size=13, bold=True), middle, y + 2.2 * step, align="centre")
    red = (188, 24, 38) if rng.random() < 0.7 else text.ink
    sheet.line(
        title, text.but(size=rng.choice((24.0, 28.0)), bold=True, ink=red), middle, y + 4.0 * step, align="centre"
    )
    sheet.line(about, text.but(size=13.5, italic=True), middle, y + 5.0 * step, align="centre")
    sheet.next_block()
    left, width, row = 36.0, sheet.width - 72.0, y + 6.5 * step
    styles = (text.but(size=13), look.filled.but(size=12.5))
    for label, kind in _LABELS[subset]:
        row = form_line(sheet, [(label, filler.value(kind))], styles, row, x=left, width=width, leading=step * 0.86)
    sheet.next_block()
    sheet.line(
        [("Số vào sổ: ", text.but(size=11)), (f"{rng.randint(10, 900)}/QĐ-{agency.symbol}", look.filled.but(size=11))],
        text,
        left,
        row + 6,
    )
    right = sheet.width - 82.0
    sheet.next_block()
    signed = f"{home.name}, {numerals.long_date(people.random_date(rng, 2015, 2025))}"
    sheet.line(signed, text.but(size=12.5, italic=True), right, row + 4, align="centre")
    sheet.line(agency.head, text.but(size=13, bold=True), right, row + 10, align="centre")
    sheet.line(
        people.invent_name(rng, rng.choice(list(Sex)), subset),
        text.but(size=13, bold=True),
        right,
        row + 37,
        align="centre",
    )
    signature(sheet, rng, right - 20, row + 14)
    round_seal(sheet, rng, (right - 20 + rng.uniform(-3, 3), row + 22), agency.ring)
    return sheet
