import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier import times
from dossier.errors import InvalidValue
from dossier.periods import Period

_days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))


def test_the_reporting_month_runs_from_the_21st_to_the_20th() -> None:
    assert Period.parse("2026-11") == Period(dt.date(2026, 10, 21), dt.date(2026, 11, 20))
    assert Period.parse("2026-01") == Period(dt.date(2025, 12, 21), dt.date(2026, 1, 20))


@given(day=_days)
def test_every_day_lies_in_one_reporting_month_and_the_next_follows_at_once(day: dt.date) -> None:
    period = Period.containing(day)
    assert period.first <= day <= period.last
    assert Period.containing(period.last + dt.timedelta(days=1)).first == period.last + dt.timedelta(days=1)


@given(one=_days, other=_days)
def test_a_period_is_read_as_it_is_written(one: dt.date, other: dt.date) -> None:
    period = Period(min(one, other), max(one, other))
    assert Period.parse(str(period)) == period


def test_a_day_begins_and_ends_in_vietnam() -> None:
    period = Period.parse("2026-11-30..2026-11-30")
    assert period.begins == dt.datetime(2026, 11, 29, 17, tzinfo=dt.UTC)
    last = dt.datetime(2026, 11, 30, 23, 59, 59, 999999, times.VIETNAM)
    assert period.holds(last)
    assert not period.holds(last + dt.timedelta(microseconds=1))
    assert not period.holds(None)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "0001-01", "2026-11-31..2026-12-01", "2026-11-02..2026-11-01", "2026-1"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        Period.parse(text)
