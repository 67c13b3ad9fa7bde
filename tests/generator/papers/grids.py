"""Pages with one table: ruled in several ways or not at all, narrow columns, long cells, headers of two rows."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tests.generator.fonts import Subset
from tests.generator.papers.declaration import layouts, nth
from tests.generator.papers.layout import Layout, local_commune
from tests.generator.papers.look import Look
from tests.generator.papers.prose import pick, write
from tests.generator.papers.values import Filler
from tests.generator.papers.zones import Flow
from tests.generator.typesetting import Align, SetLine, Sheet, Style

Ruling = Literal["full", "rows", "columns", "frame", "none"]
_CENTRED = {"no", "date", "unit", "year", "score", "tick", "grade", "small", "number", "code"}
_RIGHT = {"money", "count", "area"}


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column: ``group`` is the title above it that it shares with its neighbours, or empty. Widths in millimetres."""

    title: str
    kind: str
    width: float
    group: str = ""

    @property
    def align(self) -> Align:
        """How its cells are set."""
        return "centre" if self.kind in _CENTRED else "right" if self.kind in _RIGHT else "left"


@dataclass(frozen=True, slots=True)
class Grid:
    """How a table is set.

    Attributes:
        columns: Left to right. left: Of the first, millimetres. style: Of cells. ruling: Which lines are drawn.
        weight: Of lines, millimetres. leading: Between baselines. pad: Above and below the text of a cell.
        middle: Whether cells stand in the middle of their row, or at its top.
    """

    columns: tuple[GridColumn, ...]
    left: float
    style: Style
    ruling: Ruling
    weight: float
    leading: float
    pad: float
    middle: bool

    def edge(self, index: int) -> float:
        """Return where column ``index`` begins."""
        return self.left + sum(column.width for column in self.columns[:index])

    def broken(self, sheet: Sheet, text: str, width: float, style: Style) -> list[SetLine]:
        """Return the lines of a cell ``width`` millimetres wide."""
        return sheet.break_lines([(text, style)], width - 2.4)

    def height(self, sheet: Sheet, texts: Sequence[str], style: Style) -> float:
        """Return how high a row of ``texts`` is."""
        lines = (self.broken(sheet, text, c.width, style) for text, c in zip(texts, self.columns, strict=True))
        return max(map(len, lines)) * self.leading + 2 * self.pad

    def cell(
        self, sheet: Sheet, text: str, box: tuple[float, float, float, float], *, style: Style, align: Align
    ) -> None:
        """Set ``text`` in ``box`` (left, top, right, bottom) as a block of its own."""
        left, top, right, bottom = box
        lines = self.broken(sheet, text, right - left, style)
        if not lines:
            return
        sheet.next_block()
        room = bottom - top - self.leading * len(lines)
        y = top + (room / 2 if self.middle else self.pad) + 0.76 * self.leading
        for line in lines:
            sheet.set_line(line, left + 1.2, y, right - left - 2.4, align=align, place="cell")
            y += self.leading

    def rule_box(self, sheet: Sheet, box: tuple[float, float, float, float]) -> None:
        """Draw those edges of a cell that the ruling has."""
        left, top, right, bottom = box
        first, last = self.edge(0), self.edge(len(self.columns))
        for y in (top, bottom):
            if self.ruling in {"full", "rows"}:
                sheet.rule(left, y, right, y, weight=self.weight)
        for x in (left, right):
            at_side = min(abs(x - first), abs(x - last)) < 0.01
            if self.ruling in {"full", "columns"} or (self.ruling == "frame" and at_side):
                sheet.rule(x, top, x, bottom, weight=self.weight)


def _set_row(
    grid: Grid, sheet: Sheet, top: float, texts: Sequence[str], style: Style, *, centred: bool = False
) -> float:
    bottom = top + grid.height(sheet, texts, style)
    for i, (text, column) in enumerate(zip(texts, grid.columns, strict=True)):
        box = (grid.edge(i), top, grid.edge(i + 1), bottom)
        grid.cell(sheet, text, box, style=style, align="centre" if centred else column.align)
        grid.rule_box(sheet, box)
    return bottom


def _set_header(grid: Grid, sheet: Sheet, top: float, style: Style) -> float:
    """Set the titles: in two rows where columns share a group; a title without a group reaches over both."""
    if not any(column.group for column in grid.columns):
        return _set_row(grid, sheet, top, [column.title for column in grid.columns], style, centred=True)
    upper = grid.leading + 2 * grid.pad
    lower = max(
        len(grid.broken(sheet, c.title, c.width, style)) * grid.leading + 2 * grid.pad - (0 if c.group else upper)
        for c in grid.columns
    )
    bottom, below = top + upper + lower, list[tuple[str, tuple[float, float, float, float]]]()
    spans = [
        list(group) for _, group in itertools.groupby(enumerate(grid.columns), key=lambda ic: ic[1].group or ic[0])
    ]
    for span in spans:
        left, right = grid.edge(span[0][0]), grid.edge(span[-1][0] + 1)
        group = span[0][1].group
        box = (left, top, right, top + upper if group else bottom)
        grid.cell(sheet, group or span[0][1].title, box, style=style, align="centre")
        grid.rule_box(sheet, box)
        below += [(c.title, (grid.edge(i), top + upper, grid.edge(i + 1), bottom)) for i, c in span if group]
    for title, box in below:
        grid.cell(sheet, title, box, style=style, align="centre")
        grid.rule_box(sheet, box)
    return bottom


def _fill_page(grid: Grid, flow: Flow, filler: Filler, *, numbered: bool) -> None:
    """Set the header and rows until a drawn number of them, or until the page is full."""
    sheet, bold = flow.sheet, grid.style.but(bold=True)
    first = flow.y - 3.5
    top = _set_header(grid, sheet, first, bold)
    if numbered:
        numbers = [f"({i})" for i in range(1, len(grid.columns) + 1)]
        top = _set_row(grid, sheet, top, numbers, grid.style.but(italic=True), centred=True)
    for row in range(1, filler.rng.randint(16, 44)):
        person = filler.other()
        texts = [person.value(column.kind, row) for column in grid.columns]
        if flow.room - (top - flow.y) < grid.height(sheet, texts, grid.style):
            break
        top = _set_row(grid, sheet, top, texts, grid.style)
    if grid.ruling in {"frame", "columns"}:
        left, right = grid.edge(0), grid.edge(len(grid.columns))
        for y in (first, top):
            sheet.rule(left, y, right, y, weight=grid.weight)
    flow.y = top + 7


def grid_page(
    look: Look,
    rng: random.Random,
    subset: Subset,
    *,
    use: Literal["tables", "narrow", "wide"],
    which: int = 0,
    ruled: bool = True,
) -> Sheet:
    """Return a page with table ``which`` of ``benchlayouts.toml``, counted round; ``wide`` ones on landscape sheets."""
    layout, home = Layout.draw(rng, subset), local_commune(rng, subset)
    flow = layout.flow(look, landscape=use == "wide")
    table, middle = nth(layouts(subset, use), which), flow.left + flow.width / 2
    columns = tuple(GridColumn(*column) for column in table["columns"])
    scale = flow.width / sum(column.width for column in columns)
    if use == "narrow":
        scale = min(scale, 1.0)
    columns = tuple(GridColumn(c.title, c.kind, c.width * scale, c.group) for c in columns)
    size = rng.choice((9.0, 9.5, 10.0) if use == "narrow" else (10.0, 11.0, 12.0))
    style = (look.text if rng.random() < 0.7 else look.sans).but(size=size)
    rulings: tuple[Ruling, ...] = ("full", "full", "full", "rows", "columns") if ruled else ("none", "none", "frame")
    grid = Grid(
        columns=columns,
        left=middle - sum(column.width for column in columns) / 2,
        style=style,
        ruling=rng.choice(rulings),
        weight=rng.choice((0.12, 0.18, 0.25, 0.4)),
        leading=style.size * 0.3528 * rng.uniform(1.12, 1.3),
        pad=rng.uniform(0.6, 1.9),
        middle=rng.random() < 0.6,
    )
    flow.sheet.next_block()
    flow.sheet.line(table["title"], look.text.but(size=13, bold=True), middle, flow.y, align="centre")
    caption = f"(Kèm theo Báo cáo số {rng.randint(10, 400)}/BC-UBND của UBND {home.kind} {home.name})"
    flow.sheet.line(caption, look.text.but(size=11.5, italic=True), middle, flow.y + 5.8, align="centre")
    flow.skip(14)
    _fill_page(grid, flow, Filler.draw(rng, subset, home), numbered=rng.random() < 0.25)
    if flow.room > 14:
        for clause in pick("clauses", 2, rng, subset, home):
            write(flow, layout, [(clause, look.text.but(size=12))], indent=layout.indent)
    return flow.sheet
