"""``sohoa webhooks``: who is told of changes, and what became of it."""

import datetime as dt
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_json
from api.shapes.webhooks import delivery_json, webhook_json
from ingest.telling.webhooks import OVERLAP, rotate, subscribe
from storage.telling import webhooks
from storage.telling.changes import START
from storage.telling.webhooks import DeliveryState, Webhook

app = typer.Typer(help="Báo thay đổi cho hệ thống khác. / Tell other systems of changes.", no_args_is_help=True)
_KEEP = "[dim]Hãy cất khóa này ngay: không xem lại được. / Keep it now: it cannot be shown again.[/]"


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Địa chỉ https nhận thông báo. / The https address.")],
    kind: Annotated[list[str] | None, typer.Option(help="Loại sự kiện; mặc định tất cả. / Kinds; all if none.")] = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Cả những gì đã xảy ra. / What happened so far, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Đăng ký một địa chỉ; khóa bí mật chỉ hiện một lần. / Subscribe an address; its secret is shown once."""
    with open_house() as house:
        made, secret = subscribe(house, url, kind or [], after=START if from_start else None, actor="cli")
    _print_secret(made, secret, as_json=as_json)


@app.command("list")
def list_webhooks(as_json: AsJson = False) -> None:
    """Liệt kê các đăng ký. / List the subscriptions."""
    with open_house() as house:
        standings = webhooks.standings(house.catalogue)
    if as_json:
        print_json({"webhooks": [webhook_json(s.webhook) | {"dead": s.dead} for s in standings]})
        return
    for standing in standings:
        one = standing.webhook
        out.print(
            f"{one.id}  {one.state.value}  {escape(one.url)}  {' '.join(one.kinds) or '*'}  dead: {standing.dead}",
            soft_wrap=True,
        )


@app.command()
def remove(webhook: str, as_json: AsJson = False) -> None:
    """Hủy một đăng ký. / End a subscription."""
    with open_house() as house:
        webhooks.remove(house.catalogue, webhook, actor="cli")
    _done({"removed": webhook}, as_json=as_json)


@app.command("secret")
def replace_secret(
    webhook: str,
    overlap_hours: Annotated[int, typer.Option(min=0, max=720, help="Khóa cũ còn ký. / The old one signs too.")] = (
        OVERLAP // dt.timedelta(hours=1)
    ),
    as_json: AsJson = False,
) -> None:
    """Thay khóa bí mật của một đăng ký. / Replace a subscription's secret."""
    with open_house() as house:
        kept, secret = rotate(house, webhook, overlap=dt.timedelta(hours=overlap_hours), actor="cli")
    _print_secret(kept, secret, as_json=as_json)


@app.command()
def resume(webhook: str, as_json: AsJson = False) -> None:
    """Gửi tiếp cho một đăng ký đã tạm dừng. / Serve a suspended subscription again."""
    with open_house() as house:
        webhooks.resume(house.catalogue, webhook, actor="cli")
    _done({"resumed": webhook}, as_json=as_json)


@app.command()
def deliveries(
    webhook: str,
    state: Annotated[DeliveryState | None, typer.Option(help="Chỉ trạng thái này. / Only in this state.")] = None,
    after: Annotated[int, typer.Option(min=0)] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Xem các lần gửi. / Show deliveries."""
    with open_house() as house:
        found = webhooks.deliveries(house.catalogue, webhook, state=state, after=after, limit=limit)
    rows = [delivery_json(delivery) for delivery in found]
    if as_json:
        print_json({"deliveries": rows})
        return
    for row in rows:
        out.print(f"{row['event']}  {row['state']}  {row['attempts']}  {row['last_at']}  {row['error'] or ''}")


@app.command()
def replay(
    webhook: str,
    event: Annotated[int | None, typer.Option(min=1, help="Chỉ sự kiện này. / Only this one; else all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Gửi lại thông báo đã ngừng gửi. / Deliver again what was given up."""
    with open_house() as house:
        count = webhooks.replay(house.catalogue, webhook, event, actor="cli")
    _done({"replayed": count}, as_json=as_json)


def _print_secret(webhook: Webhook, secret: str, *, as_json: bool) -> None:
    if as_json:
        print_json(webhook_json(webhook) | {"secret": secret})
    else:
        out.print(f"{webhook.id}\n{secret}\n{_KEEP}", soft_wrap=True)


def _done(what: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(what)
    else:
        out.print(f"Xong. / Done: {', '.join(f'{name} {value}' for name, value in what.items())}.")
