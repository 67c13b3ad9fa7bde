"""The ``sohoa`` command: one module per group of commands, listed here in the order a newcomer needs them.

Exit codes: 0 done · 1 a verification says invalid, a scan should be made again, or an unknown error · 2 a verification
is undetermined · 3 input refused · 4 not found · 5 wrong state · 6 a part is missing or failed · 7 configuration · 8 no
access · 9 stored data or the audit chain is damaged · 64 wrong usage · 130 stopped by Ctrl+C.
"""

import sys

import typer

from api.commands import (
    accounts,
    audit,
    backup,
    corrections,
    digitize,
    doctor,
    dossiers,
    evidence,
    figures,
    fixity,
    grants,
    keys,
    objects,
    owners,
    pages,
    papers,
    portal,
    quality,
    read,
    records,
    renew,
    reread,
    retention,
    search,
    separators,
    serve,
    standing,
    station,
    storage,
    verify,
    webhooks,
)
from api.commands.common import STOPPED, fail, stop
from dossier.errors import DiskFull, PartFailed, SohoaError, UsageError

app = typer.Typer(
    name="sohoa",
    add_completion=False,
    help="Số hóa giấy tờ thủ tục hành chính: quét vào, giấy tờ điện tử đã ký số ra. / Digitize dossier papers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(digitize.digitize)
app.command()(papers.papers)
app.command()(papers.show)
app.command()(papers.picture)
app.command()(papers.find)
app.command()(search.search)
app.command()(papers.get)
app.command()(owners.reads)
app.command()(digitize.split)
app.command()(digitize.join)
app.command()(pages.pages)
app.command()(digitize.confirm)
app.command()(digitize.retry)
app.command()(dossiers.dossier)
app.command("hand-over")(standing.hand_over_result)
app.command("supersede")(standing.supersede_paper)
app.command("revoke")(standing.revoke_paper)
app.command("status-list")(standing.status_list)
app.command()(reread.reread)
app.command()(corrections.corrections)
app.command()(search.index)
app.command()(quality.quality)
app.command()(separators.separators)
app.command()(verify.verify)
app.command()(evidence.evidence)
app.command()(renew.renew)
app.command()(figures.figures)
app.command()(read.ocr)
app.command()(read.extract)
app.command()(station.station)
app.command()(serve.serve)
app.command()(serve.worker)
app.command()(doctor.doctor)
app.command()(fixity.fixity)
app.command()(backup.backup)
app.command()(backup.restore)
app.add_typer(owners.app, name="owners")
app.add_typer(accounts.app, name="accounts")
app.add_typer(keys.app, name="keys")
app.add_typer(objects.app, name="objects")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(portal.app, name="portal")
app.add_typer(grants.app, name="grants")
app.add_typer(records.app, name="records")
app.add_typer(retention.app, name="retention")
app.add_typer(audit.app, name="audit")
app.add_typer(storage.app, name="storage")


def main() -> None:
    """Run the command line; errors become a short message and their exit code."""
    try:
        code = app(standalone_mode=False)
    except SohoaError as error:
        sys.exit(fail(error))
    except typer.TyperException as error:
        sys.exit(fail(_wrong_usage(error)))
    except OSError as error:
        full = DiskFull.is_meant_by(error)
        sys.exit(fail(DiskFull() if full else PartFailed(part="disk", reason=error.strerror or type(error).__name__)))
    if code == STOPPED:
        stop()
    sys.exit(code)


def _wrong_usage(error: typer.TyperException) -> UsageError:
    """Return the error for arguments that fit no command; without any, the help has been printed already."""
    return UsageError(reason=" ".join(error.format_message().split()) or "Missing command.")
