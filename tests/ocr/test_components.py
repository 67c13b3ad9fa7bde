import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ocr.components import Mask, components

MASKS = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 1))


@given(MASKS)
def test_things_are_those_that_opencv_finds(mask: Mask) -> None:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found, bounds = components(mask)
    assert np.array_equal(found, labels)
    assert np.array_equal(bounds[1:], np.asarray(stats)[1:count])


def test_row_0_stands_for_the_whole_mask() -> None:
    _, bounds = components(np.ones((3, 5), np.uint8))
    assert bounds.tolist() == [[0, 0, 5, 3, 15], [0, 0, 5, 3, 15]]
