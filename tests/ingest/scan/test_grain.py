"""What is dropped with the grain of paper, and what is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.scan.grain import without_grain
from ingest.scan.pixels import Grey


def noise(height: int, width: int, deviation: float) -> Grey:
    numbers = np.random.default_rng(height * width)
    return np.clip(numbers.normal(230, deviation, (height, width)), 0, 255).astype(np.uint8)


@given(height=st.integers(1, 40), width=st.integers(1, 40), deviation=st.floats(0, 60))
def test_with_no_step_nothing_is_dropped(height: int, width: int, deviation: float) -> None:
    image = noise(height, width, deviation)
    assert np.array_equal(without_grain(image, 0), image)


@pytest.mark.parametrize("step", [24, 56])
def test_grain_turns_to_its_mean_and_print_stays(step: int) -> None:
    image = noise(160, 160, step / 6)
    image[64:96, 40:120] = np.where(np.arange(80) % 6 < 3, 20, 230)
    dropped = without_grain(image, step)
    assert np.array_equal(dropped[64:96, 40:120], image[64:96, 40:120])
    assert dropped[:64].std() < image[:64].std() / 3
    assert dropped[:64].mean() == pytest.approx(image[:64].mean(), abs=1)
