"""Diploma (Bằng tốt nghiệp) of a secondary school, or of a university with its labels in two languages."""

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
from tests.generator.papers.records import no_leaders, printed, sign_and_seal
from tests.generator.papers.zones import form_line, national_motto
from tests.generator.people import Person
from tests.generator.truth import Owner
from tests.generator.typesetting import Ink, Sheet

_MAJORS = ("Công nghệ thông tin", "Kế toán", "Luật kinh tế", "Nuôi trồng thủy sản", "Sư phạm Ngữ văn")
_RANKS = ("Trung bình", "Khá", "Giỏi", "Xuất sắc")
_MODES = ("Chính quy", "Vừa làm vừa học")
_SCHOOLS = ("Sông Xanh", "Đồi Thông", "Cánh Đồng", "Gốc Gạo")
_RED: Ink = (190, 24, 38)


@dataclass(frozen=True, slots=True)
class Diploma:
    """Content of a diploma: ``major`` is empty on a secondary school's."""

    person: Person
    school: str
    major: str
    birth_place: str
    rank: str
    mode: str
    issued_on: dt.date
    serial: str
    register_number: str
    signer: str
    paper_type: str = "diploma"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a diploma; pupils leave school at 18, students the university at 22."""
        person, of_university = people.invent_person(rng, subset, born=(1985, 2001)), rng.random() < 0.5
        year = person.birth_date.year + (22 if of_university else 18)
        letters = rng.choice("ABCDEGH")
        return cls(
            person=person,
            school=f"{'Đại học' if of_university else 'Trung học phổ thông'} {rng.choice(_SCHOOLS)}",
            major=rng.choice(_MAJORS) if of_university else "",
            birth_place=f"{person.home.province_kind.capitalize()} {person.home.province}",
            rank=rng.choice(_RANKS),
            mode=rng.choice(_MODES) if of_university else "",
            issued_on=people.random_date(rng, year, year),
            serial=f"{letters} {rng.randrange(10**6, 10**7)}",
            register_number=f"{rng.randint(10, 990)}/{year}",
            signer=people.invent_name(rng, rng.choice(list(Sex)), subset),
        )

    @property
    def owner(self) -> Owner:
        """The graduate; the paper does not say the number."""
        return Owner(self.person.number.value, self.person.name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values."""
        person = self.person
        own = (
            {"major": self.major, "mode_of_study": self.mode}
            if self.major
            else {"ethnicity": person.ethnic_group, "school": self.school}
        )
        return {
            "full_name": person.name.upper(),
            "birth_date": person.birth_date.isoformat(),
            "birth_place": self.birth_place,
            "sex": person.sex.value,
            **own,
            "graduation_year": str(self.issued_on.year),
            "ranking": self.rank,
            "issued_on": self.issued_on.isoformat(),
            "serial": self.serial,
            "register_number": self.register_number,
            "signer": self.signer,
        }

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the one page."""
        sheet, middle, text, palette = look.sheet(), 105.0, look.text, rng.randrange(len(FRAMES))
        guilloche(sheet, rng, GROUNDS[palette])
        frame(sheet, rng, FRAMES[palette])
        sheet.next_block()
        national_motto(sheet, text, middle, 38)
        head = f"HIỆU TRƯỞNG TRƯỜNG {self.school.upper()}" if self.major else self._department.upper()
        title = "BẰNG CỬ NHÂN" if self.major else "BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG"
        sheet.next_block()
        sheet.line(head, text.but(size=12.5, bold=True), middle, 62, align="centre")
        sheet.line("cấp", text.but(size=13, italic=True), middle, 70, align="centre")
        sheet.next_block()
        size = 26 if self.major else 19
        sheet.line(title, text.but(size=size, bold=True, ink=_RED), middle, 84, align="centre")
        if self.major:
            sheet.line("THE DEGREE OF BACHELOR", text.but(size=13, bold=True), middle, 92, align="centre")
        sheet.next_block()
        y, styles = 108.0, (text.but(size=13), printed(look, 13, bold=True))
        for parts in self._rows():
            shares = (1.0,) if len(parts) == 1 else (0.64, 0.36) if self.major else (0.5, 0.5)
            y = form_line(sheet, parts, styles, y, x=34, width=146, shares=shares, leading=9, fill=no_leaders)
        self._draw_signature(sheet, look, rng, y + 6)
        return [sheet]

    @property
    def _department(self) -> str:
        home = self.person.home
        return f"Giám đốc Sở Giáo dục và Đào tạo {home.province_kind} {home.province}"

    def _rows(self) -> Sequence[Sequence[tuple[str, str]]]:
        person, born = self.person, numerals.short_date(self.person.birth_date)
        name, year = person.name.upper(), str(self.issued_on.year)
        if not self.major:
            return (
                [("Cấp cho:", name)],
                [("Ngày sinh:", born), ("Nơi sinh:", self.birth_place)],
                [("Giới tính:", person.sex_vi), ("Dân tộc:", person.ethnicity)],
                [("Học sinh trường:", self.school)],
                [("Năm tốt nghiệp:", year), ("Xếp loại tốt nghiệp:", self.rank)],
            )
        return (
            [("Cấp cho / Upon:", name)],
            [("Ngày sinh / Date of birth:", born)],
            [("Nơi sinh / Place of birth:", self.birth_place), ("Giới tính / Gender:", person.sex_vi)],
            [("Ngành đào tạo / Major:", self.major)],
            [("Năm tốt nghiệp / Year of graduation:", year)],
            [("Xếp loại tốt nghiệp / Degree classification:", self.rank)],
            [("Hình thức đào tạo / Mode of study:", self.mode)],
        )

    def _draw_signature(self, sheet: Sheet, look: Look, rng: random.Random, y: float) -> None:
        agency = places.department(self.person.home, "SGDĐT")
        ring = (f"TRƯỜNG {self.school.upper()}", agency.ring[1]) if self.major else agency.ring
        small = (look.text.but(size=11.5), printed(look, 11.5))
        sheet.next_block()
        number = [("Số hiệu:", self.serial)]
        form_line(sheet, number, small, y + 46, x=34, width=70, fill=no_leaders)
        number = [("Số vào sổ gốc cấp bằng:", self.register_number)]
        form_line(sheet, number, small, y + 53, x=34, width=70, fill=no_leaders)
        office = "HIỆU TRƯỞNG" if self.major else "GIÁM ĐỐC"
        lines = ((f"{agency.seat}, {numerals.long_date(self.issued_on)}", "italic"), (office, "bold"))
        sign_and_seal(sheet, look, rng, lines=lines, name=self.signer, ring=ring, centre=142, y=y)
