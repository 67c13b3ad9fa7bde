"""Certificate of business registration (Giấy chứng nhận đăng ký doanh nghiệp) of a company with a single member."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from dossier.identifiers import Sex
from tests.generator import numerals, people
from tests.generator.companies import Company
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.papers.ornament import FRAMES, frame
from tests.generator.papers.records import NATIONALITY, head, no_leaders, printed, sign_and_seal
from tests.generator.papers.zones import LEFT, WIDTH, form_line
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet

_OFFICE = "PHÒNG ĐĂNG KÝ KINH DOANH"
_PAPER = "Căn cước công dân"


@dataclass(frozen=True, slots=True)
class BusinessRegistration:
    """Content of a certificate.

    Attributes:
        first_on: When the company was registered. changes: How often since then; 0: never. change_on: The last time.
    """

    company: Company
    first_on: dt.date
    changes: int
    change_on: dt.date
    signer: str
    paper_type: str = "business-registration"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a certificate, most of them of a later change."""
        first_on = people.random_date(rng, 2012, 2022)
        return cls(
            company=Company.invent(rng, subset),
            first_on=first_on,
            changes=rng.choice((0, 1, 2, 3, 5, 11)),
            change_on=first_on + dt.timedelta(days=rng.randint(90, 1100)),
            signer=people.invent_name(rng, rng.choice(list(Sex)), subset),
        )

    @property
    def owner(self) -> Owner:
        """The company."""
        return Owner(self.company.code.value, self.company.name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values."""
        company, person = self.company, self.company.head
        changed = {"changes_made": str(self.changes), "changed_on": self.change_on.isoformat()} if self.changes else {}
        return {
            "agency": _OFFICE,
            "enterprise_code": company.code.value,
            "first_registered_on": self.first_on.isoformat(),
            **changed,
            "company_name": company.name,
            "foreign_name": company.foreign_name,
            "short_name": company.short_name,
            "head_office": company.address,
            "phone": company.phone,
            "email": company.email,
            "charter_capital": str(company.capital),
            "charter_capital_words": numerals.sum_in_words(company.capital),
            "representative_name": person.name.upper(),
            "representative_sex": person.sex.value,
            "representative_title": company.title,
            "representative_birth_date": person.birth_date.isoformat(),
            "representative_nationality": NATIONALITY,
            "identity_paper": _PAPER,
            "representative_number": person.number.value,
            "representative_residence": person.address,
            "signer": self.signer,
        }

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the one page."""
        sheet, middle, home = look.sheet(), LEFT + WIDTH / 2, self.company.head.home
        frame(sheet, rng, FRAMES[0])
        province = f"{home.province_kind} {home.province}"
        head(sheet, look, (f"SỞ TÀI CHÍNH {province.upper()}", _OFFICE), 29, size=10.5)
        bold = look.text.but(size=15, bold=True)
        sheet.next_block()
        sheet.line("GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", bold, middle, 53, align="centre")
        sheet.line("CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN", bold.but(size=12.5), middle, 59.5, align="centre")
        sheet.next_block()
        label, value = look.text.but(size=12, bold=True), printed(look, 12, bold=True)
        sheet.line(
            [("Mã số doanh nghiệp: ", label), (self.company.code.value, value)], label, middle, 66, align="centre"
        )
        italic = look.text.but(size=12, italic=True)
        sheet.line(f"Đăng ký lần đầu: {numerals.long_date(self.first_on)}", italic, middle, 72, align="centre")
        if self.changes:
            change = f"Đăng ký thay đổi lần thứ: {self.changes}, {numerals.long_date(self.change_on)}"
            sheet.line(change, italic, middle, 77.5, align="centre")
        y = self._draw_company(sheet, look, 87)
        y = self._draw_head(sheet, look, y)
        lines, ring = (("TRƯỞNG PHÒNG", "bold"),), (_OFFICE, province.upper())
        sign_and_seal(sheet, look, rng, lines=lines, name=self.signer, ring=ring, centre=146, y=y + 4)
        return [sheet]

    def _draw_company(self, sheet: Sheet, look: Look, y: float) -> float:
        company, bold, text = self.company, look.text.but(size=12, bold=True), look.text.but(size=12)
        value = printed(look, 12)
        sheet.next_block()
        sheet.line("1. Tên công ty", bold, LEFT, y)
        y += 6
        for name, words in (
            ("Tên công ty viết bằng tiếng Việt:", company.name),
            ("Tên công ty viết bằng tiếng nước ngoài:", company.foreign_name),
            ("Tên công ty viết tắt:", company.short_name),
        ):
            y = form_line(sheet, [(name, words)], (text, value), y, leading=5.6, fill=no_leaders)
        sheet.next_block()
        sheet.line("2. Địa chỉ trụ sở chính", bold, LEFT, y + 1)
        y += 7
        for line in sheet.break_lines([(company.address, value)], WIDTH):
            sheet.set_line(line, LEFT, y)
            y += 5.6
        for pair in ((("Điện thoại:", company.phone), ("Fax:", "")), (("Email:", company.email), ("Website:", ""))):
            y = form_line(sheet, pair, (text, value), y, shares=(0.55, 0.45), leading=5.6, fill=no_leaders)
        sheet.next_block()
        capital = f"{numerals.grouped(company.capital)} đồng."
        y = form_line(sheet, [("3. Vốn điều lệ:", capital)], (bold, value), y + 1, leading=5.6, fill=no_leaders)
        words = f"{numerals.sum_in_words(company.capital)}."
        return form_line(sheet, [("Bằng chữ:", words)], (text, value), y, leading=5.6, fill=no_leaders)

    def _draw_head(self, sheet: Sheet, look: Look, y: float) -> float:
        person, text, value = self.company.head, look.text.but(size=12), printed(look, 12)
        sheet.next_block()
        heading = look.text.but(size=12, bold=True)
        sheet.line("4. Người đại diện theo pháp luật của công ty", heading, LEFT, y + 1)
        issued = numerals.short_date(person.card_issued_on) if person.card_issued_on else ""
        rows: tuple[tuple[Sequence[tuple[str, str]], Sequence[float]], ...] = (
            ([("* Họ và tên:", person.name.upper()), ("Giới tính:", person.sex_vi)], (0.65, 0.35)),
            ([("Chức danh:", self.company.title)], (1.0,)),
            (
                [
                    ("Sinh ngày:", numerals.short_date(person.birth_date)),
                    ("Dân tộc:", person.ethnicity),
                    ("Quốc tịch:", NATIONALITY),
                ],
                (0.36, 0.28, 0.36),
            ),
            ([("Loại giấy tờ pháp lý của cá nhân:", _PAPER)], (1.0,)),
            ([("Số giấy tờ pháp lý của cá nhân:", person.number.value)], (1.0,)),
            ([("Ngày cấp:", issued), ("Nơi cấp:", "Cục Cảnh sát QLHC về TTXH")], (0.38, 0.62)),
            ([("Địa chỉ thường trú:", person.address)], (1.0,)),
            ([("Địa chỉ liên lạc:", person.address)], (1.0,)),
        )
        y += 7
        for parts, shares in rows:
            y = form_line(sheet, parts, (text, value), y, shares=shares, leading=5.6, fill=no_leaders)
        return y
