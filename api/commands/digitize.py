"""``sohoa digitize``, ``split``, ``join``, ``confirm``, ``retry``: papers into the store."""

import getpass
import signal
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.commands.common import AsJson, err, open_house, out, print_json, print_papers, print_refused, read_input, stop
from api.shapes import paper_json, papers_json, problem_json, proposal_json, twin_json
from dossier.errors import InputError, PartError, SohoaError, UsageError
from dossier.identifiers import PaperId
from dossier.owners import Owner
from dossier.paper_types import find_type
from dossier.papers import Paper, PaperState, SourceGrade
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.confirm import confirm as confirm_paper
from ingest.people.retry import retry as retry_paper
from ingest.people.retry import retry_failed
from ingest.people.split import join as join_parts
from ingest.people.split import proposed
from ingest.people.split import split as split_scan
from ocr.splitting import Part
from signing.stamp_rules import CopyForm
from storage.audit_log.audit_reads import record_reads

if TYPE_CHECKING:
    from ingest.intake.twins import Twin
    from ingest.work import Work

_STATION = "cli"
_FAILED_STATES = {PaperState.REJECTED, PaperState.QUARANTINED, PaperState.FAILED}
_UNDER_WAY = {PaperState.RECEIVED, PaperState.CONFIRMED}

OwnerNumberOption = Annotated[
    str | None, typer.Option("--owner", help="Số định danh, CMND, mã số thuế hoặc hộ chiếu. / Owner number.")
]
OwnerNameOption = Annotated[str | None, typer.Option(help="Họ tên hoặc tên tổ chức. / Owner name.")]


def digitize(
    files: Annotated[list[Path], typer.Argument(help="PDF, TIFF, JPEG, PNG.", metavar="FILE…")],
    owner: OwnerNumberOption = None,
    owner_name: OwnerNameOption = None,
    paper_type: Annotated[str, typer.Option(help="Mã loại giấy tờ, 'auto' để tự nhận biết. / Paper type.")] = "auto",
    dossier: Annotated[str | None, typer.Option(help="Mã hồ sơ. / Dossier number.")] = None,
    procedure: Annotated[str | None, typer.Option(help="Mã thủ tục hành chính. / Procedure code.")] = None,
    agency: Annotated[
        str | None, typer.Option(help="Mã định danh cơ quan số hóa và đóng dấu. / Code of the agency that seals.")
    ] = None,
    confirmed_by: Annotated[
        str | None,
        typer.Option(help="Người đã đối chiếu bản quét với bản giấy. / Who compared scan and original."),
    ] = None,
    copy_form: Annotated[
        CopyForm, typer.Option(help="Hình thức sao: sao y, sao lục, trích sao. / Form of the copy.")
    ] = CopyForm.CERTIFIED,
    despite_twin: Annotated[
        str | None,
        typer.Option(help="Lý do vẫn số hóa dù kho đã có giấy tờ. / Why, although the store has the paper already."),
    ] = None,
    on_the_spot: Annotated[
        bool, typer.Option("--on-the-spot", help="Người dân đang chờ: làm trước. / Somebody waits: goes first.")
    ] = False,
    backlog: Annotated[bool, typer.Option("--backlog", help="Hồ sơ tồn: làm sau cùng. / Old files: go last.")] = False,
    as_json: AsJson = False,
) -> None:
    """Số hóa giấy tờ: đọc, trích xuất, ký số, lưu kho. / Digitize papers, the whole way.

    Không có --confirmed-by thì giấy tờ dừng ở trạng thái chờ xác nhận. / Without --confirmed-by papers wait for it.
    """
    _owner(owner, owner_name)
    entries = [
        ManifestEntry(
            name=name,
            owner_number=owner,
            owner_name=owner_name,
            paper_type=None if paper_type == "auto" else paper_type,
            confirmed_by=confirmed_by,
            copy_form=copy_form,
            despite_twin=despite_twin,
        )
        for name in _names(files)
    ]
    manifest = Manifest(
        station=_STATION,
        operator=getpass.getuser(),
        dossier=dossier,
        procedure=procedure,
        agency=agency,
        entries=tuple(entries),
        on_the_spot=on_the_spot,
        backlog=backlog,
    )
    with open_house() as house:
        batch = open_batch(house, manifest).id
        taken: list[PaperId] = []
        again: list[bool] = []
        twins: list[Sequence[Twin]] = []
        refused: dict[str, SohoaError] = {}
        for entry, path in zip(entries, files, strict=True):
            try:
                received = receive(house, batch, entry.name, read_input(path, house.limits.max_bytes))
            except SohoaError as error:
                refused[entry.name] = error
                continue
            taken.append(received.paper.id)
            again.append(received.duplicate)
            twins.append(received.twins)
            if received.duplicate:
                _confirm_again(house, received.paper, entry)

        def report(papers: list[Paper]) -> None:
            if as_json:
                print_json(
                    {
                        "papers": [
                            paper_json(p, house) | {"duplicate": d, "twins": [twin_json(twin) for twin in found]}
                            for p, d, found in zip(papers, again, twins, strict=True)
                        ],
                        "refused": [{"file": name} | problem_json(problem) for name, problem in refused.items()],
                    }
                )
                return
            print_papers(papers, dict(house.paper_types))
            for paper, duplicate, found in zip(papers, again, twins, strict=True):
                if duplicate:
                    out.print(f"[yellow]![/] {escape(paper.name)}: {_came_before(paper)}", soft_wrap=True)
                    continue
                for twin in found:
                    told = f"kho đã có {twin.paper.id}: {twin.how.text}"
                    out.print(f"[yellow]![/] {escape(paper.name)}: {told}", soft_wrap=True)
            for name, problem in refused.items():
                print_refused(name, problem)

        papers = _work_off(house, taken, report, show=not as_json)
    _exit(papers, refused.values())


def split(
    paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")],
    at: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Trang bắt đầu một giấy tờ, nêu được nhiều lần. / A paper begins here; repeatable."),
    ] = None,
    by: Annotated[str | None, typer.Option(help="Họ tên người tách. / Name of the person who splits.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tách bản quét gồm nhiều giấy tờ. / Split a scan that holds several papers.

    Không có --by thì chỉ xem đề xuất; có --by mà không có --at thì tách như đề xuất. / Without --by: only show the
    proposal; with --by and no --at: split as proposed.
    """
    if by is None and at:
        raise UsageError(reason="--at needs --by")
    with open_house() as house:
        scan = PaperId.parse(paper_id)
        if by is None:
            _print_proposal(house, proposed(house, scan), as_json=as_json)
            house.catalogue.record(_STATION, "paper.read", f"paper:{scan}")
            return
        first_pages = at or [part.pages[0] for part in proposed(house, scan)]
        parts = split_scan(house, scan, first_pages, by=by, actor=_STATION)
        _finish(house, *(part.id for part in parts), as_json=as_json)


def join(
    papers: Annotated[list[str], typer.Argument(metavar="PAPER_ID…")],
    by: Annotated[str, typer.Option(help="Họ tên người gộp. / Name of the person who joins.")],
    as_json: AsJson = False,
) -> None:
    """Gộp lại các giấy tờ đã tách nhầm từ một bản quét. / Join papers that were split wrongly from one scan."""
    with open_house() as house:
        first, *others = map(PaperId.parse, papers)
        made = join_parts(house, first, others, by=by, actor=_STATION)
        _finish(house, *(paper.id for paper in made), as_json=as_json)


def confirm(
    paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")],
    by: Annotated[str, typer.Option(help="Họ tên người đối chiếu. / Name of the person who compared.")],
    owner: OwnerNumberOption = None,
    owner_name: OwnerNameOption = None,
    grade: Annotated[
        SourceGrade | None,
        typer.Option(help="Giá trị nguồn của tệp đến kèm chữ ký số. / What a file that arrived signed is."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Xác nhận bản quét đúng với bản giấy, rồi ký số và lưu kho. / State that scan = original; seal and store.

    --owner nêu chủ của giấy tờ chưa rõ chủ. / --owner names the owner of a paper that has none.
    """
    named = _owner(owner, owner_name)
    with open_house() as house:
        paper = confirm_paper(house, PaperId.parse(paper_id), by=by, actor=_STATION, owner=named, grade=grade)
        _finish(house, paper.id, as_json=as_json)


def retry(
    paper_id: Annotated[str | None, typer.Argument(metavar="PAPER_ID")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Mọi giấy tờ bị lỗi. / All that failed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Thử lại ngay giấy tờ bị lỗi xử lý hoặc đang chờ. / Try a paper now that failed or waits."""
    if failed == (paper_id is not None):
        raise UsageError(reason="name a paper, or --failed")
    with open_house() as house:
        if paper_id is not None:
            papers = [retry_paper(house, PaperId.parse(paper_id), actor=_STATION).id]
        else:
            papers = [paper.id for paper in retry_failed(house, actor=_STATION)]
        _finish(house, *papers, as_json=as_json)


def _owner(number: str | None, name: str | None) -> Owner | None:
    """Return the owner named on the command line; an empty number, as of an unset shell variable, names nobody.

    Raises:
        InvalidOwnerNumber: The number is empty or fails its checks.
    """
    return None if number is None else Owner.parse(number, name)


def _confirm_again(house: House, paper: Paper, entry: ManifestEntry) -> None:
    """Confirm a ready paper whose file came again, from somebody who has just compared it with the original."""
    named = entry.owner
    same_owner = paper.owner is not None and (named is None or named.number == paper.owner.number)
    if entry.confirmed_by and paper.state is PaperState.READY and same_owner:
        confirm_paper(house, paper.id, by=entry.confirmed_by, actor=_STATION)


def _came_before(paper: Paper) -> str:
    """Return what became of a paper that came before, and what to do."""
    match paper.state:
        case PaperState.READY | PaperState.NEEDS_REVIEW:
            return f"đã nhận trước đó, đang chờ xác nhận: sohoa confirm {paper.id} --by … / waits to be confirmed"
        case PaperState.FAILED:
            return f"đã nhận trước đó, lỗi xử lý: sohoa retry {paper.id} / failed before"
        case PaperState.SPLIT:
            return f"đã tách thành: {', '.join(map(str, paper.parts))} / was split into these papers"
        case PaperState.STORED:
            return "đã có trong kho / already in the store"
        case PaperState.RECEIVED | PaperState.CONFIRMED:
            told = f"đang chờ: {paper.waiting.text} / waits" if paper.waiting else "đang xử lý / being worked on"
            return f"đã nhận trước đó, {told}"
        case _:
            return "đã nhận trước đó / came before"


def _print_proposal(house: House, papers: Sequence[Part], *, as_json: bool) -> None:
    if as_json:
        print_json(proposal_json(papers))
        return
    for part in papers:
        name = find_type(house.paper_types, part.code).name_vi
        out.print(f"Trang {', '.join(map(str, part.pages))}: {escape(name)}  [dim]{part.confidence:.2f}[/]")


def _finish(house: House, *papers: PaperId, as_json: bool) -> None:
    """Do what papers wait for, print them, and exit as ``digitize`` does."""

    def report(worked: list[Paper]) -> None:
        if as_json:
            print_json(papers_json(worked, house))
        else:
            print_papers(worked, dict(house.paper_types))

    _exit(_work_off(house, list(papers), report, show=not as_json), ())


def _exit(papers: Iterable[Paper], refused: Iterable[SohoaError]) -> None:
    """Exit with the code of the first thing that went wrong: files refused first, then papers that failed or wait."""
    codes = [problem.exit_code for problem in refused]
    codes += [
        PartError.exit_code if p.waiting or p.state is PaperState.FAILED else InputError.exit_code
        for p in papers
        if p.waiting or p.state in _FAILED_STATES
    ]
    if codes:
        raise typer.Exit(codes[0])


def _names(files: list[Path]) -> list[str]:
    """Return each file's name, made unique where two folders hold the same one."""
    names: list[str] = []
    for path in files:
        name, count = path.name, 2
        while name in names:
            name, count = f"{path.stem} ({count}){path.suffix}", count + 1
        names.append(name)
    return names


def _work_off(house: House, papers: list[PaperId], report: Callable[[list[Paper]], None], *, show: bool) -> list[Paper]:
    """Work until none of ``papers`` is under way, showing progress; report and return them as they are then.

    Ctrl+C and a service manager's request report them as they are at that moment, and end the process.
    """

    def as_they_are() -> list[Paper]:
        return [house.catalogue.paper(p) for p in papers]

    todo = [p.id for p in as_they_are() if p.state in _UNDER_WAY]
    if todo:
        from ingest.work import Work  # noqa: PLC0415 - importing DBOS costs two seconds; a duplicate needs none of it

        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with Work(house) as work:
            try:
                _wait(work, todo, show=show)
            except KeyboardInterrupt:
                report(as_they_are())
                work.hand_back()  # the next run goes on at once
                stop()
    found = as_they_are()
    record_reads(house.catalogue, papers, actor=_STATION)
    report(found)
    return found


def _wait(work: "Work", papers: list[PaperId], *, show: bool) -> None:
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not (show and err.is_terminal),
    ) as progress:
        bar = progress.add_task("Đang số hóa / digitizing", total=len(papers))
        for paper in papers:
            work.start(paper)
        for paper in papers:
            work.wait([paper])
            progress.advance(bar)
