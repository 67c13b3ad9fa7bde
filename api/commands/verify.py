"""``sohoa verify``: are signed PDFs genuine, and why. Works offline, and without a store unless a paper is named."""

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.commands.common import AsJson, err, open_house, out, print_json, read_input, write_output
from api.commands.verified import COLOUR, EXIT, print_report, verify_paper
from api.shapes import verifications_json
from dossier.errors import SohoaError, UnwritableFile, UsageError
from dossier.times import VIETNAM, now
from dossier.verdicts import Finding, Severity, Verdict
from ingest.proof.verifying import Verifier
from signing.etsi_report import report_xml
from signing.online import FetchRules
from signing.report import Circumstances, FileReport, reasons
from signing.report_pdf import report_pdf
from signing.status_check import CheckedList, check_status_list, with_status_list
from signing.trust import TrustStore

_FEW = 5
"""Up to so many files are shown in full, more as a table."""


def verify(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE|FOLDER…")] = None,
    trust: Annotated[
        Path | None,
        typer.Option(
            help="Thư mục chứng thư gốc tin cậy thay cho cấu hình. / Trust anchors instead of the configured ones."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Xét tại thời điểm này (ISO 8601) thay cho bây giờ. / Judge at this moment instead of now.",
        ),
    ] = None,
    online: Annotated[
        bool,
        typer.Option(
            "--online",
            help="Tải chứng thư, CRL, OCSP còn thiếu. / Fetch missing issuers, revocation lists and OCSP responses.",
        ),
    ] = False,
    online_internal: Annotated[
        bool,
        typer.Option(
            "--online-internal",
            help="Như --online, kể cả địa chỉ mạng nội bộ. / The same, from addresses of an internal network too.",
        ),
    ] = False,
    paper: Annotated[
        str | None,
        typer.Option(help="Kiểm tra lại giấy tờ này và lưu kết luận. / Verify this paper anew and keep the verdict."),
    ] = None,
    status_list: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Đối chiếu với danh sách tình trạng này. / Hold the files beside this status list: are they in force?",
        ),
    ] = None,
    as_json: AsJson = False,
    xml: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT",
            help="Ghi báo cáo ETSI TS 119 102-2; nhiều tệp: thư mục. / Write the XML report; many files: a folder.",
        ),
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT",
            help="Ghi phiếu kiểm tra PDF; nhiều tệp: thư mục. / Write the report as a page; many files: a folder.",
        ),
    ] = None,
) -> None:
    """Kiểm tra chữ ký số. Mã thoát 0 hợp lệ, 1 không hợp lệ, 2 không xác định. / Verify; exit 0 / 1 / 2."""
    if bool(files) == bool(paper):
        raise UsageError(reason="either files or --paper")
    if paper and (trust or at or online or online_internal or status_list or xml or pdf):
        raise UsageError(reason="--paper is verified now, by the installation's own anchors and evidence")
    if paper:
        raise typer.Exit(verify_paper(paper, as_json=as_json))
    rules = FetchRules(internal=online_internal) if online or online_internal else None
    named = files or []
    many = len(named) > 1 or any(path.is_dir() for path in named)
    writers = [_Writer(xml, "xml", report_xml, many=many), _Writer(pdf, "pdf", report_pdf, many=many)]
    how = _How(trust, _moment(at), rules, status_list)
    reports = _verify(named, how, writers, shown=many and not as_json)
    if as_json:
        print_json(verifications_json(reports))
    elif len(reports) <= _FEW:
        for name, report in reports:
            print_report(name, report.to_json())
    else:
        _print_table(reports)
    raise typer.Exit(EXIT[Verdict.worst(r.verdict for _, r in reports)])


@dataclass(frozen=True, slots=True)
class _How:
    """How files are to be verified.

    Attributes:
        trust: Folder of anchors instead of the configured ones. moment: At which. rules: What may be fetched.
        status_list: What tells which of them are no longer in force.
    """

    trust: Path | None
    moment: dt.datetime
    rules: FetchRules | None
    status_list: Path | None


def _verify(named: list[Path], how: _How, writers: "list[_Writer]", *, shown: bool) -> list[tuple[str, FileReport]]:
    """Return what is found of each file named, or in a folder named, and write the reports asked for."""
    files, reports = list(_files(named)), []
    with open_house() as house:
        anchors, most = TrustStore.load(how.trust) if how.trust else house.trust, house.limits.max_bytes
        processes = min(house.settings.concurrency, max(len(files), 1))
        listed = None
        if how.status_list:
            listed = check_status_list(read_input(how.status_list, most), anchors, at=how.moment)
        with closing(Verifier(anchors, processes=processes, online=how.rules)) as verifier:
            checked_files = _check(verifier, files, how.moment, most, listed)
            for checked in _progress(checked_files, len(files), shown=shown):
                for writer in writers:
                    writer.write(checked)
                reports.append((str(checked.file.path), checked.report))
    return reports


def _moment(text: str | None) -> dt.datetime:
    """Return the moment named on the command line; a time without a zone is Vietnam's.

    Raises:
        UsageError: It is none.
    """
    if text is None:
        return now()
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(reason=f"--at {text!r} is no time in ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class _File:
    """A file to check. Attributes: path: Where it is. place: Its path below the folder that was named, if one was."""

    path: Path
    place: Path


@dataclass(frozen=True, slots=True)
class _Checked:
    file: _File
    report: FileReport


def _files(paths: Iterable[Path]) -> Iterator[_File]:
    """Yield the files named and those in the folders named, sub-folders included; links in folders are not followed."""
    for path in paths:
        if not path.is_dir():
            yield _File(path, Path(path.name))
            continue
        for folder, below, names in os.walk(path, followlinks=False):
            below.sort()
            for name in sorted(names):
                found = Path(folder) / name
                if not found.is_symlink() and found.is_file():
                    yield _File(found, found.relative_to(path))


def _check(
    verifier: Verifier, files: list[_File], at: dt.datetime, most: int, listed: CheckedList | None
) -> Iterator[_Checked]:
    """Yield what is found of each file; of one that cannot be read, that, so that it hides no other's verdict."""

    def one(file: _File) -> _Checked:
        try:
            report = verifier.verify(read_input(file.path, most), at=at)
            return _Checked(file, with_status_list(report, listed) if listed else report)
        except SohoaError as error:
            finding = Finding(error.code, Severity.ERROR, error.text_vi, error.text_en)
            return _Checked(file, FileReport(Verdict.UNDETERMINED, (finding,), (), Circumstances(at, "", 0)))

    return verifier.over_files(one, files)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes each report to a file, or to a folder if there may be many: no report replaces another."""

    target: Path | None
    suffix: str
    form: Callable[..., bytes]
    many: bool
    written: set[Path] = field(default_factory=set)

    def write(self, checked: _Checked) -> None:
        """Write one report.

        Raises:
            UnwritableFile: It cannot be written.
        """
        if self.target is None:
            return
        path = self.target
        if self.many:
            place = checked.file.place
            ends = chain((".report",), (f".report.{number}" for number in count(2)))
            paths = (self.target / place.with_name(f"{place.stem}{end}.{self.suffix}") for end in ends)
            path = next(p for p in paths if p not in self.written)
            self.written.add(path)
            _make_folder(path.parent)
        write_output(path, self.form(checked.report, name=checked.file.path.name))


def _make_folder(path: Path) -> None:
    """Make a folder for reports.

    Raises:
        UnwritableFile: It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise UnwritableFile(name=str(path)) from None


def _progress(checked: Iterable[_Checked], total: int, *, shown: bool) -> Iterator[_Checked]:
    """Pass on what comes, with a line on the terminal that says how far it is."""
    if not shown or not err.is_terminal:
        yield from checked
        return
    columns = (TextColumn("Đang kiểm tra / Checking"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        yield from progress.track(checked, total=total)


# --- for people ------------------------------------------------------------------------------------------------------


def _print_table(reports: list[tuple[str, FileReport]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Kết luận", no_wrap=True)
    for column in ("Tệp", "Người ký", "Lý do"):
        table.add_column(column, overflow="fold")
    for name, report in reports:
        why = reasons(report)
        signers = dict.fromkeys(s.signer for s in report.signatures if not s.is_timestamp)
        table.add_row(
            f"[bold {COLOUR[report.verdict]}]{report.verdict.text_vi}[/]",
            escape(name),
            escape(", ".join(filter(None, signers)) or "—"),
            escape(why[0].text if why else ""),
        )
    out.print(table)
    counts = {verdict: sum(report.verdict is verdict for _, report in reports) for verdict in Verdict}
    summary = " · ".join(f"[{COLOUR[v]}]{v.text_vi}[/]: {count}" for v, count in counts.items())
    out.print(f"{len(reports)} tệp · {summary}")
