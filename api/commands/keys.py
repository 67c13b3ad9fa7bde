"""``sohoa keys``: access keys of stations, officers, systems, auditors, administrators."""

from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import After, AsJson, Limit, err, open_house, out, print_following, print_json
from api.keys import Role, issue_key, rotate_key
from api.shapes.access import key_json

app = typer.Typer(help="Khóa truy cập API. / API access keys.", no_args_is_help=True)


@app.command()
def new(name: str, role: Annotated[Role, typer.Option(help="Vai trò. / Role.")], as_json: AsJson = False) -> None:
    """Cấp khóa mới; chỉ hiện một lần. / Issue a key; it is shown once."""
    with open_house() as house:
        key = issue_key(house.catalogue, name, role)
    if as_json:
        print_json({"name": name, "role": role.value, "key": key})
    else:
        out.print(key)  # alone, so that it can be written into a file
        err.print("[dim]Hãy cất khóa này ngay: không xem lại được. / Keep it now: it cannot be shown again.[/]")


@app.command()
def rotate(
    name: str,
    hours: Annotated[
        float, typer.Option(min=0, max=24 * 31, help="Giờ dùng tiếp khóa cũ. / Hours the old key goes on.")
    ] = 24,
    as_json: AsJson = False,
) -> None:
    """Thay khóa; khóa cũ dùng được thêm một thời gian. / Replace a key; the old one goes on for a while."""
    with open_house() as house:
        key = rotate_key(house.catalogue, name, hours=hours)
    if as_json:
        print_json({"name": name, "key": key})
    else:
        out.print(key)
        err.print("[dim]Hãy cất khóa này ngay: không xem lại được. / Keep it now: it cannot be shown again.[/]")


@app.command("list")
def list_keys(limit: Limit = 100, after: After = None, as_json: AsJson = False) -> None:
    """Liệt kê các khóa (không có nội dung khóa). / List the keys by name, not their secrets."""
    with open_house() as house:
        found = house.catalogue.keys(limit=limit, after=after)
    rows, following = [key_json(key) for key in found], found[-1].name if len(found) == limit else None
    if as_json:
        print_json({"keys": rows, "next": following})
        return
    for row in rows:
        out.print(f"{escape(str(row['name']))}  {row['role']}  {row['created_at']}  {row['revoked_at'] or ''}")
    print_following(following)


@app.command()
def revoke(name: str, as_json: AsJson = False) -> None:
    """Thu hồi một khóa. / Revoke a key."""
    with open_house() as house:
        house.catalogue.revoke_key(name, actor="cli")
    if as_json:
        print_json({"revoked": name})
    else:
        out.print("Đã thu hồi. / Revoked.")
