"""``sohoa evidence``: everything that proves a paper, in one file that public tools can check."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_json, write_output
from dossier.identifiers import PaperId
from ingest.proof.evidence import evidence_package

_ACTOR = "cli"


def evidence(
    paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")],
    output: Annotated[
        Path | None, typer.Option("--out", "-o", help="Ghi vào tệp này. / Write to this file.", metavar="FILE.zip")
    ] = None,
    with_original: Annotated[
        bool, typer.Option("--with-original", help="Kèm tệp gốc như đã nhận. / With the file as it was received.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Xuất gói bằng chứng của một giấy tờ. / Export a paper's evidence package.

    Kiểm tra được bằng sha256sum, openssl, pdfsig và python3 theo README.txt trong gói. / Public tools check it.
    """
    with open_house() as house:
        paper = house.catalogue.paper(PaperId.parse(paper_id))
        data = evidence_package(house, paper, actor=_ACTOR, with_original=with_original)
    path = output or Path(f"{paper.id}-evidence.zip")
    write_output(path, data)
    sha256 = hashlib.sha256(data).hexdigest()
    if as_json:
        print_json({"paper": paper.id.value, "file": str(path), "sha256": sha256, "size": len(data)})
    else:
        out.print(f"{escape(str(path))}  [dim]sha256 {sha256}[/]")
