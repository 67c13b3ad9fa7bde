"""``sohoa fixity``: is every object in the store still what was kept?"""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_json
from api.shapes import Json
from dossier import times
from dossier.errors import ObjectDamaged
from dossier.identifiers import PaperId
from ingest.house import House
from ingest.upkeep.fixity import Checked, check_due, check_paper, paper_of
from ingest.upkeep.inventory import follow, walk
from ingest.upkeep.replica import replicate
from storage.upkeep import inventory
from storage.upkeep.inventory import LOST, Health, Outcome

_OUTCOME_VI = {
    Outcome.NEW: "chưa đọc lại",
    Outcome.SOUND: "nguyên vẹn",
    Outcome.DAMAGED: "hỏng",
    Outcome.MISSING: "mất",
    Outcome.REPLACED: "đã thay bằng bản tốt",
}
_SHOWN = 100
"""Objects listed at most; the numbers count all."""


def fixity(
    now: Annotated[
        bool, typer.Option("--now", help="Đọc lại toàn bộ kho ngay. / Read the whole store again now.")
    ] = False,
    paper: Annotated[
        str | None, typer.Option(metavar="PAPER_ID", help="Chỉ đọc lại một giấy tờ. / Read one paper's objects again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kho còn nguyên vẹn không? Mã thoát 9 nếu có tệp hỏng hay mất. / Is the store sound? Exit 9 if not.

    Không có tùy chọn: cho biết kết quả của việc kiểm tra định kỳ. / Without options: what the regular check found.
    """
    with open_house() as house:
        checked = list[Checked]()
        if paper is not None:
            follow(house)
            checked = _worth_telling(check_paper(house, house.catalogue.paper(PaperId.parse(paper))))
        elif now:
            follow(house)
            walk(house)
            replicate(house)
            checked = _worth_telling(check_due(house, now=True))
        health, counts = inventory.health(house.catalogue), inventory.counts(house.catalogue)
        lost = [entry.stored.key for entry in inventory.with_outcome(house.catalogue, LOST, limit=_SHOWN)]
        replica = _replica(house, health)
    if as_json:
        print_json(_json(health, counts, lost, checked) | {"replica": replica})
    else:
        _print(health, lost, checked, replica)
    raise typer.Exit(ObjectDamaged.exit_code if health.lost else 0)


def _worth_telling(checked: Iterable[Checked]) -> list[Checked]:
    """Read all, and return those with which something was wrong."""
    return [one for one in checked if one.outcome in LOST or one.mended_from or one.lock_restored]


def _replica(house: House, health: Health) -> Json | None:
    if not house.settings.replica_store:
        return None
    since = health.waiting_since
    lag = (house.catalogue.now() - since).total_seconds() if since and health.waiting else 0.0
    return {"copied": health.replicated, "waiting": health.waiting, "lag_s": round(max(0.0, lag), 1)}


def _json(health: Health, counts: dict[str, int], lost: list[str], checked: list[Checked]) -> Json:
    return {
        "objects": {outcome.value: number for outcome, number in health.objects.items()},
        "unchecked_since": times.iso_local(health.unchecked_since) if health.unchecked_since else None,
        "read_bytes": counts["fixity.bytes"],
        "damaged": counts["fixity.damaged"],
        "mended": counts["fixity.mended"],
        "lost": [{"key": key, "paper": paper_of(key)} for key in lost],
        "now": [
            {
                "key": one.stored.key,
                "outcome": one.outcome.value,
                "mended_from": one.mended_from,
                "lock_restored": one.lock_restored,
            }
            for one in checked
        ],
    }


def _print(health: Health, lost: list[str], checked: list[Checked], replica: Json | None) -> None:
    for one in checked[:_SHOWN]:
        if one.mended_from:
            out.print(f"[yellow]![/] đã phục hồi từ / mended from {one.mended_from}: {escape(one.stored.key)}")
        if one.lock_restored:
            out.print(f"[yellow]![/] đã khóa lại / locked again: {escape(one.stored.key)}")
    for key in lost:
        paper = paper_of(key)
        out.print(f"[red]✗[/] {escape(key)}{f' · giấy tờ / paper {paper}' if paper else ''}")
    counted = Counter({_OUTCOME_VI[outcome]: number for outcome, number in health.objects.items() if number})
    out.print(" · ".join(f"{name}: {number}" for name, number in counted.items()) or "Kho trống. / The store is empty.")
    if health.unchecked_since:
        out.print(f"Lâu nhất chưa đọc lại từ / longest unread since: {times.iso_local(health.unchecked_since)}")
    if replica is None:
        out.print("[yellow]![/] Chưa có kho dự phòng: hỏng thì không tự phục hồi được. / No replica store is set.")
    else:
        out.print(
            f"Kho dự phòng / replica: {replica['copied']} bản, còn chờ / waiting {replica['waiting']},"
            f" trễ / lag {replica['lag_s']} s"
        )
