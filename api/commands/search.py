"""``sohoa search``: papers by the words that stand on them; ``sohoa index``: make stored papers searchable."""

import datetime as dt
from typing import Annotated

import typer
from rich.markup import escape
from rich.text import Text

from api.commands.common import STATE_VI, AsJson, open_house, out, print_following, print_json, print_refused
from api.shapes import Json, found_json, problem_json
from dossier.identifiers import AgencyCode, parse_owner_number
from dossier.paper_types import find_type
from dossier.papers import PaperState
from dossier.search import parse_query
from dossier.snippets import Snippet
from ingest.reuse.search import Answer, catch_up, find
from storage.searching import search_index
from storage.searching.search import Cursor, Filters

_ACTOR = "cli"
_DAY = ["%Y-%m-%d"]


def search(
    query: Annotated[str, typer.Argument(help='Từ cần tìm; "cụm từ", ngu*, -từ. / Words.', show_default=False)] = "",
    owner: Annotated[str | None, typer.Option(help="Số định danh của chủ giấy tờ. / Owner number.")] = None,
    paper_type: Annotated[list[str] | None, typer.Option("--type", help="Mã loại giấy tờ. / Paper type.")] = None,
    number: Annotated[str, typer.Option(help="Số, ký hiệu; * ở cuối. / Number and symbol, * at its end.")] = "",
    issued_from: Annotated[dt.datetime | None, typer.Option(formats=_DAY, help="Cấp từ ngày. / Issued from.")] = None,
    issued_to: Annotated[dt.datetime | None, typer.Option(formats=_DAY, help="Cấp đến ngày. / Issued until.")] = None,
    stored_from: Annotated[dt.datetime | None, typer.Option(formats=_DAY, help="Lưu từ ngày. / Stored from.")] = None,
    stored_to: Annotated[dt.datetime | None, typer.Option(formats=_DAY, help="Lưu đến ngày. / Stored until.")] = None,
    agency: Annotated[str | None, typer.Option(help="Cơ quan số hóa. / Digitizing agency.")] = None,
    state: Annotated[list[PaperState] | None, typer.Option(help="Trạng thái. / State.")] = None,
    after: Annotated[str | None, typer.Option(help="Tìm tiếp từ đây. / Go on from here.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    as_json: AsJson = False,
) -> None:
    """Tìm giấy tờ theo nội dung, có dấu hay không đều được. / Search papers by their words, with or without marks."""
    with open_house() as house:
        filters = Filters(
            owner=parse_owner_number(owner) if owner else None,
            paper_types=tuple(find_type(house.paper_types, code).code for code in paper_type or ()),
            issued_from=issued_from.date() if issued_from else None,
            issued_to=issued_to.date() if issued_to else None,
            stored_from=stored_from.date() if stored_from else None,
            stored_to=stored_to.date() if stored_to else None,
            agency=AgencyCode.parse(agency) if agency else None,
            number=number,
            states=tuple(state or search_index.SEARCHABLE),
        )
        start = Cursor.parse(after) if after else None
        found = find(house, parse_query(query), filters, actor=_ACTOR, limit=limit, after=start)
        if as_json:
            print_json(found_json(found))
        else:
            types = {code: one.name_vi for code, one in house.paper_types.items()}
            _print(found, types)


def index(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Làm lại từ đầu. / From the beginning.")] = False,
    as_json: AsJson = False,
) -> None:
    """Đưa giấy tờ đã lưu vào chỉ mục tìm kiếm; máy chủ cũng tự làm. / Make stored papers searchable, as servers do."""
    failed: list[Json] = []
    added = 0
    with open_house() as house:
        if rebuild:
            search_index.empty(house.catalogue)
        for paper, error in catch_up(house):
            added += error is None
            if error:
                failed.append({"paper": paper.value} | problem_json(error))
                if not as_json:
                    print_refused(paper.value, error)
    if as_json:
        print_json({"added": added, "failed": failed})
    else:
        out.print(f"Đã thêm / added: {added} · lỗi / failed: {len(failed)}")
    raise typer.Exit(6 if failed else 0)


def _print(found: Answer, types: dict[str, str]) -> None:
    if not found.papers:
        out.print("Chưa thấy. / None so far." if found.following else "Không có giấy tờ nào. / No papers.")
    for one in found.papers:
        paper = one.paper
        issued = f"{paper.issued_on:%d/%m/%Y}" if paper.issued_on else "—"
        kind = types.get(paper.paper_type or "", paper.paper_type or "—")
        out.print(f"[bold]{paper.id}[/] {escape(paper.title or kind)}", soft_wrap=True)
        out.print(f"  [dim]{escape(kind)} · {issued} · {STATE_VI[paper.state]}[/]", soft_wrap=True)
        for snippet in one.snippets:
            out.print(_line(snippet), soft_wrap=True)
    print_following(str(found.following) if found.following else None)


def _line(snippet: Snippet) -> Text:
    text = Text(f"  tr. {snippet.page}: ")
    start = len(text)
    text.append(snippet.text)
    for first, behind in snippet.marks:
        text.stylize("bold reverse", start + first, start + behind)
    return text
