"""Identity card of 2024 (Căn cước): front and back copied onto one sheet; the code stands on the back."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from tests.generator import numerals
from tests.generator.fonts import Subset
from tests.generator.papers.identity_card import (
    CARD_HEIGHT,
    CARD_WIDTH,
    INK,
    LABEL_COLOUR,
    TITLE_COLOUR,
    IdentityCard,
    card_ground,
    draw_code,
    emblem,
    portrait,
)
from tests.generator.papers.look import Look
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet, Style


@dataclass(frozen=True, slots=True)
class IdentityCard2024:
    """Content of a card: that of the card of 2021, less the old number."""

    card: IdentityCard
    paper_type: str = "identity-card"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return the card of an adult, issued since the law of 2023."""
        card = IdentityCard.invent(rng, subset)
        issued_on = dt.date(2024, rng.randint(7, 12), rng.randint(1, 28))
        return cls(replace(card, person=replace(card.person, old_number=None, card_issued_on=issued_on)))

    @property
    def owner(self) -> Owner:
        """The person."""
        return self.card.owner

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values, as the code gives them."""
        return self.card.fields

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return an A4 scan with the front above and the back below."""
        sheet, left, top = look.sheet(), rng.uniform(52, 70), rng.uniform(34, 50)
        below = top + CARD_HEIGHT + rng.uniform(12, 30)
        for y in (top, below):
            card_ground(sheet, left, y)
        portrait(sheet, left, top, rng)
        emblem(sheet, left + 10.5, top + 9.0, 6.6)
        self._draw_front(sheet, look, left, top)
        self._draw_back(sheet, look, left, below)
        draw_code(sheet, self.card.payload, left + CARD_WIDTH - 19.5, below + 1.5)
        return [sheet]

    def _draw_front(self, sheet: Sheet, look: Look, left: float, top: float) -> None:
        centre, style = left + 48.0, look.sans.but(ink=INK)
        sheet.next_block()
        rows: tuple[tuple[str, Style, float], ...] = (
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", style.but(size=5.6, bold=True), 4.2),
            ("Độc lập - Tự do - Hạnh phúc", style.but(size=5.2, bold=True), 6.8),
            ("CĂN CƯỚC", style.but(size=10.5, bold=True, ink=TITLE_COLOUR), 12.6),
            ("IDENTITY CARD", style.but(size=6.2, bold=True, ink=TITLE_COLOUR), 15.8),
        )
        for text, row_style, y in rows:
            sheet.line(text, row_style, centre, top + y, align="centre")
        label, value, person = *_styles(look), self.card.person
        sheet.next_block()
        x = left + 24.5
        sheet.line("Số định danh cá nhân / Personal identification number:", label, x, top + 21.6)
        sheet.line(person.number.value, value, x, top + 25.6)
        sheet.line("Họ, chữ đệm và tên khai sinh / Full name:", label, x, top + 30.0)
        sheet.line(person.name.upper(), value, x, top + 33.8)
        sheet.line("Ngày, tháng, năm sinh / Date of birth:", label, x, top + 38.2)
        sheet.line("Giới tính / Sex:", label, x + 40, top + 38.2)
        sheet.set_segments(
            [
                (x, [(numerals.short_date(person.birth_date), value)]),
                (x + 40, [(person.sex_vi, value)]),
            ],
            top + 42.0,
        )
        sheet.set_segments([(x, [("Quốc tịch / Nationality: ", label), ("Việt Nam", value)])], top + 46.6)

    def _draw_back(self, sheet: Sheet, look: Look, left: float, top: float) -> None:
        label, value, card = *_styles(look), self.card
        person, x = card.person, left + 4
        sheet.next_block()
        sheet.line("Nơi cư trú / Place of residence:", label, x, top + 6)
        y = top + 9.6
        for line in sheet.break_lines([(person.address, value)], CARD_WIDTH - 28):
            sheet.set_line(line, x, y)
            y += 3.4
        sheet.line("Nơi đăng ký khai sinh / Place of birth:", label, x, top + 18.4)
        sheet.line(person.home.full[0].upper() + person.home.full[1:], value, x, top + 22.0)
        issued = numerals.short_date(person.card_issued_on) if person.card_issued_on else ""
        until = numerals.short_date(card.expires_on) if card.expires_on else "Không thời hạn"
        sheet.line("Ngày, tháng, năm cấp / Date of issue:", label, x, top + 27.4)
        sheet.line(issued, value, x, top + 31.0)
        sheet.line("Ngày, tháng, năm hết hạn / Date of expiry:", label, x, top + 36.0)
        sheet.line(until, value, x, top + 39.6)
        sheet.next_block()
        maker = look.sans.but(size=6.0, bold=True, ink=INK)
        sheet.line("BỘ CÔNG AN", maker, left + 62, top + 45.4, align="centre")
        sheet.line("MINISTRY OF PUBLIC SECURITY", maker.but(size=5.0), left + 62, top + 48.4, align="centre")


def _styles(look: Look) -> tuple[Style, Style]:
    """Return the styles of labels and of values."""
    return look.sans.but(size=5.2, ink=LABEL_COLOUR), Style(look.sans.family, 7.0, bold=True, ink=INK, kind="filled")
