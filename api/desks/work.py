"""What the page of figures shows of how the work goes."""

import math
from collections.abc import Mapping
from typing import Any

from api.shapes.operations import operations_json
from ingest.reports.operations import Operations

_UNITS = ((5400, "minutes", 60, 0), (172_800, "hours", 3600, 1), (math.inf, "days", 86_400, 1))
"""Up to how many seconds a time is told in which unit, of how many seconds, with how many digits after the point."""


def operations_shown(found: Operations, words: Mapping[str, str], point: str) -> dict[str, Any]:
    """Return what the template needs.

    Args:
        found: The counts.
        words: How so many ``{n}`` minutes, hours and days are said, under these names.
        point: What parts whole numbers from tenths.
    """
    told = operations_json(found)

    def span(seconds: float | None) -> str:
        if seconds is None:
            return "–"
        name, unit, digits = next((n, u, d) for below, n, u, d in _UNITS if seconds < below)
        told_as = f"{seconds / unit:.{digits}f}".removesuffix(".0").replace(".", point)
        return words[name].format(n=told_as)

    for window in told["windows"]:
        window["p50"], window["p95"] = span(window["p50_s"]), span(window["p95_s"])
    return {"operations": told, "gigabytes": told["store"]["bytes"] / 1e9}
