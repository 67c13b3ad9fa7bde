"""What the tests of this room share."""

from pathlib import Path

import pytest

from tests.generator.batch import sample_batch


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sample batch."""
    folder = tmp_path_factory.mktemp("sample")
    sample_batch(folder)
    return folder


@pytest.fixture(scope="session")
def small_scan(sample: Path) -> Path:
    """A scan of one page that is quick to read."""
    return sample / "can-cuoc.jpg"
