"""``sohoa audit``: the log of who did what, and the proof that nobody changed it."""

import re
from typing import Annotated

import typer

from api.commands.common import AsJson, open_house, out, print_json
from api.shapes.audit import log_json
from dossier import times
from dossier.errors import InvalidValue
from ingest.upkeep.audit_log import check_log, keep_log

app = typer.Typer(help="Nhật ký kiểm toán. / Audit log.", no_args_is_help=True)


@app.command()
def check(
    segments: Annotated[
        bool,
        typer.Option(
            "--segments", help="Đối chiếu từng mục với bản lưu trong kho. / Compare every entry with its segment."
        ),
    ] = False,
    head: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SEQ:HASH",
            help="Mã băm của một mục đã ghi ở nơi khác. / An entry's hash that was written down elsewhere.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Chứng minh chuỗi nhật ký còn nguyên vẹn. / Prove that the chain is intact, with anchors and time stamps."""
    with open_house() as house:
        report = check_log(house, segments=segments, known=dict(map(_head, head or ())))
    chain = report.chain
    if as_json:
        print_json(log_json(report))
        return
    out.print(f"[green]✓[/] Nhật ký nguyên vẹn: {chain.entries} mục, mã băm cuối {chain.head_hash}")
    out.print(f"[dim]The log is intact: {chain.entries} entries, last hash as above.[/]")
    if report.proven_at:
        out.print(
            f"[green]✓[/] Dấu thời gian chứng minh đến mục {report.stamped}, lúc"
            f" {times.local(report.proven_at):%H:%M:%S %d/%m/%Y}  [dim]time-stamped up to there[/]"
        )
    if segments:
        out.print(f"[green]✓[/] Khớp bản lưu đến mục {chain.segmented}  [dim]as in the segments up to there[/]")
    if report.unanchored_since:
        out.print(
            f"[yellow]![/] {report.unanchored} mục cuối, từ {times.local(report.unanchored_since):%H:%M:%S %d/%m/%Y},"
            " chưa được neo trong kho  [dim]not anchored yet[/]"
        )
    for seq, codes in report.open:
        out.print(f"[yellow]![/] Chưa chứng minh được dấu thời gian của mục {seq}: {codes}  [dim]not proven[/]")


def _head(text: str) -> tuple[int, str]:
    seq, _, digest = text.partition(":")
    if not seq.isdecimal() or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise InvalidValue(key="head", reason="not a number, ':' and a hash", reason_vi="phải có dạng số:mã băm")
    return int(seq), digest


@app.command()
def keep(as_json: AsJson = False) -> None:
    """Ghi nhật ký của những ngày đã qua vào kho. / Keep days that are over; 'sohoa serve' does it by itself."""
    with open_house() as house:
        keys = list(keep_log(house))
    if as_json:
        print_json({"kept": keys})
    else:
        for key in keys:
            out.print(key)
        out.print(f"Đã ghi / kept: {len(keys)}")
