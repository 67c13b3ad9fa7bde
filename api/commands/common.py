"""What the commands share: opening the house, printing for people or for programs, failing with a reason."""

import datetime as dt
import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.shapes import Json, problem_json
from dossier import times
from dossier.errors import FileTooLarge, NotFound, SohoaError, UnreadableFile, UnwritableFile, UsageError
from dossier.paper_types import PaperType
from dossier.papers import Field, Paper, PaperState, SourceGrade
from dossier.text import tidy
from dossier.times import local
from ingest.house import House
from ingest.settings import Settings

_PIPED_WIDTH = 140
"""Columns where nobody's terminal tells: tables stay readable in files and logs."""

out = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = Console(stderr=True, highlight=False, emoji=False)

MOST_DAYS = 36_500
"""Days ahead that an option may name."""
STOPPED = 130
"""Exit code of a command stopped by Ctrl+C, as shells know it."""


def _named(name: str) -> str:
    """Return a person's name, tidied.

    Raises:
        UsageError: There is nothing in it.
    """
    if not (tidied := tidy(name)):
        raise UsageError(reason="--by needs a name.")
    return tidied


By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="NAME",
        callback=_named,
        help="Họ tên người chịu trách nhiệm. / Name of the person who answers for it.",
    ),
]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="Nhiều nhất bấy nhiêu. / At most so many.")]
After = Annotated[str | None, typer.Option("--after", help="Liệt kê tiếp từ đây. / Go on from here.")]
AsJson = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác. / Print JSON.")]

STATE_VI: dict[PaperState, str] = {
    PaperState.RECEIVED: "đã nhận",
    PaperState.NEEDS_REVIEW: "cần xem lại",
    PaperState.READY: "chờ xác nhận",
    PaperState.CONFIRMED: "đã xác nhận",
    PaperState.STORED: "đã lưu kho",
    PaperState.EXPIRED: "hết hạn",
    PaperState.SUPERSEDED: "đã thay thế",
    PaperState.REVOKED: "đã thu hồi",
    PaperState.REJECTED: "bị từ chối",
    PaperState.QUARANTINED: "đã cách ly",
    PaperState.FAILED: "lỗi xử lý",
    PaperState.SPLIT: "đã tách",
    PaperState.JOINED: "đã gộp",
    PaperState.DISPOSED: "đã tiêu hủy",
}
GRADE_VI: dict[SourceGrade, str] = {
    SourceGrade.ELECTRONIC_ORIGINAL: "bản điện tử gốc",
    SourceGrade.CERTIFIED_COPY: "bản sao chứng thực điện tử",
    SourceGrade.SEALED_SCAN: "bản sao y ký số",
}
_SEVERITY = {"info": "[green]✓[/]", "warning": "[yellow]![/]", "error": "[red]✗[/]"}


@contextmanager
def open_house() -> Iterator[House]:
    """Open the parts from the settings, and close them."""
    logging.captureWarnings(capture=True)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),  # standard output is the command's answer
    )
    house = House(Settings.load())
    try:
        yield house
    finally:
        house.close()


def print_json(value: Json) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def fail(error: SohoaError, *, as_json: bool | None = None) -> int:
    """Say what went wrong and what to do; return the exit code. With ``--json`` that is JSON on standard output."""
    if as_json if as_json is not None else "--json" in sys.argv:
        print_json({"error": problem_json(error)})
    else:
        err.print(f"[red]Lỗi[/] \\[{error.code}]: {escape(error.text_vi)} {escape(error.advice_vi)}", soft_wrap=True)
        err.print(f"[dim]{escape(error.text_en)} {escape(error.advice_en)}[/]", soft_wrap=True)
    return error.exit_code


def print_following(following: str | None) -> None:
    """Say how to go on with a list of which this was not the end."""
    if following is not None:
        out.print(f"Còn nữa: --after {following} / There is more: --after {following}", soft_wrap=True)


def print_refused(file: str, error: SohoaError) -> None:
    """Say which of several files cannot be used, why, and what to do."""
    texts = escape(f"[{error.code}]: {error.text_vi} {error.advice_vi}")
    err.print(f"[red]✗[/] {escape(file)} {texts}", soft_wrap=True)
    err.print(f"  [dim]{escape(error.text_en)} {escape(error.advice_en)}[/]", soft_wrap=True)


def stop() -> NoReturn:
    """End the process at once because somebody asked: what is under way is left as it is, for the next run."""
    err.print(
        "Đã dừng; giấy tờ được giữ lại, lần chạy sau sẽ làm tiếp. / Stopped; the papers are kept, the next run goes on."
    )
    sys.stdout.flush()
    os._exit(STOPPED)  # threads in the middle of a step must neither be waited for nor see the house closed


def read_input(path: Path, most: int | None = None) -> bytes:
    """Return the bytes of a file named on the command line.

    Args:
        path: The file.
        most: Largest size accepted, in bytes; ``None`` accepts any.

    Raises:
        NotFound: There is no such file.
        UnreadableFile: It is a folder, or may not be read.
        FileTooLarge: It has more than ``most`` bytes.
    """
    try:
        size = path.stat().st_size
        if path.is_file() and most is not None and size > most:
            raise FileTooLarge(size=size, limit=most)
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(kind="file", id=str(path)) from None
    except OSError:
        raise UnreadableFile(name=str(path)) from None


def write_output(path: Path, data: bytes) -> None:
    """Write the file named with ``--output``.

    Raises:
        UnwritableFile: It is a folder, its folder does not exist, or it may not be written.
    """
    try:
        path.write_bytes(data)
    except OSError:
        raise UnwritableFile(name=str(path)) from None


def day_of(option: str, given: dt.datetime | None) -> dt.date | None:
    """Return the day that an option named, if it was given.

    Raises:
        InvalidValue: It is in no year of ours.
    """
    return times.require_day(option, given.date()) if given else None


def print_papers(papers: Sequence[Paper], types: dict[str, PaperType] | None = None) -> None:
    """Print a table of papers for people."""
    if not papers:
        out.print("Không có giấy tờ nào. / No papers.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Mã giấy tờ", no_wrap=True)
    for name in ("Tệp", "Loại", "Chủ", "Trang", "Trạng thái", "Chữ ký", "Giá trị nguồn", "Ghi chú"):
        table.add_column(name, overflow="fold")
    for paper in papers:
        kind = paper.paper_type or "—"
        table.add_row(
            paper.id.value,
            escape(paper.name),
            escape(types[kind].name_vi if types and kind in types else kind),
            _owner(paper),
            str(paper.page_count or "—"),
            f"{STATE_VI[paper.state]}, đang chờ" if paper.waiting else STATE_VI[paper.state],
            paper.verdict.text_vi if paper.verdict else "—",
            GRADE_VI[paper.grade] if paper.grade else "—",
            _first_doubt(paper),
        )
    out.print(table)


def print_paper(paper: Paper, paper_type: PaperType | None) -> None:
    """Print everything known of one paper for people."""
    name = paper_type.name_vi if paper_type else "—"
    out.print(f"[bold]{escape(paper.title or name)}[/]  [dim]{paper.id}[/]")
    out.print(
        f"  Loại: {escape(name)} · Trạng thái: {STATE_VI[paper.state]} · Chủ: {_owner(paper)}"
        f" · Trang: {paper.page_count or '—'}"
    )
    _print_hindrance(paper)
    if paper.verdict:
        grade = f" · Giá trị nguồn: {GRADE_VI[paper.grade]}" if paper.grade else ""
        out.print(f"  Chữ ký số: {paper.verdict.text_vi}{grade}")
    if paper.protected_until:
        out.print(f"  Chứng minh được đến: {local(paper.protected_until):%d/%m/%Y}, lâu hơn nếu được gia hạn")
    if paper.confirmed_at:
        out.print(f"  Người xác nhận: {escape(paper.confirmed_by or '')}")
    if paper.split_from:
        out.print(f"  Tách từ: {paper.split_from}")
    if paper.parts:
        out.print(f"  Đã tách thành: {', '.join(map(str, paper.parts))} · Người tách: {escape(paper.split_by or '')}")
    if paper.joined_into:
        out.print(f"  Đã gộp vào: {paper.joined_into} · Người gộp: {escape(paper.joined_by or '')}")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("Trường", "Giá trị", "Đọc được", "Đọc lần hai", "Trang", "Tin cậy", "Nguồn"):
        table.add_column(column, overflow="fold")
    for field in paper.fields:
        table.add_row(
            escape(field_name(paper_type, field.key)),
            escape(field.value or "—"),
            escape(field.raw),
            second_reading(field),
            str(field.page or "—"),
            f"{field.confidence:.2f}",
            field.source.value,
        )
    out.print(table)
    for finding in paper.checks:
        print_finding(finding.severity.value, finding.text, finding.code)


def _print_hindrance(paper: Paper) -> None:
    if paper.waiting:
        since, again = times.local(paper.waiting.since), times.local(paper.waiting.retry_at)
        out.print(
            f"  [yellow]Đang chờ[/] từ {since:%H:%M:%S %d/%m/%Y}: {escape(paper.waiting.text)}"
            f" Thử lại lần sau: {again:%H:%M:%S %d/%m/%Y}",
            soft_wrap=True,
        )
    if paper.setback:
        lost = f", {paper.setback.losses} lần mất tiến trình" if paper.setback.losses else ""
        out.print(f"  [yellow]Sự cố[/] ở bước {paper.setback.step}{lost} · trace {paper.setback.trace}")


def field_name(paper_type: PaperType | None, key: str) -> str:
    """Return what people call a field; its key, if its type does not declare it."""
    rule = paper_type.rule(key) if paper_type else None
    return rule.name_vi if rule else key


def second_reading(field: Field) -> str:
    """Return what a second engine read, for people: empty if none was asked."""
    if field.second_raw is None:
        return ""
    return escape(field.second_raw) or "(không đọc được)"


def print_finding(severity: str, text: str, code: str) -> None:
    """Print one finding as a line."""
    out.print(f"  {_SEVERITY[severity]} {escape(text)} [dim]\\[{code}][/]", soft_wrap=True)


def _owner(paper: Paper) -> str:
    if paper.owner is None:
        return "—"
    owners = (paper.owner, *paper.co_owners)
    return ", ".join(f"{owner.number.value} {escape(owner.name or '')}".strip() for owner in owners)


def _first_doubt(paper: Paper) -> str:
    doubts = [paper.waiting.text] if paper.waiting else []
    doubts += [f.text for f in paper.checks if f.severity.value != "info"]
    if not doubts:
        return ""
    more = f" (+{len(doubts) - 1})" if len(doubts) > 1 else ""
    return escape(doubts[0]) + more
