"""``sohoa pages``: which pages of a scan are left out of what is archived, and taking them back in."""

from typing import Annotated

import typer

from api.commands.common import AsJson, open_house, out, print_json
from dossier.identifiers import PaperId
from ingest.house import House
from ingest.scan.hidden_pages import hide_pages

_STATION = "cli"


def pages(
    paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")],
    restore: Annotated[
        list[int] | None, typer.Option(min=1, help="Đưa trang này vào bản lưu. / Take this page back in; repeatable.")
    ] = None,
    hide: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Không đưa trang này vào bản lưu. / Leave this page out; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Xem, ẩn hoặc khôi phục trang trống trước khi xác nhận. / Show, hide or restore empty pages before confirming."""
    with open_house() as house:
        paper = PaperId.parse(paper_id)
        hidden = house.catalogue.paper(paper).hidden_pages
        if restore or hide:
            wanted = (set(hidden) | set(hide or ())) - set(restore or ())
            hidden = hide_pages(house, paper, wanted, actor=_STATION).hidden_pages
        _tell(house, paper, hidden, as_json=as_json)
        house.catalogue.record(_STATION, "paper.read", f"paper:{paper}")


def _tell(house: House, paper: PaperId, hidden: tuple[int, ...], *, as_json: bool) -> None:
    count = house.catalogue.paper(paper).page_count
    if as_json:
        print_json({"paper": paper.value, "pages": count, "hidden_pages": list(hidden)})
        return
    named = ", ".join(map(str, hidden)) or "không có / none"
    out.print(f"Trang ẩn / hidden: [bold]{named}[/]  [dim]{paper}[/]")
