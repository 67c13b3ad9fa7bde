"""Administrative decision (Quyết định) with the zones of decree 30/2020: on one person, or with a table of many."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from tests.generator import people, places, seals, sentences
from tests.generator.fonts import Subset
from tests.generator.numerals import grouped, long_date, short_date
from tests.generator.papers.look import Look
from tests.generator.papers.zones import (
    LEFT,
    SIGNING_HEIGHT,
    WIDTH,
    Column,
    Flow,
    Heading,
    Signing,
    office_lines,
    place_and_date,
    signing_block,
    table,
    two_column_header,
)
from tests.generator.people import Person
from tests.generator.places import Agency
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet

_SUBJECTS: tuple[tuple[str, str], ...] = (
    (
        "Về việc trợ cấp xã hội hằng tháng đối với {title} {name}",
        "Trợ cấp xã hội hằng tháng đối với {whole}, với mức {money} đồng/tháng, kể từ {since}.",
    ),
    (
        "Về việc hỗ trợ kinh phí sửa chữa nhà ở cho hộ {title} {name}",
        "Hỗ trợ một lần kinh phí sửa chữa nhà ở bị hư hỏng do thiên tai cho hộ {whole}; số tiền hỗ trợ là {money} đồng.",
    ),
    (
        "Về việc phân công công tác đối với {title} {name}",
        "Phân công {whole}, đảm nhiệm nhiệm vụ tiếp nhận và số hóa hồ sơ tại bộ phận một cửa, kể từ {since}.",
    ),
    (
        "Về việc cho phép {title} {name} chuyển mục đích sử dụng đất",
        "Cho phép {whole}, được chuyển {area} m² đất vườn sang đất ở tại thửa đất đang sử dụng; nghĩa vụ tài chính phải nộp là "
        "{money} đồng.",
    ),
    (
        "Về việc khen thưởng đột xuất đối với {title} {name}",
        "Tặng Giấy khen kèm tiền thưởng {money} đồng cho {whole}, vì đã dũng cảm cứu người trong đợt mưa lũ vừa qua.",
    ),
)
_TABLE_SUBJECT = "Về việc phê duyệt danh sách hộ gia đình được hỗ trợ giống, vật tư nông nghiệp năm {year}"
_COLUMNS = (
    Column("STT", 11, "centre"),
    Column("Họ và tên chủ hộ", 42),
    Column("Ngày sinh", 24, "centre"),
    Column("Số định danh cá nhân", 32, "centre"),
    Column("Diện tích (m²)", 23, "right"),
    Column("Số tiền (đồng)", 28, "right"),
)


@dataclass(frozen=True, slots=True)
class Household:
    """A row of the table."""

    head: Person
    area: int
    money: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Content of a decision.

    Attributes:
        number: Running number in the year. subject: Zone 5a, on one line. beneficiary: The person it is about.
        bases: The clauses it rests on, each without its semicolon. articles: Texts of the articles, their numbers left out.
        households: Rows of the table, empty for a decision on one person.
        arrived: Number and date of an arrival stamp; ``None`` without one.
    """

    agency: Agency
    number: int
    issued_on: dt.date
    subject: str
    beneficiary: Person
    bases: tuple[str, ...]
    articles: tuple[str, ...]
    recipients: tuple[str, ...]
    signer: str
    by_deputy: bool
    households: tuple[Household, ...] = ()
    arrived: tuple[int, str] | None = None
    paper_type: str = field(default="decision")

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset, *, beneficiary: Person | None = None) -> Self:
        """Return a decision of a people's committee or a department about ``beneficiary``."""
        person = beneficiary or people.invent_person(rng, subset)
        agency = places.peoples_committee(person.home) if rng.random() < 0.6 else places.department(rng, person.home)
        subject, first = rng.choice(_SUBJECTS)
        issued_on = people.random_date(rng, 2022, 2025)
        whole = (
            f"{person.title} {person.name}, sinh {long_date(person.birth_date)}, số định danh cá nhân {person.number.value}, "
            f"cư trú tại {person.address}"
        )
        words = {
            "title": person.title,
            "name": person.name,
            "whole": whole,
            "money": grouped(rng.randint(40, 900) * 50_000),
            "since": long_date(issued_on.replace(day=1) + dt.timedelta(days=31)),
            "area": grouped(rng.randint(60, 400)),
        }
        articles = (
            first.format(**words),
            *sentences.pick("orders", rng.randint(1, 2), rng, subset, now=issued_on),
            f"Chánh Văn phòng, {person.title} {person.name} và các đơn vị, cá nhân có liên quan chịu trách nhiệm thi hành Quyết "
            "định này. Quyết định có hiệu lực kể từ ngày ký./.",
        )
        return cls._issue(rng, subset, agency, issued_on, subject.format(**words), person, articles)

    @classmethod
    def invent_with_table(
        cls, rng: random.Random, subset: Subset, *, rows: int = 26, beneficiary: Person | None = None
    ) -> Self:
        """Return a decision on ``rows`` households, the first of them ``beneficiary``'s."""
        person = beneficiary or people.invent_person(rng, subset)
        issued_on = people.random_date(rng, 2022, 2025)
        heads = [person, *(people.invent_person(rng, subset, home=person.home) for _ in range(rows - 1))]
        households = tuple(Household(head, rng.randint(180, 6400), rng.randint(12, 900) * 5_000) for head in heads)
        total = sum(household.money for household in households)
        articles = (
            f"Phê duyệt danh sách {rows:02} hộ gia đình thuộc {person.home.kind} {person.home.name} được hỗ trợ giống, vật tư nông "
            f"nghiệp năm {issued_on.year}, tổng số tiền {grouped(total)} đồng, cụ thể như sau:",
            f"Giao {person.title} {person.name}, số định danh cá nhân {person.number.value}, đại diện các hộ gia đình nhận giống, "
            "vật tư và lập bảng ký nhận.",
            *sentences.pick("orders", 4, rng, subset, now=issued_on),
            "Chánh Văn phòng, công chức chuyên môn và các hộ gia đình có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định "
            "này./.",
        )
        agency = places.department(rng, person.home)
        subject = _TABLE_SUBJECT.format(year=issued_on.year)
        return cls._issue(rng, subset, agency, issued_on, subject, person, articles, households)

    @classmethod
    def _issue(
        cls,
        rng: random.Random,
        subset: Subset,
        agency: Agency,
        issued_on: dt.date,
        subject: str,
        person: Person,
        articles: tuple[str, ...],
        households: tuple[Household, ...] = (),
    ) -> Self:
        deputy = rng.random() < 0.5
        sex = rng.choice(list(people.Sex))
        stamped = rng.random() < 0.5
        arrival = issued_on + dt.timedelta(days=rng.randint(1, 6))
        return cls(
            agency=agency,
            number=rng.randint(1, 2600),
            issued_on=issued_on,
            subject=subject,
            beneficiary=person,
            bases=tuple(sentences.pick("bases", rng.randint(3, 4), rng, subset, now=issued_on)),
            articles=articles,
            recipients=(
                "Như Điều cuối;",
                "Lãnh đạo cơ quan;",
                "Bộ phận một cửa;",
                f"Lưu: VT, {rng.choice(('VP', 'TCKT', 'VHXH'))}.",
            ),
            signer=people.invent_name(rng, sex, subset),
            by_deputy=deputy,
            households=households,
            arrived=(rng.randint(100, 9000), f"{arrival:%d/%m/%Y}") if stamped else None,
        )

    @property
    def symbol(self) -> str:
        """``320/QĐ-UBND``; numbers below 10 take a leading zero."""
        return f"{self.number:02}/QĐ-{self.agency.symbol}"

    @property
    def owner(self) -> Owner:
        """The beneficiary."""
        return Owner(self.beneficiary.number.value, self.beneficiary.name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values."""
        return {
            "document_number": self.symbol,
            "issued_on": self.issued_on.isoformat(),
            "place": self.agency.seat,
            "agency": self.agency.full,
            "document_kind": "QUYẾT ĐỊNH",
            "subject": self.subject,
            "signer": self.signer,
        }

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return its pages: one for a decision on a person, more with a table."""
        flow = Flow(look.sheet, look.text)
        heading = Heading(self.agency, self.symbol, place_and_date(self.agency, self.issued_on))
        flow.y = two_column_header(flow.sheet, look, heading) + 12
        if self.arrived is not None:
            seals.arrival_stamp(flow.sheet, rng, 12, flow.y - 4, "BỘ PHẬN MỘT CỬA", *self.arrived)
        self._draw_opening(flow, look)
        text = look.text.but(size=13.5 if self.households else 14)
        for i, article in enumerate(self.articles, start=1):
            flow.paragraph([(f"Điều {i}. ", text.but(bold=True)), (article, text)])
            if i == 1 and self.households:
                flow.skip(1.0)
                table(flow, _COLUMNS, self._rows(), look.text.but(size=11.5))
        flow.skip(3)
        flow.need(SIGNING_HEIGHT - 14)
        signing = Signing(office_lines(self.agency, deputy=self.by_deputy), self.signer, self.recipients)
        signing_block(flow.sheet, look, rng, self.agency, signing, flow.y)
        return flow.sheets

    def _draw_opening(self, flow: Flow, look: Look) -> None:
        """Set the kind, the subject, who decides and on what bases."""
        bold, middle = look.text.but(bold=True), LEFT + WIDTH / 2
        flow.sheet.next_block()
        flow.sheet.line("QUYẾT ĐỊNH", bold, middle, flow.y, align="centre")
        lines = flow.sheet.break_lines([(self.subject, bold)], 104)
        for line in lines:
            flow.skip(6.2)
            flow.sheet.set_line(line, middle - 52, flow.y, 104, align="centre")
        flow.sheet.rule(middle - 14, flow.y + 2.4, middle + 14, flow.y + 2.4)
        flow.skip(11)
        flow.sheet.next_block()
        decider = f"{self.agency.head} {self.agency.full}" if not self.agency.acts_for else self.agency.full
        flow.sheet.line(decider, bold.but(size=13.5), middle, flow.y, align="centre")
        flow.skip(8)
        for i, basis in enumerate(self.bases):
            end = "." if i == len(self.bases) - 1 else ";"
            flow.paragraph([(basis + end, look.text.but(italic=True))], leading=6.3, after=1.4)
        flow.skip(2.5)
        flow.sheet.next_block()
        flow.sheet.line("QUYẾT ĐỊNH:", bold, middle, flow.y, align="centre")
        flow.skip(8.5)

    def _rows(self) -> list[tuple[str, ...]]:
        rows = [
            (
                str(i),
                household.head.name,
                short_date(household.head.birth_date),
                household.head.number.value,
                grouped(household.area),
                grouped(household.money),
            )
            for i, household in enumerate(self.households, start=1)
        ]
        area, money = (sum(values) for values in zip(*((h.area, h.money) for h in self.households), strict=True))
        return [*rows, ("", "Tổng cộng", "", "", grouped(area), grouped(money))]
