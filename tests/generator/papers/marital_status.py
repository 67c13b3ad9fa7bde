"""Confirmation of marital status (Giấy xác nhận tình trạng hôn nhân) of a commune for one person."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from dossier.identifiers import Sex
from tests.generator import numerals, people, places
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.papers.records import NATIONALITY, sign_and_seal
from tests.generator.papers.zones import LEFT, WIDTH, Heading, form_line, two_column_header
from tests.generator.people import Person
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet

_STATUSES = (
    "Hiện tại chưa đăng ký kết hôn với ai",
    "Đã đăng ký kết hôn nhưng đã ly hôn theo bản án của tòa án; hiện tại chưa đăng ký kết hôn với ai",
    "Đã đăng ký kết hôn, vợ hoặc chồng đã chết; hiện tại chưa đăng ký kết hôn với ai",
)
_PURPOSES = ("Đăng ký kết hôn", "Làm thủ tục mua bán nhà đất", "Bổ sung hồ sơ vay vốn ngân hàng")


@dataclass(frozen=True, slots=True)
class MaritalStatus:
    """Content of a confirmation: ``status`` of ``person``, and for what ``purpose`` it was asked."""

    person: Person
    number: int
    issued_on: dt.date
    status: str
    purpose: str
    signer: str
    paper_type: str = "marital-status"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a confirmation for an adult."""
        return cls(
            person=people.invent_person(rng, subset),
            number=rng.randint(1, 480),
            issued_on=people.random_date(rng, 2024, 2025),
            status=rng.choice(_STATUSES),
            purpose=rng.choice(_PURPOSES),
            signer=people.invent_name(rng, rng.choice(list(Sex)), subset),
        )

    @property
    def owner(self) -> Owner:
        """The person."""
        return Owner(self.person.number.value, self.person.name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values."""
        person = self.person
        return {
            "agency": places.peoples_committee(person.home).full,
            "document_number": f"{self.number:02}/UBND-XNTTHN",
            "issued_on": self.issued_on.isoformat(),
            "full_name": person.name.upper(),
            "birth_date": person.birth_date.isoformat(),
            "sex": person.sex.value,
            "ethnicity": person.ethnic_group,
            "nationality": NATIONALITY,
            "citizen_number": person.number.value,
            "residence": person.address,
            "marital_status": self.status,
            "purpose": self.purpose,
            "signer": self.signer,
        }

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the one page."""
        sheet, text, middle = look.sheet(), look.text.but(size=13), LEFT + WIDTH / 2
        agency, person = places.peoples_committee(self.person.home), self.person
        heading = Heading(agency, f"{self.number:02}", "/UBND-XNTTHN", self.issued_on)
        y = two_column_header(sheet, look, heading) + 20
        sheet.next_block()
        title = text.but(size=15, bold=True)
        sheet.line("GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", title, middle, y, align="centre")
        asked = f"Xét đề nghị của ông/bà: {person.name}, về việc cấp Giấy xác nhận tình trạng hôn nhân,"
        y = sheet.paragraph([(asked, text)], LEFT, y + 12, WIDTH, leading=6.6, first_indent=10)
        sheet.next_block()
        sheet.line("XÁC NHẬN:", text.but(bold=True), middle, y + 3, align="centre")
        styles, y = (text, look.filled.but(size=12.5)), y + 13
        date = numerals.short_date(person.birth_date)
        three = [("Giới tính:", person.sex_vi), ("Dân tộc:", person.ethnicity), ("Quốc tịch:", NATIONALITY)]
        rows: tuple[tuple[Sequence[tuple[str, str]], Sequence[float]], ...] = (
            ([("Họ, chữ đệm, tên:", person.name.upper())], (1.0,)),
            ([("Ngày, tháng, năm sinh:", date)], (1.0,)),
            (three, (0.28, 0.34, 0.38)),
            ([("Giấy tờ tùy thân:", f"Căn cước công dân số {person.number.value}")], (1.0,)),
            ([("Nơi cư trú:", person.address)], (1.0,)),
            ([("Tình trạng hôn nhân:", self.status)], (1.0,)),
            ([("Giấy này được cấp để:", self.purpose)], (1.0,)),
        )
        sheet.next_block()
        for parts, shares in rows:
            y = form_line(sheet, parts, styles, y, shares=shares, leading=8)
        sheet.next_block()
        term = "Giấy này có giá trị sử dụng trong thời hạn 6 tháng, kể từ ngày cấp."
        sheet.line(term, text.but(italic=True), LEFT, y + 1)
        lines = (("NGƯỜI KÝ GIẤY XÁC NHẬN", "bold"), ("(Ký, ghi rõ chức vụ, đóng dấu)", "small"), (agency.head, "bold"))
        sign_and_seal(sheet, look, rng, lines=lines, name=self.signer, ring=agency.ring, centre=146, y=y + 14)
        return [sheet]
