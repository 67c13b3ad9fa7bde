"""Boxes to tick: squares as forms print them, marked by a printer or by pen. Recorded as marks, not as text."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import cv2
import numpy as np

from tests.generator.seals import BLUE, spline
from tests.generator.typesetting import BLACK, Ink, Sheet

Points = Sequence[tuple[float, float]]
"""Of a stroke, in sides of the box from its top left corner, y downwards."""


class Marking(StrEnum):
    """What stands in a box."""

    EMPTY = "empty"
    CROSS = "cross"
    """Two straight lines, as a printer draws them."""
    SOLID = "solid"
    """Filled by a printer."""
    PEN_CROSS = "pen cross"
    PEN_TICK = "pen tick"
    """Its long stroke leaves the box."""
    SCRIBBLE = "scribble"
    """Filled by pen."""


MARKED = tuple(marking for marking in Marking if marking is not Marking.EMPTY)
"""Every way to tick a box."""

SIGNS = {Marking.EMPTY: "☐", Marking.PEN_TICK: "☑"}
"""What is read in a box; any other mark is a ☒."""

_OVERSAMPLING = 3


@dataclass(frozen=True, slots=True)
class BoxPrint:
    """How a form prints its boxes.

    Attributes:
        side: Millimetres, 2.6 to 5. weight: Of its lines, millimetres.
        after: Whether a box stands behind its word, not before it. gap: Between them, millimetres.
    """

    side: float = 3.4
    weight: float = 0.2
    after: bool = True
    gap: float = 1.8

    @classmethod
    def draw(cls, rng: random.Random) -> Self:
        """Return one form's print."""
        return cls(rng.uniform(2.6, 5.0), rng.uniform(0.12, 0.45), rng.random() < 0.5, rng.uniform(0.8, 2.4))


def draw_box(sheet: Sheet, rng: random.Random, corner: tuple[float, float], look: BoxPrint, marking: Marking) -> None:
    """Draw a box and what stands in it.

    Args:
        sheet: Where.
        rng: Of the pen.
        corner: Its lower left one, millimetres.
        look: How it is printed.
        marking: What stands in it.
    """
    (x, y), side = corner, look.side
    left, top, right, bottom = (sheet.px(v) for v in (x, y - side, x + side, y))
    weight = max(1, round(sheet.px(look.weight)))
    solid = BLACK if marking is Marking.SOLID else None
    sheet.draw.rectangle((left, top, right, bottom), fill=solid, outline=BLACK, width=weight)
    sheet.mark("checkbox", (left, top, right, bottom), (SIGNS.get(marking, "☒"),))
    if marking is Marking.CROSS:
        for from_y, to_y in ((y - 0.85 * side, y - 0.15 * side), (y - 0.15 * side, y - 0.85 * side)):
            sheet.rule(x + 0.15 * side, from_y, x + 0.85 * side, to_y, weight=0.35)
    elif strokes := _strokes(rng, marking):
        _write(sheet, rng, [[(x + u * side, y - side + v * side) for u, v in stroke] for stroke in strokes])


def _strokes(rng: random.Random, marking: Marking) -> Sequence[Points]:
    """Return a hand's strokes for a marking; none for what is printed."""

    def near(value: float, spread: float = 0.1) -> float:
        return rng.gauss(value, spread / 2)

    if marking is Marking.PEN_CROSS:
        over = rng.uniform(-0.15, 0.25)
        low, high = -over, 1 + over
        return (
            [(near(low), near(low)), (near(0.5), near(0.5)), (near(high), near(high))],
            [(near(high), near(low)), (near(0.5), near(0.5)), (near(low), near(high))],
        )
    if marking is Marking.PEN_TICK:
        tail = rng.uniform(0.0, 0.8)
        return ([(near(0.15), near(0.5)), (near(0.4), near(0.85)), (near(1 + tail), near(-0.1 - 0.6 * tail))],)
    if marking is Marking.SCRIBBLE:
        turns = rng.randint(5, 8)
        return ([(near(0.12 + 0.76 * (i % 2)), near(0.1 + 0.8 * i / turns, 0.05)) for i in range(turns + 1)],)
    return ()


def _write(sheet: Sheet, rng: random.Random, strokes: Sequence[Points]) -> None:
    """Write strokes, points in millimetres, by pen."""
    scale, margin = sheet.px(1) * _OVERSAMPLING, 1.0
    low = np.min([np.min(stroke, axis=0) for stroke in strokes], axis=0) - margin
    high = np.max([np.max(stroke, axis=0) for stroke in strokes], axis=0) + margin
    width, height = np.ceil((high - low) * scale).astype(int)
    canvas = np.zeros((int(height), int(width)), dtype=np.uint8)
    pen = max(2, round(rng.uniform(0.25, 0.6) * scale))
    ink: Ink = rng.choice((BLUE, BLUE, BLACK))
    for stroke in strokes:
        curve = ((spline(np.array(stroke)) - low) * scale).round().astype(np.int32)
        cv2.polylines(canvas, [curve], isClosed=False, color=255, thickness=pen, lineType=cv2.LINE_AA)
    size = (int(width) // _OVERSAMPLING, int(height) // _OVERSAMPLING)
    strength = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255 * rng.uniform(0.75, 0.95)
    sheet.stain(ink, strength.astype(np.float32), float(low[0]), float(low[1]), "handwriting")
