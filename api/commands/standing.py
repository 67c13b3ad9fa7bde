"""``sohoa hand-over``, ``supersede``, ``revoke``, ``status-list``: how stored papers stand, and who is told."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, By, day_of, err, open_house, out, print_json, print_papers, write_output
from api.shapes import papers_json
from dossier import times
from dossier.errors import SohoaError
from dossier.identifiers import PaperId
from dossier.papers import Paper
from dossier.standing import Reason, RevokingReason, StatusChange, SupersedingReason
from ingest.house import House
from ingest.proof.status_lists import due_list, present_list
from storage.audit_log.audit_reads import record_reads
from storage.lifecycle.standing import Revocation, hand_over, revoke
from storage.lifecycle.superseding import Supersession, supersede

_ACTOR = "cli"
_AT_ONCE = dt.timedelta(0)
"""A person asks: no other revocation is waited for."""
_PaperArgument = Annotated[str, typer.Argument(metavar="PAPER_ID")]


def hand_over_result(paper_id: _PaperArgument, as_json: AsJson = False) -> None:
    """Trả một kết quả cho chủ giấy tờ. / Hand over one result; this cannot be taken back."""
    with open_house() as house:
        _show(house, hand_over(house.catalogue, PaperId.parse(paper_id), actor=_ACTOR), as_json=as_json)


def supersede_paper(
    paper_id: _PaperArgument,
    successor: Annotated[str, typer.Option("--with", metavar="PAPER_ID", help="Giấy tờ thay thế. / By which paper.")],
    by: By,
    reason: Annotated[SupersedingReason, typer.Option(help="Lý do. / Why.")] = Reason.REISSUED,
    as_json: AsJson = False,
) -> None:
    """Thay thế một giấy tờ bằng giấy tờ khác của cùng chủ. / Let another paper take the place of a paper."""
    word = Supersession(PaperId.parse(successor), reason, by)
    with open_house() as house:
        _show(house, supersede(house.catalogue, PaperId.parse(paper_id), word, actor=_ACTOR), as_json=as_json)


def revoke_paper(
    paper_id: _PaperArgument,
    reason: Annotated[RevokingReason, typer.Option(help="Lý do. / Why.")],
    authority: Annotated[
        str, typer.Option(help="Cơ quan và văn bản quyết định. / Who decided it, and by which document.")
    ],
    by: By,
    on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Từ ngày này. / From this day on; default today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Thu hồi một giấy tờ; không hoàn tác được. / Revoke a paper, for good; a new status list is made at once."""
    word = Revocation(reason, day_of("on", on) or times.today(), authority, by)
    with open_house() as house:
        _show(house, revoke(house.catalogue, PaperId.parse(paper_id), word, actor=_ACTOR), as_json=as_json)
        try:
            due_list(house, soonest=_AT_ONCE)
        except SohoaError as error:  # the paper is revoked all the same; a worker makes the list later
            err.print(
                f"[yellow]![/] Danh sách tình trạng / status list: {escape(error.text_vi)} {escape(error.text_en)}"
            )


def status_list(
    output: Annotated[Path, typer.Option("--output", "-o", help="Ghi vào tệp này. / Write to this file.")],
    as_json: AsJson = False,
) -> None:
    """Lấy danh sách tình trạng đã ký số, lập mới nếu đến hạn. / Get the signed status list, made anew if due."""
    with open_house() as house:
        kept = due_list(house, soonest=_AT_ONCE) or present_list(house)
        write_output(output, house.objects.get(kept.file.key, kept.file.version))
    if as_json:
        print_json(
            {
                "number": kept.number,
                "made_at": times.iso_local(kept.made_at),
                "next_at": times.iso_local(kept.next_at),
                "entries": kept.entries,
                "sha256": kept.file.sha256,
                "size": kept.file.size,
            }
        )
    else:
        until = times.local(kept.next_at)
        out.print(
            f"{escape(str(output))}: danh sách số {kept.number}, {kept.entries} tệp, dùng đến {until:%H:%M %d/%m/%Y}"
            f"  [dim]list no. {kept.number}, {kept.entries} files[/]",
            soft_wrap=True,
        )


def print_standing(change: StatusChange) -> None:
    """Print how a paper stands that is no longer in force."""
    since, instead = times.local(change.since), f", thay bằng {change.successor}" if change.successor else ""
    authority = f" · {escape(change.authority)}" if change.authority else ""
    out.print(
        f"  [yellow]Hết hiệu lực[/] từ {since:%H:%M %d/%m/%Y}: {change.reason.text}{instead}{authority}", soft_wrap=True
    )


def _show(house: House, paper: Paper, *, as_json: bool) -> None:
    record_reads(house.catalogue, [paper.id], actor=_ACTOR)
    if as_json:
        print_json(papers_json([paper], house))
    else:
        print_papers([paper], dict(house.paper_types))
