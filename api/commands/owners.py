"""``sohoa owners`` and ``sohoa reads``: an owner's numbers over time, and who read the papers."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, By, day_of, open_house, out, print_json
from api.shapes.owners import merge_json, owner_known_json, reads_json
from dossier import times
from dossier.identifiers import PaperId, parse_owner_number
from ingest.reuse.owner_links import link_all
from storage.audit_log.audit_reads import READS_SHOWN, Read, record_owner_read
from storage.audit_log.audit_reads import reads as reads_of
from storage.people import owners
from storage.people.owner_records import Merge, Statement

app = typer.Typer(help="Chủ giấy tờ và các số định danh. / Owners and their numbers.", no_args_is_help=True)
_ACTOR = "cli"
_Number = Annotated[str, typer.Option("--owner", help="Một số định danh của chủ. / Any number of the owner.")]
_Reason = Annotated[str, typer.Option(help="Lý do. / Why.")]


@app.command()
def show(owner: _Number, as_json: AsJson = False) -> None:
    """Xem mọi số định danh, tên, lịch sử gộp, giấy tờ của một chủ. / Show what is known of an owner."""
    with open_house() as house:
        number = parse_owner_number(owner)
        known, latest = owners.known_owner(house.catalogue, number), reads_of(house.catalogue, number)
        record_owner_read(house.catalogue, number, actor=_ACTOR, action=owners.LOOKED_UP)
    if as_json:
        print_json(owner_known_json(known, latest))
        return
    if known is None:
        out.print("Không có ai mang số này. / Nobody has this number.")
        return
    for one in known.numbers:
        since = f"{times.local(one.since):%d/%m/%Y}" if one.since else "—"
        out.print(f"{one.number.value}  [dim]{one.number.kind}[/]  từ {since}  {escape(', '.join(one.names))}")
    for paper_type, state, count in known.papers:
        out.print(f"  {escape(paper_type or '—')} · {state.value}: {count}")
    for merge in known.history:
        _print(merge)
    _print_reads(latest)


@app.command()
def merge(
    numbers: Annotated[tuple[str, str], typer.Argument(metavar="NUMBER NUMBER")],
    by: By,
    reason: _Reason,
    paper: Annotated[str | None, typer.Option(help="Giấy tờ làm căn cứ. / The paper that shows it.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Gộp dù mâu thuẫn. / Though it contradicts what is known.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Gộp hai số của cùng một chủ. / Merge two numbers of one owner."""
    first, second = (parse_owner_number(number) for number in numbers)
    statement = Statement(by, reason, PaperId.parse(paper) if paper else None)
    with open_house() as house:
        merged = owners.merge(house.catalogue, first, second, statement, actor=_ACTOR, forced=force)
    _report([merged], as_json=as_json)


@app.command()
def split(
    merge: Annotated[int, typer.Argument(min=1, help="Số thứ tự lần gộp. / Number of the merge.")],
    by: By,
    reason: _Reason,
    as_json: AsJson = False,
) -> None:
    """Tách lại hai số đã gộp, hoặc bác một mâu thuẫn. / Take a merge back, or turn a conflict down."""
    with open_house() as house:
        taken_back = owners.split(house.catalogue, merge, Statement(by, reason), actor=_ACTOR)
    _report([taken_back], as_json=as_json)


@app.command()
def conflicts(as_json: AsJson = False) -> None:
    """Liệt kê các mâu thuẫn chờ người quyết định. / List what cards say against what is known."""
    with open_house() as house:
        found = owners.conflicts(house.catalogue)
        if found:
            house.catalogue.record(_ACTOR, owners.CONFLICTS_LISTED, "owners")
    _report(found, as_json=as_json)


@app.command("link")
def link_numbers(as_json: AsJson = False) -> None:
    """Gộp theo mã QR của mọi thẻ căn cước trong kho. / Merge by the QR codes of all stored identity cards."""
    with open_house() as house:
        found = list(link_all(house, actor=_ACTOR))
    _report(found, as_json=as_json)


def reads(
    owner: _Number,
    since: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Từ ngày này. / From this day.")
    ] = None,
    until: Annotated[
        dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Đến hết ngày này. / To this day.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 200,
    as_json: AsJson = False,
) -> None:
    """Ai đã xem giấy tờ của một chủ, khi nào, để làm gì. / Who read an owner's papers, when, and what for."""
    number = parse_owner_number(owner)
    first, last = times.span(day_of("from", since), day_of("to", until))
    with open_house() as house:
        found = reads_of(house.catalogue, number, since=first, until=last, limit=limit)
        record_owner_read(house.catalogue, number, actor=_ACTOR, action=READS_SHOWN)
    if as_json:
        print_json(reads_json(found))
    else:
        _print_reads(found)
        if not found:
            out.print("Chưa ai xem. / Nobody did.")


def _report(merges: Sequence[Merge], *, as_json: bool) -> None:
    if as_json:
        print_json({"merges": [merge_json(merge) for merge in merges]})
        return
    for merge in merges:
        _print(merge)
    if not merges:
        out.print("Không có. / None.")


def _print(merge: Merge) -> None:
    said = "mã QR" if merge.person is None else escape(merge.person)
    state = f" · [yellow]{merge.refused.text_vi}[/]" if merge.refused else ""
    taken_back = f" · đã tách: {escape(merge.split.person)}, {escape(merge.split.reason)}" if merge.split else ""
    why = f" · {escape(merge.reason)}" if merge.reason else ""
    out.print(
        f"#{merge.serial} {times.local(merge.at):%d/%m/%Y %H:%M} {merge.first.value} = {merge.second.value}"
        f" · {said}{why}{state}{taken_back}",
        soft_wrap=True,
    )


def _print_reads(found: Sequence[Read]) -> None:
    for read in found:
        what = f"{read.paper} ({escape(read.paper_type or '—')})" if read.paper else "thông tin chủ / the owner"
        why = " · ".join(escape(part) for part in (read.purpose, read.dossier) if part)
        out.print(
            f"{times.local(read.at):%d/%m/%Y %H:%M:%S}  {escape(read.actor)} [dim]{read.role or ''}[/]"
            f"  {read.action}  {what}  {why}",
            soft_wrap=True,
        )
