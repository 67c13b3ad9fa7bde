"""Judicial record (Phiếu lý lịch tư pháp) number 1 or 2 of a person without convictions."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from dossier.identifiers import Sex
from tests.generator import numerals, people, places
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.papers.records import NATIONALITY, no_leaders, printed, sign_and_seal
from tests.generator.papers.zones import LEFT, WIDTH, Heading, form_line, two_column_header
from tests.generator.people import Person
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet

_NONE = "Không có án tích"
_NO_BAN = "Không bị cấm"


@dataclass(frozen=True, slots=True)
class JudicialRecord:
    """Content of a record: ``form`` is 1 or 2."""

    person: Person
    form: int
    number: int
    issued_on: dt.date
    birth_place: str
    stays_at: str
    signer: str
    paper_type: str = "judicial-record"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return the record of an adult."""
        person = people.invent_person(rng, subset)
        return cls(
            person=person,
            form=rng.choice((1, 2)),
            number=rng.randint(10, 5200),
            issued_on=people.random_date(rng, 2024, 2025),
            birth_place=people.invent_person(rng, subset).home.full,
            stays_at=rng.choice(("Không", person.home.invent_address(rng))),
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
            "agency": places.department(person.home, "STP").full,
            "document_number": f"{self.number}/STP-LLTP",
            "issued_on": self.issued_on.isoformat(),
            "full_name": person.name.upper(),
            "sex": person.sex.value,
            "birth_date": person.birth_date.isoformat(),
            "birth_place": self.birth_place[0].upper() + self.birth_place[1:],
            "nationality": NATIONALITY,
            "residence": person.address,
            "temporary_residence": self.stays_at,
            "citizen_number": person.number.value,
            "convictions": _NONE,
            "bans": _NO_BAN,
            "signer": self.signer,
        }

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the one page."""
        sheet, text, middle = look.sheet(), look.text.but(size=13), LEFT + WIDTH / 2
        agency, person, fields = places.department(self.person.home, "STP"), self.person, self.fields
        heading = Heading(agency, str(self.number), "/STP-LLTP", self.issued_on)
        y = two_column_header(sheet, look, heading) + 18
        sheet.next_block()
        sheet.line(f"PHIẾU LÝ LỊCH TƯ PHÁP SỐ {self.form}", text.but(size=15, bold=True), middle, y, align="centre")
        basis = (
            "Căn cứ Luật Lý lịch tư pháp; xét yêu cầu cấp phiếu của người có tên dưới đây và kết quả tra cứu, xác minh,"
        )
        y = sheet.paragraph([(basis, text)], LEFT, y + 10, WIDTH, leading=6.4, first_indent=10)
        sheet.next_block()
        sheet.line("XÁC NHẬN:", text.but(bold=True), middle, y + 2, align="centre")
        issued = numerals.short_date(person.card_issued_on) if person.card_issued_on else ""
        ban = "10. Thông tin về cấm đảm nhiệm chức vụ, thành lập, quản lý doanh nghiệp, hợp tác xã:"
        rows: tuple[tuple[Sequence[tuple[str, str]], Sequence[float]], ...] = (
            ([("1. Họ và tên:", fields["full_name"]), ("2. Giới tính:", person.sex_vi)], (0.68, 0.32)),
            ([("3. Ngày sinh:", numerals.short_date(person.birth_date))], (1.0,)),
            ([("4. Nơi sinh:", fields["birth_place"])], (1.0,)),
            ([("5. Quốc tịch:", NATIONALITY)], (1.0,)),
            ([("6. Nơi thường trú:", person.address)], (1.0,)),
            ([("7. Nơi tạm trú:", self.stays_at)], (1.0,)),
            ([("8. Số CMND/CCCD/Hộ chiếu:", person.number.value), ("cấp ngày:", issued)], (0.66, 0.34)),
            ([("9. Tình trạng án tích:", _NONE)], (1.0,)),
            ([(ban, _NO_BAN)], (1.0,)),
        )
        styles, y = (text, printed(look, 13)), y + 11
        sheet.next_block()
        for parts, shares in rows:
            y = form_line(sheet, parts, styles, y, shares=shares, leading=7.2, fill=no_leaders)
        lines = ((agency.head, "bold"),)
        sign_and_seal(sheet, look, rng, lines=lines, name=self.signer, ring=agency.ring, centre=146, y=y + 8)
        return [sheet]
