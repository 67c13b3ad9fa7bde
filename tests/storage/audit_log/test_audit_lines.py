"""Entries made into lines from raw rows: byte for byte what the entry's hash is taken over."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text

from storage.audit_log import audit
from storage.audit_log.audit_lines import lines
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.records import AuditEntry
from storage.schema import AuditRow
from tests.storage.examples import NOON

_words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
_moments = st.datetimes(
    NOON.replace(year=1900, tzinfo=None), NOON.replace(year=2200, tzinfo=None), timezones=st.just(NOON.tzinfo)
)
_entries = st.builds(
    AuditEntry,
    st.integers(1, 2**60),
    _words,
    _words,
    _words,
    _words,
    _moments,
    st.dictionaries(_words, _words, max_size=4),
    st.text("0123456789abcdef", min_size=64, max_size=64),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_entries)
def test_a_line_is_what_the_hash_is_taken_over(catalogue: Catalogue, entry: AuditEntry) -> None:
    with writing(catalogue.engine) as session:
        session.execute(text("DELETE FROM audit"))
        row = {name: getattr(entry, name) for name in AuditEntry.__slots__}
        session.execute(insert(AuditRow), [row])
    with reading(catalogue.engine) as session:
        (line,) = lines(session)
    assert (line.seq, line.prev_hash, line.hash) == (entry.seq, entry.prev_hash, entry.hash)
    assert line.data == audit.canonical(entry)


@pytest.mark.parametrize(
    "change",
    [
        "detail = '[]'",
        "detail = '{\"a\": 1}'",
        'detail = \'{"a": "1", "b": "2"}\'',
        "at = '2026-11-22 05:00:00.123457'",
        "at = '1026-11-22 05:00:00.123456'",
        "prev_hash = 'x\"'",
    ],
)
def test_what_differs_makes_another_line(catalogue: Catalogue, change: str) -> None:
    catalogue.record("a", "b", "c", {"a": "1"})
    with reading(catalogue.engine) as session:
        (before,) = lines(session)
    with writing(catalogue.engine) as session:
        session.execute(text(f"UPDATE audit SET {change}"))  # noqa: S608 - ours
    with reading(catalogue.engine) as session:
        (after,) = lines(session)
    assert before.data != after.data


@pytest.mark.parametrize("change", ["detail = 'no JSON'", "at = replace(at, ' ', 'T')", "actor = x'ff'", "at = 7"])
def test_a_row_that_no_service_wrote_has_no_line(tmp_path: object, change: str) -> None:
    """SQLite takes such rows; PostgreSQL does not."""
    catalogue = Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db")
    catalogue.record("a", "b", "c")
    with writing(catalogue.engine) as session:
        session.execute(text(f"UPDATE audit SET {change}"))  # noqa: S608 - ours
    with reading(catalogue.engine) as session:
        (line,) = lines(session)
    assert line.data == b""
    catalogue.close()


def test_a_part_of_the_log_is_read(catalogue: Catalogue) -> None:
    for number in range(5):
        catalogue.record("a", "b", str(number))
    with reading(catalogue.engine) as session:
        assert [line.seq for line in lines(session, after=1, up_to=3)] == [2, 3]
