"""Birth registration form (Tờ khai đăng ký khai sinh), filled in by a parent over dotted leaders."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from tests.generator import numerals, places
from tests.generator.chance import seeded
from tests.generator.fonts import Subset
from tests.generator.papers.birth_certificate import BirthCertificate
from tests.generator.papers.look import Look
from tests.generator.papers.records import NATIONALITY
from tests.generator.papers.zones import LEFT, WIDTH, form_line, national_motto
from tests.generator.people import Person
from tests.generator.seals import signature
from tests.generator.ticking import MARKED, BoxPrint, Marking, draw_box
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet, Style

_CHILDS = ("full_name", "birth_date", "birth_date_words", "sex", "ethnicity", "nationality", "birth_place", "home_town")
_PARENTS = ("name", "birth_year", "ethnicity", "nationality", "residence")
_LEADING = 6.6


@dataclass(frozen=True, slots=True)
class BirthRegistrationForm:
    """Content of a form: what the certificate that it leads to will say, who asks for it, and how many copies."""

    certificate: BirthCertificate
    written_on: dt.date
    copies: int
    paper_type: str = "birth-registration-form"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a form that one of the parents hands in on the day of the registration or the day before."""
        certificate = BirthCertificate.invent(rng, subset)
        written_on = certificate.registered_on - dt.timedelta(days=rng.randint(0, 1))
        return cls(certificate, written_on, rng.randint(0, 5))

    @property
    def applicant(self) -> Person:
        """The parent who asks."""
        return self.certificate.applicant

    @property
    def owner(self) -> Owner:
        """The applicant: the child has no number yet."""
        return Owner(self.applicant.number.value, self.applicant.name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values."""
        certificate = self.certificate.fields
        parents = [f"{role}_{key}" for role in ("mother", "father") for key in _PARENTS]
        return {
            "addressee": self._addressee,
            "applicant_name": self.applicant.name.upper(),
            "applicant_residence": self.applicant.address,
            "applicant_number": self.applicant.number.value,
            "relation": self._relation,
            **{key: certificate[key] for key in (*_CHILDS, *parents)},
            "copies_wanted": "yes" if self.copies else "no",
            **({"copies": str(self.copies)} if self.copies else {}),
            "written_on": self.written_on.isoformat(),
        }

    @property
    def _addressee(self) -> str:
        return places.peoples_committee(self.certificate.family.child.home).spoken

    @property
    def _relation(self) -> str:
        return "Mẹ đẻ" if self.applicant == self.certificate.family.mother else "Cha đẻ"

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the one page."""
        sheet, text, middle = look.sheet(), look.text.but(size=12), LEFT + WIDTH / 2
        styles = (text, look.filled.but(size=11.5))
        sheet.next_block()
        national_motto(sheet, look.text, middle, 20)
        sheet.next_block()
        sheet.line("TỜ KHAI ĐĂNG KÝ KHAI SINH", text.but(size=15, bold=True), middle, 37, align="centre")
        sheet.next_block()
        addressed = [("Kính gửi: ", text.but(bold=True)), (self._addressee, styles[1])]
        sheet.line(addressed, text, middle, 46, align="centre")
        fields = self.fields
        sheet.next_block()
        y = _line(sheet, styles, 56, ("Họ, chữ đệm, tên người yêu cầu:", fields["applicant_name"]))
        y = _line(sheet, styles, y, ("Nơi cư trú:", fields["applicant_residence"]))
        y = _line(sheet, styles, y, ("Giấy tờ tùy thân:", f"Căn cước công dân số {fields['applicant_number']}"))
        y = _line(sheet, styles, y, ("Quan hệ với người được khai sinh:", fields["relation"]))
        sheet.next_block()
        heading = "Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:"
        sheet.line(heading, text.but(bold=True), LEFT, y + 0.5)
        y = self._draw_child(sheet, styles, y + _LEADING + 0.5)
        for role, name in (("mother", "mẹ"), ("father", "cha")):
            sheet.next_block()
            y = _line(sheet, styles, y + 1, (f"Họ, chữ đệm, tên người {name}:", fields[f"{role}_name"]))
            three = [
                (label, fields[f"{role}_{key}"])
                for label, key in (
                    ("Năm sinh:", "birth_year"),
                    ("Dân tộc:", "ethnicity"),
                    ("Quốc tịch:", "nationality"),
                )
            ]
            y = form_line(sheet, three, styles, y, shares=(0.3, 0.33, 0.37), leading=_LEADING)
            y = _line(sheet, styles, y, ("Nơi cư trú:", fields[f"{role}_residence"]))
        self._draw_end(sheet, look, rng, y + 1)
        return [sheet]

    def _draw_child(self, sheet: Sheet, styles: tuple[Style, Style], y: float) -> float:
        fields, child = self.fields, self.certificate.family.child
        y = _line(sheet, styles, y, ("Họ, chữ đệm, tên:", fields["full_name"]))
        date = numerals.short_date(child.birth_date)
        two = [("Ngày, tháng, năm sinh:", date), ("ghi bằng chữ:", "")]
        y = form_line(sheet, two, styles, y, shares=(0.45, 0.55), leading=_LEADING)
        for line in sheet.break_lines([(fields["birth_date_words"], styles[1])], WIDTH - 4):
            sheet.leaders(LEFT, LEFT + WIDTH, y, styles[0])
            sheet.set_line(line, LEFT + 2, y)
            y += _LEADING
        three = [("Giới tính:", child.sex_vi), ("Dân tộc:", child.ethnicity), ("Quốc tịch:", NATIONALITY)]
        y = form_line(sheet, three, styles, y, shares=(0.3, 0.33, 0.37), leading=_LEADING)
        y = _line(sheet, styles, y, ("Nơi sinh:", fields["birth_place"]))
        return _line(sheet, styles, y, ("Quê quán:", fields["home_town"]))

    def _draw_end(self, sheet: Sheet, look: Look, rng: random.Random, y: float) -> None:
        text = look.text.but(size=12)
        promise = (
            "Tôi cam đoan nội dung đề nghị đăng ký khai sinh trên đây là đúng sự thật, được sự thỏa thuận nhất trí của "
            "các bên liên quan và chịu trách nhiệm trước pháp luật."
        )
        y = sheet.paragraph([(promise, text)], LEFT, y, WIDTH, leading=5.8, first_indent=10)
        sheet.next_block()
        self._draw_copies(sheet, text, y + 1)
        centre, home = 148.0, self.certificate.family.child.home
        sheet.next_block()
        date = f"Làm tại: {home.name}, {numerals.long_date(self.written_on)}"
        sheet.line(date, text.but(italic=True), centre, y + 8, align="centre")
        sheet.line("Người yêu cầu", text.but(bold=True), centre, y + 13.5, align="centre")
        hint = "(Ký, ghi rõ họ, chữ đệm, tên)"
        sheet.line(hint, text.but(size=10.5, italic=True), centre, y + 18, align="centre")
        signature(sheet, rng, centre - 18, y + 20, width=34, height=14)
        sheet.line(self.applicant.name, look.filled.but(size=11.5), centre, y + 38, align="centre")

    def _draw_copies(self, sheet: Sheet, text: Style, y: float) -> None:
        """Ask for copies: a box to tick each for yes and no, and how many."""
        rng = seeded("boxes", self.applicant.number.value)
        look, marking = BoxPrint.draw(rng), rng.choice(MARKED)
        x = LEFT + sheet.text_width([("Đề nghị cấp bản sao:", text)]) + 3
        segments = [(LEFT, [("Đề nghị cấp bản sao:", text)])]
        for word, ticked in (("Có", self.copies > 0), ("Không", self.copies == 0)):
            width = sheet.text_width([(word, text)])
            before = 0.0 if look.after else look.side + look.gap
            box = x + width + look.gap if look.after else x
            segments.append((x + before, [(word, text)]))
            draw_box(sheet, rng, (box, y + (look.side - 2.8) / 2), look, marking if ticked else Marking.EMPTY)
            x += width + look.side + look.gap + rng.uniform(3.5, 7)
        number = f"Số lượng: {self.copies:02} bản" if self.copies else "Số lượng:"
        segments.append((max(x + 2, LEFT + 88), [(number, text)]))
        sheet.set_segments(segments, y)


def _line(sheet: Sheet, styles: tuple[Style, Style], y: float, part: tuple[str, str]) -> float:
    return form_line(sheet, [part], styles, y, leading=_LEADING)
