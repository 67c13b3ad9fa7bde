"""Tables as values, shown on the terminal or as Markdown; and those of the comparison."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median

from rich.table import Table as RichTable

from tests.benchmarks.ocr.compare import EMPTY, PageScore, cer, total
from tests.benchmarks.ocr.metrics import MarkErrors, Share
from tests.benchmarks.ocr.order import OrderErrors

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts.

    Attributes:
        title: Of the whole. columns: Their heads. rows: As many texts each as there are columns.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def rich(self) -> RichTable:
        """Return it for the terminal."""
        table = RichTable(*self.columns, title=self.title, title_justify="left")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """Return it for a document."""
        rows = [self.columns, ["---"] * len(self.columns), *self.rows]
        return f"**{self.title}**\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def shown(value: float, digits: int = 2) -> str:
    """Return a figure, a dash if it is not a number."""
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def groups(scores: Sequence[PageScore]) -> list[tuple[str, list[PageScore]]]:
    """Return the scores by group, in the order in which groups appear, all together last; empty pages are left out."""
    printed = [s for s in scores if s.scan.group != EMPTY]
    names = dict.fromkeys(s.scan.group for s in printed)
    return [*((name, [s for s in printed if s.scan.group == name]) for name in names), ("whole", printed)]


def errors_table(results: Mapping[str, Sequence[PageScore]]) -> Table:
    """Engines by groups: errors of the text."""
    letters = [*("đ", "ơ", "ư"), "âêôă"]
    head = [
        "engine",
        "group",
        "pages",
        "CER %",
        "leaders dropped",
        "worst page",
        "WER %",
        "tones wrong %",
        "of marked %",
    ]
    rows = []
    for engine, scores in results.items():
        for group, some in groups(scores):
            marks = total(some, lambda s: s.marks, MarkErrors())
            order = total(some, lambda s: s.order, OrderErrors())
            rates = [marks.tones, marks.marked, *(marks.of_letters(some_letters) for some_letters in letters)]
            rows.append(
                [
                    engine,
                    group,
                    str(len(some)),
                    shown(cer(some)),
                    shown(total(some, lambda s: s.without_leaders, Share()).percent),
                    shown(max((s.cer for s in some), default=math.nan), 1),
                    shown(total(some, lambda s: s.words, Share()).percent),
                    *(shown(rate.percent) for rate in rates),
                    shown(order.characters.percent),
                    shown(order.inversions.percent, 1),
                    shown(order.lost.percent, 1),
                ]
            )
    return Table(
        "Errors of the text", [*head, "đ %", "ơ %", "ư %", "â ê ô ă %", "order %", "inverted %", "lines lost %"], rows
    )


def cost_table(results: Mapping[str, Sequence[PageScore]]) -> Table:
    """Engines: what a page costs, and what is read where nothing stands."""
    head = [
        "engine",
        "CPU s",
        "slowest page",
        "of it",
        "wall s",
        "peak MiB",
        "boxes off px",
        "empty pages",
        "false characters each",
    ]
    rows = []
    for engine, scores in results.items():
        printed = [s.measured for s in scores if s.scan.group != EMPTY]
        empty = [s for s in scores if s.scan.group == EMPTY]
        off = [w.off_px for s in scores for w in s.judged if math.isfinite(w.off_px)]
        steps = {name for m in printed for name in m.outcome.steps}
        parts = {name: mean(m.outcome.steps.get(name, 0.0) for m in printed) for name in sorted(steps)}
        rows.append(
            [
                engine,
                shown(mean(m.cpu_s for m in printed)) if printed else "–",
                shown(max((m.cpu_s for m in printed), default=math.nan)),
                ", ".join(f"{name} {shown(cpu_s)}" for name, cpu_s in parts.items()) or "–",
                shown(mean(m.wall_s for m in printed)) if printed else "–",
                shown(max((m.peak_bytes for m in printed), default=math.nan) / MIB, 0),
                shown(median(off) if off else math.nan, 1),
                str(len(empty)),
                shown(mean(s.false_text for s in empty), 1) if empty else "–",
            ]
        )
    return Table("Cost of a printed page, and false text on empty ones", head, rows)


def kinds_table(results: Mapping[str, Sequence[PageScore]]) -> Table:
    """Kinds of pages, which their names tell, by engines."""
    first = next(iter(results.values()))
    kinds = Counter(_kind(s) for s in first if s.scan.group != EMPTY)
    rows = [
        [
            kind,
            str(pages),
            *(shown(cer([s for s in scores if _kind(s) == kind])) for scores in results.values()),
            shown(total((s for s in first if _kind(s) == kind), lambda s: s.order, OrderErrors()).characters.percent),
            shown(total((s for s in first if _kind(s) == kind), lambda s: s.order, OrderErrors()).lost.percent, 1),
        ]
        for kind, pages in kinds.items()
    ]
    main = next(iter(results))
    head = ["kind", "pages", *results, f"order %, {main}", f"lines lost %, {main}"]
    return Table("CER % by kind of page", head, rows)


def _kind(s: PageScore) -> str:
    return s.scan.name.split("-", 1)[-1].rstrip("0123456789-")


def faults_table(results: Mapping[str, Sequence[PageScore]]) -> Table:
    """Faults by engines: CER of the printed pages that have the fault."""
    printed = {engine: [s for s in scores if s.scan.group != EMPTY] for engine, scores in results.items()}
    some = next(iter(printed.values()))
    faults = sorted({fault for s in some for fault in s.scan.faults})
    rows = [
        [
            fault,
            str(sum(fault in s.scan.faults for s in some)),
            *(shown(cer([s for s in scores if fault in s.scan.faults])) for scores in printed.values()),
        ]
        for fault in faults
    ]
    none = [shown(cer([s for s in scores if not s.scan.faults])) for scores in printed.values()]
    rows.append(["no fault", str(sum(not s.scan.faults for s in some)), *none])
    return Table("CER % by fault; most pages have several", ["fault", "pages", *printed], rows)


def pages_table(engine: str, scores: Sequence[PageScore], *, limit: int | None = None) -> Table:
    """Pages, the worst first."""
    worst = sorted(scores, key=lambda s: -(s.false_text if s.scan.group == EMPTY else s.cer))[:limit]
    rows = [
        [
            s.scan.name,
            f"{s.false_text} characters" if s.scan.group == EMPTY else shown(s.cer),
            shown(s.order.characters.percent),
            shown(100 - s.marks.tones.percent),
            shown(s.measured.cpu_s),
            str(s.scan.dpi),
            ", ".join(s.scan.faults),
            s.measured.failure,
        ]
        for s in worst
    ]
    head = ["page", "CER %", "order %", "tones right %", "CPU s", "dpi", "faults", "failure"]
    return Table(f"Pages read by {engine}, the worst first", head, rows)
