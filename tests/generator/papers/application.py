"""Application form (Đơn đề nghị), filled in over dotted leaders, with the reception desk's round seal."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from dossier.identifiers import Sex
from tests.generator import numerals, people, places, sentences
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.papers.zones import LEFT, WIDTH, form_line, national_motto
from tests.generator.people import Person
from tests.generator.seals import round_seal, signature
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet

_ISSUER = "Cục Cảnh sát quản lý hành chính về trật tự xã hội"


@dataclass(frozen=True, slots=True)
class Application:
    """Content of an application."""

    applicant: Person
    purpose: str
    request: str
    documents: tuple[str, ...]
    phone: str
    written_on: dt.date
    received_by: str
    paper_type: str = "general-application"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset, *, applicant: Person | None = None) -> Self:
        """Return an application by ``applicant`` to the commune's people's committee."""
        person = applicant or people.invent_person(rng, subset)
        documents = (
            "Bản sao căn cước công dân",
            "Giấy xác nhận của trưởng thôn",
            "Ảnh chụp hiện trạng",
            "Bản vẽ sơ đồ thửa đất",
        )
        purpose, request = sentences.pick("requests", 1, rng, subset, home=person.home)[0].split(" | ")
        return cls(
            applicant=person,
            purpose=purpose[0].lower() + purpose[1:],
            request=request,
            documents=tuple(rng.sample(documents, 2)),
            phone=f"09{rng.randrange(10**8):08}",
            written_on=people.random_date(rng, 2024, 2025),
            received_by=people.invent_name(rng, rng.choice(list(Sex)), subset),
        )

    @property
    def owner(self) -> Owner:
        """The applicant."""
        return Owner(self.applicant.number.value, self.applicant.name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values."""
        person = self.applicant
        issued_on = person.card_issued_on
        return {
            "addressee": places.peoples_committee(person.home).spoken,
            "applicant_name": person.name,
            "birth_date": person.birth_date.isoformat(),
            "sex": person.sex.value,
            "ethnicity": person.ethnic_group,
            "applicant_number": person.number.value,
            **({"identity_issued_on": issued_on.isoformat()} if issued_on else {}),
            "identity_issuer": _ISSUER,
            "residence": person.address,
            "phone": self.phone,
            "request": self.request.rstrip("."),
            "written_on": self.written_on.isoformat(),
        }

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the one page."""
        sheet, text, middle = look.sheet(), look.text.but(size=13.5), LEFT + WIDTH / 2
        agency = places.peoples_committee(self.applicant.home)
        sheet.next_block()
        national_motto(sheet, look.text, middle, 24)
        sheet.next_block()
        sheet.line("ĐƠN ĐỀ NGHỊ", text.but(size=16, bold=True), middle, 46, align="centre")
        sheet.line(f"Về việc {self.purpose}", text.but(italic=True), middle, 53, align="centre")
        sheet.next_block()
        sheet.line([("Kính gửi: ", text.but(bold=True)), (agency.spoken, text)], text, middle, 64, align="centre")
        y = self._draw_person(sheet, look, 76)
        y = self._draw_request(sheet, look, y + 1.5)
        self._draw_signatures(sheet, look, rng, y + 4)
        return [sheet]

    def _draw_person(self, sheet: Sheet, look: Look, y: float) -> float:
        person, styles = self.applicant, (look.text.but(size=13.5), look.filled.but(size=12.5))
        sheet.next_block()
        y = form_line(sheet, [("Tôi tên là:", person.name)], styles, y, leading=8)
        birth = numerals.short_date(person.birth_date)
        parts = [("Sinh ngày:", birth), ("Giới tính:", person.sex_vi), ("Dân tộc:", person.ethnicity)]
        y = form_line(sheet, parts, styles, y, shares=(0.42, 0.26, 0.32), leading=8)
        issued = numerals.short_date(person.card_issued_on) if person.card_issued_on else ""
        parts = [("Số CCCD:", person.number.value), ("cấp ngày:", issued)]
        y = form_line(sheet, parts, styles, y, shares=(0.55, 0.45), leading=8)
        y = form_line(sheet, [("Nơi cấp:", _ISSUER)], styles, y, leading=8)
        y = form_line(sheet, [("Địa chỉ thường trú:", person.address)], styles, y, leading=8)
        return form_line(sheet, [("Điện thoại:", self.phone)], styles, y, width=WIDTH * 0.6, leading=8)

    def _draw_request(self, sheet: Sheet, look: Look, y: float) -> float:
        text, styles = look.text.but(size=13.5), (look.text.but(size=13.5), look.filled.but(size=12.5))
        sheet.next_block()
        y = form_line(sheet, [("Nội dung đề nghị:", self.request)], styles, y, leading=8) + 1
        sheet.next_block()
        sheet.line("Giấy tờ kèm theo:", text, LEFT, y)
        y += 8
        for i, document in enumerate(self.documents, start=1):
            y = form_line(sheet, [(f"{i}.", document)], styles, y, leading=8)
        promise = (
            "Tôi xin cam đoan những lời khai trên là đúng sự thật và chịu trách nhiệm trước pháp luật về nội dung đã "
            "khai. Kính mong quý cơ quan xem xét, giải quyết."
        )
        return sheet.paragraph([(promise, text)], LEFT, y + 1, WIDTH, leading=6.6, first_indent=12.7)

    def _draw_signatures(self, sheet: Sheet, look: Look, rng: random.Random, y: float) -> None:
        text, left, right = look.text.but(size=13), LEFT + 36, LEFT + WIDTH - 40
        agency = places.peoples_committee(self.applicant.home)
        sheet.next_block()
        sheet.line("NGƯỜI TIẾP NHẬN", text.but(bold=True), left, y + 6, align="centre")
        sheet.line("(Ký, đóng dấu)", text.but(size=11.5, italic=True), left, y + 11.5, align="centre")
        sheet.line(self.received_by, text, left, y + 38, align="centre")
        sheet.next_block()
        place = f"{self.applicant.home.name}, {numerals.long_date(self.written_on)}"
        sheet.line(place, text.but(italic=True), right, y, align="centre")
        sheet.line("NGƯỜI LÀM ĐƠN", text.but(bold=True), right, y + 6, align="centre")
        sheet.line("(Ký, ghi rõ họ tên)", text.but(size=11.5, italic=True), right, y + 11.5, align="centre")
        sheet.line(self.applicant.name, look.filled, right, y + 38, align="centre")
        signature(sheet, rng, right - 18, y + 14, width=36, height=17)
        signature(sheet, rng, left - 14, y + 15, width=34, height=16)
        round_seal(sheet, rng, (left - 8 + rng.uniform(-3, 3), y + 26), agency.ring, diameter=34)
