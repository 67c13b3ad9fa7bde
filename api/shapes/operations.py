"""How the work goes, as JSON and as rows for CSV and XLSX."""

import csv
import io
from collections.abc import Iterator

from api.shapes import Json
from dossier import times
from ingest.reports.operations import Operations, Window

_RATES = {
    "rescan": ("rescanned", "received"),
    "review": ("reviewed", "read"),
    "straight_through": ("straight", "sealed"),
}
"""What is counted above and below the line."""


def operations_json(found: Operations) -> Json:
    """Return all of it; every rate says what was counted above and below the line, in percent with one decimal."""
    return {
        "made_at": times.iso_local(found.made_at),
        "queues": [{"lane": q.lane.value, "machine": q.machine, "people": q.people} for q in found.queues],
        "windows": [_window(window) for window in found.windows],
        "store": {"objects": found.objects, "bytes": found.size},
    }


def operations_csv(found: Operations) -> str:
    """Return it as CSV (RFC 4180): one line per measure."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(operations_rows(found))
    return text.getvalue()


def operations_rows(found: Operations) -> Iterator[tuple[str | float | None, ...]]:
    """Yield the lines of a table, the first with the names of the columns."""
    told = operations_json(found)
    yield "made_at", "measure", "of", "value", "above", "below"
    at = told["made_at"]
    for queue in told["queues"]:
        yield from ((at, f"queue_{one}", queue["lane"], queue[one], None, None) for one in ("machine", "people"))
    for window in told["windows"]:
        of = f"{window['hours']} h"
        yield at, "sealed", of, window["sealed"], None, None
        yield from ((at, one, of, window[one], None, None) for one in ("p50_s", "p95_s"))
        for name in _RATES:
            yield at, f"{name}_percent", of, window[name]["percent"], window[name]["above"], window[name]["below"]
    yield from ((at, f"store_{one}", "", told["store"][one], None, None) for one in ("objects", "bytes"))


def _window(window: Window) -> Json:
    rates = {
        name: _rate(getattr(window.counts, above), getattr(window.counts, below))
        for name, (above, below) in _RATES.items()
    }
    return {
        "hours": window.hours,
        "sealed": window.counts.sealed,
        "p50_s": _whole(window.p50_s),
        "p95_s": _whole(window.p95_s),
        **rates,
    }


def _rate(above: int, below: int) -> Json:
    return {"above": above, "below": below, "percent": round(100 * above / below, 1) if below else None}


def _whole(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
