"""``sohoa audit``: the log of who did what, and the proof that nobody changed it."""

import typer

from api.commands.common import AsJson, open_house, out, print_json
from storage.audit import check as check_chain

app = typer.Typer(help="Nhật ký kiểm toán. / Audit log.", no_args_is_help=True)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Chứng minh chuỗi nhật ký còn nguyên vẹn. / Prove that the chain is intact."""
    with open_house() as house:
        report = check_chain(house.catalogue, house.objects)
    if as_json:
        print_json({"entries": report.entries, "head": report.head_hash, "anchored": report.anchored})
    else:
        out.print(f"[green]✓[/] Nhật ký nguyên vẹn: {report.entries} mục, mã băm cuối {report.head_hash}")
        out.print(f"[dim]The log is intact: {report.entries} entries, last hash as above.[/]")
