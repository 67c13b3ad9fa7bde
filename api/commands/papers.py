"""``sohoa papers``, ``show``, ``picture``, ``find``, ``get``: what is in the store."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_json, print_paper, print_papers, write_output
from api.commands.standing import print_standing
from api.shapes import papers_json
from dossier.errors import NotFound, NotSealed
from dossier.identifiers import PaperId, parse_owner_number
from dossier.papers import PaperState
from ingest.scan.crop import field_picture
from ingest.upkeep.fixity import sound
from storage.audit_log.audit_reads import record_reads
from storage.lifecycle.standing import standings

_ACTOR = "cli"


def papers(
    state: Annotated[PaperState | None, typer.Option(help="Chỉ trạng thái này. / Only this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Liệt kê giấy tờ, mới nhất trước. / List papers, newest first."""
    with open_house() as house:
        found = house.catalogue.papers(state=state, limit=limit, newest_first=True)
        record_reads(house.catalogue, (paper.id for paper in found), actor=_ACTOR)
        if as_json:
            print_json(papers_json(found, house))
        else:
            print_papers(found, dict(house.paper_types))


def show(paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")], as_json: AsJson = False) -> None:
    """Xem một giấy tờ: trường, kiểm tra, chữ ký. / Show one paper."""
    with open_house() as house:
        paper = house.catalogue.paper(PaperId.parse(paper_id))
        house.catalogue.record(_ACTOR, "paper.read", f"paper:{paper.id}")
        if as_json:
            print_json(papers_json([paper], house))
        else:
            print_paper(paper, house.paper_types.get(paper.paper_type or ""))
            for change in standings(house.catalogue, [paper.id]).values():
                print_standing(change)


def picture(
    paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")],
    field: Annotated[str, typer.Argument(metavar="FIELD", help="Tên trường. / Key of the field.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Ghi ảnh PNG vào tệp. / Write a PNG to this file.")],
) -> None:
    """Lấy ảnh của một trường để đọc bằng mắt. / Get a field's picture, before the paper is stored."""
    with open_house() as house:
        paper = PaperId.parse(paper_id)
        write_output(output, field_picture(house, paper, field))
        house.catalogue.record(_ACTOR, "paper.read", f"paper:{paper}")
    out.print(escape(str(output)))


def find(
    owner: Annotated[str, typer.Option(help="Số định danh của chủ giấy tờ. / Owner number.")],
    paper_type: Annotated[str | None, typer.Option("--type", help="Mã loại giấy tờ. / Paper type.")] = None,
    valid_on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Còn giá trị vào ngày này. / Valid on this day.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Số giấy tờ tối đa. / At most.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Tìm giấy tờ trong kho của một chủ, mới cấp trước. / Find an owner's papers in the store, the latest first."""
    with open_house() as house:
        found = house.catalogue.find(
            parse_owner_number(owner),
            paper_type=paper_type,
            valid_on=valid_on.date() if valid_on else None,
            limit=limit,
        )
        record_reads(house.catalogue, (paper.id for paper in found), actor=_ACTOR)
        if as_json:
            print_json(papers_json(found, house))
        else:
            print_papers(found, dict(house.paper_types))


def get(
    paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Ghi vào tệp này. / Write to this file.")],
    as_json: AsJson = False,
) -> None:
    """Lấy tệp PDF đã ký số. / Get the sealed PDF."""
    with open_house() as house:
        paper = house.catalogue.paper(PaperId.parse(paper_id))
        if paper.state is PaperState.DISPOSED:
            raise NotFound(kind="paper", id=paper.id)
        if paper.sealed is None:
            raise NotSealed(state=paper.state.value)
        write_output(output, sound(house, paper.sealed))
        house.catalogue.record(_ACTOR, "paper.fetched", f"paper:{paper.id}")
        if as_json:
            print_json(papers_json([paper], house))
        else:
            out.print(f"{escape(str(output))}  [dim]sha256 {paper.sealed.sha256}[/]")
