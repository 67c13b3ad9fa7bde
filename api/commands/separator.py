"""``sohoa separator``: a sheet to print and lay between papers that are scanned together."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import out, write_output
from ingest.separator import separator_sheet


def separator(
    output: Annotated[Path, typer.Option("--output", "-o", help="Ghi PDF vào tệp này. / Write the PDF to this file.")],
) -> None:
    """Làm tờ phân cách để đặt giữa các giấy tờ khi quét. / Make a sheet to lay between papers that are scanned."""
    write_output(output, separator_sheet())
    out.print(f"{escape(str(output))}  [dim]in hai mặt / print on both sides[/]")
