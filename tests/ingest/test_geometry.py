import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.papers import Box
from ingest.geometry import Affine

SIZES = st.integers(1, 4000)
ANGLES = st.floats(-5, 5)
TURNS = st.sampled_from([0, 90, 180, 270])
POINTS = st.floats(-1000, 5000)


MAPS = st.builds(
    lambda turn, angle, width, height, dx, dy: (
        Affine.quarter_turns(turn, width, height)
        .then(Affine.rotation(angle, height, width))
        .then(Affine.translation(dx, dy))
    ),
    TURNS, ANGLES, SIZES, SIZES, POINTS, POINTS,
)  # fmt: skip


@given(MAPS, POINTS, POINTS)
def test_there_and_back(there: Affine, x: float, y: float) -> None:
    assert there.inverse().point(*there.point(x, y)) == pytest.approx((x, y), abs=1e-6)


@given(width=st.integers(1, 9), height=st.integers(1, 9), turn=TURNS)
def test_quarter_turns_move_points_as_pixels_move(width: int, height: int, turn: int) -> None:
    image = np.arange(width * height).reshape(height, width)
    turned = np.rot90(image, -(turn // 90))
    map_ = Affine.quarter_turns(turn, width, height)
    for (y, x), value in np.ndenumerate(image):
        to_x, to_y = map_.point(x, y)
        assert turned[int(to_y), int(to_x)] == value


@given(width=SIZES, height=SIZES, turn=TURNS, data=st.data())
def test_quarter_turns_keep_boxes_exactly(width: int, height: int, turn: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    box = Box(x, y, data.draw(st.integers(0, width - x)), data.draw(st.integers(0, height - y)))
    there = Affine.quarter_turns(turn, width, height)
    assert there.inverse().box(there.box(box)) == box
    size = (box.width, box.height) if turn in (0, 180) else (box.height, box.width)
    assert (there.box(box).width, there.box(box).height) == size


def test_only_quarter_turns() -> None:
    with pytest.raises(ValueError, match="quarter"):
        Affine.quarter_turns(45, 10, 10)


def test_a_map_onto_a_line_cannot_be_undone() -> None:
    with pytest.raises(ZeroDivisionError):
        Affine(1, 1, 0, 1, 1, 0).inverse()
