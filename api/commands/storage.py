"""``sohoa storage``: catalogue and object store held against each other."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.commands.common import AsJson, open_house, out, print_json
from dossier.errors import IntegrityError
from ingest.upkeep.backup_folder import BackupFolder
from ingest.upkeep.consistency import Finding, Trouble
from ingest.upkeep.consistency import check as check_storage

app = typer.Typer(help="Kho và danh mục. / Object store and catalogue.", no_args_is_help=True)
_TROUBLE_VI = {
    Trouble.MISSING: "danh mục có, kho không có / named by rows, not in the store",
    Trouble.OTHER_CONTENT: "nội dung khác danh mục / the store has other bytes than the rows say",
    Trouble.OTHER_VERSION: "đổi phiên bản / there as another version",
    Trouble.UNKNOWN_ORIGINAL: "tệp đã nhận chưa vào danh mục / received, not catalogued",
    Trouble.UNKNOWN_SEALED: "danh mục chưa ghi là đã lưu / not known as stored",
    Trouble.UNKNOWN_REPORT: "báo cáo thừa, vô hại / a report no row names, harmless",
    Trouble.UNFINISHED_UPLOAD: "gửi dở, nơi gửi sẽ gửi lại / upload not finished, to be sent again",
    Trouble.DISPOSED_LEFT: "còn sót của giấy tờ đã hủy hoặc cách ly / left of a disposed or quarantined paper",
    Trouble.WORK_LEFT: "tệp tạm còn sót / work in progress left over",
    Trouble.WORK_MISSING: "mất tệp tạm, cần đọc lại / work in progress gone",
    Trouble.FOREIGN: "không phải của sohoa / not a key of sohoa",
}


@app.command()
def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Sửa những gì sửa được mà không mất gì. / Mend what loses nothing.")
    ] = False,
    backup: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Lấy tệp thiếu từ bản sao lưu này. / Fetch what is lacking from a backup."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """So danh mục với kho; chạy được khi hệ thống đang làm việc. Mã thoát 9 nếu còn sai. / Exit 9 if anything is wrong.

    Mặc định chỉ xem, không sửa gì. / Nothing is changed without --repair.
    """
    found = list[Finding]()
    with open_house() as house:
        found += check_storage(house, repair=repair, backup=BackupFolder(backup) if backup else None)
    if as_json:
        rows = [
            {"trouble": f.trouble.value, "key": f.key, "version": f.version, "paper": f.paper, "mended": f.mended}
            for f in found
        ]
        print_json({"findings": rows, "wrong": sum(f.wrong for f in found)})
    else:
        _print(found)
    raise typer.Exit(IntegrityError.exit_code if any(f.wrong for f in found) else 0)


def _print(found: list[Finding]) -> None:
    if not found:
        out.print("[green]✓[/] Danh mục và kho khớp nhau. / Catalogue and store agree.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("", "Vấn đề / trouble", "Khóa / key", "Đã sửa / mended"):
        table.add_column(name, overflow="fold")
    for finding in found:
        sign = "[red]✗[/]" if finding.wrong else "[green]✓[/]" if finding.mended else "[yellow]![/]"
        explained = f"{finding.trouble.value}: {_TROUBLE_VI[finding.trouble]}"
        table.add_row(sign, explained, escape(finding.key), escape(finding.mended or "—"))
    out.print(table)
