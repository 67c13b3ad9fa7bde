"""Marriage certificate (Giấy chứng nhận kết hôn): husband and wife one below the other, or side by side."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from dossier.identifiers import Sex
from tests.generator import numerals, people, places
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.papers.ornament import FRAMES, GROUNDS, frame, guilloche
from tests.generator.papers.records import NATIONALITY, sign_and_seal
from tests.generator.papers.zones import LEFT, form_line, national_motto
from tests.generator.people import Person
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet

_PALETTE = 2
_COLUMNS = ((26.0, 76.0), (109.0, 76.0))
"""Left edge and width of the columns of husband and wife side by side, millimetres."""


@dataclass(frozen=True, slots=True)
class MarriageCertificate:
    """Content of a marriage certificate.

    Attributes:
        side_by_side: Whether the two stand in two columns. signer: Who signed for the commune.
    """

    husband: Person
    wife: Person
    register_number: int
    registered_on: dt.date
    signer: str
    side_by_side: bool
    paper_type: str = "marriage-certificate"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return the certificate of two adults, registered where the wife lives."""
        return cls(
            husband=people.invent_person(rng, subset, sex=Sex.MALE, born=(1962, 1997)),
            wife=people.invent_person(rng, subset, sex=Sex.FEMALE, born=(1964, 1998)),
            register_number=rng.randint(1, 240),
            registered_on=people.random_date(rng, 2021, 2025),
            signer=people.invent_name(rng, rng.choice(list(Sex)), subset),
            side_by_side=rng.random() < 0.5,
        )

    @property
    def number(self) -> str:
        """``15/2021``."""
        return f"{self.register_number:02}/{self.registered_on.year}"

    @property
    def owner(self) -> Owner:
        """The husband, whom the form names first."""
        return Owner(self.husband.number.value, self.husband.name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values."""
        return {
            "number": self.number,
            **_spouse_fields("husband", self.husband),
            **_spouse_fields("wife", self.wife),
            "registration_place": f"Ủy ban nhân dân {self.wife.home.full}",
            "registered_on": self.registered_on.isoformat(),
            "signer": self.signer,
        }

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the one page."""
        sheet, middle = look.sheet(), 105.0
        guilloche(sheet, rng, GROUNDS[_PALETTE])
        frame(sheet, rng, FRAMES[_PALETTE])
        sheet.next_block()
        national_motto(sheet, look.text, middle, 33)
        sheet.next_block()
        title = look.text.but(size=21, bold=True, ink=(190, 24, 38))
        sheet.line("GIẤY CHỨNG NHẬN KẾT HÔN", title, middle, 56, align="centre")
        label = look.text.but(size=12)
        sheet.next_block()
        sheet.line([("Số: ", label), (self.number, look.filled)], label, 152, 65)
        y = self._draw_beside(sheet, look, 77) if self.side_by_side else self._draw_below(sheet, look, 77)
        styles, width = (label, look.filled.but(size=11.5)), 156.0
        sheet.next_block()
        place = self.fields["registration_place"]
        y = form_line(sheet, [("Nơi đăng ký kết hôn:", place)], styles, y + 2, x=26, width=width)
        date = numerals.short_date(self.registered_on)
        y = form_line(sheet, [("Ngày, tháng, năm đăng ký:", date)], styles, y, x=26, width=width)
        self._draw_signatures(sheet, look, rng, y + 4)
        return [sheet]

    def _draw_below(self, sheet: Sheet, look: Look, y: float) -> float:
        for role, person in (("chồng", self.husband), ("vợ", self.wife)):
            styles = (look.text.but(size=12), look.filled.but(size=11.5))
            sheet.next_block()
            y = form_line(sheet, [(f"Họ, chữ đệm, tên {role}:", person.name.upper())], styles, y, x=26, width=156)
            for parts, shares in _rows(person):
                y = form_line(sheet, parts, styles, y, x=26, width=156, shares=shares)
            y += 2.5
        return y

    def _draw_beside(self, sheet: Sheet, look: Look, y: float) -> float:
        """Set the couple in two columns, each name under its label; return the baseline below both."""
        ends = []
        for (x, width), role, person in zip(_COLUMNS, ("chồng", "vợ"), (self.husband, self.wife), strict=True):
            styles, row = (look.text.but(size=11.5), look.filled.but(size=11)), y
            sheet.next_block()
            sheet.line(f"Họ, chữ đệm, tên {role}:", styles[0], x, row)
            sheet.leaders(x, x + width, row + 7, styles[0])
            sheet.line(person.name.upper(), look.filled.but(size=11.5, bold=True), x + 4, row + 7)
            row += 14
            for parts, shares in _rows(person):
                row = form_line(sheet, parts, styles, row, x=x, width=width, shares=shares)
            ends.append(row)
        return max(ends)

    def _draw_signatures(self, sheet: Sheet, look: Look, rng: random.Random, y: float) -> None:
        agency, hint = places.peoples_committee(self.wife.home), look.text.but(size=10.5, italic=True)
        for centre, role, person in ((LEFT + 12, "VỢ", self.wife), (LEFT + 52, "CHỒNG", self.husband)):
            sheet.next_block()
            sheet.line(role, look.text.but(size=12, bold=True), centre, y, align="centre")
            sheet.line("(Ký, ghi rõ họ tên)", hint, centre, y + 5, align="centre")
            sheet.line(person.name, look.text.but(size=10.5), centre, y + 30, align="centre")
        lines = (("NGƯỜI KÝ", "bold"), ("GIẤY CHỨNG NHẬN KẾT HÔN", "bold"), (agency.head, "bold"))
        sign_and_seal(sheet, look, rng, lines=lines, name=self.signer, ring=agency.ring, centre=144, y=y)


def _rows(person: Person) -> Sequence[tuple[Sequence[tuple[str, str]], Sequence[float]]]:
    """Return the lines about a person below the name: labels with values, and their shares of the width."""
    both = [("Dân tộc:", person.ethnicity), ("Quốc tịch:", NATIONALITY)]
    return (
        ([("Ngày, tháng, năm sinh:", numerals.short_date(person.birth_date))], (1.0,)),
        (both, (0.44, 0.56)),
        ([("Nơi cư trú:", person.address)], (1.0,)),
        ([("Giấy tờ tùy thân:", f"Căn cước công dân số {person.number.value}")], (1.0,)),
    )


def _spouse_fields(role: str, person: Person) -> dict[str, str]:
    return {
        f"{role}_name": person.name.upper(),
        f"{role}_birth_date": person.birth_date.isoformat(),
        f"{role}_ethnicity": person.ethnic_group,
        f"{role}_nationality": NATIONALITY,
        f"{role}_residence": person.address,
        f"{role}_citizen_number": person.number.value,
    }
