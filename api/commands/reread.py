"""``sohoa reread``: stored papers by a newer catalogue or a newer reader, proposed first and accepted by a person."""

import datetime as dt
from collections import Counter
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_finding, print_json, print_refused
from api.shapes import Json, finding_json, problem_json
from dossier.errors import InvalidValue, SohoaError, UsageError
from dossier.identifiers import PaperId
from dossier.paper_types import find_type
from dossier.papers import Paper
from dossier.text import nfc
from ingest.limited.politeness import step_back
from ingest.people.reread import Difference, Kind, Order, Outcome, Reread, reread_all, stored_paper, stored_papers

_ACTOR = "cli"
_COUNTED = {Outcome.FOUND, Outcome.PROPOSED, Outcome.ACCEPTED}
"""Outcomes that ``--limit`` counts: the others are there again in the next run."""
_OUTCOME = {
    Outcome.UNCHANGED: "không đổi / unchanged",
    Outcome.FOUND: "đọc khác / reads differently",
    Outcome.PROPOSED: "đã đề xuất / proposed",
    Outcome.WAITING: "chờ chấp nhận / waits to be accepted",
    Outcome.ACCEPTED: "đã chấp nhận / accepted",
}
_KIND = {
    Kind.NEW: "mới / new",
    Kind.GONE: "mất / gone",
    Kind.CHANGED: "đổi / changed",
    Kind.SURER: "chắc hơn / surer",
    Kind.LESS_SURE: "kém chắc hơn / less sure",
}


def reread(
    paper_type: Annotated[str | None, typer.Option("--type", help="Chỉ loại này. / Only this paper type.")] = None,
    since: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Lưu kho từ ngày này. / Stored on this day or later."),
    ] = None,
    paper_id: Annotated[str | None, typer.Option("--paper", help="Chỉ giấy tờ này. / Only this paper.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Nhiều nhất bấy nhiêu giấy tờ có thay đổi. / Of papers with changes.")
    ] = None,
    engine: Annotated[
        bool, typer.Option("--engine", help="Đọc lại cả ảnh trang. / Read the page images anew too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ liệt kê. / List only, keep nothing.")] = False,
    accept_by: Annotated[
        str | None,
        typer.Option(help="Người chấp nhận điều lần chạy trước đã đề xuất. / Who accepts what was proposed before."),
    ] = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="In cả giá trị (dữ liệu cá nhân). / Print values (personal data).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Đọc lại giấy tờ trong kho; bản PDF đã ký không đổi. / Read stored papers again; the sealed PDF never changes.

    Đọc khác thì thành đề xuất; --accept-by chấp nhận. / What differs is proposed; --accept-by accepts it.
    """
    _require_a_choice(paper_type, since, paper_id)
    if dry_run and accept_by is not None:
        raise UsageError(reason="--dry-run accepts nothing")
    order = Order(engine, keep=not dry_run, accept_by=_name(accept_by), one_by_one=paper_id is not None)
    report = _Report(show_values=show_values, as_json=as_json)
    with open_house() as house:
        step_back(house.settings.nice)  # what is under way goes first
        if paper_type is not None:
            find_type(house.paper_types, paper_type)
        if paper_id is not None:
            papers = iter([stored_paper(house, PaperId.parse(paper_id))])
        else:
            papers = stored_papers(house, paper_type, since.date() if since else None)
        for paper, ended in reread_all(house, papers, order):
            if show_values and isinstance(ended, Reread) and ended.differences:
                house.catalogue.record(_ACTOR, "paper.read", f"paper:{paper.id}")
            report.add(paper, ended)
            if report.counted == limit:
                break
    report.close()
    raise typer.Exit(next((error.exit_code for error in report.failed.values()), 0))


def _require_a_choice(paper_type: str | None, since: dt.datetime | None, paper_id: str | None) -> None:
    if paper_type is None and since is None and paper_id is None:
        raise UsageError(reason="name --type, --since or --paper")
    if paper_id is not None and (paper_type is not None or since is not None):
        raise UsageError(reason="--paper stands without --type and --since")


def _name(accept_by: str | None) -> str | None:
    """Return the person's name as it is kept; an empty one, as of an unset shell variable, accepts nothing.

    Raises:
        InvalidValue: It is empty.
    """
    if accept_by is None:
        return None
    name = nfc(accept_by).strip()
    if not name:
        raise InvalidValue(key="accept-by", reason="a name is needed", reason_vi="cần họ tên người chấp nhận")
    return name


class _Report:
    """What is told of the papers: for people as they come, for programs at the end."""

    def __init__(self, *, show_values: bool, as_json: bool) -> None:
        self.failed: dict[str, SohoaError] = {}
        self.counted = 0
        self._told: list[Json] = []
        self._outcomes: Counter[Outcome] = Counter()
        self._show_values, self._as_json = show_values, as_json

    def add(self, paper: Paper, ended: Reread | SohoaError) -> None:
        """Tell of one paper."""
        if isinstance(ended, SohoaError):
            self.failed[paper.id.value] = ended
            if not self._as_json:
                print_refused(paper.id.value, ended)
            return
        self._outcomes[ended.outcome] += 1
        self.counted += ended.outcome in _COUNTED
        if ended.outcome is not Outcome.UNCHANGED:
            if self._as_json:
                self._told.append(self._json(ended))
            else:
                self._print(ended)

    def close(self) -> None:
        """Tell of all together."""
        if self._as_json:
            problems = [{"paper": paper} | problem_json(error) for paper, error in self.failed.items()]
            print_json({"papers": self._told, "unchanged": self._outcomes[Outcome.UNCHANGED], "failed": problems})
            return
        counts = [f"{_OUTCOME[outcome]}: {count}" for outcome, count in self._outcomes.items()]
        counts += [f"lỗi / failed: {len(self.failed)}"] if self.failed else []
        out.print(" · ".join(counts) or "Không có giấy tờ nào. / No papers.")

    def _print(self, found: Reread) -> None:
        out.print(
            f"[bold]{found.paper.id}[/] v{found.version} · {_OUTCOME[found.outcome]}  [dim]{escape(found.engine)}[/]"
        )
        for difference in found.differences:
            values = f": {_shown(difference.old)} → {_shown(difference.new)}" if self._show_values else ""
            out.print(f"  {difference.field}: {_KIND[difference.kind]}{values}", soft_wrap=True)
        if found.changes_validity:
            out.print("  [yellow]![/] thời hạn thay đổi / the end of validity changes")
        if found.changes_owners:
            out.print("  [yellow]![/] đồng chủ sở hữu thay đổi / the co-owners change")
        for doubt in found.doubts:
            print_finding(doubt.severity.value, doubt.text, doubt.code)

    def _json(self, found: Reread) -> Json:
        def difference_json(difference: Difference) -> Json:
            values = {"old": difference.old, "new": difference.new} if self._show_values else {}
            return {"field": difference.field, "kind": difference.kind.value, **values}

        return {
            "id": found.paper.id.value,
            "outcome": found.outcome.value,
            "reading_version": found.paper.reading_version,
            "version": found.version,
            "engine": found.engine,
            "paper_type": found.paper.paper_type,
            "type_version": found.type_version,
            "differences": [difference_json(difference) for difference in found.differences],
            "changes_validity": found.changes_validity,
            "changes_owners": found.changes_owners,
            "doubts": [finding_json(doubt) for doubt in found.doubts],
        }


def _shown(text: str | None) -> str:
    return "—" if text is None else escape(text)
