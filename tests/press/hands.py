"""What people and offices do to a paper: functions from picture to picture, at the resolution of the scan."""

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from tests.generator.truth import Image, Line
from tests.press.prints import Field, fractal

_MM: Final = 25.4
_MARKERS: Final = ((255, 246, 92), (176, 250, 120), (255, 178, 208), (255, 214, 120))
_PENS: Final = ((28, 52, 150), (40, 40, 52), (176, 30, 40))


def stained(image: Image, colour: tuple[int, int, int], cover: Field) -> Image:
    """Lay a see-through ``colour`` over ``image``: ``cover`` 0 nothing, 1 all of it."""
    share = np.clip(cover, 0, 1)[..., None] * (1 - np.array(colour, np.float32) / 255)
    return np.asarray(image * (1 - share), dtype=np.uint8)


def highlighter(image: Image, lines: Sequence[Line], dpi: int, numbers: np.random.Generator) -> Image:
    """Mark some lines with a felt pen whose stroke wobbles and is darker where it stops."""
    cover = np.zeros(image.shape[:2], np.float32)
    long = [line for line in lines if len(line.words) > 3] or list(lines)
    for i in numbers.choice(len(long), min(len(long), int(numbers.integers(2, 6))), replace=False):
        left, top, right, bottom = long[int(i)].rect
        middle, thick = (top + bottom) / 2, (bottom - top) * numbers.uniform(0.75, 1.15)
        xs = np.linspace(left - dpi / _MM, left + (right - left) * numbers.uniform(0.4, 1.03), 24)
        ys = middle + np.cumsum(numbers.normal(0, 0.01 * dpi / _MM, xs.size)) + numbers.uniform(-0.1, 0.1) * thick
        stroke = np.zeros_like(cover)
        points = np.stack([xs, ys], axis=1).astype(np.int32)
        cv2.polylines(stroke, [points], isClosed=False, color=0.85, thickness=max(1, round(thick)))
        stroke[:, max(0, int(xs[-1]) - round(dpi / _MM)) :] *= 1.15
        cover = np.maximum(cover, stroke)
    colour = _MARKERS[int(numbers.integers(len(_MARKERS)))]
    return stained(image, colour, np.asarray(cv2.GaussianBlur(cover, (0, 0), dpi / 400), np.float32))


def coffee(image: Image, dpi: int, numbers: np.random.Generator) -> Image:
    """Leave the ring of a cup: uneven, dark at its outer edge, with splashes."""
    height, width = image.shape[:2]
    radius, thick = numbers.uniform(34, 44) * dpi / _MM, numbers.uniform(1.2, 2.8) * dpi / _MM
    x0, y0 = numbers.uniform(0.1, 0.9) * width, numbers.uniform(0.1, 0.9) * height
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot(xs - x0, ys - y0) + 0.25 * thick * fractal(
        (height, width), numbers, coarsest=18 * dpi / _MM, octaves=3
    )
    turned = (np.arctan2(ys - y0, xs - x0) - numbers.uniform(-math.pi, math.pi)) / 2
    ring = np.exp(-(((away - radius) / thick) ** 2)) + 0.7 * np.exp(-(((away - radius - thick) / (0.3 * thick)) ** 2))
    cover = np.asarray(
        numbers.uniform(0.35, 0.6) * ring * (0.35 + 0.65 * np.cos(turned) ** 2) + 0.05 * (away < radius), np.float32
    )
    for _ in range(int(numbers.integers(2, 7))):
        at = (int(x0 + numbers.normal(0, 1.6) * radius), int(y0 + numbers.normal(0, 1.6) * radius))
        drop = np.zeros_like(cover)
        cv2.circle(drop, at, max(2, int(numbers.uniform(0.4, 2.2) * dpi / _MM)), 0.4, -1, cv2.LINE_AA)
        cover = np.maximum(cover, drop)
    return stained(image, (112, 74, 34), cover)


def staple(image: Image, dpi: int, numbers: np.random.Generator) -> Image:
    """Put a staple through the upper left corner: bright wire, its shadow, the crease beside it."""
    unit, turn = dpi / _MM, math.radians(numbers.uniform(20, 65))
    middle = np.array([numbers.uniform(8, 11), numbers.uniform(7, 10)]) * unit
    along = np.array([math.cos(turn), -math.sin(turn)]) * 5.5 * unit
    down = np.array([0.25, 0.45]) * unit
    done, thick = image.copy(), max(2, round(0.55 * unit))
    shadow = np.zeros(image.shape[:2], np.float32)
    _stroke(shadow, middle - along + 2 * down, middle + along + 2 * down, 0.6, 2 * thick)
    reach = along / np.linalg.norm(along) * 14 * unit
    aside = np.array([2.2, 2.6]) * unit
    _stroke(shadow, middle - reach + aside, middle + reach + aside, 0.25, max(1, thick // 2))
    done = stained(done, (30, 30, 34), np.asarray(cv2.GaussianBlur(shadow, (0, 0), 0.35 * unit), np.float32))
    _stroke(done, middle - along, middle + along, (120, 122, 126), thick)
    _stroke(done, middle - along - down / 4, middle + along - down / 4, (222, 224, 228), max(1, thick // 3))
    return done


def pen_ticks(image: Image, lines: Sequence[Line], dpi: int, numbers: np.random.Generator) -> Image:
    """Tick lines in the margin, underline some words, draw a bracket: as one does who checks a paper."""
    unit = dpi / _MM
    ink = np.zeros(image.shape[:2], np.float32)
    edge = min(line.rect[0] for line in lines)
    for i in numbers.choice(len(lines), min(len(lines), int(numbers.integers(3, 9))), replace=False):
        left, top, right, bottom = lines[int(i)].rect
        x, y = edge - numbers.uniform(4, 8) * unit, (top + bottom) / 2
        if numbers.random() < 0.6:
            tick = np.array(
                [[x, y], [x + unit, y + 1.6 * unit], [x + numbers.uniform(2.4, 3.6) * unit, y - 2.4 * unit]]
            )
            _curve(ink, tick, unit, numbers)
        else:
            xs = np.linspace(left, left + (right - left) * numbers.uniform(0.4, 1), 12)
            _curve(ink, np.stack([xs, np.full(12, bottom + 0.7 * unit)], axis=1), unit, numbers)
    top = float(lines[int(numbers.integers(len(lines)))].rect[1])
    bracket = np.array(
        [
            [edge - 2 * unit, top],
            [edge - 3 * unit, top + unit],
            [edge - 3 * unit, top + 12 * unit],
            [edge - 2 * unit, top + 13 * unit],
        ]
    )
    _curve(ink, bracket, unit, numbers)
    return stained(
        image, _PENS[int(numbers.integers(len(_PENS)))], np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.5), np.float32)
    )


def fibres(image: Image, dpi: int, numbers: np.random.Generator) -> Image:
    """Print on recycled paper: cloudy, greyish, with fibres and crumbs in it."""
    height, width = image.shape[:2]
    unit = dpi / _MM
    clouds = fractal((height, width), numbers, coarsest=4 * unit, octaves=5) * numbers.uniform(0.012, 0.03)
    strands = np.zeros((height, width), np.float32)
    for _ in range(int(numbers.uniform(1.5, 5) * height * width / (10 * unit) ** 2)):
        at, turn = numbers.uniform((0, 0), (width, height)), numbers.uniform(0, 2 * math.pi)
        steps = np.cumsum(numbers.normal(0, 0.35, 6)) + turn
        path = at + np.cumsum(np.stack([np.cos(steps), np.sin(steps)], axis=1) * 0.3 * unit, axis=0)
        cv2.polylines(
            strands, [path.astype(np.int32)], isClosed=False, color=float(numbers.uniform(0.05, 0.3)), thickness=1
        )
    base = np.array([numbers.uniform(0.84, 0.95)] * 3) * (1, numbers.uniform(0.96, 1), numbers.uniform(0.86, 0.97))
    paper = (1 - 0.5 * strands + clouds)[..., None] * base
    return np.asarray(np.clip(image * paper, 0, 255), dtype=np.uint8)


def _stroke(
    image: Image | Field,
    start: np.typing.NDArray[np.float64],
    end: np.typing.NDArray[np.float64],
    colour: float | tuple[int, int, int],
    thick: int,
) -> None:
    a, b = (tuple(int(v) for v in point) for point in (start, end))
    cv2.line(image, a, b, colour, thick, cv2.LINE_AA)


def _curve(ink: Field, points: np.typing.NDArray[np.float64], unit: float, numbers: np.random.Generator) -> None:
    shaky = points + numbers.normal(0, 0.12 * unit, points.shape)
    thick = max(1, round(numbers.uniform(0.25, 0.45) * unit))
    cv2.polylines(
        ink,
        [shaky.astype(np.int32)],
        isClosed=False,
        color=float(numbers.uniform(0.7, 0.95)),
        thickness=thick,
        lineType=cv2.LINE_AA,
    )
