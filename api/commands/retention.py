"""``sohoa retention``: what need not be kept any more, and legal holds.

Disposal, and agreeing that a hold is lifted, need a second key: see HTTP.
"""

from itertools import islice
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import After, AsJson, By, Limit, open_house, out, print_following, print_json
from api.shapes.retention import disposal_json, kept_json, retention_json
from dossier.identifiers import PaperId
from ingest.upkeep.disposal import due as due_papers
from ingest.upkeep.disposal import hold as hold_paper
from ingest.upkeep.disposal import propose_lifting
from storage.lifecycle.disposal import disposals

app = typer.Typer(help="Thời hạn lưu, tạm giữ, tiêu hủy. / Retention, legal holds, disposal.", no_args_is_help=True)
_ACTOR = "cli"
_Paper = Annotated[str, typer.Argument(metavar="PAPER_ID")]


@app.command()
def due(
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Giấy tờ đã hết thời hạn lưu. / Papers that need not be kept any more, the oldest first of each class."""
    with open_house() as house:
        found = list(islice(due_papers(house), limit))
    if as_json:
        print_json({"papers": [retention_json(one) for one in found]})
        return
    for one in found:
        name = one.rule.name_vi if one.rule else ""
        out.print(f"{one.paper.id}  {one.until}  {escape(name)}")
    out.print(f"{len(found)} giấy tờ / papers")


@app.command(name="open")
def open_disposals(limit: Limit = 100, after: After = None, as_json: AsJson = False) -> None:
    """Đề nghị tiêu hủy chưa xong, cũ nhất trước. / Disposals that wait for a second person or for the object store."""
    with open_house() as house:
        edge = PaperId.parse(after) if after else None
        found = disposals(house.catalogue, unfinished=True, limit=limit, after=edge)
    following = found[-1].paper.value if len(found) == limit else None
    if as_json:
        print_json({"disposals": [disposal_json(one) for one in found], "next": following})
        return
    for one in found:
        waits = (
            "chờ người thứ hai / waits for a second person" if one.approved_at is None else "đang xóa / being deleted"
        )
        out.print(f"{one.paper}  {waits}")
    out.print(f"{len(found)} đề nghị / disposals")
    print_following(following)


@app.command()
def show(paper_id: _Paper) -> None:
    """Thời hạn lưu của một giấy tờ (JSON). / Until when a paper must be kept, and its holds."""
    with open_house() as house:
        paper = house.catalogue.paper(PaperId.parse(paper_id))
        house.catalogue.record(_ACTOR, "paper.read", f"paper:{paper.id}")
        print_json(kept_json(house, paper))


@app.command()
def hold(
    paper_id: _Paper,
    by: By,
    authority: Annotated[str, typer.Option(help="Cơ quan yêu cầu. / On whose order.")],
    reason: Annotated[str, typer.Option(help="Lý do. / Why.")],
) -> None:
    """Tạm giữ một giấy tờ theo yêu cầu pháp lý. / Place a legal hold."""
    with open_house() as house:
        paper = PaperId.parse(paper_id)
        hold_paper(house, paper, person=by, authority=authority, reason=reason, actor=_ACTOR)
    out.print(f"{paper}  đang tạm giữ / held")


@app.command()
def lift(
    paper_id: _Paper,
    by: By,
    authority: Annotated[str, typer.Option(help="Cơ quan quyết định. / On whose order.")],
    reason: Annotated[str, typer.Option(help="Lý do. / Why.")],
) -> None:
    """Đề nghị gỡ mọi lệnh tạm giữ; người thứ hai đồng ý. / Propose to lift all holds; a second person agrees."""
    with open_house() as house:
        paper = PaperId.parse(paper_id)
        asked = propose_lifting(house, paper, person=by, authority=authority, reason=reason, actor=_ACTOR)
    out.print(f"{paper}  đề nghị gỡ {asked} lệnh, chờ người thứ hai / holds to be lifted; a second person has to agree")
