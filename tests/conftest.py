"""Fixtures that every room's tests may use."""

from pathlib import Path

import pytest

from tests.generator.batch import sample_batch
from tests.servers import postgres_server, postgres_url, s3_server

__all__ = ["postgres_server", "postgres_url", "s3_server", "sample", "small_scan"]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sample batch and its truth."""
    folder = tmp_path_factory.mktemp("sample")
    sample_batch(folder)
    return folder


@pytest.fixture(scope="session")
def small_scan(sample: Path) -> Path:
    """A scan of one page that is quick to read."""
    return sample / "can-cuoc.jpg"
