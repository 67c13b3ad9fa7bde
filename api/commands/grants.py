"""``sohoa grants``: who may be given what of which papers."""

import datetime as dt
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import After, AsJson, Limit, open_house, out, print_following, print_json
from api.granting import give_grant, grants_shown
from api.shapes import Json
from api.shapes.access import grant_json
from dossier.grants import Basis, Grant
from dossier.identifiers import PaperId, parse_owner_number
from storage.reuse import grants

app = typer.Typer(help="Quyền nhận giấy tờ của hệ thống khác. / What systems may be given.", no_args_is_help=True)


@app.command()
def new(
    consumer: str,
    basis: Annotated[Basis, typer.Option(help="Căn cứ. / The ground.")],
    purpose: Annotated[list[str], typer.Option(help="Mục đích, lặp lại được. / What for; repeatable.")],
    citation: Annotated[str, typer.Option(help="Điều luật, hoặc nơi lưu phiếu đồng ý. / The rule of law.")] = "",
    paper_type: Annotated[list[str] | None, typer.Option("--type", help="Loại giấy tờ; bỏ trống: tất cả.")] = None,
    personal: Annotated[
        list[str] | None, typer.Option(help="Trường có dữ liệu cá nhân, * là tất cả. / Personal fields, * for all.")
    ] = None,
    file: Annotated[bool, typer.Option("--file", help="Được tải tệp. / The file too.")] = False,
    owner: Annotated[str | None, typer.Option(help="Số định danh của chủ giấy tờ đồng ý. / Who consents.")] = None,
    until: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ngày cuối. / Last day.")] = None,
    as_json: AsJson = False,
) -> None:
    """Cấp quyền nhận giấy tờ cho một hệ thống. / Let a system have papers."""
    grant = Grant(
        id=PaperId.new().value,
        consumer=consumer,
        basis=basis,
        citation=citation,
        purposes=tuple(purpose),
        paper_types=tuple(paper_type or ()),
        personal_fields=tuple(personal or ()),
        file=file,
        owner=parse_owner_number(owner) if owner else None,
        until=until.date() if until else None,
    )
    with open_house() as house:
        given = grant_json(give_grant(house, grant, actor="cli"), owner=True)
    if as_json:
        print_json(given)
    else:
        _print(given)


@app.command("list")
def list_grants(limit: Limit = 100, after: After = None, as_json: AsJson = False) -> None:
    """Liệt kê các quyền đã cấp, cũ nhất trước. / List the grants, revoked ones too, the oldest first."""
    with open_house() as house:
        found = grants_shown(house, owners=True, actor="cli", limit=limit, after=after)
    listed, following = [grant_json(one, owner=True) for one in found], found[-1].id if len(found) == limit else None
    if as_json:
        print_json({"grants": listed, "next": following})
        return
    for one in listed:
        _print(one)
    print_following(following)


@app.command()
def revoke(grant: str, as_json: AsJson = False) -> None:
    """Thu hồi một quyền. / Revoke a grant."""
    with open_house() as house:
        grants.revoke(house.catalogue, grant, actor="cli")
    if as_json:
        print_json({"revoked": grant})
    else:
        out.print("Đã thu hồi. / Revoked.")


def _print(grant: Json) -> None:
    types = ", ".join(grant["paper_types"]) or "mọi loại / all types"
    personal = ", ".join(grant["personal_fields"]) or "không / none"
    ended = f" · thu hồi / revoked {grant['revoked_at']}" if grant["revoked_at"] else ""
    out.print(
        f"[bold]{grant['id']}[/]  {escape(grant['consumer'])} · {grant['basis']} · {escape(grant['citation'])}\n"
        f"  {escape(types)} · {', '.join(grant['purposes'])} · trường cá nhân / personal fields: {escape(personal)}"
        f" · tệp / file: {'có' if grant['file'] else 'không'} · đến / until {grant['until'] or '—'}{ended}",
        soft_wrap=True,
    )
