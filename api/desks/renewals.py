"""What the auditor's page shows of the calendar of renewals: columns by month, in which what proves papers ends."""

from collections.abc import Sequence
from typing import Any

from api.desks.plots import HIGH, WIDE, Column, columns
from ingest.house import House
from ingest.proof.renew import Month, calendar

_MOST = 12
"""Columns; what ends later is one more."""


def renewals_shown(house: House) -> dict[str, Any]:
    """Return what the template needs: columns of the papers that end in each month, and sums of the rest."""
    months = calendar(house)
    dated = [month for month in months if month.month is not None]
    return {
        "wide": WIDE,
        "high": HIGH,
        "columns": _columns(dated),
        "later": _papers(dated[_MOST:]),
        "undated": _papers([month for month in months if month.month is None]),
        "records": sum(month.records for month in months),
    }


def _columns(months: Sequence[Month]) -> tuple[Column, ...]:
    return columns([(f"{(one.month or '')[5:]}/{(one.month or '')[:4]}", _papers([one])) for one in months[:_MOST]])


def _papers(months: Sequence[Month]) -> int:
    return sum(month.papers + month.signed_origin for month in months)
