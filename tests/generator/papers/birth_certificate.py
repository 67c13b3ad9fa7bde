"""Birth certificate (Giấy khai sinh), after the form of circular 04/2020/TT-BTP."""

import datetime as dt
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from dossier.identifiers import Sex
from tests.generator import numerals, people, places
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.papers.zones import form_line, national_motto
from tests.generator.people import Family, Person
from tests.generator.seals import round_seal, signature
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet

_PATTERN = (246, 222, 226)
_FRAME = (202, 96, 118)
_NATIONALITY = "Việt Nam"


@dataclass(frozen=True, slots=True)
class BirthCertificate:
    """Content of a birth certificate.

    Attributes:
        register_number: In the year of registration. applicant: Who registered the birth. signer: Who signed.
    """

    family: Family
    register_number: int
    registered_on: dt.date
    birth_place: str
    applicant: Person
    signer: str
    paper_type: str = "birth-certificate"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset, family: Family | None = None) -> Self:
        """Return a certificate for the child of ``family``."""
        family = family or people.invent_family(rng, subset)
        home = family.child.home
        signer_sex = rng.choice(list(Sex))
        return cls(
            family=family,
            register_number=rng.randint(1, 320),
            registered_on=family.child.birth_date + dt.timedelta(days=rng.randint(3, 55)),
            birth_place=rng.choice(("Bệnh viện đa khoa", "Trung tâm y tế khu vực")) + f" {home.name}, {home.full}",
            applicant=rng.choice((family.mother, family.father)),
            signer=people.invent_name(rng, signer_sex, subset),
        )

    @property
    def number(self) -> str:
        """``15/2021``."""
        return f"{self.register_number:02}/{self.registered_on.year}"

    @property
    def owner(self) -> Owner:
        """The child."""
        return Owner(self.family.child.number.value, self.family.child.name)

    @property
    def registration_place(self) -> str:
        """The people's committee, with its province."""
        home = self.family.child.home
        return f"Ủy ban nhân dân {home.full}"

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values."""
        child = self.family.child
        return {
            "number": self.number,
            "full_name": child.name.upper(),
            "birth_date": child.birth_date.isoformat(),
            "birth_date_words": numerals.date_in_words(child.birth_date),
            "sex": child.sex.value,
            "ethnicity": child.ethnic_group,
            "nationality": _NATIONALITY,
            "birth_place": self.birth_place,
            "home_town": _home_town(child),
            "citizen_number": child.number.value,
            **_parent_fields("mother", self.family.mother),
            **_parent_fields("father", self.family.father),
            "registration_place": self.registration_place,
            "registered_on": self.registered_on.isoformat(),
            "applicant_name": self.applicant.name.upper(),
            "signer": self.signer,
        }

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the one page."""
        sheet = look.sheet()
        _pattern(sheet)
        _frame(sheet)
        sheet.next_block()
        national_motto(sheet, look.text, sheet.width / 2, 30)
        sheet.next_block()
        sheet.line(
            "GIẤY KHAI SINH", look.text.but(size=22, bold=True, ink=(190, 24, 38)), sheet.width / 2, 54, align="centre"
        )
        label, value = look.text.but(size=12.5), look.filled
        sheet.next_block()
        sheet.line([("Số: ", label), (self.number, value)], label, 152, 64)
        sheet.next_block()
        y = self._draw_child(sheet, look, 75)
        for name, parent in (("mẹ", self.family.mother), ("cha", self.family.father)):
            y = self._draw_parent(sheet, look, name, parent, y + 1.5)
        y = self._draw_registration(sheet, look, y + 1.5)
        self._draw_signature(sheet, look, rng, y + 3)
        return [sheet]

    def _draw_child(self, sheet: Sheet, look: Look, y: float) -> float:
        child, styles = self.family.child, (look.text.but(size=12.5), look.filled)
        names = (styles[0], look.filled.but(size=13, bold=True))
        date = numerals.short_date(child.birth_date)
        y = form_line(sheet, [("Họ, chữ đệm, tên:", child.name.upper())], names, y)
        y = form_line(sheet, [("Ngày, tháng, năm sinh:", date)], styles, y)
        y = form_line(sheet, [("ghi bằng chữ:", numerals.date_in_words(child.birth_date))], styles, y)
        parts = [("Giới tính:", child.sex_vi), ("Dân tộc:", child.ethnicity), ("Quốc tịch:", _NATIONALITY)]
        y = form_line(sheet, parts, styles, y, shares=(0.28, 0.34, 0.38))
        y = form_line(sheet, [("Nơi sinh:", self.birth_place)], styles, y)
        y = form_line(sheet, [("Quê quán:", _home_town(child))], styles, y)
        return form_line(sheet, [("Số định danh cá nhân:", child.number.value)], styles, y)

    def _draw_parent(self, sheet: Sheet, look: Look, name: str, parent: Person, y: float) -> float:
        styles = (look.text.but(size=12.5), look.filled)
        sheet.next_block()
        y = form_line(sheet, [(f"Họ, chữ đệm, tên người {name}:", parent.name.upper())], styles, y)
        year = str(parent.birth_date.year)
        parts = [("Năm sinh:", year), ("Dân tộc:", parent.ethnicity), ("Quốc tịch:", _NATIONALITY)]
        y = form_line(sheet, parts, styles, y, shares=(0.28, 0.34, 0.38))
        return form_line(sheet, [("Nơi cư trú:", parent.address)], styles, y)

    def _draw_registration(self, sheet: Sheet, look: Look, y: float) -> float:
        styles = (look.text.but(size=12.5), look.filled)
        sheet.next_block()
        y = form_line(sheet, [("Họ, chữ đệm, tên người đi khai sinh:", self.applicant.name.upper())], styles, y)
        y = form_line(sheet, [("Giấy tờ tùy thân:", f"Căn cước công dân số {self.applicant.number.value}")], styles, y)
        y = form_line(sheet, [("Nơi đăng ký khai sinh:", self.registration_place)], styles, y)
        return form_line(sheet, [("Ngày, tháng, năm đăng ký:", numerals.short_date(self.registered_on))], styles, y)

    def _draw_signature(self, sheet: Sheet, look: Look, rng: random.Random, y: float) -> None:
        centre, agency = 146.0, places.peoples_committee(self.family.child.home)
        sheet.next_block()
        sheet.line("NGƯỜI KÝ GIẤY KHAI SINH", look.text.but(size=12.5, bold=True), centre, y, align="centre")
        hint = "(Ký, ghi rõ họ, chữ đệm, tên, chức vụ và đóng dấu)"
        sheet.line(hint, look.text.but(size=11, italic=True), centre, y + 5, align="centre")
        sheet.line(agency.head, look.text.but(size=12.5, bold=True), centre, y + 11, align="centre")
        sheet.line(self.signer, look.text.but(size=13, bold=True), centre, y + 38, align="centre")
        signature(sheet, rng, centre - 20, y + 14)
        round_seal(sheet, rng, (centre - 20 + rng.uniform(-3, 3), y + 24), agency.ring)


def _home_town(person: Person) -> str:
    return f"{person.home.titled}, {person.home.province_kind} {person.home.province}"


def _parent_fields(role: str, parent: Person) -> dict[str, str]:
    return {
        f"{role}_name": parent.name.upper(),
        f"{role}_birth_year": str(parent.birth_date.year),
        f"{role}_ethnicity": parent.ethnic_group,
        f"{role}_nationality": _NATIONALITY,
        f"{role}_residence": parent.address,
    }


def _pattern(sheet: Sheet) -> None:
    """Draw the pale rosette that fills the middle of the form."""
    centre_x, centre_y = sheet.px(sheet.width / 2), sheet.px(sheet.height / 2)
    for ring in range(20):
        points = []
        for step in range(1441):
            angle = math.radians(step / 4)
            wave = 0.06 * math.sin(18 * angle + (ring % 2) * math.pi)
            radius = sheet.px((10 + 3.4 * ring) * (1 + wave))
            points.append((centre_x + radius * math.cos(angle), centre_y + radius * math.sin(angle)))
        sheet.draw.line(points, fill=_PATTERN, width=max(1, round(sheet.px(0.2))))


def _frame(sheet: Sheet) -> None:
    """Draw the frame: two rules with a chain of lozenges between them."""
    for inset, weight in ((11.0, 0.7), (16.0, 0.35)):
        x1, y1 = sheet.width - inset, sheet.height - inset
        for ends in ((inset, inset, x1, inset), (inset, y1, x1, y1), (inset, inset, inset, y1), (x1, inset, x1, y1)):
            sheet.rule(*ends, weight=weight, ink=_FRAME)
    middle, half = 13.5, 1.6

    def lozenge(x: float, y: float) -> None:
        corners = [(x - half, y), (x, y - half), (x + half, y), (x, y + half)]
        sheet.draw.polygon(
            [(sheet.px(a), sheet.px(b)) for a, b in corners], outline=_FRAME, width=max(1, round(sheet.px(0.25)))
        )

    across, down = 46, 68
    for i in range(across + 1):
        for y in (middle, sheet.height - middle):
            lozenge(middle + i * (sheet.width - 2 * middle) / across, y)
    for i in range(1, down):
        for x in (middle, sheet.width - middle):
            lozenge(x, middle + i * (sheet.height - 2 * middle) / down)
