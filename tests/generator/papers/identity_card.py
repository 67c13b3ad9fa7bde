"""Identity card front with its QR code, lying on the scanner's glass.

The QR holds seven fields parted by ``|``: number, old number (may be empty), name, birth date, sex, residence, date of
issue.
"""

import datetime as dt
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import zxingcpp
from PIL import Image as PilImage
from PIL import ImageDraw

from tests.generator import numerals, people
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.people import Person
from tests.generator.truth import Owner
from tests.generator.typesetting import Ink, Run, Sheet, Style

CARD_WIDTH, CARD_HEIGHT = 85.6, 53.98
"""Millimetres (ISO/IEC 7810, ID-1)."""

INK: Ink = (36, 36, 40)
LABEL_COLOUR: Ink = (44, 74, 92)
TITLE_COLOUR: Ink = (186, 30, 40)
_QR_SIDE = 18.0
_PORTRAIT = (3.2, 18.5, 19.0, 25.5)
"""Left, top, width, height on the card, millimetres."""


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """Content of a card."""

    person: Person
    expires_on: dt.date | None
    paper_type: str = "identity-card"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset, person: Person | None = None) -> Self:
        """Return a card of ``person``."""
        person = person or people.invent_person(rng, subset)
        if person.card_issued_on is None:
            raise ValueError("only a person with a card's date of issue has a card")
        age = person.card_issued_on.year - person.birth_date.year
        ends = next((limit for limit in (25, 40, 60) if age < limit - 2), None)  # Law on Identification 2023, art. 21
        day = min(person.birth_date.day, 28)
        return cls(person, dt.date(person.birth_date.year + ends, person.birth_date.month, day) if ends else None)

    @property
    def owner(self) -> Owner:
        """The person."""
        return Owner(self.person.number.value, self.person.name)

    @property
    def payload(self) -> str:
        """What the QR says."""
        person = self.person
        old = person.old_number.value if person.old_number else ""
        issued = f"{person.card_issued_on:%d%m%Y}"
        return "|".join(
            (
                person.number.value,
                old,
                person.name,
                f"{person.birth_date:%d%m%Y}",
                person.sex_vi,
                person.address,
                issued,
            )
        )

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values, as the QR gives them."""
        person = self.person
        fields = {
            "citizen_number": person.number.value,
            "old_identity_number": person.old_number.value if person.old_number else "",
            "full_name": person.name,
            "birth_date": person.birth_date.isoformat(),
            "sex": person.sex.value,
            "residence": person.address,
            "issued_on": person.card_issued_on.isoformat() if person.card_issued_on else "",
        }
        return {key: value for key, value in fields.items() if value}

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return an A4 scan with the card in its upper half."""
        sheet = look.sheet()
        left, top = rng.uniform(52, 70), rng.uniform(38, 60)
        card_ground(sheet, left, top)
        portrait(sheet, left, top, rng)
        emblem(sheet, left + 10.5, top + 9.0, 6.6)
        draw_code(sheet, self.payload, left + CARD_WIDTH - _QR_SIDE - 1.5, top + 1.5)
        self._draw_title(sheet, look, left, top)
        self._draw_data(sheet, look, left, top)
        return [sheet]

    def _draw_title(self, sheet: Sheet, look: Look, left: float, top: float) -> None:
        centre, style = left + 42.0, look.sans.but(ink=INK)
        sheet.next_block()
        rows: tuple[tuple[str, Style, float], ...] = (
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", style.but(size=5.2, bold=True), 3.9),
            ("Độc lập - Tự do - Hạnh phúc", style.but(size=5.0, bold=True), 6.3),
            ("SOCIALIST REPUBLIC OF VIET NAM", style.but(size=4.2), 8.5),
            ("Independence - Freedom - Happiness", style.but(size=4.2), 10.5),
            ("CĂN CƯỚC CÔNG DÂN", style.but(size=9.0, bold=True, ink=TITLE_COLOUR), 15.0),
            ("Citizen Identity Card", style.but(size=5.2, ink=TITLE_COLOUR), 17.6),
        )
        for text, row_style, y in rows:
            sheet.line(text, row_style, centre, top + y, align="centre")

    def _draw_data(self, sheet: Sheet, look: Look, left: float, top: float) -> None:
        label = look.sans.but(size=5.0, ink=LABEL_COLOUR)
        value = Style(look.sans.family, 7.2, bold=True, ink=INK, kind="filled")
        plain = value.but(size=6.4, bold=False)
        person, x = self.person, left + 24.5

        def row(y: float, *segments: tuple[float, Sequence[Run]]) -> None:
            sheet.set_segments([(x + offset, runs) for offset, runs in segments], top + y)

        sheet.next_block()
        row(22.4, (0, [("Số / No.: ", label), (person.number.value, value.but(size=9.5))]))
        row(25.9, (0, [("Họ và tên / Full name:", label)]))
        row(29.1, (0, [(person.name.upper(), value)]))
        born = numerals.short_date(person.birth_date)
        row(32.4, (0, [("Ngày sinh / Date of birth: ", label), (born, plain)]))
        sex: list[Run] = [("Giới tính / Sex: ", label), (person.sex_vi, plain)]
        row(35.6, (0, sex), (26.0, [("Quốc tịch / Nationality: ", label), ("Việt Nam", plain)]))
        row(38.8, (0, [("Quê quán / Place of origin:", label)]))
        row(41.8, (0, [(person.home.full[0].upper() + person.home.full[1:], plain)]))
        row(45.0, (0, [("Nơi thường trú / Place of residence:", label)]))
        for i, line in enumerate(sheet.break_lines([(person.address, plain)], CARD_WIDTH - 26.5)):
            sheet.set_line(line, x, top + 48.0 + 2.9 * i)
        sheet.next_block()
        until = numerals.short_date(self.expires_on) if self.expires_on else "Không thời hạn"
        small = label.but(size=4.2)
        sheet.line("Có giá trị đến / Date of expiry:", small, left + 2.2, top + 47.6)
        sheet.line([(until, plain.but(size=5.4))], plain, left + 2.2, top + 50.4)


def draw_code(sheet: Sheet, payload: str, x: float, y: float, *, side: float = _QR_SIDE) -> None:
    """Set the card's QR code, ``side`` wide, with its top left corner at ``x``, ``y``, millimetres."""
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    modules = np.asarray(zxingcpp.write_barcode_to_image(code, add_quiet_zones=True))
    pixels = round(sheet.px(side))
    picture = PilImage.fromarray(modules).resize((pixels, pixels), PilImage.Resampling.BOX)
    corner = (round(sheet.px(x)), round(sheet.px(y)))
    sheet.picture.paste(picture.convert("RGB"), corner)
    sheet.mark("qr", (corner[0], corner[1], corner[0] + pixels, corner[1] + pixels))


def card_ground(sheet: Sheet, left: float, top: float) -> None:
    """Draw the card: rounded corners, pale green to pale blue, fine waves, a soft edge shadow."""
    width, height = round(sheet.px(CARD_WIDTH)), round(sheet.px(CARD_HEIGHT))
    ramp = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    ground = (1 - ramp) * np.array((214, 236, 222), np.float32) + ramp * np.array((206, 224, 242), np.float32)
    card = PilImage.fromarray(np.broadcast_to(ground, (height, width, 3)).round().astype(np.uint8))
    pen = ImageDraw.Draw(card)
    xs = np.linspace(0, width, 160)
    for k in range(36):
        phase, base = k * 0.35, height * (k - 3) / 30
        ys = (
            base + sheet.px(2.2) * np.sin(xs / sheet.px(9) + phase) + sheet.px(1.2) * np.sin(xs / sheet.px(3.7) - phase)
        )
        pen.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=(190, 216, 214), width=1)
    mask = PilImage.new("L", (width, height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius=sheet.px(3.2), fill=255)
    x, y = round(sheet.px(left)), round(sheet.px(top))
    for spread, level in ((5, 236), (3, 218), (1, 190)):
        box = (x - spread, y - spread + 2, x + width + spread, y + height + spread + 2)
        sheet.draw.rounded_rectangle(box, radius=sheet.px(3.2), fill=(level,) * 3)
    sheet.picture.paste(card, (x, y), mask)


def portrait(sheet: Sheet, left: float, top: float, rng: random.Random) -> None:
    """Draw a head and shoulders of nobody on the card whose corner is ``left``, ``top``, millimetres."""
    x, y, width, height = _PORTRAIT
    w, h = round(sheet.px(width)), round(sheet.px(height))
    photo = PilImage.new("RGB", (w, h), (196, 212, 226))
    pen = ImageDraw.Draw(photo)
    skin, hair = (214, 178, 150), rng.choice(((34, 28, 26), (52, 40, 34), (70, 66, 64)))
    pen.ellipse(
        (w * 0.04, h * 0.70, w * 0.96, h * 1.5), fill=rng.choice(((238, 238, 240), (88, 104, 140), (120, 60, 70)))
    )
    pen.rectangle((w * 0.41, h * 0.55, w * 0.59, h * 0.76), fill=skin)
    pen.ellipse((w * 0.25, h * 0.10, w * 0.75, h * 0.56), fill=hair)
    pen.ellipse((w * 0.30, h * 0.17, w * 0.70, h * 0.65), fill=skin)
    corner = (round(sheet.px(left + x)), round(sheet.px(top + y)))
    sheet.picture.paste(photo, corner)
    sheet.mark("portrait", (corner[0], corner[1], corner[0] + w, corner[1] + h))


def emblem(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """Draw a round red sign with a yellow star where the emblem is."""
    centre_x, centre_y, r = sheet.px(x), sheet.px(y), sheet.px(radius)
    box = (centre_x - r, centre_y - r, centre_x + r, centre_y + r)
    sheet.draw.ellipse(box, fill=(200, 40, 44), outline=(214, 170, 60), width=round(r / 8))
    star = []
    for i in range(10):
        angle, reach = -math.pi / 2 + i * math.pi / 5, r * (0.55 if i % 2 == 0 else 0.21)
        star.append((centre_x + reach * math.cos(angle), centre_y + reach * math.sin(angle)))
    sheet.draw.polygon(star, fill=(250, 214, 60))
