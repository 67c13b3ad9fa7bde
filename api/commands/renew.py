"""``sohoa renew``: what proves stored papers ends one day; when, and a further time stamp before."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table

from api.commands.common import MOST_DAYS, AsJson, fail, open_house, out, print_json, print_refused
from api.shapes import Json, calendar_json, problem_json
from dossier import times
from dossier.errors import NotRenewable, PartError, SohoaError, UsageError
from dossier.papers import Paper
from ingest.house import House
from ingest.limited.politeness import step_back
from ingest.proof.renew import DUE_WITHIN, Month, Outcome, calendar, find_ends, renew_due
from storage.proof import renewals


def renew(
    due: Annotated[bool, typer.Option("--due", help="Gia hạn giấy tờ đến hạn. / Renew papers that are due.")] = False,
    show_calendar: Annotated[
        bool, typer.Option("--calendar", help="Tháng nào bao nhiêu giấy tờ đến hạn. / How many end in which month.")
    ] = False,
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Tính lại hạn từ chính các tệp. / Find out all ends from the files.")
    ] = False,
    before: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Đến hạn trước ngày này. / Due is what ends before this day."),
    ] = None,
    within: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_DAYS, help="Đến hạn trong số ngày này (mặc định 365). / Or within so many days."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Nhiều nhất bấy nhiêu giấy tờ. / At most so many.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ liệt kê. / List only, keep nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Gia hạn giá trị chứng minh của giấy tờ đã ký. / Renew what proves sealed papers, before it ends.

    Chọn một: --calendar, --due, --recompute. / Choose one of the three.
    """
    if due + show_calendar + recompute != 1:
        raise UsageError(reason="name one of --calendar, --due, --recompute")
    if (not due and (before or within or limit or dry_run)) or (before and within):
        raise UsageError(reason="--before or --within, --limit and --dry-run go with --due")
    with open_house() as house:
        step_back(house.settings.nice)  # what is under way goes first
        if show_calendar:
            print_calendar(calendar(house), as_json=as_json)
        elif recompute:
            raise typer.Exit(_recompute(house, as_json=as_json))
        else:
            end = before.replace(tzinfo=times.VIETNAM) if before else times.now() + _window(within)
            raise typer.Exit(_renew(house, end, limit=limit, keep=not dry_run, as_json=as_json))


def print_calendar(months: list[Month], *, as_json: bool) -> None:
    """Print what ends when."""
    if as_json:
        print_json(calendar_json(months))
        return
    if not months:
        out.print("Kho chưa có giấy tờ đã ký. / Nothing is sealed yet.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("Hết hạn tháng", "Giấy tờ ký tại đây", "Đến đã ký sẵn", "Hồ sơ bằng chứng ngày"):
        table.add_column(name, justify="left" if name.startswith("Hết") else "right")
    for month in months:
        numbers = (month.papers, month.signed_origin, month.records)
        table.add_row(month.month or "chưa biết / unknown", *(str(number) if number else "—" for number in numbers))
    out.print(table)
    out.print("[dim]Ends in month · papers sealed here · arrived signed · days' evidence records[/]")


def _window(within: int | None) -> dt.timedelta:
    return dt.timedelta(days=within) if within else DUE_WITHIN


def _recompute(house: House, *, as_json: bool) -> int:
    """Find out anew until when every stored paper is proven; return the exit code."""
    ends: Counter[bool] = Counter()
    failed: dict[str, SohoaError] = {}
    for paper, ended in find_ends(house, renewals.all_stored(house.catalogue)):
        if isinstance(ended, SohoaError):
            failed[paper.id.value] = ended
        else:
            ends[ended is not None] += 1
    if as_json:
        problems = [{"paper": paper} | problem_json(error) for paper, error in failed.items()]
        print_json({"known": ends[True], "unknown": ends[False], "failed": problems})
    else:
        for name, error in failed.items():
            print_refused(name, error)
        out.print(f"biết hạn / end known: {ends[True]} · không có gì để chứng minh / nothing to prove: {ends[False]}")
    return next((error.exit_code for error in failed.values()), 0)


def _renew(house: House, end: dt.datetime, *, limit: int | None, keep: bool, as_json: bool) -> int:
    """Renew what ends before ``end``; return the exit code."""
    outcomes: Counter[Outcome] = Counter()
    told, failed, stopped = list[Json](), dict[str, SohoaError](), None
    try:
        for paper, ended in _due(house, end, keep=keep):
            if isinstance(ended, SohoaError):
                failed[paper.id.value] = ended
            else:
                outcomes[ended] += 1
                if ended is Outcome.TOO_LATE:
                    failed[paper.id.value] = NotRenewable(
                        reason=f"what proved it ended on {_day(paper.protected_until)}",
                        reason_vi=f"giá trị chứng minh đã hết từ {_day(paper.protected_until)}",
                    )
                told.append({"id": paper.id.value, "outcome": ended.value, "protected_until": _iso(paper)})
            if outcomes[Outcome.RENEWED] + outcomes[Outcome.DUE] == limit:
                break
    except PartError as error:
        stopped = error
    left = renewals.count_due(house.catalogue, end, times.now())
    if as_json:
        problems = [{"paper": paper} | problem_json(error) for paper, error in failed.items()]
        print_json(
            {"papers": told, "failed": problems, "left": left, "stopped": problem_json(stopped) if stopped else None}
        )
    else:
        for name, problem in failed.items():
            print_refused(name, problem)
        counts = {
            "đã gia hạn / renewed": outcomes[Outcome.RENEWED],
            "quá hạn / too late": outcomes[Outcome.TOO_LATE],
            "lỗi / failed": len(failed) - outcomes[Outcome.TOO_LATE],
            "còn đến hạn / still due": left,
        }
        out.print(" · ".join(f"{name}: {count}" for name, count in counts.items()))
        if stopped:
            fail(stopped, as_json=False)
    return stopped.exit_code if stopped else next((error.exit_code for error in failed.values()), 0)


def _due(house: House, end: dt.datetime, *, keep: bool) -> Iterator[tuple[Paper, Outcome | SohoaError]]:
    """Yield what came of the papers that are due; of those whose end nobody knows yet it is found out first."""
    if keep:
        for paper, ended in find_ends(house, renewals.of_unknown_end(house.catalogue)):
            if isinstance(ended, SohoaError):
                yield paper, ended
    yield from renew_due(house, end, keep=keep)


def _iso(paper: Paper) -> str | None:
    return times.iso_local(paper.protected_until) if paper.protected_until else None


def _day(moment: dt.datetime | None) -> str:
    return f"{times.local(moment):%d/%m/%Y}" if moment else "—"
