"""Parts many papers share: zones of decree 30/2020 annex I, form lines with dotted leaders, flowing text, tables."""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.generator import numerals
from tests.generator.chance import seeded
from tests.generator.papers.look import Look
from tests.generator.penmanship import Pen, write_digits
from tests.generator.places import Agency
from tests.generator.seals import round_seal, signature
from tests.generator.typesetting import Align, Run, SetLine, Sheet, Style

LEFT, WIDTH = 30.0, 162.0
"""Of the text column, millimetres (decree 30: left margin 30-35, right 15-20)."""
LEFT_CENTRE, RIGHT_CENTRE = 61.0, 145.0
"""Middles of the two header columns."""
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def national_motto(sheet: Sheet, style: Style, x: float, y: float, *, size: float = 12.5) -> None:
    """Set the country's name and motto (zone 1) centred at ``x``, underlined, in the present block."""
    sheet.line(MOTTO[0], style.but(size=size, bold=True), x, y, align="centre")
    left, _, right, _ = sheet.line(MOTTO[1], style.but(size=size + 1, bold=True), x, y + 5.8, align="centre")
    sheet.rule(sheet.mm(left), y + 7.6, sheet.mm(right), y + 7.6)


@dataclass(frozen=True, slots=True)
class Heading:
    """Zones 1 to 4, and 5b of letters.

    Attributes:
        agency: Who issues. number, symbol: ``320`` and ``/QĐ-UBND``. issued_on: When.
        by_hand: Whether number and day are set in the look's hand.
        pen: Writes number and day, and maybe the month, into gaps; they are then no text. ``None`` without.
        about: What a letter is about; it stands under the number.
    """

    agency: Agency
    number: str
    symbol: str
    issued_on: dt.date
    by_hand: bool = False
    pen: Pen | None = None
    about: str = ""


def _blank_for_pen(sheet: Sheet, pieces: Sequence[Run], *, gap: float, centre: float, y: float) -> list[float]:
    """Set pieces of one line ``gap`` millimetres apart, together around ``centre``; return where the gaps begin."""
    widths = [sheet.text_width([run]) for run in pieces]
    x = centre - (sum(widths) + gap * (len(pieces) - 1)) / 2
    segments, begins = list[tuple[float, Sequence[Run]]](), list[float]()
    for piece, width in zip(pieces, widths, strict=True):
        segments.append((x, [piece]))
        begins.append(x + width)
        x += width + gap
    sheet.set_segments(segments, y)
    return begins[:-1]


def _written(
    sheet: Sheet, heading: Heading, parts: tuple[Sequence[Run], Sequence[str]], pen: Pen, *, centre: float, y: float
) -> None:
    """Set a line's printed ``parts`` with gaps around ``centre``, and write the others into these."""
    printed, written = parts
    for x, digits in zip(_blank_for_pen(sheet, printed, gap=pen.gap, centre=centre, y=y), written, strict=True):
        rng = seeded(heading.number, digits)
        write_digits(sheet, rng, digits, x + 1.5, y + pen.drop, height=pen.height, ink=pen.ink, climb=pen.climb)


def _header_size(sheet: Sheet, style: Style, agency: Agency, centres: tuple[float, float]) -> float:
    """Return the largest size, 12.5 points or less, at which the two columns of the header stay apart."""
    size = 12.5
    while size > 9:
        bold = style.but(size=size, bold=True)
        left = max(sheet.text_width([(name, bold)]) for name in (agency.superior or "-", *agency.name))
        if centres[0] + left / 2 + 4 < centres[1] - sheet.text_width([(MOTTO[0], bold)]) / 2:
            break
        size -= 0.5
    return size


def two_column_header(
    sheet: Sheet,
    look: Look,
    heading: Heading,
    y: float = 24.0,
    *,
    centres: tuple[float, float] = (LEFT_CENTRE, RIGHT_CENTRE),
) -> float:
    """Set zones 2, 3 and 5b on the left, then 1 and 4 on the right; return the baseline of zones 3 and 4."""
    style, row = look.text, y
    left_centre, right_centre = centres
    size = _header_size(sheet, style, heading.agency, centres)
    sheet.next_block()
    if heading.agency.superior:
        sheet.line(heading.agency.superior, style.but(size=size), left_centre, row, align="centre")
        row += 5.6
    for name in heading.agency.name:
        left, _, right, _ = sheet.line(name, style.but(size=size, bold=True), left_centre, row, align="centre")
        row += 5.6
    bottom, third = max(y + 15.5, row + 4.0), sheet.mm(right - left) / 5
    sheet.rule(left_centre - third, row - 3.6, left_centre + third, row - 3.6)
    plain, dated = style.but(size=size + 0.5), style.but(size=size + 1, italic=True)
    pens = (look.hand, look.hand) if heading.by_hand else (plain, dated)
    if heading.pen:
        parts: tuple[Sequence[Run], Sequence[str]] = ([("Số:", plain), (heading.symbol, plain)], [heading.number])
        _written(sheet, heading, parts, heading.pen, centre=left_centre, y=bottom)
    else:
        number = [("Số: ", plain), (heading.number, pens[0]), (heading.symbol, plain)]
        sheet.line(number, plain, left_centre, bottom, align="centre")
    for step, line in enumerate(sheet.break_lines([(heading.about, style.but(size=11.5))], 62)):
        sheet.set_line(line, left_centre - 31, bottom + 5.5 + 5.0 * step, 62, align="centre")
    sheet.next_block()
    national_motto(sheet, style, right_centre, y, size=size)
    _, day, rest = numerals.long_date(heading.issued_on).split(" ", 2)
    if heading.pen:
        seat = f"{heading.agency.seat}, ngày"
        _, month, year = rest.split(" ", 2)
        printed, gaps = ([seat, "tháng", year], [day, month]) if heading.pen.with_month else ([seat, rest], [day])
        narrow = replace(heading.pen, gap=heading.pen.gap * 0.75)
        parts = ([(part, dated) for part in printed], gaps)
        _written(sheet, heading, parts, narrow, centre=right_centre, y=bottom)
    else:
        date = [(f"{heading.agency.seat}, ngày ", dated), (day, pens[1]), (f" {rest}", dated)]
        sheet.line(date, dated, right_centre, bottom, align="centre")
    return bottom


def balanced(sheet: Sheet, text: str, style: Style, width: float) -> list[SetLine]:
    """Return ``text`` broken for a centred heading: as few lines as fit in ``width`` millimetres, as even as can be."""
    lines = sheet.break_lines([(text, style)], width)
    while width > 60 and len(narrower := sheet.break_lines([(text, style)], width - 3)) == len(lines):
        lines, width = narrower, width - 3
    return lines


@dataclass(frozen=True, slots=True)
class Signing:
    """Zones 7 to 9: office lines, name, recipients."""

    office: tuple[str, ...]
    name: str
    recipients: tuple[str, ...]


def office_lines(agency: Agency, *, deputy: bool) -> tuple[str, ...]:
    """Return the lines above a signature: TM. for a collective body, KT. where a deputy signs for the head."""
    lines = (agency.acts_for,) if agency.acts_for else ()
    return (*lines, f"KT. {agency.head}", agency.deputy) if deputy else (*lines, agency.head)


SIGNING_HEIGHT = 50.0
"""Room a signing block needs, millimetres."""


def signing_block(
    sheet: Sheet,
    look: Look,
    rng: random.Random,
    *,
    agency: Agency,
    signing: Signing,
    y: float,
    left: float = LEFT,
    centre: float = RIGHT_CENTRE,
    raised: float = 0.0,
) -> None:
    """Set the recipients on the left, then office, signature, seal and name on the right, level with each other.

    ``raised`` lifts the seal by so many millimetres, over the office's title.
    """
    style = look.text
    sheet.next_block()
    sheet.line("Nơi nhận:", style.but(size=12, bold=True, italic=True), left, y)
    for i, recipient in enumerate(signing.recipients):
        sheet.line(f"- {recipient}", style.but(size=11), left, y + 5 + 4.6 * i)
    sheet.next_block()
    for i, office in enumerate(signing.office):
        sheet.line(office, style.but(size=13.5, bold=True), centre, y + 5.8 * i, align="centre")
    top = y + 5.8 * (len(signing.office) - 1)
    sheet.line(signing.name, style.but(size=14, bold=True), centre, top + rng.uniform(36, 39), align="centre")
    pen_x = centre - 21 + rng.uniform(-4, 4)
    signature(sheet, rng, pen_x, top + 7 + rng.uniform(-1, 3))
    # The seal covers about a third of the signature, on its left (decree 30, annex I, zone 8).
    round_seal(sheet, rng, (pen_x - 2 + rng.uniform(-3, 3), top + 17 - raised + rng.uniform(-2, 2)), agency.ring)


def form_line(
    sheet: Sheet,
    parts: Sequence[tuple[str, str]],
    styles: tuple[Style, Style],
    y: float,
    *,
    x: float = LEFT,
    width: float = WIDTH,
    shares: Sequence[float] = (1.0,),
    leading: float = 7.0,
    fill: Callable[[Sheet, float, float, float, Style], None] = Sheet.leaders,
) -> float:
    """Set labels with dotted leaders and the values typed over them; return the baseline of the next line.

    Args:
        sheet: Where.
        parts: Label and value; with a single part a long value runs on over further dotted lines.
        styles: Of labels and of values.
        y: Baseline of the leaders.
        x: Left edge, millimetres.
        width: Of the whole line, millimetres.
        shares: Of the width, one for each part.
        leading: Between lines, millimetres.
        fill: Draws the leaders from one x to another on a baseline, in the labels' style.
    """
    label, value = styles
    if len(parts) == 1:
        runs: list[Run] = [(parts[0][0] + " ", label), (parts[0][1], value)]
        start = x + sheet.text_width([(parts[0][0] + " .", label)]) - sheet.text_width([(".", label)])
        for line in sheet.break_lines(runs, width):
            fill(sheet, start, x + width, y, label)
            sheet.set_line(line, x, y)
            y, start = y + leading, x
        return y
    segments: list[tuple[float, Sequence[Run]]] = []
    edge = x
    for (name, text), share in zip(parts, shares, strict=True):
        label_width = sheet.text_width([(name + " .", label)]) - sheet.text_width([(".", label)])
        fill(sheet, edge + label_width, edge + share * width - 1.0, y, label)
        segments.append((edge, [(name + " ", label), (text, value)]))
        edge += share * width
    sheet.set_segments(segments, y)
    return y + leading


class Flow:
    """Text that runs over pages: page numbers top centre from page 2 (decree 30, annex I).

    Attributes:
        sheets: The pages so far. y: Next baseline on the last of them. left, width: Of the column, millimetres.
    """

    def __init__(
        self,
        blank: Callable[[], Sheet],
        style: Style,
        *,
        top: float = 24.0,
        bottom: float = 276.0,
        left: float = LEFT,
        width: float = WIDTH,
    ) -> None:
        self._blank, self._style = blank, style
        self._top, self._bottom = top, bottom
        self.left, self.width = left, width
        self.sheets: list[Sheet] = [blank()]
        self.y = top

    @property
    def sheet(self) -> Sheet:
        """The page being set."""
        return self.sheets[-1]

    @property
    def room(self) -> float:
        """What is left of the page, millimetres."""
        return self._bottom - self.y

    def next_page(self) -> None:
        """Begin a new page."""
        self.sheets.append(self._blank())
        self.sheet.next_block()
        number, middle = str(len(self.sheets)), self.sheet.width / 2
        self.sheet.set_segments(
            [(middle - self.sheet.text_width([(number, self._style)]) / 2, [(number, self._style)])],
            13.0,
            place="page_number",
        )
        self.y = self._top

    def need(self, height: float) -> None:
        """Go to a new page unless ``height`` millimetres are left on this one."""
        if self.room < height:
            self.next_page()

    def height(self, runs: Sequence[Run], *, leading: float = 6.6, first_indent: float = 12.7) -> float:
        """Return how high a paragraph would be, millimetres."""
        return leading * len(self.sheet.break_lines(runs, self.width, first_indent=first_indent))

    def skip(self, height: float) -> None:
        """Leave ``height`` millimetres free."""
        self.y += height

    def paragraph(
        self,
        runs: Sequence[Run],
        *,
        leading: float = 6.6,
        first_indent: float = 12.7,
        align: Align = "justify",
        after: float = 2.0,
    ) -> None:
        """Set a paragraph over as many pages as it takes."""
        self.sheet.next_block()
        for line in self.sheet.break_lines(runs, self.width, first_indent=first_indent):
            if self.room < 0:
                self.next_page()
                self.sheet.next_block()
            self.sheet.set_line(line, self.left, self.y, self.width, align=align)
            self.y += leading
        self.y += after


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: title, width in millimetres, alignment of its cells."""

    title: str
    width: float
    align: Align = "left"


def table(
    flow: Flow, columns: Sequence[Column], rows: Sequence[Sequence[str]], style: Style, *, ruled: bool = True
) -> None:
    """Set a table; rows do not break over pages, and the header is set again on every page."""
    header = [column.title for column in columns]
    whole = sum(column.width for column in columns)
    left = LEFT + (WIDTH - whole) / 2
    top = flow.y - 3.5

    def height(row: Sequence[str], row_style: Style) -> float:
        lines = (flow.sheet.break_lines([(cell, row_style)], c.width - 3) for c, cell in zip(columns, row, strict=True))
        return max(map(len, lines)) * leading + 2.2

    def set_row(row: Sequence[str], row_style: Style, *, centred: bool) -> None:
        nonlocal top
        tall, x = height(row, row_style), left
        for column, cell in zip(columns, row, strict=True):
            lines = flow.sheet.break_lines([(cell, row_style)], column.width - 3)
            flow.sheet.next_block()
            y = top + (tall - leading * len(lines)) / 2 + leading * 0.74
            for line in lines:
                align: Align = "centre" if centred else column.align
                flow.sheet.set_line(line, x + 1.5, y, column.width - 3, align=align, place="cell")
                y += leading
            if ruled:
                flow.sheet.rule(x, top, x, top + tall)
            x += column.width
        if ruled:
            flow.sheet.rule(x, top, x, top + tall)
            flow.sheet.rule(left, top, x, top)
            flow.sheet.rule(left, top + tall, x, top + tall)
        top += tall

    leading = style.size * 0.3528 * 1.22
    set_row(header, style.but(bold=True), centred=True)
    for row in rows:
        flow.y = top
        if flow.room < height(row, style):
            flow.next_page()
            top = flow.y - 3.5
            set_row(header, style.but(bold=True), centred=True)
        set_row(row, style, centred=False)
    flow.y = top + 8.0
