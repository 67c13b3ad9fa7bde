"""``sohoa separators``: sheets to print and lay between papers that are scanned together."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import open_house, out, write_output
from dossier.errors import UsageError
from ingest.scan.separator_sheets import MOST, separator_pdf, sheets_for


def separators(
    output: Annotated[Path, typer.Option("--output", "-o", help="Ghi PDF vào tệp này. / Write the PDF to this file.")],
    dossier: Annotated[
        str | None, typer.Option(help="Mã hồ sơ của các giấy tờ phía sau. / Number of the papers' dossier.")
    ] = None,
    component: Annotated[
        list[str] | None,
        typer.Option(help="Mã loại của giấy tờ phía sau, mỗi loại một tờ. / Paper type, a sheet for each."),
    ] = None,
    blank: Annotated[
        int, typer.Option(min=0, max=MOST, help="Số tờ chỉ báo giấy tờ mới. / Sheets that say 'new paper' alone.")
    ] = 0,
) -> None:
    """Làm các tờ phân cách để đặt trước mỗi giấy tờ khi quét. / Make sheets to lay before papers that are scanned."""
    components = component or []
    if not dossier and not components and not blank:
        raise UsageError(reason="--dossier, --component or --blank says which sheets")
    if len(components) > MOST:
        raise UsageError(reason=f"{MOST} sheets at most")
    with open_house() as house:
        sheets = sheets_for(house.paper_types, dossier, components, blank)
        write_output(output, separator_pdf(sheets, house.paper_types))
    out.print(f"{escape(str(output))}  [dim]{len(sheets)} tờ, in hai mặt / sheets, print on both sides[/]")
