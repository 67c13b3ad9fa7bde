"""``python -m tests.benchmarks.ocr``: the commands of the reading benchmark."""

import dataclasses
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from tests.benchmarks.ocr import pages
from tests.benchmarks.ocr.compare import EMPTY, PageScore, read_and_score
from tests.benchmarks.ocr.engines import ENGINES, version
from tests.benchmarks.ocr.pages import BUILD, Scan
from tests.benchmarks.ocr.reliability import reliability_table
from tests.benchmarks.ocr.tables import Table, cost_table, errors_table, faults_table, pages_table
from tests.benchmarks.ocr.worst import confusions_table, worst_pages
from tests.benchmarks.usage import machine
from tests.generator.fonts import Subset

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Đo việc đọc / how well pages are read, at what cost."
)
console = Console()


@app.callback()
def benchmark() -> None:
    """Tell the commands apart."""


EngineName = StrEnum("EngineName", {name: name for name in ENGINES})


class SetName(StrEnum):
    """The two sets of pages."""

    DEV = "dev"
    TEST = "test"

    @property
    def subset(self) -> Subset:
        """As the generator calls it."""
        return "dev" if self is SetName.DEV else "test"


SetOption = Annotated[SetName, typer.Option("--set", help="Tập trang / pages: dev to tune on, test to report")]
OnlyOption = Annotated[
    list[str] | None, typer.Option(help="Chỉ trang có tên chứa chuỗi này / pages whose names hold this")
]
LimitOption = Annotated[int | None, typer.Option(min=1, help="Nhiều nhất bấy nhiêu trang / at most so many pages")]


def header(scans: tuple[Scan, ...], subset: SetName) -> str:
    """Return what figures depend on, as one line."""
    inputs = f"{subset} set, {len(scans)} pages, pages {pages.digest(scans)}, generator {pages.sources_hash()}"
    return f"{machine()}; {inputs}"


@app.command()
def compare(
    subset: SetOption = SetName.DEV,
    engine: Annotated[list[EngineName] | None, typer.Option(help="Lặp lại được / repeatable; ours by default")] = None,
    only: OnlyOption = None,
    limit: LimitOption = None,
    *,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Số tiến trình / processes per engine")] = 1,
    out: Annotated[Path, typer.Option(help="Thư mục kết quả / folder for Markdown and JSON")] = BUILD,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON / print JSON")] = False,
) -> None:
    """Đọc và so với bản đúng / read with each engine, compare with the truth, print and keep the tables."""
    scans = pages.load(subset.subset, only=only or (), limit=limit)
    names = [str(name) for name in engine or ["ours"]]
    versions = [version(name) for name in names]
    results: dict[str, list[PageScore]] = {}
    for name in names:
        read = read_and_score(ENGINES[name], scans, jobs=jobs)
        results[name] = list(track(read, name, total=len(scans), transient=True, disable=as_json))
    head = "; ".join([header(scans, subset), *versions])
    figures = json.dumps({"header": head, "engines": _figures(results)}, ensure_ascii=False, indent=1)
    tables = _tables(results)
    text = "\n".join([f"{head}\n", *(table.markdown() for table in tables)])
    last = names[0]
    text += f"\n## Worst pages of {last}\n\n{worst_pages(results[last])}"
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{subset}.json").write_text(figures, encoding="utf-8")
    (out / f"{subset}.md").write_text(text, encoding="utf-8")
    if as_json:
        typer.echo(figures)
        return
    console.print(head)
    for table in tables:
        console.print(table.rich())
    console.print(f"{out / f'{subset}.md'}, {out / f'{subset}.json'}")


def _tables(results: dict[str, list[PageScore]]) -> list[Table]:
    tables = [errors_table(results), cost_table(results), faults_table(results)]
    for name, scores in results.items():
        if words := [word for s in scores for word in s.judged]:
            tables.append(reliability_table(name, words))
    for name, scores in results.items():
        tables.append(pages_table(name, scores))
    tables.append(confusions_table(next(iter(results.values()))))
    return tables


def _figures(results: dict[str, list[PageScore]]) -> dict[str, Any]:
    return {name: [_page_figures(s) for s in scores] for name, scores in results.items()}


def _page_figures(s: PageScore) -> dict[str, Any]:
    cost = {"cpu_s": round(s.measured.cpu_s, 3), "wall_s": round(s.measured.wall_s, 3)}
    cost |= {"peak_bytes": s.measured.peak_bytes}
    shares = {"characters": s.characters, "words": s.words, "tones": s.marks.tones, "marked_tones": s.marks.marked}
    shares |= {"order": s.order.characters, "inversions": s.order.inversions, **s.marks.letters}
    return {
        "page": s.scan.name,
        "group": s.scan.group,
        "faults": s.scan.faults,
        "dpi": s.scan.dpi,
        "false_characters": s.false_text if s.scan.group == EMPTY else 0,
        "failure": s.measured.failure,
        "text": s.measured.outcome.text,
        **{key: dataclasses.astuple(share) for key, share in shares.items()},
        **cost,
    }


if __name__ == "__main__":
    app()
