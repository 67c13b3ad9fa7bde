"""The S3 store against damage, foreign objects, wrong keys, wrong buckets and a server that is gone."""

import contextlib
import datetime as dt
import io
import secrets
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import NotFound, ObjectDamaged, StoreUnavailable
from storage.objects.s3 import S3Store, parse_lock_date
from tests.servers import S3Server

PDF = "application/pdf"


SECONDS = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2400, 1, 1)).map(lambda d: d.replace(microsecond=0))  # noqa: DTZ001 - written out with a zone below
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))


@given(moment=SECONDS, zone=ZONES, fraction=st.text("0123456789", max_size=30))
def test_lock_dates_with_any_fraction_and_zone_are_read(moment: dt.datetime, zone: dt.timezone, fraction: str) -> None:
    whole = moment.replace(tzinfo=zone)
    text = whole.isoformat()[:19] + ("." + fraction if fraction else "") + whole.isoformat()[19:]
    read = parse_lock_date(text)
    assert read.tzinfo is dt.UTC
    # Rounded up: what is read is never shorter than the lock.
    assert read - whole == dt.timedelta(seconds=1 if int(fraction or "0") else 0)


@given(text=st.one_of(st.text(), st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*)?(Z|[+-]\d\d:\d\d)?")))
def test_whatever_a_server_writes_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(StoreUnavailable):
        assert parse_lock_date(text).tzinfo is dt.UTC


def test_a_lock_date_of_ceph_is_read() -> None:
    assert parse_lock_date("2026-11-22T07:25:41.000000000Z") == dt.datetime(2026, 11, 22, 7, 25, 41, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-13-01T00:00:00Z",
        "2026-11-22T07:25:41",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.9Z",
    ],
)
def test_an_unreadable_lock_date_is_not_taken_for_none(text: str) -> None:
    with pytest.raises(StoreUnavailable):
        parse_lock_date(text)


def test_bytes_that_are_not_what_was_put_are_noticed(s3_server: S3Server) -> None:
    bucket = f"test-{secrets.token_hex(6)}"
    store = s3_server.store(bucket)
    store.put("a", b"content", media_type=PDF)
    for metadata in ({"sha256": "0" * 64}, None):
        s3_server.client().put_object(bucket, "a", io.BytesIO(b"forged"), 6, metadata=metadata)
        with pytest.raises(ObjectDamaged):
            store.get("a")
    with pytest.raises(ObjectDamaged):
        store.head("a")
    store.close()


def test_a_delete_marker_of_another_program_hides_no_version(s3_server: S3Server) -> None:
    bucket = f"test-{secrets.token_hex(6)}"
    store = s3_server.store(bucket)
    stored = store.put("a", b"content", media_type=PDF)
    s3_server.client().remove_object(bucket, "a")
    with pytest.raises(NotFound):
        store.get("a")
    assert store.versions("a") == [stored]
    assert store.get("a", stored.version) == b"content"
    store.delete("a")
    assert store.versions("a") == []
    with pytest.raises(NotFound):
        store.delete("a")
    store.close()


def test_opening_an_existing_bucket_keeps_it(s3_server: S3Server) -> None:
    bucket = f"test-{secrets.token_hex(6)}"
    for _ in range(2):
        store = s3_server.store(bucket)
        store.put("a", b"content", media_type=PDF, if_absent=True)
        assert len(store.versions("a")) == 1
        store.close()


def test_a_bucket_that_cannot_lock_is_refused(s3_server: S3Server) -> None:
    bucket = f"test-{secrets.token_hex(6)}"
    s3_server.client().make_bucket(bucket)
    with pytest.raises(StoreUnavailable):
        s3_server.store(bucket)


def test_wrong_keys_are_refused(s3_server: S3Server) -> None:
    with pytest.raises(StoreUnavailable) as refused:
        S3Store(s3_server.endpoint, "any", access_key=s3_server.access_key, secret_key="wrong", secure=False)  # noqa: S106 - no secret
    assert "wrong" not in str(refused.value)


def test_a_server_that_is_gone_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(StoreUnavailable):
        S3Store(f"127.0.0.1:{port}", "any", access_key="a", secret_key="b" * 8, secure=False)
