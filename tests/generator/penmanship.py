"""What is written by pen on printed papers: numbers and dates of the registry. Recorded as marks, not as text."""

import random
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from tests.generator.seals import BLUE, spline
from tests.generator.typesetting import BLACK, Ink, Sheet

_DIGITS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "0": (((0.55, 0.02), (0.15, 0.3), (0.2, 0.85), (0.55, 0.98), (0.85, 0.6), (0.75, 0.15), (0.45, 0.03)),),
    "1": (((0.3, 0.25), (0.6, 0.02), (0.55, 0.5), (0.5, 1.0)),),
    "2": (((0.2, 0.25), (0.5, 0.0), (0.75, 0.25), (0.5, 0.6), (0.15, 0.97), (0.5, 0.9), (0.9, 0.95)),),
    "3": (((0.2, 0.1), (0.6, 0.02), (0.7, 0.3), (0.4, 0.48), (0.8, 0.7), (0.5, 1.0), (0.15, 0.88)),),
    "4": (((0.6, 0.0), (0.3, 0.35), (0.12, 0.65), (0.5, 0.65), (0.9, 0.62)), ((0.65, 0.35), (0.6, 0.7), (0.58, 1.0))),
    "5": (
        ((0.35, 0.05), (0.28, 0.45), (0.65, 0.42), (0.8, 0.75), (0.45, 1.0), (0.15, 0.9)),
        ((0.35, 0.05), (0.8, 0.02)),
    ),
    "6": (((0.7, 0.02), (0.3, 0.35), (0.2, 0.8), (0.5, 1.0), (0.78, 0.75), (0.5, 0.55), (0.22, 0.75)),),
    "7": (((0.15, 0.08), (0.5, 0.06), (0.85, 0.05), (0.6, 0.5), (0.45, 1.0)), ((0.35, 0.5), (0.75, 0.48))),
    "8": (((0.75, 0.15), (0.4, 0.02), (0.3, 0.3), (0.7, 0.65), (0.55, 1.0), (0.2, 0.8), (0.6, 0.4), (0.75, 0.15)),),
    "9": (((0.75, 0.25), (0.4, 0.02), (0.2, 0.3), (0.5, 0.5), (0.75, 0.2), (0.7, 0.6), (0.5, 1.0)),),
    "/": (((0.8, -0.05), (0.5, 0.5), (0.2, 1.1)),),
}
"""Strokes through points in a unit box, y downwards."""

_DARK_BLUE: Ink = (20, 30, 90)
_OVERSAMPLING = 3


@dataclass(frozen=True, slots=True)
class Pen:
    """How somebody at the registry writes into a printed header.

    Attributes:
        gap: Millimetres left blank for it. ink: Its colour. height: Of its digits, millimetres.
        climb: Millimetres that the hand rises per millimetre written. drop: Millimetres by which it begins below the
            foot of the print. with_month: Whether the month is written too.
    """

    gap: float
    ink: Ink = BLUE
    height: float = 4.2
    climb: float = 0.0
    drop: float = 0.4
    with_month: bool = False

    @classmethod
    def draw(cls, rng: random.Random) -> Self:
        """Return a hand: blue or black, about as high as print or higher."""
        u, inks = rng.uniform, (BLUE, BLUE, _DARK_BLUE, BLACK, BLACK)
        return cls(
            gap=u(14, 20),
            ink=rng.choice(inks),
            height=u(2.8, 4.6),
            climb=u(-0.05, 0.1),
            drop=u(-0.4, 0.6),
            with_month=rng.random() < 0.4,
        )


def write_digits(
    sheet: Sheet,
    rng: random.Random,
    text: str,
    x: float,
    y: float,
    *,
    height: float = 4.2,
    ink: Ink = BLUE,
    climb: float = 0.0,
) -> float:
    """Write ``text`` (digits and slashes) from ``x`` on the baseline ``y``, millimetres; return where it ends."""
    scale = sheet.px(1) * _OVERSAMPLING
    margin, pitch = 2.0, height * rng.uniform(0.58, 0.7)
    width = pitch * len(text)
    canvas = np.zeros((round((height + 2 * margin) * scale), round((width + 2 * margin) * scale)), dtype=np.uint8)
    pen, lean, pen_x = max(2, round(rng.uniform(0.3, 0.5) * scale)), rng.uniform(0.0, 0.3), margin
    for digit in text:
        tall, wide = height * rng.uniform(0.85, 1.1), pitch * rng.uniform(0.75, 0.95)
        for stroke in _DIGITS[digit]:
            points = np.array(stroke) + [[rng.gauss(0, 0.03), rng.gauss(0, 0.03)] for _ in stroke]
            xs = pen_x + (points[:, 0] + lean * (1 - points[:, 1])) * wide
            ys = margin + height - (1 - points[:, 1]) * tall - climb * (pen_x - margin)
            curve = (spline(np.stack([xs, ys], axis=1)) * scale).round().astype(np.int32)
            cv2.polylines(canvas, [curve], isClosed=False, color=255, thickness=pen, lineType=cv2.LINE_AA)
        pen_x += pitch
    size = (canvas.shape[1] // _OVERSAMPLING, canvas.shape[0] // _OVERSAMPLING)
    strength = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255 * rng.uniform(0.8, 0.95)
    rows, columns = (np.flatnonzero(strength.max(axis=axis) > 0) for axis in (1, 0))
    inked = strength[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    left, top = x - margin + sheet.mm(columns[0]), y - height - margin + sheet.mm(rows[0])
    sheet.stain(ink, inked, left, top, "handwriting", texts=(text,))
    return x + width
