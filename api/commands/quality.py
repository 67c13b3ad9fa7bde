"""``sohoa quality``: is a scan good enough to be archived, and what the operator can do about it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_finding, print_json, print_refused, read_input
from api.shapes import problem_json, qualities_json
from dossier.errors import SohoaError
from ingest.quick import assess_file
from ingest.scan.quality import Advice, Quality

_TEXT = {Advice.ACCEPT: "[bold green]ĐẠT[/]", Advice.RESCAN: "[bold red]QUÉT LẠI[/]"}


def quality(files: Annotated[list[Path], typer.Argument(metavar="FILE…")], as_json: AsJson = False) -> None:
    """Kiểm tra chất lượng bản quét. Mã thoát 0 đạt, 1 nên quét lại. / Check scans; exit 0 accept, 1 rescan."""
    judged: dict[Path, list[Quality]] = {}
    refused: dict[Path, SohoaError] = {}
    with open_house() as house:
        for path in files:
            try:
                judged[path] = list(assess_file(house, read_input(path, house.limits.max_bytes)))
            except SohoaError as error:
                refused[path] = error
                if not as_json:
                    print_refused(str(path), error)
                continue
            if not as_json:
                _print(path, judged[path])
    if as_json:
        print_json(
            {
                "files": [{"file": str(path), **qualities_json(pages)} for path, pages in judged.items()],
                "refused": [{"file": str(path), **problem_json(error)} for path, error in refused.items()],
            }
        )
    rescan = any(page.advice is Advice.RESCAN for pages in judged.values() for page in pages)
    raise typer.Exit(next((error.exit_code for error in refused.values()), int(rescan)))


def _print(path: Path, pages: Iterable[Quality]) -> None:
    for page in pages:
        measured = page.measures
        out.print(
            f"{_TEXT[page.advice]}  {escape(str(path))} · trang {page.number}"
            f"  [dim]{measured.dpi} dpi · {measured.width_mm:.0f} × {measured.height_mm:.0f} mm[/]",
            soft_wrap=True,
        )
        for reason in page.reasons:
            print_finding(reason.severity.value, reason.text, reason.code)
