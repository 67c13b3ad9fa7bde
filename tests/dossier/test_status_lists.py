"""Status lists: one way to write each, and nothing else is one."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import DamagedFile
from dossier.identifiers import AgencyCode
from dossier.papers import PaperState
from dossier.standing import ENDED, Reason
from dossier.status_lists import StatusEntry, StatusList, parse_status_list, sorted_entries

NOON = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
ONE, TWO = "03ac67" + "0" * 58, "5e8848" + "f" * 58
LIST = StatusList(
    42,
    AgencyCode("H41.99"),
    ("Trung tâm Phục vụ hành chính công",),
    NOON,
    NOON + dt.timedelta(days=3),
    57,
    (
        StatusEntry(ONE, PaperState.SUPERSEDED, NOON - dt.timedelta(days=8), Reason.LATER_VERSION, TWO),
        StatusEntry(TWO, PaperState.REVOKED, NOON, Reason.WITHDRAWN),
    ),
)
WRITTEN = f"""SOHOA STATUS LIST 1
number 42
agency H41.99
seal Trung tâm Phục vụ hành chính công
made 2026-11-29T12:00:00Z
next 2026-12-02T12:00:00Z
changes 57
entries 2

{ONE} superseded 2026-11-21T12:00:00Z later-version {TWO}
{TWO} revoked 2026-11-29T12:00:00Z withdrawn -
"""

_hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
_moments = st.datetimes(timezones=st.just(dt.UTC)).map(lambda m: m.replace(microsecond=0))
_entries = st.builds(
    StatusEntry, _hashes, st.sampled_from(sorted(ENDED)), _moments, st.sampled_from(Reason), st.none() | _hashes
)
_lists = st.builds(
    StatusList,
    st.integers(1, 10**12 - 1),
    st.from_regex(AgencyCode.pattern, fullmatch=True, alphabet=st.characters(codec="ascii")).map(AgencyCode),
    st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=1, max_size=3).map(tuple),
    _moments,
    _moments,
    st.integers(0, 10**18 - 1),
    st.lists(_entries, max_size=5).map(sorted_entries),
)


def test_a_list_is_written_as_documented() -> None:
    assert LIST.dump().decode() == WRITTEN
    assert parse_status_list(WRITTEN.encode()) == LIST
    assert LIST.by_hash[ONE].successor == TWO


@given(_lists)
def test_what_is_written_is_read_as_it_was(made: StatusList) -> None:
    assert parse_status_list(made.dump()) == made


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        parse_status_list(data)


@given(st.data(), st.integers(0, len(WRITTEN.encode()) - 1))
def test_a_list_changed_anywhere_is_another_or_none(data: st.DataObject, place: int) -> None:
    written = WRITTEN.encode()
    byte = bytes([data.draw(st.integers(0, 255).filter(lambda b: b != written[place]))])
    for changed in (written[:place] + byte + written[place + 1 :], written[:place], written[:place] + byte):
        try:
            assert parse_status_list(changed) != LIST
        except DamagedFile:
            continue


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("number 42", "number 042"),
        ("LIST 1", "LIST 2"),
        ("entries 2", "entries 3"),
        ("\n\n", "\n"),
        ("made 2026-11-29", "made 2026-11-31"),
        ("agency H41.99", "agency nobody"),
        ("seal Trung", "seal  Trung"),
        (" withdrawn -", " because -"),
        (" revoked ", " stored "),
        ("\n", "\r\n"),
        (ONE, TWO),
        (f"{ONE} ", f"{ONE.upper()} "),
        ("Z withdrawn", "+00:00 withdrawn"),
    ],
)
def test_there_is_one_way_to_write_it(old: str, new: str) -> None:
    assert old in WRITTEN
    with pytest.raises(DamagedFile):
        parse_status_list(WRITTEN.replace(old, new).encode())
    with pytest.raises(DamagedFile):
        parse_status_list(WRITTEN.encode() + b"\n")


def test_of_several_entries_on_a_file_the_weightiest_counts() -> None:
    expired = StatusEntry(ONE, PaperState.EXPIRED, NOON, Reason.VALIDITY_ENDED)
    superseded = LIST.entries[0]
    revoked = StatusEntry(ONE, PaperState.REVOKED, NOON, Reason.FORGED)
    earlier = replace(revoked, since=NOON - dt.timedelta(days=1))
    assert sorted_entries([expired, superseded]) == (superseded,)
    assert sorted_entries([LIST.entries[1], revoked, expired, earlier, superseded]) == (earlier, LIST.entries[1])
