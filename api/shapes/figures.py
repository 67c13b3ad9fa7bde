"""A report of figures as JSON and CSV. Every form says what was counted above and below the line."""

import csv
import datetime as dt
import io

from api.shapes import Json
from dossier import times
from dossier.figures import FigureRow, FigureRule, Ratio, figure_rules
from ingest.reports.figures import Report, name_of


def report_json(report: Report) -> Json:
    """Return the report; ``percent`` is a number with two decimals, ``null`` where there was nothing to count."""
    return {
        "period": {"first": report.period.first.isoformat(), "last": report.period.last.isoformat()},
        "by": report.by.value,
        "under": str(report.under) if report.under else None,
        "made_at": times.iso_local(report.made_at),
        "unknown_procedures": list(report.unknown_procedures),
        "definitions": [_definition(rule, report.period.last) for rule in figure_rules()],
        "total": _figures(report.total, report.period.last),
        "rows": [
            {"key": row.key, "name": report.names.get(row.key or ""), "figures": _figures(row, report.period.last)}
            for row in report.rows
        ],
        "stations": [
            {
                "station": one.station,
                "operator": one.operator,
                "employer": one.employer,
                "batches": one.batches,
                "papers": one.papers,
                "pages": one.pages,
                "stored": one.stored,
                "waiting": one.waiting,
                "stopped": one.stopped,
            }
            for one in report.stations
        ],
    }


def report_csv(report: Report) -> str:
    """Return the figures as CSV (RFC 4180): one line per row and figure, definitions at its end."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["first", "last", "key", "name", "figure", "above", "below", "percent", "target", "definition"])
    for row in (report.total, *report.rows):
        for rule in figure_rules():
            ratio, target = row.ratios[rule.code], rule.target(report.period.last)
            writer.writerow(
                [
                    report.period.first.isoformat(),
                    report.period.last.isoformat(),
                    _plain(row.key or ""),
                    _plain(name_of(report, row)),
                    rule.code,
                    ratio.above,
                    ratio.below,
                    "" if ratio.percent is None else ratio.percent,
                    "" if target is None else target,
                    f"{rule.above_vi} / {rule.below_vi}",
                ]
            )
    return text.getvalue()


def _definition(rule: FigureRule, day: dt.date) -> Json:
    return {
        "code": rule.code,
        "name": rule.name_vi,
        "name_en": rule.name_en,
        "above": rule.above_vi,
        "above_en": rule.above_en,
        "below": rule.below_vi,
        "below_en": rule.below_en,
        "target": rule.target(day),
        "source": rule.source,
        "confirmed": rule.confirmed,
    }


def _figures(row: FigureRow, day: dt.date) -> Json:
    return {rule.code: _ratio(row.ratios[rule.code], rule.target(day)) for rule in figure_rules()}


def _ratio(ratio: Ratio, target: int | None) -> Json:
    percent = ratio.percent
    return {
        "above": ratio.above,
        "below": ratio.below,
        "percent": None if percent is None else float(percent),
        "reached": None if percent is None or target is None else percent >= target,
    }


def _plain(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
