"""Forms filled in by printer or typewriter: dotted leaders, boxes for digits, check boxes, two signatures."""

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from tests.generator import people
from tests.generator.fonts import Subset
from tests.generator.numerals import long_date
from tests.generator.papers.layout import Layout, local_commune
from tests.generator.papers.look import Look
from tests.generator.papers.prose import write
from tests.generator.papers.values import Filler
from tests.generator.papers.zones import Flow, form_line, national_motto
from tests.generator.places import Commune
from tests.generator.seals import signature
from tests.generator.typesetting import Sheet, Style

_Fill = Callable[[Sheet, float, float, float, Style], None]


@cache
def layouts(subset: Subset, use: str) -> tuple[Mapping[str, Any], ...]:
    """Return the entries of ``benchlayouts.toml`` for ``use``: ``forms``, ``tables``, ``narrow`` or ``wide``."""
    with files("tests.generator").joinpath("benchlayouts.toml").open("rb") as source:
        return tuple(tomllib.load(source)[subset][use])


def nth(entries: Sequence[Mapping[str, Any]], which: int) -> Mapping[str, Any]:
    """Return the entry numbered ``which``, counted round."""
    return entries[which % len(entries)]


def _ruled(sheet: Sheet, x0: float, x1: float, y: float, _: Style) -> None:
    sheet.rule(x0, y + 0.8, x1, y + 0.8, weight=0.15)


def _ellipses(sheet: Sheet, x0: float, x1: float, y: float, style: Style) -> None:
    """Fill with the single character that word processors make of three full stops."""
    step = sheet.text_width([("…", style)])
    marks = "…" * int((x1 - x0) / step)
    sheet.draw.text((sheet.px(x0), sheet.px(y)), marks, fill=style.ink, font=sheet.font(style), anchor="ls")


def _spaced(sheet: Sheet, x0: float, x1: float, y: float, style: Style) -> None:
    """Fill with dots further apart, as on offset-printed forms."""
    radius = sheet.px(0.035 * style.size * 0.3528)
    for i in range(int((x1 - x0) / 1.3)):
        x, height = sheet.px(x0 + 1.3 * i), sheet.px(y - 0.15)
        sheet.draw.ellipse((x - radius, height - radius, x + radius, height + radius), fill=style.ink)


_FILLS: Sequence[_Fill] = (Sheet.leaders, Sheet.leaders, Sheet.leaders, _ellipses, _spaced, _ruled)


def square(sheet: Sheet, x: float, y: float, side: float) -> None:
    """Draw an empty square with its lower left corner at ``x``, ``y``, millimetres."""
    for x0, y0, x1, y1 in ((x, y, x + side, y), (x, y - side, x + side, y - side)):
        sheet.rule(x0, y0, x1, y1, weight=0.2)
    for at in (x, x + side):
        sheet.rule(at, y - side, at, y, weight=0.2)


def _check(flow: Flow, row: Mapping[str, Any], style: Style, ticked: int) -> None:
    """Set a question with boxes to tick; the boxes and the cross are marks."""
    sheet, side = flow.sheet, style.size * 0.24
    gap = side + 1.6
    widths = [sheet.text_width([(option, style)]) + gap + 6 for option in row["options"]]
    start = flow.left + sheet.text_width([(row["check"], style)]) + 4
    scale = min(1.0, (flow.left + flow.width - start + 6) / sum(widths))
    segments = [(flow.left, [(row["check"], style)])]
    for i, (option, width) in enumerate(zip(row["options"], widths, strict=True)):
        square(sheet, start, flow.y + 0.3, side)
        if i == ticked:
            sheet.rule(start + 0.5, flow.y - side + 0.8, start + side - 0.5, flow.y - 0.2, weight=0.35)
            sheet.rule(start + 0.5, flow.y - 0.2, start + side - 0.5, flow.y - side + 0.8, weight=0.35)
        box = (start, flow.y + 0.3 - side, start + side, flow.y + 0.3)
        left, top, right, bottom = (sheet.px(v) for v in box)
        sheet.mark("checkbox", (left, top, right, bottom))
        segments.append((start + gap, [(option, style)]))
        start += width * scale
    sheet.set_segments(segments, flow.y)


def _boxes(flow: Flow, label: str, digits: str, styles: tuple[Style, Style]) -> None:
    """Set a number digit by digit into squares: one word in the truth."""
    sheet, side = flow.sheet, 6.0
    start = flow.left + sheet.text_width([(label, styles[0])]) + 3
    sheet.set_segments([(flow.left, [(label, styles[0])])], flow.y)
    for i in range(len(digits)):
        square(sheet, start + i * side, flow.y + 1.4, side)
    sheet.set_spaced(digits, styles[1], start + side / 2, flow.y + styles[1].lift - 0.4, side)


def _row(flow: Flow, layout: Layout, row: Any, filler: Filler, *, styles: tuple[Style, Style], fill: _Fill) -> None:
    leading = layout.between(styles[0])
    label, _ = styles
    if isinstance(row, list):
        values = [(name, "" if filler.rng.random() < 0.06 else filler.value(kind)) for name, kind in row]
        widths = [flow.sheet.text_width([(name + " ", label), (text, styles[1])]) + 5 for name, text in values]
        shares = [width / sum(widths) for width in widths]
        x, width = flow.left, flow.width
        flow.y = form_line(
            flow.sheet, values, styles, flow.y, x=x, width=width, shares=shares, leading=leading, fill=fill
        )
        return
    flow.sheet.next_block()
    if "text" in row:
        write(flow, layout, [(row["text"], label)], indent=layout.indent)
        return
    if "section" in row:
        flow.sheet.line(row["section"], label.but(bold=True), flow.left, flow.y)
    elif "check" in row:
        _check(flow, row, label, filler.rng.randrange(len(row["options"])))
    else:
        _boxes(flow, row["boxes"], filler.value(row["value"]), styles)
        flow.skip(1.5)
    flow.skip(leading)
    flow.sheet.next_block()


def _signatures(flow: Flow, look: Look, rng: random.Random, form: Mapping[str, Any], *, filler: Filler) -> None:
    text, sheet, y = look.text.but(size=12.5), flow.sheet, flow.y + 6
    left, right = flow.left + 34, flow.left + flow.width - 38
    officer = people.invent_name(rng, filler.person.sex, filler.subset)
    date = f"{filler.home.name}, {long_date(people.random_date(rng, 2021, 2025))}"
    sheet.next_block()
    sheet.line(form["left"], text.but(bold=True), left, y + 6, align="centre")
    sheet.line(officer, text, left, y + 32, align="centre")
    sheet.next_block()
    sheet.line(date, text.but(italic=True), right, y, align="centre")
    sheet.line(form["right"], text.but(bold=True), right, y + 6, align="centre")
    sheet.line("(Ký, ghi rõ họ tên)", text.but(size=11, italic=True), right, y + 11, align="centre")
    sheet.line(filler.person.name, look.filled, right, y + 34, align="centre")
    signature(sheet, rng, right - 18, y + 13, width=34, height=15)
    if rng.random() < 0.6:
        signature(sheet, rng, left - 16, y + 10, width=32, height=15)


def _heading(flow: Flow, look: Look, form: Mapping[str, Any], home: Commune) -> None:
    text, middle = look.text, flow.left + flow.width / 2
    flow.sheet.next_block()
    flow.sheet.line(form["code"], text.but(size=10, italic=True), flow.left + flow.width, flow.y - 7, align="right")
    flow.sheet.next_block()
    national_motto(flow.sheet, text, middle, flow.y)
    flow.skip(17)
    flow.sheet.next_block()
    flow.sheet.line(form["title"], text.but(size=14.5, bold=True), middle, flow.y, align="centre")
    flow.sheet.line(form["subtitle"], text.but(size=11.5, italic=True), middle, flow.y + 5.6, align="centre")
    flow.skip(14)
    flow.sheet.next_block()
    addressed = form["to"].format(commune=f"{home.kind} {home.name}")
    flow.sheet.line(
        [("Kính gửi: ", text.but(size=13, bold=True)), (addressed, text.but(size=13))],
        text,
        middle,
        flow.y,
        align="centre",
    )
    flow.skip(10)
    flow.sheet.next_block()


def form_page(look: Look, rng: random.Random, subset: Subset, *, which: int = 0) -> Sheet:
    """Return a filled form: the one numbered ``which``, counted round."""
    layout, home = Layout.draw(rng, subset), local_commune(rng, subset)
    flow, form, filler = layout.flow(look), nth(layouts(subset, "forms"), which), Filler.draw(rng, subset, home)
    size = rng.choice((12.0, 12.5, 13.0))
    styles, fill = (
        (look.text.but(size=size), look.filled.but(size=size - rng.choice((0.0, 0.5, 1.0)))),
        rng.choice(_FILLS),
    )
    _heading(flow, look, form, home)
    loose = replace(layout, leading=layout.leading * rng.uniform(1.2, 1.65))
    whose = filler
    for row in form["rows"]:
        _row(flow, loose, row, whose, styles=styles, fill=fill)
        whose = filler.other() if "section" in row or rng.random() < 0.3 else whose
    _signatures(flow, look, rng, form, filler=filler)
    return flow.sheet
