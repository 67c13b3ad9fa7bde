"""Fixtures that every room's tests may use."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from certomancer.registry import CertomancerConfig
from hypothesis import HealthCheck, settings

from tests.generator.batch import sample_batch
from tests.servers import postgres_server, postgres_url, s3_server
from tests.signing.pki import Tree, make_trees, tree

__all__ = ["postgres_server", "postgres_url", "s3_server", "sample", "small_scan"]

# How long an example takes is not what a test is about, and a busy machine fails none.
settings.register_profile("sohoa", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sohoa")


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Take back how a command that a test runs sets up logging for its process."""
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sample batch and its truth."""
    folder = tmp_path_factory.mktemp("sample")
    sample_batch(folder)
    return folder


@pytest.fixture(scope="session")
def trees(tmp_path_factory: pytest.TempPathFactory) -> CertomancerConfig:
    """Two certification trees of the same names."""
    return make_trees(tmp_path_factory.mktemp("trees"))


@pytest.fixture(scope="session")
def gov(trees: CertomancerConfig) -> Tree:
    """The tree that is trusted."""
    return tree(trees, "gov")


@pytest.fixture(scope="session")
def small_scan(sample: Path) -> Path:
    """A scan of one page that is quick to read."""
    return sample / "can-cuoc.jpg"
