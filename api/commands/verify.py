"""``sohoa verify``: is a signed PDF genuine, and why. Works offline, and without a store."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_finding, print_json, read_input
from dossier.errors import SohoaError
from dossier.verdicts import Finding, Severity, Verdict
from signing.report import FileReport
from signing.trust import TrustStore
from signing.validate import validate

_EXIT = {Verdict.VALID: 0, Verdict.INVALID: 1, Verdict.UNDETERMINED: 2}
_COLOUR = {Verdict.VALID: "green", Verdict.INVALID: "red", Verdict.UNDETERMINED: "yellow"}


def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    trust: Annotated[
        Path | None,
        typer.Option(
            help="Thư mục chứng thư gốc tin cậy thay cho cấu hình. / Trust anchors instead of the configured ones."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra chữ ký số. Mã thoát 0 hợp lệ, 1 không hợp lệ, 2 không xác định. / Verify; exit 0 / 1 / 2."""
    with open_house() as house:
        anchors = TrustStore.load(trust) if trust else house.trust
        reports = [(path, _report(path, anchors)) for path in files]
    if as_json:
        print_json({"files": [{"file": str(path), **report.to_json()} for path, report in reports]})
    else:
        for path, report in reports:
            out.print(f"[bold {_COLOUR[report.verdict]}]{report.verdict.text_vi}[/]  {escape(str(path))}")
            for finding in report.findings:
                print_finding(finding.severity.value, finding.text, finding.code)
            for signature in report.signatures:
                who = escape(f"{signature.verdict.text_vi} · {signature.signer} · {signature.profile}")
                out.print(f"  Chữ ký [bold]{escape(signature.field)}[/]: {who}")
                for finding in signature.findings:
                    print_finding(finding.severity.value, finding.text, finding.code)
    raise typer.Exit(_EXIT[Verdict.worst(r.verdict for _, r in reports)])


def _report(path: Path, anchors: TrustStore) -> FileReport:
    """Return what is found of one file; of a file that cannot be read, that, so that it hides no other's verdict."""
    try:
        return validate(read_input(path), anchors)
    except SohoaError as error:
        finding = Finding(error.code, Severity.ERROR, error.text_vi, error.text_en)
        return FileReport(Verdict.UNDETERMINED, (finding,), ())
