"""What every object store promises, shown on each of them."""

import datetime as dt
import hashlib
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossier import times
from dossier.errors import AlreadyExists, InvalidIdentifier, NotFound, ObjectHeld, RetentionLocked
from dossier.papers import StoredObject
from storage.objects.object_store import MAX_LINK_S, ObjectStore
from storage.objects.s3 import S3Store

PDF = "application/pdf"
KEY = "papers/3f9k2m7x8c4v5b6n/original.pdf"
HOUR = dt.timedelta(hours=1)


def in_one_hour() -> dt.datetime:
    return times.now().replace(microsecond=0) + HOUR


def test_what_is_put_comes_back(store: ObjectStore) -> None:
    data = bytes(range(256)) * 30_000  # more than one part of a multipart upload
    stored = store.put(KEY, data, media_type=PDF)
    assert stored == StoredObject(KEY, stored.version, hashlib.sha256(data).hexdigest(), len(data), PDF)
    assert store.head(KEY) == store.head(KEY, stored.version) == stored
    assert store.get(KEY) == store.get(KEY, stored.version) == data


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_any_bytes_come_back(store: ObjectStore, data: bytes) -> None:
    stored = store.put("any", data, media_type="application/octet-stream")
    assert store.get("any", stored.version) == data


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bounds=st.tuples(st.integers(0, 300_000), st.integers(0, 300_000)).map(sorted))
def test_any_part_comes_back(store: ObjectStore, bounds: list[int]) -> None:
    data = hashlib.shake_256(b"any part").digest(200_001)
    stored = store.put("part", data, media_type=PDF)
    start, end = bounds
    assert store.get_range("part", start, end) == store.get_range("part", start, end, stored.version) == data[start:end]


def test_parts_are_of_the_version_that_was_asked_for(store: ObjectStore) -> None:
    first, second = (store.put(KEY, data, media_type=PDF) for data in (b"first", b"second"))
    assert store.get_range(KEY, 0, 3) == store.get_range(KEY, 0, 3, second.version) == b"sec"
    assert store.get_range(KEY, 3, 99, first.version) == b"st"
    assert store.get_range(KEY, 5, 9, first.version) == store.get_range(KEY, 0, 0) == b""


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_a_part_with_impossible_bounds_is_refused(store: ObjectStore, start: int, end: int) -> None:
    store.put(KEY, b"content", media_type=PDF)
    with pytest.raises(ValueError, match="start <= end"):
        store.get_range(KEY, start, end)


def test_a_held_version_cannot_be_deleted(store: ObjectStore) -> None:
    first, held = (store.put(KEY, data, media_type=PDF) for data in (b"a", b"b"))
    store.hold(KEY, held.version, on=True)
    store.hold(KEY, held.version, on=True)
    assert store.held(KEY) is store.held(KEY, held.version) is True
    assert store.held(KEY, first.version) is False
    for version in (held.version, None):
        with pytest.raises(ObjectHeld):
            store.delete(KEY, version)
    assert store.versions(KEY) == [held, first]
    store.hold(KEY, held.version, on=False)
    store.hold(KEY, held.version, on=False)
    assert store.held(KEY) is False
    store.delete(KEY, held.version)
    assert store.versions(KEY) == [first]


def test_putting_the_same_bytes_again_lifts_no_hold(store: ObjectStore) -> None:
    stored = store.put(KEY, b"a", media_type=PDF)
    store.hold(KEY, stored.version, on=True)
    assert store.put(KEY, b"a", media_type=PDF, retain_until=in_one_hour()) == stored
    assert store.held(KEY) is True


@pytest.mark.parametrize("seconds", [0, -5, MAX_LINK_S + 1])
def test_a_link_lives_a_short_while(store: ObjectStore, seconds: int) -> None:
    stored = store.put(KEY, b"a", media_type=PDF)
    with pytest.raises(ValueError, match="lives"):
        store.presign(KEY, stored.version, seconds=seconds, file_name="paper.pdf")


def test_a_link_gives_its_own_version_or_there_is_none(store: ObjectStore) -> None:
    first, _ = (store.put(KEY, data, media_type=PDF) for data in (b"first", b"second"))
    url = store.presign(KEY, first.version, seconds=60, file_name="paper.pdf")
    if not isinstance(store, S3Store):
        assert url is None
        return
    assert url is not None
    answer = urllib3.request("GET", url, retries=False)
    assert (answer.status, answer.data) == (200, b"first")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="paper.pdf"'
    other = urllib3.request("GET", url.replace(KEY, "papers/other.pdf"), retries=False)
    assert other.status == 403
    assert urllib3.request("GET", url.replace(first.version, "0" * 32), retries=False).status == 403


def test_other_bytes_make_a_new_version(store: ObjectStore) -> None:
    first, second, third = (store.put(KEY, data, media_type=PDF) for data in (b"a", b"b", b"a"))
    assert len({first.version, second.version, third.version}) == 3
    assert store.versions(KEY) == [third, second, first]
    assert [store.get(KEY, v.version) for v in (first, second, third)] == [b"a", b"b", b"a"]


def test_the_same_bytes_again_make_none(store: ObjectStore) -> None:
    first = store.put(KEY, b"a", media_type=PDF)
    assert store.put(KEY, b"a", media_type=PDF) == first
    assert store.put(KEY, b"a", media_type=PDF, if_absent=True) == first
    assert store.versions(KEY) == [first]


def test_if_absent_refuses_other_bytes(store: ObjectStore) -> None:
    first = store.put(KEY, b"a", media_type=PDF, if_absent=True)
    with pytest.raises(AlreadyExists):
        store.put(KEY, b"b", media_type=PDF, if_absent=True)
    assert store.versions(KEY) == [first]


def test_of_many_if_absent_one_wins(store: ObjectStore) -> None:
    def attempt(number: int) -> bytes | None:
        data = b"%d" % number
        try:
            store.put(KEY, data, media_type=PDF, if_absent=True)
        except AlreadyExists:
            return None
        return data

    with ThreadPoolExecutor(8) as pool:
        winners = [data for data in pool.map(attempt, range(16)) if data]
    assert len(winners) == 1
    assert [store.get(KEY, v.version) for v in store.versions(KEY)] == winners


def test_what_is_not_there_is_not_found(store: ObjectStore) -> None:
    stored = store.put(KEY, b"a", media_type=PDF)
    store.put("other", b"a", media_type=PDF)
    for key, version in (("nothing", None), ("nothing", stored.version), (KEY, "0000"), ("papers", None)):
        for read in (store.get, store.head, store.delete, store.retention):
            with pytest.raises(NotFound):
                read(key, version)
        assert store.versions("nothing") == []
        with pytest.raises(NotFound):
            store.get_range(key, 0, 1, version)
        with pytest.raises(NotFound):
            store.held(key, version)
    with pytest.raises(NotFound):
        store.retain("nothing", stored.version, in_one_hour())
    for key, version in (("nothing", stored.version), (KEY, "0000")):
        with pytest.raises(NotFound):
            store.hold(key, version, on=True)
    assert store.get(KEY) == b"a"


def test_a_version_can_be_deleted(store: ObjectStore) -> None:
    first, second = (store.put(KEY, data, media_type=PDF) for data in (b"a", b"b"))
    store.delete(KEY, second.version)
    assert store.versions(KEY) == [first]
    assert store.get(KEY) == b"a"
    with pytest.raises(NotFound):
        store.get(KEY, second.version)


def test_a_deleted_version_is_never_another_one_later(store: ObjectStore) -> None:
    first = store.put(KEY, b"a", media_type=PDF)
    store.delete(KEY)
    assert store.versions(KEY) == list(store.keys()) == []
    second = store.put(KEY, b"b", media_type=PDF, if_absent=True)
    assert second.version != first.version
    with pytest.raises(NotFound):
        store.get(KEY, first.version)


def test_a_locked_version_cannot_be_deleted(store: ObjectStore) -> None:
    until = in_one_hour()
    free = store.put(KEY, b"a", media_type=PDF)
    locked = store.put(KEY, b"b", media_type=PDF, retain_until=until)
    newer = store.put(KEY, b"c", media_type=PDF)
    assert store.retention(KEY, locked.version) == until
    assert store.retention(KEY) is None
    for version in (locked.version, None):
        with pytest.raises(RetentionLocked):
            store.delete(KEY, version)
    assert store.versions(KEY) == [newer, locked, free]
    store.delete(KEY, free.version)
    assert store.get(KEY, locked.version) == b"b"


def test_what_begins_alike_is_cleared(store: ObjectStore) -> None:
    for key in ("room/1/a", "room/1/b/c", "room/10/a", "room/1"):
        store.put(key, b"a", media_type=PDF)
        store.put(key, b"b", media_type=PDF)
    store.clear("room/1/")
    assert list(store.keys("room/")) == ["room/1", "room/10/a"]
    store.clear("room/1/")
    store.clear("room/")
    assert list(store.walk("room/")) == []
    with pytest.raises(ValueError, match="never cleared"):
        store.clear("")


@pytest.mark.parametrize("kept", [RetentionLocked, ObjectHeld])
def test_what_is_kept_stays_when_all_else_is_cleared(store: ObjectStore, kept: type[Exception]) -> None:
    until = in_one_hour() if kept is RetentionLocked else None
    for key in ("full/a", "full/c"):
        store.put(key, b"free", media_type=PDF)
    found = store.put("full/b", b"kept", media_type=PDF, retain_until=until)
    if until is None:
        store.hold("full/b", found.version, on=True)
    store.put("full/b", b"free", media_type=PDF)
    with pytest.raises(kept):
        store.clear("full/")
    assert [(one.key, one.version) for one in store.walk("full/")] == [("full/b", found.version)]


def test_two_may_clear_at_once(store: ObjectStore) -> None:
    for number in range(20):
        store.put(f"twice/{number}", b"a", media_type=PDF)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store.clear, ["twice/"] * 4))
    assert list(store.walk("twice/")) == []


def test_a_lock_can_be_extended_only(store: ObjectStore) -> None:
    until = in_one_hour()
    stored = store.put(KEY, b"a", media_type=PDF)
    store.retain(KEY, stored.version, until)
    store.retain(KEY, stored.version, until)
    with pytest.raises(RetentionLocked):
        store.retain(KEY, stored.version, until - dt.timedelta(seconds=1))
    assert store.retention(KEY) == until
    store.retain(KEY, stored.version, until + HOUR)
    assert store.retention(KEY) == until + HOUR
    assert store.versions(KEY) == [stored]


def test_putting_again_extends_a_lock_and_never_shortens_it(store: ObjectStore) -> None:
    until = in_one_hour()
    for wanted, kept in (
        (None, None),
        (until, until),
        (until - HOUR, until),
        (None, until),
        (until + HOUR, until + HOUR),
    ):
        store.put(KEY, b"a", media_type=PDF, retain_until=wanted)
        assert store.retention(KEY) == kept
    assert len(store.versions(KEY)) == 1


def test_a_lock_is_never_shorter_than_asked(store: ObjectStore) -> None:
    until = in_one_hour() + dt.timedelta(microseconds=1)
    store.put(KEY, b"a", media_type=PDF, retain_until=until.astimezone(times.VIETNAM))
    kept = store.retention(KEY)
    assert kept is not None
    assert kept.utcoffset() == dt.timedelta(0)
    assert until <= kept < until + dt.timedelta(seconds=1)


def test_a_lock_that_has_ended_locks_nothing(store: ObjectStore) -> None:
    stored = store.put(KEY, b"a", media_type=PDF, retain_until=times.now() - HOUR)
    store.retain(KEY, stored.version, times.now() - HOUR)
    store.delete(KEY, stored.version)
    with pytest.raises(NotFound):
        store.head(KEY)


def test_a_lock_ends_and_a_hold_outlasts_it(store: ObjectStore) -> None:
    until = times.now() + dt.timedelta(seconds=1)
    free, held = (store.put(KEY, data, media_type=PDF, retain_until=until) for data in (b"a", b"b"))
    store.hold(KEY, held.version, on=True)
    with pytest.raises(RetentionLocked):
        store.delete(KEY, free.version)
    while times.now() < until + dt.timedelta(seconds=1.5):
        time.sleep(0.1)
    store.delete(KEY, free.version)
    with pytest.raises(ObjectHeld):
        store.delete(KEY, held.version)
    assert store.versions(KEY) == [held]


def test_a_lock_outlasts_a_hold(store: ObjectStore) -> None:
    stored = store.put(KEY, b"a", media_type=PDF)
    store.hold(KEY, stored.version, on=True)
    store.retain(KEY, stored.version, in_one_hour())
    store.hold(KEY, stored.version, on=False)
    with pytest.raises(RetentionLocked):
        store.delete(KEY, stored.version)
    assert store.retention(KEY) is not None


def test_a_lock_needs_a_zone(store: ObjectStore) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        store.put(KEY, b"a", media_type=PDF, retain_until=dt.datetime(2030, 1, 1))  # noqa: DTZ001 - the fault
    assert store.versions(KEY) == []


def test_keys_are_listed_in_order_by_prefix(store: ObjectStore) -> None:
    keys = ["a/b", "a/b.x", "a/b/c", "a/bb", "b", "b/1/2/3", "c_d-e.f"]
    for key in reversed(keys):
        store.put(key, b"x", media_type=PDF)
        store.put(key, b"y", media_type=PDF)
    assert list(store.keys()) == keys
    assert list(store.keys("a/b")) == keys[:4]
    assert list(store.keys("a/b/")) == ["a/b/c"]
    assert list(store.keys("b/1/2")) == ["b/1/2/3"]
    assert list(store.keys("z")) == []
    assert len(store.versions("a/b")) == 2
    store.delete("a/b")
    assert list(store.keys("a/")) == keys[1:4]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        "a/../b",
        ".a",
        "a/.b",
        "a b",
        "A",
        "giấy",
        "a~",
        "a\\b",
        "a\n",
        "a%2e",
        "x" * 201,
        "a/" * 401 + "a",
    ],
)
def test_a_key_that_could_mean_something_else_is_refused(store: ObjectStore, key: str) -> None:
    version = secrets.token_hex(4)
    for attempt in (
        lambda: store.put(key, b"a", media_type=PDF),
        lambda: store.get(key),
        lambda: store.head(key),
        lambda: store.versions(key),
        lambda: store.delete(key),
        lambda: store.retain(key, version, in_one_hour()),
        lambda: store.retention(key),
        lambda: store.get_range(key, 0, 1),
        lambda: store.hold(key, version, on=True),
        lambda: store.held(key),
        lambda: store.presign(key, version, seconds=60, file_name="paper.pdf"),
    ):
        with pytest.raises(InvalidIdentifier):
            attempt()
    if key and not key.endswith("a/"):
        with pytest.raises(InvalidIdentifier):
            list(store.keys(key))
    assert list(store.keys()) == []


def test_a_key_is_not_met_under_the_beginning_of_another(store: ObjectStore) -> None:
    for key in ("dots/0", "dots/0.", "dots/0.v"):
        store.put(key, key.encode(), media_type=PDF)
    assert [one.key for one in store.walk("dots/0.")] == ["dots/0.", "dots/0.v"] == list(store.keys("dots/0."))
    assert len(store.versions("dots/0.")) == 1


def test_a_usable_store_says_so(store: ObjectStore) -> None:
    store.check()


_keys = st.from_regex(r"[ab0][ab.-]{0,1}(/[ab0][ab.-]{0,1}){0,2}", fullmatch=True, alphabet="ab0.-/")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.sets(_keys, max_size=8), data=st.data())
def test_a_walk_meets_every_version_in_order(store: ObjectStore, keys: set[str], data: st.DataObject) -> None:
    room = f"w{secrets.token_hex(6)}/"
    for key in keys:
        store.put(room + key, b"1", media_type=PDF)
    doubled = data.draw(st.sets(st.sampled_from(sorted(keys)), max_size=2)) if keys else set[str]()
    for key in doubled:
        store.put(room + key, b"2", media_type=PDF)
    met = list(store.walk(room))
    assert [one.key for one in met] == sorted([room + key for key in keys] + [room + key for key in doubled])
    assert list(dict.fromkeys(one.key for one in met)) == list(store.keys(room))
    for key in doubled:
        assert [one.version for one in met if one.key == room + key] == [v.version for v in store.versions(room + key)]
    if keys:
        left = room + data.draw(st.sampled_from(sorted(keys)))
        assert list(store.walk(left)) == [one for one in met if one.key.startswith(left)]
    assert all(abs(times.now() - one.put_at) < HOUR for one in met)


def test_a_walk_meets_more_versions_than_a_server_tells_at_once(store: ObjectStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.put(f"many/{n:04d}", b"x", media_type=PDF), range(1050)))
    store.put("many/1000", b"y", media_type=PDF)
    assert [one.key for one in store.walk("many/")] == sorted([*(f"many/{n:04d}" for n in range(1050)), "many/1000"])


def test_a_version_is_mended_and_the_newest_content_stays(store: ObjectStore) -> None:
    first, second = (store.put(KEY, data, media_type=PDF) for data in (b"a", b"b"))
    until = in_one_hour()
    mended = store.mend(KEY, first.version, b"a", media_type=PDF, retain_until=until)
    assert store.get(KEY, mended.version) == b"a"
    assert store.retention(KEY, mended.version) == until
    assert store.get(KEY) == b"b"
    assert store.get(KEY, second.version) == b"b"


def test_what_is_gone_is_mended(store: ObjectStore) -> None:
    first = store.put(KEY, b"a", media_type=PDF)
    store.delete(KEY)
    mended = store.mend(KEY, first.version, b"a", media_type=PDF)
    assert store.get(KEY) == store.get(KEY, mended.version) == b"a"
    assert store.put(KEY, b"b", media_type=PDF).version not in {first.version, mended.version}
