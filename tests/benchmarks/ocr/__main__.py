"""``python -m tests.benchmarks.ocr``: the commands of the reading benchmark."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from tests.benchmarks.ocr import pages
from tests.benchmarks.ocr.ablation import ablation_table
from tests.benchmarks.ocr.compare import PageScore, read_and_score
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.ocr.engines import ENGINES, version
from tests.benchmarks.ocr.large import FINE_DPI, memory_table
from tests.benchmarks.ocr.pages import BUILD, Scan
from tests.benchmarks.ocr.pictures import write_pictures
from tests.benchmarks.ocr.profile import profile_table
from tests.benchmarks.ocr.real_lines import READERS, load_lines, real_lines_table
from tests.benchmarks.ocr.report import Report, header
from tests.benchmarks.ocr.tables import Table
from tests.benchmarks.ocr.throughput import throughput_table
from tests.benchmarks.usage import machine

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Đo việc đọc / how well pages are read, at what cost."
)
console = Console()
errors = Console(stderr=True)
progress = partial(track, transient=True, console=errors)


class SetName(StrEnum):
    """The sets of pages."""

    DEV = "dev"
    TEST = "test"
    PRESS = "press"


SetOption = Annotated[
    SetName, typer.Option("--set", help="Tập trang / pages: dev to tune on, test and press to report")
]
OnlyOption = Annotated[
    list[str] | None, typer.Option(help="Chỉ trang có tên chứa chuỗi này / pages whose names hold this")
]
LimitOption = Annotated[int | None, typer.Option(min=1, help="Nhiều nhất bấy nhiêu trang / at most so many pages")]
DocumentOption = Annotated[
    Path | None, typer.Option(exists=True, help="Tài liệu nhận số liệu / document whose figures to replace")
]
OutOption = Annotated[Path, typer.Option(help="Thư mục kết quả / folder for what comes out")]


EngineOption = Annotated[
    list[str] | None, typer.Option(help=f"Lặp lại được / repeatable: {', '.join(ENGINES)}; ours if none")
]


def _known(names: list[str] | None, known: Collection[str]) -> list[str]:
    """Return the names asked for, the first known one if none was.

    Raises:
        typer.BadParameter: One is unknown.
    """
    for name in names or []:
        if name not in known:
            raise typer.BadParameter(f"{name}: {', '.join(known)}")
    return names or [next(iter(known))]


def _scans(subset: SetName, only: list[str] | None, limit: int | None) -> tuple[Scan, ...]:
    try:
        return pages.load(subset.value, only=only or (), limit=limit)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _show(head: str, *tables: Table) -> None:
    console.print(head)
    for table in tables:
        console.print(table.rich())


def _told(s: PageScore) -> PageScore:
    """Log a page where no progress bar can be shown."""
    if not errors.is_terminal:
        errors.print(
            f"{s.scan.name} CER {s.cer:.2f} % {s.measured.cpu_s:.2f} CPU s {s.measured.failure}", soft_wrap=True
        )
    return s


def _document(document: Path | None, name: str, text: str) -> None:
    if document is not None:
        fill(document, name, text)


@app.command()
def compare(
    *,
    subset: SetOption = SetName.DEV,
    engine: EngineOption = None,
    only: OnlyOption = None,
    limit: LimitOption = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Số tiến trình / processes per engine")] = 1,
    out: OutOption = BUILD,
    document: DocumentOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON / print JSON")] = False,
) -> None:
    """Đọc và so với bản đúng / read with each engine, compare with the truth, print and keep the figures."""
    scans, names = _scans(subset, only, limit), _known(engine, ENGINES)
    head = "; ".join([header(subset.value, scans), *map(version, names)])
    results: dict[str, Sequence[PageScore]] = {}
    for name in names:
        read = read_and_score(ENGINES[name], scans, jobs=jobs)
        results[name] = list(map(_told, progress(read, name, total=len(scans))))
    report = Report(str(subset), head, results)
    files = report.write(out)
    _document(document, str(subset), report.summary())
    if as_json:
        typer.echo(report.json())
        return
    _show(head, *report.tables)
    console.print(*files, sep="\n")


@app.command()
def ablation(
    *,
    subset: SetOption = SetName.DEV,
    only: OnlyOption = None,
    limit: LimitOption = None,
    document: DocumentOption = None,
) -> None:
    """Bỏ từng bước làm sạch / leave out each step of the cleanup, and force it on every page."""
    scans = _scans(subset, only, limit)
    head = header(subset.value, scans)

    table = ablation_table(scans, partial(progress, description="ablation"))
    _document(document, "ablation", f"{head}\n\n{table.markdown()}")
    _show(head, table)


@app.command()
def profile(
    *,
    subset: SetOption = SetName.DEV,
    only: OnlyOption = None,
    limit: LimitOption = None,
    document: DocumentOption = None,
) -> None:
    """Thời gian CPU của từng bước / processor time of a page, step by step."""
    scans = _scans(subset, only, limit)
    head, table = header(subset.value, scans), profile_table(scans, partial(progress, description="profile"))
    _document(document, "profile", f"{head}\n\n{table.markdown()}")
    _show(head, table)


@app.command()
def throughput(
    *,
    subset: SetOption = SetName.DEV,
    engine: EngineOption = None,
    only: OnlyOption = None,
    limit: LimitOption = None,
    jobs: Annotated[int, typer.Option(min=2, max=64, help="Số tiến trình / processes")] = 2,
    document: DocumentOption = None,
) -> None:
    """So một tiến trình với nhiều / compare one process with several; leave the machine alone meanwhile."""
    scans, names = _scans(subset, only, limit), _known(engine, ENGINES)
    head = header(subset.value, scans)
    tables = [throughput_table(name, ENGINES[name], scans, jobs=jobs) for name in names]
    _document(document, "throughput", "\n".join([f"{head}\n", *(table.markdown() for table in tables)]))
    _show(head, *tables)


@app.command()
def memory(*, subset: SetOption = SetName.TEST, engine: EngineOption = None, document: DocumentOption = None) -> None:
    """Bộ nhớ của trang lớn / memory that pages of 300 dpi need, and an A3 sheet at 600 dpi."""
    fine = [scan for scan in _scans(subset, None, None) if scan.dpi == FINE_DPI]
    scans = tuple({scan.group: scan for scan in fine}.values())
    name, *_ = _known(engine, ENGINES)
    head, table = header(subset.value, scans), memory_table(ENGINES[name], scans)
    _document(document, "memory", f"{head}\n\n{table.markdown()}")
    _show(head, table)


@app.command(name="real-lines")
def real_lines(
    folder: Annotated[Path, typer.Argument(exists=True, help="Có lines.tsv: tệp, dpi, chữ / holds lines.tsv")],
    *,
    reader: Annotated[list[str] | None, typer.Option(help="Lặp lại được / repeatable")] = None,
    every: Annotated[int, typer.Option(min=1, help="Chỉ lấy mỗi dòng thứ n / every n-th line only")] = 1,
    out: OutOption = BUILD,
    document: DocumentOption = None,
) -> None:
    """Đọc dòng cắt từ giấy thật / read lines cut from real papers."""
    lines = load_lines(folder)[::every]
    table, wrong = real_lines_table(_known(reader, READERS), lines)
    out.mkdir(parents=True, exist_ok=True)
    (out / "real-lines.diff").write_text(wrong, encoding="utf-8")
    _document(document, "real-lines", f"{machine()}\n\n{table.markdown()}")
    _show(machine(), table)


@app.command()
def pictures(
    out: Annotated[Path, typer.Argument(help="Thư mục ghi ra / folder to write into")],
    only: Annotated[list[str], typer.Option(help="Tên trang / names of pages")],
    *,
    subset: SetOption = SetName.TEST,
) -> None:
    """Vẽ trang, ảnh đọc, chữ đọc được / draw pages as scanned, as read, and the words read."""
    for file in write_pictures(_scans(subset, only, None), out):
        typer.echo(file)


if __name__ == "__main__":
    app()
