"""A report of figures as an XLSX workbook; the one module that knows XlsxWriter."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from dossier import times
from dossier.figures import figure_rules
from ingest.reports.figures import Report, name_of

_DEFINITIONS = "Định nghĩa"
_UNCONFIRMED = " (chưa đối chiếu với văn bản chính thức / to be confirmed)"
_DEFINITION_HEADS = (
    "Mã / Code", "Tên / Name", "Đạt / Reached (%)", "Mục tiêu / Target (%)", "Tử / Above", "Mẫu / Below",
    "Nguồn / Source",
)  # fmt: skip
_STATION_HEADS = (
    "Trạm quét / Station", "Người quét / Operator", "Đơn vị / Employer", "Lô / Batches", "Giấy tờ / Papers",
    "Trang / Pages", "Đã lưu kho / Stored", "Chờ người / Waiting", "Dừng / Stopped",
)  # fmt: skip


def report_xlsx(report: Report) -> bytes:
    """Return the report as an XLSX workbook: figures with a chart, stations, definitions."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"sohoa {report.period}", "created": report.made_at.astimezone(dt.UTC)})
        _figures_sheet(book, report)
        if report.stations:
            _stations_sheet(book, report)
        _definitions_sheet(book, report)
    return data.getvalue()


def rows_xlsx(rows: Iterable[Sequence[str | float | None]]) -> bytes:
    """Return a table as an XLSX workbook of one sheet; the first row has the names of the columns."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet("Vận hành"), book.add_format({"bold": True})
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row, None if number else bold)
    return data.getvalue()


def _figures_sheet(book: Any, report: Report) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet, rules = book.add_worksheet("Chỉ tiêu"), figure_rules()
    bold, wrapped = (
        book.add_format({"bold": True}),
        book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "vcenter"}),
    )
    title = book.add_format({"bold": True, "font_size": 14})
    whole, percent = book.add_format({"border": 1}), book.add_format({"num_format": "0.00", "border": 1})
    good = book.add_format({"bg_color": "#D8EFD3"})
    bad = book.add_format({"bg_color": "#F8D7DA"})
    sheet.write(0, 0, "Số hóa và dùng lại giấy tờ / Digitized and used again", title)
    sheet.write(1, 0, f"Kỳ / Period: {report.period.first:%d/%m/%Y} – {report.period.last:%d/%m/%Y}", bold)
    sheet.write(2, 0, f"Lập lúc / Made at: {times.local(report.made_at):%d/%m/%Y %H:%M}")
    first = 4
    sheet.set_row(first, 80)
    sheet.set_row(first + 1, 32)
    for column, head in enumerate(("Mã / Code", "Tên / Name")):
        sheet.merge_range(first, column, first + 1, column, head, wrapped)
    for number, rule in enumerate(rules):
        column, target = 2 + 3 * number, rule.target(report.period.last)
        aim = f" (≥ {target} %)" if target is not None else ""
        sheet.merge_range(first, column, first, column + 2, f"{rule.code}  {rule.name_vi}{aim}", wrapped)
        for place, head in enumerate(("Tử / above", "Mẫu / below", "%")):
            sheet.write(first + 1, column + place, head, wrapped)
    rows = (report.total, *report.rows)
    for line, row in enumerate(rows, start=first + 2):
        sheet.write_string(line, 0, row.key or "", whole)
        sheet.write_string(line, 1, name_of(report, row), whole)
        for number, rule in enumerate(rules):
            ratio, column = row.ratios[rule.code], 2 + 3 * number
            sheet.write_number(line, column, ratio.above, whole)
            sheet.write_number(line, column + 1, ratio.below, whole)
            _write_percent(sheet, (line, column + 2), ratio.percent, percent)
    last = first + 1 + len(rows)
    for number, rule in enumerate(rules):
        target, column = rule.target(report.period.last), 4 + 3 * number
        if target is not None:
            area = (first + 2, column, last, column)
            sheet.conditional_format(*area, {"type": "blanks", "format": whole, "stop_if_true": True})
            sheet.conditional_format(*area, {"type": "cell", "criteria": ">=", "value": target, "format": good})
            sheet.conditional_format(*area, {"type": "cell", "criteria": "<", "value": target, "format": bad})
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 44)
    sheet.set_column(2, 1 + 3 * len(rules), 10)
    sheet.freeze_panes(first + 2, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.insert_chart(last + 2, 1, _chart(book))


def _chart(book: Any) -> Any:  # noqa: ANN401 - xlsxwriter has no types
    """Return the total's percentages beside their targets; the numbers are on the sheet of definitions."""
    chart, count = book.add_chart({"type": "column"}), len(figure_rules())
    for column, colour in ((2, "#2F6F4F"), (3, "#B9B9B9")):
        chart.add_series(
            {
                "name": [_DEFINITIONS, 0, column],
                "categories": [_DEFINITIONS, 1, 0, count, 0],
                "values": [_DEFINITIONS, 1, column, count, column],
                "fill": {"color": colour},
                "data_labels": {"value": True},
            }
        )
    chart.set_y_axis({"min": 0, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#E5E5E5"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 300})
    return chart


def _stations_sheet(book: Any, report: Report) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet = book.add_worksheet("Trạm quét")
    sheet.write_row(0, 0, _STATION_HEADS, book.add_format({"bold": True, "text_wrap": True, "border": 1}))
    for line, one in enumerate(report.stations, start=1):
        sheet.write_string(line, 0, one.station)
        sheet.write_string(line, 1, one.operator or "")
        sheet.write_string(line, 2, one.employer or "")
        sheet.write_row(line, 3, [one.batches, one.papers, one.pages, one.stored, one.waiting, one.stopped])
    sheet.set_column(0, 2, 24)
    sheet.set_column(3, len(_STATION_HEADS) - 1, 12)
    sheet.freeze_panes(1, 0)


def _definitions_sheet(book: Any, report: Report) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet = book.add_worksheet(_DEFINITIONS)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, _DEFINITION_HEADS, book.add_format({"bold": True, "text_wrap": True}))
    for line, rule in enumerate(figure_rules(), start=1):
        target, percent = rule.target(report.period.last), report.total.ratios[rule.code].percent
        sheet.write_string(line, 0, rule.code, wrapped)
        sheet.write_string(line, 1, f"{rule.name_vi} / {rule.name_en}", wrapped)
        _write_percent(sheet, (line, 2), percent, book.add_format({"num_format": "0.00", "valign": "top"}))
        sheet.write(line, 3, "" if target is None else target, wrapped)
        sheet.write_string(line, 4, f"{rule.above_vi} / {rule.above_en}", wrapped)
        sheet.write_string(line, 5, f"{rule.below_vi} / {rule.below_en}", wrapped)
        sheet.write_string(line, 6, rule.source + ("" if rule.confirmed else _UNCONFIRMED), wrapped)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 40)
    sheet.set_column(2, 3, 12)
    sheet.set_column(4, 6, 48)


def _write_percent(sheet: Any, place: tuple[int, int], percent: Decimal | None, form: Any) -> None:  # noqa: ANN401
    if percent is None:
        sheet.write_blank(*place, None, form)
    else:
        sheet.write_number(*place, float(percent), form)
