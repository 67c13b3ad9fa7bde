"""Pages of running text: regulations in articles, reports in chapters, small print."""

import itertools
import random
from collections.abc import Iterator

from tests.generator import sentences
from tests.generator.fonts import Subset
from tests.generator.papers.layout import Layout, local_commune
from tests.generator.papers.look import Look
from tests.generator.papers.zones import Flow
from tests.generator.places import Commune
from tests.generator.typesetting import Align, Run, Sheet, Style

Block = tuple[str, str]
"""Kind of paragraph, and its text."""

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


def pick(use: str, count: int, rng: random.Random, subset: Subset, home: Commune) -> list[str]:
    """Return ``count`` filled patterns of the benchmark's stock, each at most once."""
    patterns = rng.sample(sentences.bench_stock(use, subset), count)
    return [sentences.fill(pattern, rng, subset, home=home) for pattern in patterns]


def dealt(use: str, rng: random.Random, subset: Subset, home: Commune) -> Iterator[str]:
    """Yield filled patterns of the benchmark's stock without end, none again before all have been."""
    while True:
        yield from pick(use, len(sentences.bench_stock(use, subset)), rng, subset, home)


def _statements(rng: random.Random, subset: Subset, home: Commune) -> Iterator[str]:
    """Yield sentences, two in three from the benchmark's own stock."""
    own = dealt("clauses", rng, subset, home)
    while True:
        yield next(own)
        yield next(own)
        use = rng.choice(("reports", "tasks", "rules", "land", "social"))
        yield sentences.pick(use, 1, rng, subset, home=home)[0]


def regulation(rng: random.Random, subset: Subset, home: Commune) -> Iterator[Block]:
    """Yield chapters, titled articles, numbered clauses and lettered points, without end."""
    articles, headings = dealt("articles", rng, subset, home), dealt("headings", rng, subset, home)
    statements, points = _statements(rng, subset, home), dealt("points", rng, subset, home)
    number = rng.randint(1, 20)
    for numeral in itertools.cycle(_ROMAN):
        yield "chapter", f"Chương {numeral}"
        yield "centred", next(headings)
        for _ in range(rng.randint(2, 4)):
            yield "article", f"Điều {number}. {next(articles)}"
            number += 1
            for clause in range(1, rng.randint(2, 4) + 1):
                said = itertools.islice(statements, rng.choice((1, 1, 1, 2, 3)))
                yield "clause", f"{clause}. {' '.join(said)}"
            if rng.random() < 0.5:
                items = list(itertools.islice(points, rng.randint(2, 4)))
                for letter, item in zip("abcd", items, strict=False):
                    yield "point", f"{letter}) {item}{'.' if item == items[-1] else ';'}"


def report(rng: random.Random, subset: Subset, home: Commune) -> Iterator[Block]:
    """Yield headed chapters with paragraphs, numbered titles and dashes, without end."""
    articles, headings = dealt("articles", rng, subset, home), dealt("headings", rng, subset, home)
    statements = _statements(rng, subset, home)
    for numeral in itertools.cycle(_ROMAN):
        yield "heading", f"{numeral}. {next(headings)}"
        for number in range(1, rng.randint(2, 3) + 1):
            yield "title", f"{number}. {next(articles)}"
            yield "text", " ".join(next(statements) for _ in range(rng.randint(1, 4)))
            for sign in rng.choice(("", "-", "--", "++")):
                yield "item", f"{sign} {next(statements)}"
        if rng.random() < 0.4:
            yield "note", next(statements)


def _runs(kind: str, text: str, style: Style) -> list[Run]:
    bold, italic = style.but(bold=True), style.but(italic=True)
    match kind:
        case "chapter" | "centred" | "heading" | "article":
            return [(text, bold)]
        case "title":
            return [(text, style.but(bold=True, italic=True))]
        case "note":
            return [("Ghi chú: ", style.but(bold=True, italic=True)), (text, italic)]
        case "clause":
            number, rest = text.split(" ", 1)
            return [(f"{number} ", style), (rest, style)]
        case _:
            return [(text, style)]


def write(flow: Flow, layout: Layout, runs: list[Run], *, indent: float, align: Align = "justify") -> bool:
    """Set a paragraph in the flow as far as the page reaches; return whether all of it found room."""
    leading = layout.between(runs[0][1])
    flow.sheet.next_block()
    for line in flow.sheet.break_lines(runs, flow.width, first_indent=indent):
        if flow.room < 0:
            return False
        flow.sheet.set_line(line, flow.left, flow.y, flow.width, align=align)
        flow.y += leading
    flow.y += layout.after
    return True


_CENTRED = {"chapter", "centred"}
_HEADINGS = _CENTRED | {"heading", "article", "title"}


def write_blocks(flow: Flow, layout: Layout, blocks: Iterator[Block], style: Style, *, leave: float = 0.0) -> None:
    """Set ``blocks`` until they end or the page is full but for ``leave`` millimetres; then no heading comes last."""
    for kind, text in blocks:
        align: Align = "centre" if kind in _CENTRED else "justify"
        indent = 0.0 if kind in _CENTRED | {"heading"} else layout.indent
        complete = write(flow, layout, _runs(kind, text, style), indent=indent, align=align)
        if not complete or (flow.room < leave and kind not in _HEADINGS):
            return


def prose_page(look: Look, rng: random.Random, subset: Subset, *, kind: str, small: bool = False) -> Sheet:
    """Return a page of a ``regulation`` or a ``report``: its first, with a title, or one of those that follow.

    ``small`` sets it in 9 to 10 points, as annexes and rules on the back of forms are.
    """
    layout, home = Layout.draw(rng, subset), local_commune(rng, subset)
    style = look.text.but(size=rng.choice((9.0, 9.5, 10.0) if small else (12.0, 13.0, 13.5, 14.0)))
    flow = layout.flow(look)
    middle = flow.left + flow.width / 2
    flow.sheet.next_block()
    if rng.random() < 0.5:
        title = rng.choice(sentences.bench_stock("kinds", subset))
        flow.sheet.line(title, style.but(size=style.size + 1, bold=True), middle, flow.y, align="centre")
        flow.skip(layout.between(style) * 1.1)
        about = pick("about", 1, rng, subset, home)[0]
        write(flow, layout, [(about, style.but(bold=True))], indent=0.0, align="centre")
        flow.skip(3.0)
    else:
        number = [(str(rng.randint(2, 19)), style)]
        flow.sheet.set_segments([(middle, number)], layout.top - 9.0, place="page_number")
    blocks = regulation(rng, subset, home) if kind == "regulation" else report(rng, subset, home)
    write_blocks(flow, layout, blocks, style)
    return flow.sheet
