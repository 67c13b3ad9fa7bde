import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier import times
from dossier.errors import InvalidValue

moments = st.datetimes(min_value=dt.datetime(1980, 1, 1), max_value=dt.datetime(2200, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=dt.UTC)
)


@given(moments)
def test_vietnam_is_seven_hours_ahead_and_the_moment_stays_the_same(moment: dt.datetime) -> None:
    shown = times.local(moment)
    assert shown.utcoffset() == dt.timedelta(hours=7)
    assert shown == moment.replace(microsecond=0)


@given(moments)
def test_the_text_of_a_moment_reads_back(moment: dt.datetime) -> None:
    text = times.iso_local(moment)
    assert text.endswith("+07:00")
    assert dt.datetime.fromisoformat(text) == moment.replace(microsecond=0)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        times.local(dt.datetime(2026, 1, 1))  # noqa: DTZ001


def test_now_is_aware_and_today_is_its_day_in_vietnam() -> None:
    before = times.now()
    day = times.today()
    after = times.now()
    assert before.tzinfo is dt.UTC
    assert times.local(before).date() <= day <= times.local(after).date()


@pytest.mark.parametrize("day", [times.EARLIEST, times.LATEST])
def test_a_day_that_may_be_told_begins_at_a_moment(day: dt.date) -> None:
    assert times.local(times.midnight(times.require_day("on", day))).date() == day


@pytest.mark.parametrize("day", [dt.date.min, times.EARLIEST - dt.timedelta(1), times.LATEST + dt.timedelta(1)])
def test_a_day_in_no_year_of_ours_is_refused(day: dt.date) -> None:
    with pytest.raises(InvalidValue):
        times.require_day("on", day)
