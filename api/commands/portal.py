"""``sohoa portal``: what the national portal is told."""

from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_json
from api.shapes import Json
from dossier import times
from dossier.errors import NotFound, UsageError
from dossier.identifiers import PaperId, ReuseReference
from ingest.telling.portal import message_of
from storage.telling import portal
from storage.telling.portal import Entry, PortalState

app = typer.Typer(help="Đồng bộ lên Cổng DVC quốc gia. / What the national portal is told.", no_args_is_help=True)


@app.command("list")
def list_entries(
    state: Annotated[PortalState | None, typer.Option(help="Chỉ trạng thái này. / Only in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Liệt kê các giấy tờ cần đồng bộ, và kết quả. / List papers to tell of, and what came of it."""
    with open_house() as house:
        numbers = portal.count(house.catalogue)
        found = portal.entries(house.catalogue, state=state, limit=limit)
    if as_json:
        print_json({"count": {s.value: n for s, n in numbers.items()}, "papers": [_entry_json(e) for e in found]})
        return
    out.print(" · ".join(f"{state.value}: {number}" for state, number in numbers.items()))
    for entry in found:
        row = _entry_json(entry)
        told_in = "own dossier" if row["reference"] is None else f"reuse {row['reference']}"
        line = f"{row['paper']}  {told_in}  {row['state']}  {row['attempts']}  {row['since']}  {row['error'] or ''}"
        out.print(escape(line), soft_wrap=True)


@app.command()
def retry(
    paper: Annotated[str | None, typer.Argument(help="Mã giấy tờ. / One paper.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Mọi giấy tờ đã ngừng gửi. / All that were given up.")] = False,
    refused: Annotated[bool, typer.Option("--refused", help="Mọi giấy tờ bị từ chối. / All refused.")] = False,
    as_json: AsJson = False,
) -> None:
    """Gửi lại ngay. / Tell again, now."""
    if (paper is None) != (dead or refused):
        raise UsageError(reason="name a paper, or --dead, --refused, or both of these")
    states = {PortalState.DEAD: dead, PortalState.REFUSED: refused}
    with open_house() as house:
        count = portal.retry(
            house.catalogue,
            paper=PaperId.parse(paper) if paper else None,
            states=frozenset(state for state, chosen in states.items() if chosen),
            actor="cli",
        )
    if as_json:
        print_json({"retried": count})
    else:
        out.print(f"Sẽ gửi lại / to be told again: {count}")


@app.command()
def show(
    paper: str,
    reuse: Annotated[
        str | None, typer.Option(help="Trong hồ sơ dùng lại này. / In the dossier of this reuse, by its reference.")
    ] = None,
) -> None:
    """Xem nội dung sẽ gửi (có số định danh của chủ). / Show what is told; it holds the owner's number."""
    reference = ReuseReference.parse(reuse) if reuse else None
    with open_house() as house:
        paper_id = PaperId.parse(paper)
        found = message_of(house, paper_id, reference)
        house.catalogue.record("cli", "paper.read", f"paper:{paper_id}")
    if found is None:
        raise NotFound(kind="portal message", id=paper)
    print_json(found.body)


def _entry_json(entry: Entry) -> Json:
    return {
        "paper": entry.paper.value,
        "reference": entry.reference.value if entry.reference else None,
        "state": entry.state.value,
        "attempts": entry.attempts,
        "since": times.iso_local(entry.since),
        "last_at": times.iso_local(entry.last_at) if entry.last_at else None,
        "retry_at": times.iso_local(entry.retry_at),
        "wanted": entry.wanted,
        "known": entry.known,
        "error": entry.error,
    }
