"""Administrative decision (Quyết định) with the zones of decree 30/2020: on one person, or with a table of many."""

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from dossier.identifiers import Sex
from dossier.paper_types import cell_key
from tests.generator import people, places, seals, sentences
from tests.generator.chance import seeded
from tests.generator.fonts import Subset
from tests.generator.numerals import grouped, long_date, short_date
from tests.generator.papers.look import Look
from tests.generator.papers.registry import Registry
from tests.generator.papers.zones import (
    LEFT,
    SIGNING_HEIGHT,
    WIDTH,
    Column,
    Flow,
    Heading,
    Signing,
    balanced,
    office_lines,
    signing_block,
    table,
    two_column_header,
)
from tests.generator.people import Person
from tests.generator.places import Agency
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet, Style


@dataclass(frozen=True, slots=True)
class _Subject:
    """A subject with its first article; ``department`` issues it, or the people's committee if empty."""

    title: str
    article: str
    department: str = ""


_SUBJECTS = (
    _Subject(
        "Về việc trợ cấp xã hội hằng tháng đối với {title} {name}",
        "Trợ cấp xã hội hằng tháng đối với {whole}, với mức {money} đồng/tháng, kể từ {since}.",
    ),
    _Subject(
        "Về việc hỗ trợ kinh phí sửa chữa nhà ở cho hộ {title} {name}",
        "Hỗ trợ một lần {money} đồng để sửa chữa nhà ở bị hư hỏng do thiên tai cho hộ {whole}.",
    ),
    _Subject(
        "Về việc khen thưởng đột xuất đối với {title} {name}",
        "Tặng Giấy khen kèm tiền thưởng {money} đồng cho {whole}, vì đã dũng cảm cứu người trong đợt mưa lũ vừa qua.",
    ),
    _Subject(
        "Về việc phân công công tác đối với {title} {name}",
        "Phân công {whole}, đảm nhiệm nhiệm vụ tiếp nhận và số hóa hồ sơ tại bộ phận một cửa, kể từ {since}.",
        "SNV",
    ),
    _Subject(
        "Về việc cho phép {title} {name} chuyển mục đích sử dụng đất",
        "Cho phép {whole}, được chuyển {area} m² đất vườn sang đất ở; nghĩa vụ tài chính phải nộp là {money} đồng.",
    ),
    _Subject(
        "Về việc cấp chứng chỉ hành nghề cho {title} {name}",
        "Cấp chứng chỉ hành nghề đo vẽ, thiết kế nhà ở riêng lẻ cho {whole}; chứng chỉ có giá trị từ {since}.",
        "SXD",
    ),
    _Subject(
        "Về việc tiếp nhận {title} {name} vào làm viên chức",
        "Tiếp nhận {whole}, vào làm việc tại trạm y tế kể từ {since}; mức phụ cấp ban đầu là {money} đồng/tháng.",
        "SYT",
    ),
)
_TABLE_SUBJECT = "Về việc phê duyệt danh sách hộ gia đình được hỗ trợ giống, vật tư nông nghiệp năm {year}"
_SIZES = (14.0, 13.5, 13.0, 12.5)
_LEADING = 0.46
"""Millimetres between baselines to the point of size."""
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
        bases: The clauses it rests on, each without its semicolon. articles: Their texts without their numbers.
        by_deputy: Whether the head's deputy signs. by_hand: Whether number and day are written by pen.
        households: Rows of the table, empty for a decision on one person.
        arrived: Number and date of an arrival stamp; ``None`` without one. registry: What else the registry added.
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
    by_hand: bool = False
    households: tuple[Household, ...] = ()
    arrived: tuple[int, str] | None = None
    registry: Registry = field(default_factory=Registry)
    paper_type: str = field(default="decision")

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset, *, beneficiary: Person | None = None) -> Self:
        """Return a decision of a people's committee or a department about ``beneficiary``."""
        person = beneficiary or people.invent_person(rng, subset)
        subject = rng.choice(_SUBJECTS)
        issued_on = people.random_date(rng, 2022, 2025)
        words = {
            "title": person.title,
            "name": person.name,
            "whole": f"{person.title} {person.name}, sinh {long_date(person.birth_date)}, số định danh cá nhân "
            f"{person.number.value}, cư trú tại {person.address}",
            "money": grouped(rng.randint(10, 500) * 50_000),
            "since": long_date((issued_on.replace(day=1) + dt.timedelta(days=31)).replace(day=1)),
            "area": grouped(rng.randint(60, 400)),
        }
        last = (
            f"Chánh Văn phòng, {person.title} {person.name} và các đơn vị, cá nhân có liên quan chịu trách nhiệm thi "
            "hành Quyết định này. Quyết định có hiệu lực kể từ ngày ký./."
        )
        orders = sentences.pick("orders", rng.randint(1, 2), rng, subset, now=issued_on, home=person.home)
        home = person.home
        return cls._issue(
            rng,
            subset,
            person,
            agency=places.department(home, subject.department)
            if subject.department
            else places.peoples_committee(home),
            issued_on=issued_on,
            subject=subject.title.format(**words),
            articles=(subject.article.format(**words), *orders, last),
        )

    @classmethod
    def invent_with_table(
        cls, rng: random.Random, subset: Subset, *, rows: int = 38, beneficiary: Person | None = None
    ) -> Self:
        """Return a decision on ``rows`` households, the first of them ``beneficiary``'s: three pages with 36 to 40."""
        person = beneficiary or people.invent_person(rng, subset)
        issued_on = people.random_date(rng, 2022, 2025)
        heads = [person, *(people.invent_person(rng, subset, home=person.home) for _ in range(rows - 1))]
        households = tuple(Household(head, rng.randint(180, 6400), rng.randint(12, 900) * 5_000) for head in heads)
        total = grouped(sum(household.money for household in households))
        first = (
            f"Phê duyệt danh sách {rows:02} hộ gia đình thuộc {person.home.kind} {person.home.name} được hỗ trợ giống, "
            f"vật tư nông nghiệp năm {issued_on.year}, tổng số tiền {total} đồng, cụ thể như sau:"
        )
        second = (
            f"Giao {person.title} {person.name}, số định danh cá nhân {person.number.value}, đại diện các hộ gia đình "
            "nhận giống, vật tư và lập bảng ký nhận."
        )
        last = (
            "Chánh Văn phòng, công chức chuyên môn và các hộ gia đình có tên tại Điều 1 chịu trách nhiệm thi hành "
            "Quyết định này./."
        )
        orders = sentences.pick("orders", 4, rng, subset, now=issued_on, home=person.home)
        return cls._issue(
            rng,
            subset,
            person,
            agency=places.department(person.home, "SNNMT"),
            issued_on=issued_on,
            subject=_TABLE_SUBJECT.format(year=issued_on.year),
            articles=(first, second, *orders, last),
            households=households,
        )

    @classmethod
    def invent_by_pen(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a decision on one person whose number and date were written by pen into the printed header."""
        return cls.invent(rng, subset).registered(rng, by_pen=True)

    @classmethod
    def invent_printed(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a decision on one person with a printed number and date, for the rest as those written by pen."""
        return cls.invent(rng, subset).registered(rng, by_pen=False)

    def registered(self, rng: random.Random, *, by_pen: bool) -> Self:
        """Return the decision with what a registry may do to it, number and date ``by_pen`` or printed."""
        registry = Registry.draw(rng, self.issued_on, by_pen=by_pen)
        return replace(self, by_hand=False, arrived=None, registry=registry)

    @classmethod
    def _issue(
        cls,
        rng: random.Random,
        subset: Subset,
        person: Person,
        *,
        agency: Agency,
        issued_on: dt.date,
        subject: str,
        articles: tuple[str, ...],
        households: tuple[Household, ...] = (),
    ) -> Self:
        """Return the decision with what every one has: number, bases, recipients, signer, marks of the registry."""
        arrival = issued_on + dt.timedelta(days=rng.randint(1, 6))
        return cls(
            agency=agency,
            number=rng.randint(1, 2600),
            issued_on=issued_on,
            subject=subject,
            beneficiary=person,
            bases=tuple(sentences.pick("bases", rng.randint(3, 4), rng, subset, now=issued_on, home=person.home)),
            articles=articles,
            recipients=(
                f"Như Điều {len(articles)};",
                "Lãnh đạo cơ quan;",
                "Bộ phận một cửa;",
                f"Lưu: VT, {rng.choice(('VP', 'TCKT', 'VHXH'))}.",
            ),
            signer=people.invent_name(rng, rng.choice(list(Sex)), subset),
            by_deputy=rng.random() < 0.5,
            by_hand=rng.random() < 0.25,
            households=households,
            arrived=(rng.randint(100, 9000), f"{arrival:%d/%m/%Y}") if rng.random() < 0.4 else None,
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
        """Canonical values of what is printed."""
        dated = {"document_number": self.symbol, "issued_on": self.issued_on.isoformat()}
        return ({} if self.registry.pen else dated) | {
            "place": self.agency.seat,
            "agency": self.agency.full,
            "document_kind": "QUYẾT ĐỊNH",
            "subject": self.subject,
            "signer": self.signer,
            **dict(self._cells()),
        }

    def _cells(self) -> Iterator[tuple[str, str]]:
        for row, household in enumerate(self.households, start=1):
            head = household.head
            yield cell_key("persons", row, "name"), head.name
            yield cell_key("persons", row, "birth_date"), head.birth_date.isoformat()
            yield cell_key("persons", row, "citizen_number"), head.number.value
            yield cell_key("persons", row, "area"), str(household.area)
            yield cell_key("persons", row, "amount"), str(household.money)

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return its pages: for a decision on a person one, set smaller if it must be; more with a table."""
        seed = rng.getrandbits(64)
        for size in _SIZES:
            sheets = self._set(look, seeded(seed), look.text.but(size=size))
            if self.households or len(sheets) == 1:
                break
        return sheets

    def _set(self, look: Look, rng: random.Random, text: Style) -> Sequence[Sheet]:
        flow = Flow(look.sheet, look.text)
        number, symbol = self.symbol.split("/")
        heading = Heading(self.agency, number, f"/{symbol}", self.issued_on, self.by_hand, self.registry.pen)
        self.registry.sign(flow.sheet, look, self.agency)
        flow.y = two_column_header(flow.sheet, look, heading) + 12
        self.registry.stamp(flow.sheet, rng, (11.0, flow.y - 5))
        if self.arrived is not None:
            number_in, date_in = self.arrived
            corner = (11.0, flow.y - 5)
            seals.arrival_stamp(flow.sheet, rng, corner, office="BỘ PHẬN MỘT CỬA", number=number_in, date=date_in)
        self._draw_opening(flow, text)
        leading = text.size * _LEADING
        for i, article in enumerate(self.articles, start=1):
            runs = [(f"Điều {i}. ", text.but(bold=True)), (article, text)]
            if i == len(self.articles):  # a signature never stands alone on a page
                flow.need(flow.height(runs, leading=leading) + SIGNING_HEIGHT)
            flow.paragraph(runs, leading=leading)
            if i == 1 and self.households:
                flow.skip(1.0)
                table(flow, _COLUMNS, self._rows(), look.text.but(size=11.5))
        flow.skip(3)
        signing = Signing(office_lines(self.agency, deputy=self.by_deputy), self.signer, self.recipients)
        signing_block(flow.sheet, look, rng, agency=self.agency, signing=signing, y=flow.y)
        return flow.sheets

    def _draw_opening(self, flow: Flow, text: Style) -> None:
        """Set the kind, the subject, who decides and on what bases."""
        bold, middle = text.but(bold=True), LEFT + WIDTH / 2
        flow.sheet.next_block()
        flow.sheet.line("QUYẾT ĐỊNH", bold, middle, flow.y, align="centre")
        for line in balanced(flow.sheet, self.subject, bold, 104):
            flow.skip(6.2)
            flow.sheet.set_line(line, middle - 52, flow.y, 104, align="centre")
        flow.sheet.rule(middle - 14, flow.y + 2.4, middle + 14, flow.y + 2.4)
        flow.skip(11)
        flow.sheet.next_block()
        decider = f"{self.agency.head} {self.agency.full}" if not self.agency.acts_for else self.agency.full
        flow.sheet.line(decider, bold, middle, flow.y, align="centre")
        flow.skip(8)
        for i, basis in enumerate(self.bases):
            end = "." if i == len(self.bases) - 1 else ";"
            flow.paragraph([(basis + end, text.but(italic=True))], leading=text.size * _LEADING, after=1.2)
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
