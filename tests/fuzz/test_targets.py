"""The targets of fuzzing hold for their seeds, for wrong versions of them, and for all that fuzzing ever broke."""

import numpy as np
import pytest

from tests.fuzz.targets import SEEDS, TARGETS
from tests.ingest.made import mutated

BROKE = (
    ("tus", "filename MDAxLnº=".encode("latin-1")),
    ("tus", "sha256 é".encode("latin-1")),
    ("stamp", "KÝ 11 bởi: Sở: 22-11-2026 09:15:04 +43:00".encode()),
    ("stamp", "KÝ 11 bởi: Sở: 01-01-0001 00:00:00 +07:00".encode()),
)
"""What fuzzing found, as it found it."""


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_what_is_made_of_them_are_read_or_refused(name: str) -> None:
    numbers = np.random.default_rng(7)
    for seed in SEEDS[name]:
        TARGETS[name](seed)
        for _ in range(60):
            TARGETS[name](mutated(seed, int(numbers.integers(0, 2**32))))


@pytest.mark.parametrize(("name", "data"), BROKE)
def test_what_once_broke_a_parser_no_longer_does(name: str, data: bytes) -> None:
    TARGETS[name](data)
