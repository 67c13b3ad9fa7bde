import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.papers import Box
from ingest.scan.geometry import Projection

SIZES = st.integers(1, 4000)
ANGLES = st.floats(-10, 10)
TURNS = st.sampled_from([0, 90, 180, 270])
POINTS = st.floats(-1000, 5000)


FLAT = st.builds(
    lambda turn, angle, width, height, dx, dy, factor: (
        Projection.quarter_turns(turn, width, height)
        .then(Projection.rotation(angle, height, width))
        .then(Projection.scaling(factor))
        .then(Projection.translation(dx, dy))
    ),
    TURNS, ANGLES, SIZES, SIZES, POINTS, POINTS, st.floats(0.2, 2),
)  # fmt: skip


@given(FLAT, POINTS, POINTS)
def test_there_and_back(there: Projection, x: float, y: float) -> None:
    assert there.is_affine
    assert there.inverse().point(*there.point(x, y)) == pytest.approx((x, y), abs=1e-6)


INSETS = st.tuples(*[st.floats(0, 0.12)] * 8)


@given(insets=INSETS, turn=TURNS, angle=ANGLES, data=st.data())
def test_boxes_of_a_photographed_sheet_go_there_and_back(
    insets: tuple[float, ...], turn: int, angle: float, data: st.DataObject
) -> None:
    width, height = 1654, 2339
    a, b, c, d, e, f, g, h = insets
    quad = (
        (a * width, b * height),
        ((1 - c) * width, d * height),
        ((1 - e) * width, (1 - f) * height),
        (g * width, (1 - h) * height),
    )
    seen = Projection.of_quad(quad, width, height)
    assert [seen.point(*corner) for corner in quad] == [
        pytest.approx(corner, abs=1e-2)
        for corner in ((-0.5, -0.5), (width - 0.5, -0.5), (width - 0.5, height - 0.5), (-0.5, height - 0.5))
    ]
    to_master = seen.then(Projection.quarter_turns(turn, width, height)).then(Projection.rotation(angle, width, height))
    x, y = data.draw(st.integers(0, 1500)), data.draw(st.integers(0, 1500))
    box = Box(x, y, data.draw(st.integers(1, 300)), data.draw(st.integers(1, 60)))
    corners = to_master.inverse().quad(box)
    back = [to_master.point(*corner) for corner in corners]
    assert back == [pytest.approx(corner, abs=1e-3) for corner in Projection.identity().quad(box)]
    around = to_master.inverse().box(box)
    assert all(around.x - 0.51 <= x <= around.right and around.y - 0.51 <= y <= around.bottom for x, y in corners)


@given(width=st.integers(1, 9), height=st.integers(1, 9), turn=TURNS)
def test_quarter_turns_move_points_as_pixels_move(width: int, height: int, turn: int) -> None:
    image = np.arange(width * height).reshape(height, width)
    turned = np.rot90(image, -(turn // 90))
    map_ = Projection.quarter_turns(turn, width, height)
    for (y, x), value in np.ndenumerate(image):
        to_x, to_y = map_.point(x, y)
        assert turned[int(to_y), int(to_x)] == value


@given(width=SIZES, height=SIZES, turn=TURNS, data=st.data())
def test_quarter_turns_keep_boxes_exactly(width: int, height: int, turn: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    box = Box(x, y, data.draw(st.integers(0, width - x)), data.draw(st.integers(0, height - y)))
    there = Projection.quarter_turns(turn, width, height)
    assert there.inverse().box(there.box(box)) == box
    size = (box.width, box.height) if turn in {0, 180} else (box.height, box.width)
    assert (there.box(box).width, there.box(box).height) == size


def test_scaling_keeps_edges_on_edges() -> None:
    assert Projection.scaling(0.5).box(Box(10, 20, 30, 40)) == Box(5, 10, 15, 20)
    assert Projection.scaling(0.5).point(-0.5, -0.5) == (-0.5, -0.5)


def test_only_quarter_turns() -> None:
    with pytest.raises(ValueError, match="quarter"):
        Projection.quarter_turns(45, 10, 10)


def test_a_map_onto_a_line_cannot_be_undone() -> None:
    with pytest.raises(ZeroDivisionError):
        Projection(((1, 1, 0), (1, 1, 0), (0, 0, 1))).inverse()


def test_what_is_far_looks_smaller() -> None:
    seen = Projection.of_quad(((100, 0), (900, 0), (1000, 1400), (0, 1400)), 1000, 1400)
    top, bottom = (math.dist(seen.point(400, y), seen.point(600, y)) for y in (10, 1390))
    assert top > 1.2 * bottom
    assert not seen.is_affine
