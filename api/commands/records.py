"""``sohoa records``: evidence records (RFC 4998), one per day over all files sealed that day."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from api.commands.common import (
    MOST_DAYS,
    AsJson,
    fail,
    open_house,
    out,
    print_finding,
    print_json,
    print_refused,
    read_input,
    write_output,
)
from api.shapes import Json, problem_json
from dossier import times
from dossier.errors import NotFound, PartError, SohoaError
from dossier.identifiers import PaperId
from dossier.verdicts import Verdict
from ingest.proof.day_records import evidence_of, make_records, record_of, renew_records
from ingest.proof.renew import DUE_WITHIN
from signing.record_check import RecordReport, check_record
from signing.report import FileReport
from signing.trust import TrustStore
from signing.validate import validate
from storage.proof.day_records import DayRecord

app = typer.Typer(help="Hồ sơ bằng chứng theo ngày (RFC 4998). / Evidence records of days.", no_args_is_help=True)
_EXIT = {Verdict.VALID: 0, Verdict.INVALID: 1, Verdict.UNDETERMINED: 2}
_COLOUR = {Verdict.VALID: "green", Verdict.INVALID: "red", Verdict.UNDETERMINED: "yellow"}


@app.command()
def make(as_json: AsJson = False) -> None:
    """Lập hồ sơ cho những ngày đã qua. / Make the records of days that are over; 'sohoa serve' does it by itself."""
    _report("lập / made", as_json=as_json, renewing=None)


@app.command()
def renew(
    within: Annotated[
        int, typer.Option(min=1, max=MOST_DAYS, help="Hết hạn trong số ngày này. / What ends within so many days.")
    ] = DUE_WITHIN.days,
    as_json: AsJson = False,
) -> None:
    """Gia hạn hồ sơ sắp hết giá trị. / Renew records by a new time stamp, or by new hashes where these weaken."""
    _report("gia hạn / renewed", as_json=as_json, renewing=times.now() + dt.timedelta(days=within))


@app.command()
def export(
    paper_id: Annotated[str, typer.Argument(metavar="PAPER_ID")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Tệp kết quả. / Where to write it.")],
    lists: Annotated[
        Path | None,
        typer.Option(
            "--lists", help="Ghi cả danh sách thu hồi ngày đó (.pem và .pem.ers). / The lists known that day, too."
        ),
    ] = None,
) -> None:
    """Xuất hồ sơ bằng chứng của một giấy tờ. / Write the evidence record of one paper's sealed file."""
    with open_house() as house:
        paper = house.catalogue.paper(PaperId.parse(paper_id))
        record, evidence = record_of(house, paper), evidence_of(house, paper) if lists else None
        if record is None or (lists and evidence is None):
            raise NotFound(kind="evidence record", id=paper_id)
        house.catalogue.record("cli", "paper.record-fetched", f"paper:{paper.id}")
    write_output(output, record)
    if lists and evidence:
        write_output(lists, evidence[0])
        write_output(lists.with_name(f"{lists.name}.ers"), evidence[1])


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    record: Annotated[Path, typer.Argument(metavar="RECORD")],
    trust: Annotated[
        Path | None,
        typer.Option(
            help="Thư mục chứng thư gốc tin cậy thay cho cấu hình. / Trust anchors instead of the configured ones."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra tệp với hồ sơ bằng chứng, không cần mạng. Mã thoát 0, 1, 2. / Check offline; exit 0 / 1 / 2."""
    content, evidence = read_input(file), read_input(record)
    with open_house() as house:
        anchors = TrustStore.load(trust) if trust else house.trust
        report = check_record(content, evidence, anchors)
        then = validate(content, anchors, at=report.proven) if report.proven else None
    if as_json:
        print_json({**report.to_json(), "signatures_then": then.to_json() if then else None})
    else:
        _print(report, then)
    raise typer.Exit(_EXIT[report.verdict])


def _print(report: RecordReport, then: FileReport | None) -> None:
    out.print(f"[bold {_COLOUR[report.verdict]}]{report.verdict.text_vi}[/]")
    for finding in report.findings:
        print_finding(finding.severity.value, finding.text, finding.code)
    if then and report.proven:
        out.print(
            f"Chữ ký trong tệp, xét tại thời điểm đó: [bold {_COLOUR[then.verdict]}]{then.verdict.text_vi}[/]"
            f"  [dim]The file's own signatures, judged at that moment.[/]"
        )


def _report(done: str, *, as_json: bool, renewing: dt.datetime | None) -> None:
    """Make or renew records, and tell of them; what stops the run is told after what was done."""
    records, failed, stopped = list[DayRecord](), dict[str, SohoaError](), None
    with open_house() as house:
        try:
            if renewing is None:
                records += make_records(house)
            else:
                for record, problem in renew_records(house, renewing):
                    if problem:
                        failed[record.day.isoformat()] = problem
                    else:
                        records.append(record)
        except PartError as error:
            stopped = error
    if as_json:
        problems = [{"day": day} | problem_json(error) for day, error in failed.items()]
        shown = [_record_json(record) for record in records]
        print_json({"records": shown, "failed": problems, "stopped": problem_json(stopped) if stopped else None})
    else:
        for record in records:
            out.print(f"{record.day:%d/%m/%Y}: {record.files} tệp / files, đến / until {_day(record.protected_until)}")
        for day, problem in failed.items():
            print_refused(day, problem)
        out.print(f"{done}: {len(records)}")
        if stopped:
            fail(stopped, as_json=False)
    raise typer.Exit(stopped.exit_code if stopped else next((e.exit_code for e in failed.values()), 0))


def _record_json(record: DayRecord) -> Json:
    return {
        "day": record.day.isoformat(),
        "files": record.files,
        "sha256": record.sha256,
        "made_at": times.iso_local(record.made_at),
        "protected_until": times.iso_local(record.protected_until),
    }


def _day(moment: dt.datetime) -> str:
    return f"{times.local(moment):%d/%m/%Y}"
