"""``sohoa accounts``: people who sign in at the desks."""

from typing import Annotated

import typer
from rich.markup import escape

from api.accounts import new_account, renew_password
from api.commands.common import AsJson, err, open_house, out, print_json
from api.keys import Role
from api.shapes.access import account_json
from storage.people import accounts

app = typer.Typer(help="Tài khoản người dùng bàn làm việc. / People's accounts at the desks.", no_args_is_help=True)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Tên đăng nhập. / Name to sign in with.")],
    person: Annotated[str, typer.Option(help="Họ tên, đứng trong xác nhận. / The person's name, as it is stated.")],
    role: Annotated[Role, typer.Option(help="Vai trò. / Role.")],
    as_json: AsJson = False,
) -> None:
    """Lập tài khoản; mật khẩu đầu tiên chỉ hiện một lần. / Make an account; its first password is shown once."""
    with open_house() as house:
        password = new_account(house.catalogue, name, person, role)
    _tell(name, password, as_json=as_json)


@app.command()
def password(name: str, as_json: AsJson = False) -> None:
    """Cấp lại mật khẩu đầu tiên, kết thúc mọi phiên. / Give a first password again and end all sessions."""
    with open_house() as house:
        fresh = renew_password(house.catalogue, name)
    _tell(name, fresh, as_json=as_json)


@app.command("list")
def list_accounts(as_json: AsJson = False) -> None:
    """Liệt kê tài khoản. / List the accounts."""
    with open_house() as house:
        rows = [account_json(account) for account in accounts.accounts(house.catalogue)]
    if as_json:
        print_json({"accounts": rows})
    else:
        for row in rows:
            shown = (row["name"], row["role"], row["person"], row["created_at"], row["closed_at"] or "")
            out.print("  ".join(escape(str(cell)) for cell in shown))


@app.command()
def close(name: str, as_json: AsJson = False) -> None:
    """Đóng tài khoản và mọi phiên của nó. / Close an account and end its sessions."""
    with open_house() as house:
        accounts.close(house.catalogue, name, actor="cli")
    if as_json:
        print_json({"closed": name})
    else:
        out.print("Đã đóng. / Closed.")


def _tell(name: str, first: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "first_password": first})
    else:
        out.print(first)
        err.print("[dim]Đưa mật khẩu này cho đúng người; lần đăng nhập đầu tiên sẽ đòi mật khẩu mới.[/]")
        err.print("[dim]Hand it to the person alone; the first sign-in asks for a new one.[/]")
