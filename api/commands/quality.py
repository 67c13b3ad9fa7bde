"""``sohoa quality``: is a scan good enough to be archived, and what the operator can do about it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_finding, print_json, read_input
from api.shapes import qualities_json
from ingest.quality import Advice, Quality
from ingest.quick import assess_file

_TEXT = {Advice.ACCEPT: "[bold green]ĐẠT[/]", Advice.RESCAN: "[bold red]QUÉT LẠI[/]"}


def quality(files: Annotated[list[Path], typer.Argument(metavar="FILE…")], as_json: AsJson = False) -> None:
    """Kiểm tra chất lượng bản quét. Mã thoát 0 đạt, 1 nên quét lại. / Check scans; exit 0 accept, 1 rescan."""
    with open_house() as house:
        judged = [(path, list(assess_file(house, read_input(path, house.limits.max_bytes)))) for path in files]
    if as_json:
        print_json({"files": [{"file": str(path), **qualities_json(pages)} for path, pages in judged]})
    else:
        for path, pages in judged:
            for page in pages:
                _print(path, page)
    rescan = any(page.advice is Advice.RESCAN for _, pages in judged for page in pages)
    raise typer.Exit(1 if rescan else 0)


def _print(path: Path, page: Quality) -> None:
    measured = page.measures
    out.print(
        f"{_TEXT[page.advice]}  {escape(str(path))} · trang {page.number}"
        f"  [dim]{measured.dpi} dpi · {measured.width_mm:.0f} × {measured.height_mm:.0f} mm[/]"
    )
    for reason in page.reasons:
        print_finding(reason.severity.value, reason.text, reason.code)
