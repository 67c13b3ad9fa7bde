"""What is kept apart lies there, and what the main store had before is not lost."""

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dossier import times
from dossier.errors import AlreadyExists, RetentionLocked, StoreUnavailable
from ingest.house import House
from ingest.settings import Settings
from storage.audit_log import audit
from storage.objects.folder import FolderStore
from storage.objects.routed import RoutedStore
from tests.servers import S3Server

JSON = "application/json"


@pytest.fixture
def parts(tmp_path: Path) -> tuple[FolderStore, FolderStore, RoutedStore]:
    main, apart = FolderStore(tmp_path / "main"), FolderStore(tmp_path / "apart")
    return main, apart, RoutedStore(main, "audit/", apart)


def test_each_key_lies_in_its_store(parts: tuple[FolderStore, FolderStore, RoutedStore]) -> None:
    main, apart, both = parts
    for key in ("audit/heads/1", "audit", "auditor/1", "papers/1"):
        both.put(key, key.encode(), media_type=JSON)
    assert list(apart.keys()) == ["audit/heads/1"]
    assert list(main.keys()) == ["audit", "auditor/1", "papers/1"]
    assert list(both.keys()) == ["audit", "audit/heads/1", "auditor/1", "papers/1"]
    assert list(both.keys("audit/he")) == ["audit/heads/1"]
    assert list(both.keys("au")) == ["audit", "audit/heads/1", "auditor/1"]
    assert list(both.keys("papers/")) == ["papers/1"]


def test_what_the_main_store_had_before_stays_and_counts(
    parts: tuple[FolderStore, FolderStore, RoutedStore],
) -> None:
    main, apart, both = parts
    before = main.put("audit/anchors/1", b"true", media_type=JSON)
    with pytest.raises(AlreadyExists):
        both.put("audit/anchors/1", b"false", media_type=JSON, if_absent=True)
    both.put("audit/anchors/2", b"next", media_type=JSON, if_absent=True)
    assert both.versions("audit/anchors/1") == [before]
    assert both.get("audit/anchors/1") == b"true"
    assert list(both.keys("audit/")) == ["audit/anchors/1", "audit/anchors/2"]
    assert list(apart.keys()) == ["audit/anchors/2"]


def test_both_must_be_usable(tmp_path: Path, parts: tuple[FolderStore, FolderStore, RoutedStore]) -> None:
    _, _, both = parts
    both.check()
    (tmp_path / "apart" / "tmp").rmdir()
    with pytest.raises(StoreUnavailable):
        both.check()


@pytest.fixture
def house(tmp_path: Path, s3_server: S3Server) -> Iterator[House]:
    name = f"test-{secrets.token_hex(6)}"
    settings = Settings(
        data_dir=tmp_path,
        object_store="s3",
        s3_endpoint=s3_server.endpoint,
        s3_bucket=name,
        s3_audit_bucket=f"{name}-audit",
        s3_access_key=s3_server.access_key,
        s3_secret_key=s3_server.secret_key,
        s3_secure=False,
    )
    with closing(House(settings)) as opened:
        yield opened


def test_anchors_lie_locked_in_a_bucket_of_their_own(house: House, s3_server: S3Server) -> None:
    house.catalogue.record("test", "test", "paper:x")
    audit.anchor(house.catalogue, house.objects, retain_until=times.now() + dt.timedelta(hours=1))
    house.objects.put("papers/x", b"paper", media_type="application/pdf")
    with closing(s3_server.store(house.settings.s3_audit_bucket)) as bucket:
        (key,) = bucket.keys()
        assert key.startswith(audit.ANCHORS)
        with pytest.raises(RetentionLocked):
            bucket.delete(key)
    assert audit.check(house.catalogue, house.objects).anchored == 1
    with closing(s3_server.store(house.settings.s3_bucket)) as bucket:
        assert list(bucket.keys()) == ["papers/x"]
