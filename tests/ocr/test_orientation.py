"""Which way up pages lie, told by reading them."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from ocr.ctc import CtcReader
from ocr.orientation import orientation
from ocr.tesseract import TesseractEngine
from tests.ocr import drawn

TURNS = (0, 90, 180, 270)


def page() -> np.ndarray:
    return drawn.page([*drawn.SENTENCES, *drawn.SENTENCES[:3], *drawn.SENTENCES[1:]])


@pytest.mark.parametrize("engine", [CtcReader(), TesseractEngine()], ids=lambda engine: engine.name)
@pytest.mark.parametrize("turned", TURNS)
def test_tells_how_far_to_turn_a_page_upright(engine: CtcReader | TesseractEngine, turned: int) -> None:
    lying = np.rot90(page(), k=turned // 90)  # counterclockwise, so as many degrees clockwise mend it
    found = orientation(lying, drawn.DPI, TURNS, engine=engine)
    assert found.degrees == turned
    assert found.confidence > 0.5


@pytest.mark.parametrize("turns", [(180, 0), (90, 270)])
def test_tells_among_the_possible_turns_alone(turns: Sequence[int]) -> None:
    found = orientation(page(), drawn.DPI, turns, engine=CtcReader())
    assert found.degrees in turns
    assert (found.confidence > 0.5) == (0 in turns)


def test_a_page_in_bad_light_is_read_too() -> None:
    light = np.linspace(0.4, 1, drawn.WIDTH)[np.newaxis, :, np.newaxis]
    dark = cv2.rotate((page() * light).astype(np.uint8), cv2.ROTATE_180)
    found = orientation(dark, drawn.DPI, (0, 180), engine=CtcReader())
    assert found.degrees == 180
    assert found.confidence > 0.5


def test_an_empty_page_and_one_of_a_few_letters_do_not_tell() -> None:
    empty = np.full((600, 500, 3), 255, np.uint8)
    assert orientation(empty, 150, (180, 0), engine=CtcReader()).confidence == 0
    few = orientation(drawn.page(["oo xx"]), drawn.DPI, (0, 180), engine=CtcReader())
    assert few.confidence < 0.5
