"""What the page of figures shows: a reporting month, and the months before it as plots."""

import datetime as dt
from typing import Any

from api.desks.plots import HEIGHT, WIDTH, plot
from api.shapes import Json
from api.shapes.figures import report_json
from dossier import times
from dossier.periods import Period
from ingest.house import House
from ingest.reports.figures import By, figures_of

_PLOTTED = 6
"""Months."""
_OFFERED = 13
"""Months to choose from: the present one, and the same a year before."""
_NOTHING: Json = {"above": 0, "below": 0, "percent": None, "reached": None}


def figures_shown(house: House, chosen: Period, by: By, of: str | None, language: str) -> dict[str, Any]:
    """Return what the template needs: the figures of a month by agency or procedure, and their way there.

    Args:
        house: The parts.
        chosen: The month.
        by: What the rows are.
        of: Key of the row whose figures are shown large and plotted; of everything if no month has such a row.
        language: Of the names.
    """
    months = _back_from(chosen, _PLOTTED)
    reports = [report_json(figures_of(house, one, by)) for one in months]
    last = reports[-1]
    names = {row["key"]: row["name"] for report in reports for row in report["rows"]}
    of = of if of in names else None
    large = [_figures(report, of) for report in reports]
    offered = _back_from(Period.containing(times.today()), _OFFERED)
    suffix = "" if language == "vi" else "_en"
    return {
        "month": _code(chosen),
        "periods": [_code(one) for one in reversed(offered)],
        "by": by.value,
        "first": chosen.first.strftime("%d/%m/%Y"),
        "last": chosen.last.strftime("%d/%m/%Y"),
        "rows": last["rows"],
        "of": of,
        "of_name": names.get(of) or of,
        "width": WIDTH,
        "height": HEIGHT,
        "figures": [
            {
                "code": one["code"],
                "name": one[f"name{suffix}"],
                "target": one["target"],
                **large[-1].get(one["code"], _NOTHING),
                "plot": plot(
                    [
                        (f"{month.last:%m}", figures.get(one["code"], _NOTHING)["percent"])
                        for month, figures in zip(months, large, strict=True)
                    ],
                    one["target"],
                ),
            }
            for one in last["definitions"]
        ],
    }


def _figures(report: Json, of: str | None) -> Json:
    """Return the figures of a row by their codes, or of everything; none of a row that is not there."""
    if of is None:
        total: Json = report["total"]
        return total
    return next((row["figures"] for row in report["rows"] if row["key"] == of), {})


def _back_from(last: Period, count: int) -> list[Period]:
    """Return ``count`` reporting months in order, ending with one."""
    found = [last]
    while len(found) < count:
        found.insert(0, Period.containing(found[0].first - dt.timedelta(days=1)))
    return found


def _code(month: Period) -> str:
    return f"{month.last:%Y-%m}"
