"""``sohoa backup`` and ``sohoa restore``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_json, read_input
from dossier import times
from dossier.errors import BackupDamaged, ObjectDamaged, UsageError
from ingest.settings import Settings
from ingest.upkeep.backup import backup as make_backup
from ingest.upkeep.backup import prune, verify_backup
from ingest.upkeep.backup_folder import Manifest
from ingest.upkeep.restore import restore as restore_backup
from ingest.upkeep.secret_box import lock_away, put_back

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="Tệp chứa mật khẩu; không có thì hỏi. / Holds it; else it is asked for.",
    ),
]
_SHOWN = 100


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Chỉ đọc lại bản sao lưu. / Only read the newest backup again.")
    ] = False,
    with_secrets: Annotated[
        Path | None,
        typer.Option(
            "--with-secrets",
            metavar="FILE",
            help="Ghi các khóa bí mật, mã hóa, vào tệp riêng. / Write the secrets, encrypted, to a file apart.",
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Xong thì xóa các bản chụp cũ, giữ bấy nhiêu. / Then remove the oldest snapshots, all but so many.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sao lưu danh mục và kho vào FOLDER, chỉ chép tệp mới. / Back up; exit 9 if something is lacking."""
    if verify and keep is not None:
        raise UsageError(reason="--keep goes with a new backup, not with --verify")
    if verify:
        verified = verify_backup(folder)
        lacking, manifest, sha256 = (
            sorted({*verified.damaged, *verified.manifest.lacking}),
            verified.manifest,
            verified.sha256,
        )
        _report(verified.snapshot, manifest, sha256, lacking, {"read": verified.objects}, as_json=as_json)
        raise typer.Exit(BackupDamaged.exit_code if lacking else 0)
    passphrase = _passphrase(passphrase_file, twice=True) if with_secrets else ""
    with open_house() as house:
        made = make_backup(house, folder)
        if with_secrets:
            lock_away(house.settings.root, with_secrets, passphrase)
        done = {"copied": made.copied, "copied_bytes": made.copied_size}
        if keep is not None:
            pruned = prune(house, folder, made, keep)
            done |= {"removed": len(pruned.removed), "removed_bytes": pruned.freed}
    _report(made.snapshot, made.manifest, made.sha256, made.manifest.lacking, done, as_json=as_json)
    raise typer.Exit(ObjectDamaged.exit_code if made.manifest.lacking else 0)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
    snapshot: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Bản chụp nào; mặc định mới nhất. / Which; the newest by default."),
    ] = None,
    secrets: Annotated[
        Path | None,
        typer.Option("--secrets", metavar="FILE", help="Tệp khóa bí mật của bản sao lưu. / The file of secrets."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Khôi phục vào hệ thống trống; dừng giữa chừng thì chạy lại. / Restore into an empty installation."""
    if secrets:
        read_input(secrets)
        put_back(secrets, Settings.load().root, _passphrase(passphrase_file))
    with open_house() as house:
        restored = restore_backup(house, folder, snapshot)
    done = {"restored": restored.objects, "restored_bytes": restored.size, "disposed_again": restored.disposed}
    done["audit_entries"] = restored.audit.entries
    _report(restored.snapshot, restored.manifest, "", restored.lacking, done, as_json=as_json)
    raise typer.Exit(BackupDamaged.exit_code if restored.lacking else 0)


def _passphrase(file: Path | None, *, twice: bool = False) -> str:
    if file is not None:
        try:
            passphrase = read_input(file).decode().strip()
        except UnicodeDecodeError:
            raise UsageError(reason="The passphrase is not UTF-8.") from None
    else:
        passphrase = str(typer.prompt("Mật khẩu / passphrase", hide_input=True, confirmation_prompt=twice, err=True))
    if not passphrase:
        raise UsageError(reason="The passphrase is empty.")
    return passphrase


def _report(
    snapshot: str, manifest: Manifest, sha256: str, lacking: list[str], done: dict[str, int], *, as_json: bool
) -> None:
    if as_json:
        shown = {
            "snapshot": snapshot,
            "made_at": times.iso_local(manifest.made_at),
            "papers": manifest.rows.get("papers", 0),
            "objects": manifest.versions,
            "bytes": manifest.size,
            "manifest_sha256": sha256 or None,
            "lacking": list(lacking),
        }
        print_json(shown | done)
        return
    for key in lacking[:_SHOWN]:
        out.print(f"[red]✗[/] thiếu hoặc hỏng / lacking: {escape(key)}", soft_wrap=True)
    numbers = " · ".join(f"{name}: {number}" for name, number in done.items())
    sign = "[red]✗[/]" if lacking else "[green]✓[/]"
    papers = manifest.rows.get("papers", 0)
    out.print(f"{sign} {snapshot}: {papers} giấy tờ / papers, {manifest.versions} tệp / objects · {numbers}")
    if sha256:
        out.print(f"[dim]manifest sha256 {sha256}[/]")
