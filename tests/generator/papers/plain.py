"""Pages for benchmarks: running text, and tables of numbers and dates with or without rulings."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from tests.generator import people, places, sentences
from tests.generator.fonts import Subset
from tests.generator.numerals import grouped, short_date
from tests.generator.papers.look import Look
from tests.generator.papers.zones import LEFT, WIDTH, Column, Flow, table
from tests.generator.people import Person
from tests.generator.truth import Owner
from tests.generator.typesetting import Run, Sheet, Style

_TITLES = (
    "BÁO CÁO KẾT QUẢ CÔNG TÁC",
    "THÔNG BÁO",
    "BIÊN BẢN LÀM VIỆC",
    "KẾ HOẠCH THỰC HIỆN NHIỆM VỤ",
    "QUY CHẾ LÀM VIỆC",
    "TỜ TRÌNH",
)
_CHAPTERS = (
    "TÌNH HÌNH CHUNG",
    "KẾT QUẢ ĐẠT ĐƯỢC",
    "TỒN TẠI, HẠN CHẾ",
    "NHIỆM VỤ TRỌNG TÂM",
    "TỔ CHỨC THỰC HIỆN",
    "KIẾN NGHỊ, ĐỀ XUẤT",
)
_ROMAN = ("I", "II", "III", "IV", "V", "VI")


@dataclass(frozen=True, slots=True)
class BodyText:
    """One page of running text with headings, numbered clauses, dashes, bold and italic."""

    person: Person
    title: str
    paragraphs: tuple[tuple[str, str], ...]
    paper_type: str = "other"
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return more text than a page holds: kinds ``chapter``, ``clause``, ``dash``, ``note`` and ``text``."""
        chapters = rng.sample(_CHAPTERS, 4)
        paragraphs: list[tuple[str, str]] = []
        for numeral, chapter in zip(_ROMAN, chapters, strict=False):
            paragraphs.append(("chapter", f"{numeral}. {chapter}"))
            for clause in range(1, rng.randint(3, 4)):
                lead, *rest = sentences.paragraph(rng, subset, sentences=rng.randint(1, 2)).split(" ", 3)
                paragraphs.append(("clause", f"{clause}. {lead} {' '.join(rest)}"))
            kind = rng.choice(("dash", "text", "note"))
            paragraphs += [(kind, sentences.paragraph(rng, subset, sentences=1)) for _ in range(rng.randint(1, 3))]
        return cls(people.invent_person(rng, subset), rng.choice(_TITLES), tuple(paragraphs))

    @property
    def owner(self) -> Owner:
        """An invented person; the text is about nobody."""
        return Owner(self.person.number.value, self.person.name)

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return one page; what does not fit is left out."""
        style = look.text.but(size=rng.choice((12.0, 13.0, 14.0)))
        leading = style.size * 0.3528 * rng.uniform(1.2, 1.45)
        flow = Flow(look.sheet, look.text)
        flow.sheet.next_block()
        flow.sheet.line(self.title, style.but(size=style.size + 1, bold=True), LEFT + WIDTH / 2, flow.y, align="centre")
        flow.skip(10)
        indents = {"chapter": 0.0, "text": 12.7, "clause": 12.7, "dash": 10.0, "note": 12.7}
        for kind, text in self.paragraphs:
            runs = _styled(kind, text, style)
            if flow.room < leading * len(flow.sheet.break_lines(runs, WIDTH, first_indent=indents[kind])):
                break
            flow.paragraph(runs, leading=leading, first_indent=indents[kind])
        return flow.sheets


def _styled(kind: str, text: str, style: Style) -> list[Run]:
    match kind:
        case "chapter":
            return [(text, style.but(bold=True))]
        case "note":
            return [("Ghi chú: ", style.but(bold=True, italic=True)), (text, style.but(italic=True))]
        case "dash":
            return [(f"- {text}", style)]
        case "clause":
            number, rest = text.split(" ", 1)
            return [(number + " ", style.but(bold=True)), (rest, style)]
        case _:
            return [(text, style)]


_TABLES: tuple[tuple[str, tuple[Column, ...]], ...] = (
    (
        "DANH SÁCH HỘ GIA ĐÌNH",
        (
            *(
                Column("TT", 11, "centre"),
                Column("Họ và tên", 42),
                Column("Ngày sinh", 25, "centre"),
                Column("Thôn, xã", 50),
            ),
            Column("Số tiền (đồng)", 30, "right"),
        ),
    ),
    (
        "BẢNG TỔNG HỢP KẾT QUẢ GIẢI QUYẾT HỒ SƠ",
        (
            *(Column("Đơn vị", 52), Column("Tiếp nhận", 26, "right"), Column("Đúng hạn", 26, "right")),
            *(Column("Tỷ lệ (%)", 24, "centre"), Column("Ngày chốt số liệu", 30, "centre")),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class TablePage:
    """One page with a table of names, dates and numbers."""

    person: Person
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    ruled: bool
    paper_type: str = "other"
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset, *, ruled: bool | None = None) -> Self:
        """Return a table of 12 to 20 rows, ruled or not."""
        which = rng.randrange(len(_TABLES))
        title, columns = _TABLES[which]
        row = (_household_row, _unit_row)[which]
        rows = tuple(row(i, rng, subset) for i in range(1, rng.randint(13, 21)))
        is_ruled = rng.random() < 0.6 if ruled is None else ruled
        return cls(people.invent_person(rng, subset), title, columns, rows, is_ruled)

    @property
    def owner(self) -> Owner:
        """An invented person."""
        return Owner(self.person.number.value, self.person.name)

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return its page."""
        style = rng.choice((look.text, look.sans)).but(size=rng.choice((11.0, 12.0)))
        flow = Flow(look.sheet, look.text)
        flow.sheet.next_block()
        flow.sheet.line(self.title, look.text.but(bold=True), LEFT + WIDTH / 2, flow.y, align="centre")
        flow.skip(10)
        table(flow, self.columns, self.rows, style, ruled=self.ruled)
        return flow.sheets


def _household_row(number: int, rng: random.Random, subset: Subset) -> tuple[str, ...]:
    person = people.invent_person(rng, subset)
    place = person.address.split(", ")[0] + ", " + person.home.name
    return str(number), person.name, short_date(person.birth_date), place, grouped(rng.randint(20, 9000) * 1000)


def _unit_row(number: int, rng: random.Random, _: Subset) -> tuple[str, ...]:
    received = rng.randint(150, 9000)
    share = rng.uniform(0.71, 1.0)
    closed = people.random_date(rng, 2024, 2025)
    unit = places.Commune.invent(rng)
    rate = f"{100 * share:.2f}".replace(".", ",")
    return f"{number}. {unit.titled}", grouped(received), grouped(round(received * share)), rate, short_date(closed)
