"""``sohoa digitize``, ``sohoa confirm``, ``sohoa retry``: papers into the store."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.commands.common import AsJson, err, open_house, print_json, print_papers, read_input
from api.shapes import paper_json, problem_json
from dossier.errors import SohoaError
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from ingest.confirm import confirm as confirm_paper
from ingest.house import House
from ingest.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.retry import retry as retry_paper

_STATION = "cli"
_FAILED_STATES = {PaperState.REJECTED, PaperState.QUARANTINED, PaperState.FAILED}


def digitize(
    files: Annotated[list[Path], typer.Argument(help="PDF, TIFF, JPEG, PNG.", metavar="FILE…")],
    owner: Annotated[
        str | None, typer.Option(help="Số định danh, CMND, mã số thuế hoặc hộ chiếu. / Owner number.")
    ] = None,
    owner_name: Annotated[str | None, typer.Option(help="Họ tên hoặc tên tổ chức. / Owner name.")] = None,
    paper_type: Annotated[str, typer.Option(help="Mã loại giấy tờ, 'auto' để tự nhận biết. / Paper type.")] = "auto",
    dossier: Annotated[str | None, typer.Option(help="Mã hồ sơ. / Dossier number.")] = None,
    procedure: Annotated[str | None, typer.Option(help="Mã thủ tục hành chính. / Procedure code.")] = None,
    confirmed_by: Annotated[
        str | None,
        typer.Option(help="Người đã đối chiếu bản quét với bản giấy. / Who compared scan and original."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Số hóa giấy tờ: đọc, trích xuất, ký số, lưu kho. / Digitize papers, the whole way.

    Không có --confirmed-by thì giấy tờ dừng ở trạng thái chờ xác nhận. / Without --confirmed-by papers wait for it.
    """
    entries = [
        ManifestEntry(
            name=name,
            owner_number=owner,
            owner_name=owner_name,
            paper_type=None if paper_type == "auto" else paper_type,
            confirmed_by=confirmed_by,
        )
        for name in _names(files)
    ]
    manifest = Manifest(
        station=_STATION, operator=getpass.getuser(), dossier=dossier, procedure=procedure, entries=tuple(entries)
    )
    with open_house() as house:
        batch = open_batch(house, manifest).id
        taken: list[Paper] = []
        notes: dict[PaperId, str] = {}
        refused: dict[str, SohoaError] = {}
        for entry, path in zip(entries, files, strict=True):
            try:
                received = receive(house, batch, entry.name, read_input(path))
            except SohoaError as error:
                refused[entry.name] = error
                continue
            taken.append(received.paper)
            if received.duplicate:
                notes[received.paper.id] = "đã có trong kho / already in the store"
        papers = _work_off(house, [p.id for p in taken], show=not as_json)
        if as_json:
            print_json(
                {
                    "papers": [paper_json(p) | {"duplicate": p.id in notes} for p in papers],
                    "refused": [{"file": name} | problem_json(problem) for name, problem in refused.items()],
                }
            )
        else:
            print_papers(papers, dict(house.paper_types), notes)
            for name, problem in refused.items():
                err.print(f"[red]✗[/] {name} \\[{problem.code}]: {problem.text_vi} {problem.advice_vi}")
    codes = [problem.exit_code for problem in refused.values()]
    codes += [3 if p.state is not PaperState.FAILED else 6 for p in papers if p.state in _FAILED_STATES]
    if codes:
        raise typer.Exit(codes[0])


def confirm(
    paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")],
    by: Annotated[str, typer.Option(help="Họ tên người đối chiếu. / Name of the person who compared.")],
    as_json: AsJson = False,
) -> None:
    """Xác nhận bản quét đúng với bản giấy, rồi ký số và lưu kho. / State that scan = original; seal and store."""
    with open_house() as house:
        paper = confirm_paper(house, PaperId.parse(paper_id), by=by, actor=_STATION)
        (finished,) = _work_off(house, [paper.id], show=not as_json)
        if as_json:
            print_json({"papers": [paper_json(finished)]})
        else:
            print_papers([finished], dict(house.paper_types))


def retry(paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")], as_json: AsJson = False) -> None:
    """Thử lại giấy tờ bị lỗi xử lý. / Try a failed paper again."""
    with open_house() as house:
        paper = retry_paper(house, PaperId.parse(paper_id), actor=_STATION)
        (finished,) = _work_off(house, [paper.id], show=not as_json)
        if as_json:
            print_json({"papers": [paper_json(finished)]})
        else:
            print_papers([finished], dict(house.paper_types))


def _names(files: list[Path]) -> list[str]:
    """Return each file's name, made unique where two folders hold the same one."""
    names: list[str] = []
    for path in files:
        name, count = path.name, 2
        while name in names:
            name, count = f"{path.stem} ({count}){path.suffix}", count + 1
        names.append(name)
    return names


def _work_off(house: House, papers: list[PaperId], *, show: bool) -> list[Paper]:
    """Work until none of ``papers`` is under way, showing progress; return them as they are then."""
    under_way = {PaperState.RECEIVED, PaperState.CONFIRMED}
    todo = [p for p in papers if house.catalogue.paper(p).state in under_way]
    if todo:
        from ingest.work import Work  # noqa: PLC0415 - importing DBOS costs two seconds; a duplicate needs none of it

        with (
            Work(house) as work,
            Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=err,
                transient=True,
                disable=not show,
            ) as progress,
        ):
            bar = progress.add_task("Đang số hóa / digitizing", total=len(todo))
            for paper in todo:
                work.start(paper)
            for paper in todo:
                work.wait([paper])
                progress.advance(bar)
    return [house.catalogue.paper(p) for p in papers]
