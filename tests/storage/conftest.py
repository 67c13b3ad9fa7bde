"""Stores and catalogues on every backend they have."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.catalogue import Catalogue
from storage.objects.folder import FolderStore
from storage.objects.object_keys import ObjectKeys
from storage.objects.object_store import ObjectStore
from storage.objects.routed import RoutedStore
from tests.storage.examples import Clock

if TYPE_CHECKING:
    from tests.servers import S3Server


@pytest.fixture(params=["folder", "encrypted-folder", "routed", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "folder":
        opened: ObjectStore = FolderStore(tmp_path / "objects")
    elif request.param == "encrypted-folder":
        opened = FolderStore(tmp_path / "objects", keys=ObjectKeys(tmp_path / "object-keys"))
    elif request.param == "routed":
        opened = RoutedStore(FolderStore(tmp_path / "main"), "papers/", FolderStore(tmp_path / "apart"))
    else:
        server: S3Server = request.getfixturevalue("s3_server")
        opened = server.store(f"test-{secrets.token_hex(6)}")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def catalogue(database_url: str) -> Iterator[Catalogue]:
    opened = Catalogue.open(database_url)
    yield opened
    opened.close()
