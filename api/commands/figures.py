"""``sohoa figures``: the figures of a period, and the facts they are counted from."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.commands.common import AsJson, open_house, out, print_json, read_input, write_output
from api.shapes.figures import report_csv, report_json
from dossier import times
from dossier.errors import UsageError
from dossier.figures import figure_rules
from dossier.identifiers import AgencyCode
from dossier.periods import Period
from ingest.reports.figure_facts import facts_lines, read_facts
from ingest.reports.figures import By, Report, figures_of, report_from
from storage.reports.figures import dossier_facts


def _xlsx(report: Report) -> bytes:
    from api.shapes.figures_xlsx import report_xlsx  # noqa: PLC0415 - a library that no other command needs

    return report_xlsx(report)


_WRITERS = {".csv": lambda report: report_csv(report).encode(), ".xlsx": _xlsx}


def figures(
    period: Annotated[
        str | None,
        typer.Option(help="2026-11 (21/10–20/11) hoặc/or 2026-11-01..2026-11-30; mặc định kỳ này / the present month."),
    ] = None,
    by: Annotated[By, typer.Option(help="Từng cơ quan hoặc từng thủ tục. / Rows of the table.")] = By.AGENCY,
    under: Annotated[str | None, typer.Option(help="Chỉ cơ quan này và cấp dưới. / Only this agency.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Tệp .xlsx hoặc/or .csv.")] = None,
    facts: Annotated[Path | None, typer.Option(help="Ghi dữ kiện từng hồ sơ (CSV). / Write the facts.")] = None,
    from_facts: Annotated[Path | None, typer.Option(help="Tính lại từ tệp dữ kiện. / Count again from a file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tính chỉ tiêu số hóa và dùng lại. / Count how much is digitized and used again (decision 766/QD-TTg)."""
    days = Period.parse(period) if period else Period.containing(times.today())
    agency = AgencyCode.parse(under) if under else None
    if output is not None and output.suffix.lower() not in _WRITERS:
        raise UsageError(reason=f"--output {output.name}: .xlsx, .csv")
    with open_house() as house:
        if from_facts is not None:
            lines = read_input(from_facts).decode("utf-8", "replace").splitlines(keepends=True)
            report = report_from(house, read_facts(lines), period=days, by=by, under=agency)
        else:
            report = figures_of(house, days, by, agency)
        if facts is not None:
            write_output(facts, "".join(facts_lines(dossier_facts(house.catalogue, days))).encode())
    if output is not None:
        write_output(output, _WRITERS[output.suffix.lower()](report))
    if as_json:
        print_json(report_json(report))
    else:
        _print(report)


def _print(report: Report) -> None:
    rules, last = figure_rules(), report.period.last
    out.print(f"[bold]{report.period.first:%d/%m/%Y} – {report.period.last:%d/%m/%Y}[/]")
    table = Table("", "", *(rule.code for rule in rules))
    for row in (report.total, *report.rows):
        cells = []
        for rule in rules:
            ratio, target = row.ratios[rule.code], rule.target(last)
            colour = "" if ratio.percent is None or target is None else "green" if ratio.percent >= target else "red"
            shown = "–" if ratio.percent is None else f"{ratio.percent} % ({ratio.above}/{ratio.below})"
            cells.append(f"[{colour}]{shown}[/]" if colour else shown)
        name = "Tất cả / All" if row.key is None else report.names.get(row.key, "")
        table.add_row(escape(row.key or ""), escape(name), *cells)
    out.print(table)
    for rule in rules:
        target = rule.target(last)
        aim = f" ≥ {target} %" if target is not None else ""
        out.print(f"[bold]{rule.code}[/] {rule.name_vi}{aim}: {rule.above_vi} / {rule.below_vi}.")
    if report.unknown_procedures:
        out.print(f"Thủ tục chưa có trong danh mục / not in the catalogue: {', '.join(report.unknown_procedures)}")
