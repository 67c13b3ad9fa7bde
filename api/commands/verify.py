"""``sohoa verify``: is a signed PDF genuine, and why. Works offline, and without a store unless a paper is named."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import AsJson, open_house, print_json, read_input
from api.commands.verified import EXIT, print_report, verify_paper
from dossier.errors import SohoaError, UsageError
from dossier.verdicts import Finding, Severity, Verdict
from signing.report import FileReport
from signing.trust import TrustStore
from signing.validate import validate


def verify(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE…")] = None,
    trust: Annotated[
        Path | None,
        typer.Option(
            help="Thư mục chứng thư gốc tin cậy thay cho cấu hình. / Trust anchors instead of the configured ones."
        ),
    ] = None,
    paper: Annotated[
        str | None,
        typer.Option(help="Kiểm tra lại giấy tờ này và lưu kết luận. / Verify this paper anew and keep the verdict."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra chữ ký số. Mã thoát 0 hợp lệ, 1 không hợp lệ, 2 không xác định. / Verify; exit 0 / 1 / 2."""
    if bool(files) == bool(paper):
        raise UsageError(reason="either files or --paper")
    if paper and trust:
        raise UsageError(reason="--paper is verified by the installation's own anchors, without --trust")
    raise typer.Exit(
        verify_paper(paper, as_json=as_json) if paper else _verify_files(files or [], trust, as_json=as_json)
    )


def _verify_files(files: list[Path], trust: Path | None, *, as_json: bool) -> int:
    with open_house() as house:
        anchors = TrustStore.load(trust) if trust else house.trust
        reports = [(path, _report(path, anchors)) for path in files]
    if as_json:
        print_json({"files": [{"file": str(path), **report.to_json()} for path, report in reports]})
    else:
        for path, report in reports:
            print_report(str(path), report.to_json())
    return EXIT[Verdict.worst(r.verdict for _, r in reports)]


def _report(path: Path, anchors: TrustStore) -> FileReport:
    """Return what is found of one file; of a file that cannot be read, that, so that it hides no other's verdict."""
    try:
        return validate(read_input(path), anchors)
    except SohoaError as error:
        finding = Finding(error.code, Severity.ERROR, error.text_vi, error.text_en)
        return FileReport(Verdict.UNDETERMINED, (finding,), ())
