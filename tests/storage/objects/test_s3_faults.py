"""What an S3 server must refuse, and the store when the way to the server is cut, or the server full."""

import datetime as dt
import secrets
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import urllib3
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.error import S3Error
from minio.retention import Retention

from dossier import times
from dossier.errors import ConfigurationError, DiskFull, ObjectHeld, RetentionLocked, StoreUnavailable
from storage.objects.s3 import S3Store
from tests.servers import S3Server, seaweed
from tests.storage.proxy import Proxy, proxy

PDF = "application/pdf"
HOUR = dt.timedelta(hours=1)
LONG = secrets.token_bytes(3_000_000)


@pytest.fixture
def bucket() -> str:
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def store(s3_server: S3Server, bucket: str) -> Iterator[S3Store]:
    with closing(s3_server.store(bucket)) as opened:
        yield opened


@pytest.fixture
def way(s3_server: S3Server) -> Iterator[Proxy]:
    with proxy(s3_server.endpoint) as running:
        yield running


@pytest.fixture
def far_store(s3_server: S3Server, store: S3Store, bucket: str, way: Proxy) -> Iterator[S3Store]:
    """The same bucket, behind a way that can be cut."""
    del store  # it made the bucket
    with closing(s3_server.store(bucket, endpoint=way.endpoint)) as opened:
        yield opened


def test_nobody_shortens_or_lifts_a_lock(s3_server: S3Server, store: S3Store, bucket: str) -> None:
    until = times.now().replace(microsecond=0) + HOUR
    version = store.put("audit/a", b"kept", media_type=PDF, retain_until=until).version
    administrator = s3_server.client()
    for attempt in (
        lambda: administrator.set_object_retention(
            bucket, "audit/a", Retention(COMPLIANCE, until - HOUR / 2), version_id=version
        ),
        lambda: administrator.set_object_retention(bucket, "audit/a", Retention(GOVERNANCE, until), version_id=version),
        lambda: administrator.remove_object(bucket, "audit/a", version_id=version),
    ):
        with pytest.raises(S3Error) as refused:
            attempt()
        assert refused.value.code == "AccessDenied"
    administrator.remove_object(bucket, "audit/a")  # only a marker above it
    assert store.get("audit/a", version) == b"kept"
    assert store.retention("audit/a", version) == until
    with pytest.raises(S3Error):
        administrator.remove_bucket(bucket)
    with pytest.raises(RetentionLocked):
        store.delete("audit/a", version)


def test_the_server_itself_refuses_to_delete_what_is_held(s3_server: S3Server, store: S3Store, bucket: str) -> None:
    version = store.put("a", b"held", media_type=PDF).version
    store.hold("a", version, on=True)
    with pytest.raises(S3Error) as refused:
        s3_server.client().remove_object(bucket, "a", version_id=version)
    assert refused.value.code == "AccessDenied"
    with pytest.raises(ObjectHeld):
        store.delete("a")
    assert store.get("a") == b"held"


def test_a_link_that_ended_is_refused_with_a_reason(store: S3Store) -> None:
    version = store.put("a", b"content", media_type=PDF).version
    url = store.presign("a", version, seconds=1, file_name="a.pdf")
    assert url is not None
    deadline = time.monotonic() + 30
    while (answer := urllib3.request("GET", url, retries=False)).status == 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer.status == 403
    assert b"<Message>Request has expired</Message>" in answer.data


def test_the_disk_of_the_server_shows_nothing_readable(s3_server: S3Server, store: S3Store, bucket: str) -> None:
    shown, hidden = (f"giay khai sinh {word} {secrets.token_hex(8)}".encode() for word in ("plain", "encrypted"))
    store.put("hidden", hidden, media_type=PDF)
    with closing(s3_server.store(bucket, encrypted=False)) as plain:
        plain.put("shown", shown, media_type=PDF)
        assert plain.get("hidden") == hidden
    volumes = [path.read_bytes() for path in s3_server.data.rglob("*.dat")]
    assert [any(word in volume for volume in volumes) for word in (shown, hidden)] == [True, False]


@pytest.mark.parametrize("if_absent", [False, True])
def test_an_upload_that_was_cut_leaves_nothing(
    store: S3Store, far_store: S3Store, way: Proxy, *, if_absent: bool
) -> None:
    before = store.put("a", b"before", media_type=PDF)
    way.cut_up = 1_000_000
    for key in ("a", "b") if not if_absent else ("b",):
        with pytest.raises(StoreUnavailable):
            far_store.put(key, LONG, media_type=PDF, retain_until=times.now() + HOUR, if_absent=if_absent)
    assert store.versions("a") == [before]
    assert list(store.keys()) == ["a"]
    way.cut_up = None
    stored = far_store.put("b", LONG, media_type=PDF, if_absent=if_absent)
    assert store.get("b", stored.version) == LONG


def test_a_download_that_was_cut_is_no_file(store: S3Store, far_store: S3Store, way: Proxy) -> None:
    store.put("a", LONG, media_type=PDF)
    way.cut_down = 1_000_000
    with pytest.raises(StoreUnavailable):
        far_store.get("a")
    with pytest.raises(StoreUnavailable):
        far_store.get_range("a", 1, 2_000_000)
    way.cut_down = None
    assert far_store.get("a") == LONG


ANSWER = b"HTTP/1.1 %s\r\nContent-Type: application/xml\r\n%sContent-Length: %d\r\n\r\n%s"


def test_a_quota_that_is_used_up_is_a_full_disk(store: S3Store, far_store: S3Store, way: Proxy) -> None:
    # As Ceph's gateway answers.
    body = b"<?xml version='1.0'?><Error><Code>QuotaExceeded</Code><RequestId>1</RequestId></Error>"
    way.put_answer = ANSWER % (b"403 Forbidden", b"", len(body), body)
    with pytest.raises(DiskFull):
        far_store.put("a", LONG, media_type=PDF)
    way.put_answer = None
    assert store.versions("a") == []
    far_store.put("a", LONG, media_type=PDF)


def test_clocks_that_differ_are_named_and_nothing_is_kept(store: S3Store, far_store: S3Store, way: Proxy) -> None:
    body = b"<?xml version='1.0'?><Error><Code>RequestTimeTooSkewed</Code><RequestId>1</RequestId></Error>"
    way.put_answer = ANSWER % (b"403 Forbidden", b"", len(body), body)
    with pytest.raises(StoreUnavailable, match="clocks"):
        far_store.put("a", LONG, media_type=PDF)
    way.put_answer = None
    assert store.versions("a") == []
    far_store.put("a", LONG, media_type=PDF)


def test_a_server_that_does_not_say_it_encrypts_is_refused(far_store: S3Store, way: Proxy) -> None:
    way.put_answer = ANSWER % (b"200 OK", b'x-amz-version-id: 1\r\nETag: "1"\r\n', 0, b"")
    with pytest.raises(ConfigurationError, match="encrypt"):
        far_store.put("a", b"content", media_type=PDF)


def test_a_full_server_keeps_what_it_has_and_nothing_half(bucket: str) -> None:
    with seaweed(volume_mb=1, volumes=9) as server, closing(server.store(bucket)) as store:
        kept: dict[str, str] = {}

        def fill() -> None:
            for number in range(100):
                key = f"papers/{number}"
                kept[key] = store.put(key, secrets.token_bytes(1_000_000), media_type=PDF).version

        with pytest.raises(StoreUnavailable, match="full"):
            fill()
        assert kept
        assert list(store.keys()) == sorted(kept)
        assert store.versions(f"papers/{len(kept)}") == []
        assert all(store.head(key).version == version for key, version in kept.items())
