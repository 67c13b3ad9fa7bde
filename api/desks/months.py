"""What the page of figures shows: a reporting month, and the months before it as plots."""

import datetime as dt
from typing import Any

from api.desks.plots import HEIGHT, WIDTH, plot
from api.shapes.figures import report_json
from dossier import times
from dossier.periods import Period
from ingest.figures import By, figures_of
from ingest.house import House

_PLOTTED = 6
"""Months."""
_OFFERED = 13
"""Months to choose from: the present one, and the same a year before."""


def figures_shown(house: House, chosen: Period, by: By, language: str) -> dict[str, Any]:
    """Return what the template needs: the figures of a month by agency or procedure, and their way there."""
    months = _back_from(chosen, _PLOTTED)
    reports = [report_json(figures_of(house, one, by)) for one in months]
    last = reports[-1]
    offered = _back_from(Period.containing(times.today()), _OFFERED)
    suffix = "" if language == "vi" else "_en"
    return {
        "month": _code(chosen),
        "periods": [_code(one) for one in reversed(offered)],
        "by": by.value,
        "first": chosen.first.strftime("%d/%m/%Y"),
        "last": chosen.last.strftime("%d/%m/%Y"),
        "rows": last["rows"],
        "width": WIDTH,
        "height": HEIGHT,
        "figures": [
            {
                "code": one["code"],
                "name": one[f"name{suffix}"],
                "target": one["target"],
                **last["total"][one["code"]],
                "plot": plot(
                    [
                        (f"{month.last:%m}", report["total"][one["code"]]["percent"])
                        for month, report in zip(months, reports, strict=True)
                    ],
                    one["target"],
                ),
            }
            for one in last["definitions"]
        ],
    }


def _back_from(last: Period, count: int) -> list[Period]:
    """Return ``count`` reporting months in order, ending with one."""
    found = [last]
    while len(found) < count:
        found.insert(0, Period.containing(found[0].first - dt.timedelta(days=1)))
    return found


def _code(month: Period) -> str:
    return f"{month.last:%Y-%m}"
