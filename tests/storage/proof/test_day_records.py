"""Which files a day's record proves, on SQLite and PostgreSQL; see ``ingest.proof.day_records`` for whole days."""

import datetime as dt
from dataclasses import replace

from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.proof import day_records
from storage.proof.day_records import DayRecord
from tests.storage.examples import NOON
from tests.storage.proof.test_renewals import kept

DAY = dt.timedelta(days=1)
FOR_EVER = NOON + 99999 * DAY


def record(day: dt.date, version: str = "1") -> DayRecord:
    return DayRecord(day, 2, f"records/{day}.json", version, "ab" * 32, NOON, NOON + DAY)


def test_a_day_is_closed_once_and_takes_its_files_with_it(catalogue: Catalogue) -> None:
    assert day_records.first_open(catalogue) is None
    first, second, third = kept(catalogue, NOON, NOON, NOON)
    assert day_records.first_open(catalogue) is not None
    files = [file for file in day_records.unproven(catalogue, FOR_EVER) if file.paper != third.id]
    day = NOON.date()
    assert day_records.close_day(catalogue, record(day), files, actor="t")
    assert not day_records.close_day(catalogue, record(day, "2"), files, actor="t")
    assert day_records.day_records(catalogue) == [record(day)]
    for one, expected in ((first, day), (second, day), (third, None)):
        assert one.sealed
        assert day_records.day_of(catalogue, one.id, one.sealed.sha256) == expected
        assert day_records.day_of(catalogue, one.id, "00" * 32) is None
    assert [file.paper for file in day_records.unproven(catalogue, FOR_EVER)] == [third.id]
    assert day_records.unproven(catalogue, NOON - 9999 * DAY) == []
    assert audit.check(catalogue).entries > 0


def test_a_record_is_renewed_once(catalogue: Catalogue) -> None:
    kept(catalogue, NOON)
    one, other = record(NOON.date()), record(NOON.date() + DAY)
    for each in (one, other):
        day_records.close_day(catalogue, each, [], actor="t")
    longer = replace(one, version="2", protected_until=NOON + 9 * DAY)
    assert day_records.keep_renewed(catalogue, one, longer, actor="t")
    assert not day_records.keep_renewed(catalogue, one, replace(longer, version="3"), actor="t")
    assert not day_records.keep_renewed(catalogue, record(dt.date(1999, 1, 1)), longer, actor="t")
    assert day_records.day_records(catalogue, until=NOON + 2 * DAY) == [other]
    assert day_records.day_records(catalogue, day=one.day) == [longer]
    told = [e.action for e in audit.entries(catalogue, limit=1000) if e.action.startswith("record.")]
    assert told == [day_records.MADE, day_records.MADE, day_records.RENEWED]
