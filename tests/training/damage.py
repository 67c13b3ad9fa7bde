"""What printing, handling, copying and scanning do to a line: functions on grey images of one line, in place or not.

Independent of ``tests.generator.faults``: the reader must not learn the noise of the pages that judge it.
"""

import math
import random
from collections.abc import Sequence
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
_TILE: Final = (256, 4096)
_LOW: Final = 34  # pixels: a line of 10 pt at 200 dpi


@cache
def _grain(kind: int) -> NDArray[np.int16]:
    """Return a field of noise of unit 64, made once: 0 fine, 1 coarser, 2 blotches."""
    numbers = np.random.default_rng(kind)
    field = numbers.standard_normal(_TILE).astype(np.float32)
    if kind:
        field = cv2.GaussianBlur(field, (0, 0), (0.7, 3.0)[kind - 1])
        field /= field.std()
    return (field * 64).astype(np.int16)


def _cut(rng: random.Random, kind: int, shape: tuple[int, ...]) -> NDArray[np.int16]:
    height, width = shape[:2]
    y, x = rng.randrange(_TILE[0] - height), rng.randrange(max(1, _TILE[1] - width))
    field = _grain(kind)[y : y + height, x : x + width]
    return field if field.shape[1] == width else np.resize(field, (height, width))


def print_ink(ink: Grey, rng: random.Random) -> Grey:
    """Let ink spread, thin out or break up."""
    kind = rng.random()
    if kind < 0.10:
        ink = np.asarray(cv2.dilate(ink, np.ones((2, rng.choice((1, 2))), np.uint8)))
    elif kind < 0.17:
        thin = cv2.erode(ink, np.ones((2, 2), np.uint8))
        ink = np.asarray(cv2.addWeighted(thin, rng.uniform(0.2, 0.7), ink, 0.6, 0))
    elif kind < 0.25:  # a worn drum: blotches of the print stay pale
        keep = np.clip(_cut(rng, 2, ink.shape).astype(np.float32) / 64 * 0.3 + rng.uniform(0.7, 1.1), 0.25, 1)
        ink = (ink * keep).astype(np.uint8)
    elif kind < 0.30:  # a dry ribbon: grains of the print are missing
        ink = np.where(_cut(rng, 1, ink.shape) > rng.uniform(1.2, 2.4) * 64, ink // 4, ink).astype(np.uint8)
    return ink


def to_paper(ink: Grey, rng: random.Random, *, hard: float) -> Grey:
    """Return dark ink on light paper: 0 to 255 ink to grey levels."""
    paper = rng.choice((255, 255, 255, rng.randint(215, 255)))
    black = rng.choice((0, 0, rng.randint(0, 70), rng.randint(0, 70)))
    if rng.random() < 0.12 * hard:
        black = rng.randint(90, 165)
    table = paper - (paper - black) * (np.arange(256) / 255) ** rng.uniform(0.75, 1.3)
    return np.asarray(cv2.LUT(ink, table.astype(np.uint8)))


def shade(image: Grey, rng: random.Random) -> Grey:
    """Darken unevenly: light that falls off, or a fold across the line."""
    height, width = image.shape
    xs = np.linspace(0, 1, width, dtype=np.float32)
    if rng.random() < 0.6:
        field = 1 - rng.uniform(0, 0.35) * np.abs(xs - rng.random()) ** rng.uniform(1, 2)
    else:
        offset = (xs - rng.random()) * width / rng.uniform(3, 25)
        field = 1 - rng.uniform(0.1, 0.5) * np.exp(-np.abs(offset)) * np.where(offset < 0, rng.random(), 1)
    rows = 1 - rng.uniform(0, 0.15) * np.linspace(*rng.choice(((0, 1), (1, 0))), height, dtype=np.float32)
    return (image * (field[None, :] * rows[:, None])).astype(np.uint8)


def bleed(image: Grey, back: Grey, rng: random.Random) -> Grey:
    """Let mirrored ink of the other side (0 paper, 255 ink) shine through."""
    width = image.shape[1]
    back = cv2.resize(cv2.flip(back, 1), (max(width, back.shape[1]), image.shape[0]))[:, :width]
    shadow = cv2.GaussianBlur(back, (0, 0), rng.uniform(0.8, 2.2))
    return np.asarray(cv2.subtract(image, cv2.convertScaleAbs(shadow, alpha=rng.uniform(0.05, 0.3))))


def scan(image: Grey, rng: random.Random, *, hard: float) -> Grey:
    """Blur, noise, specks, JPEG, black-and-white, low resolution, white and black levels."""
    if rng.random() < 0.55:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 0.6 + 0.7 * hard * rng.random())))
    if rng.random() < 0.10 * hard:
        factor = rng.uniform(0.5, 0.85)
        size = (max(8, round(image.shape[1] * factor)), max(12, round(image.shape[0] * factor)))
        image = np.asarray(cv2.resize(cv2.resize(image, size, interpolation=cv2.INTER_AREA), image.shape[::-1]))
    if rng.random() < 0.45:
        gain = rng.choice((3, 6, 10, 18 * hard)) * rng.random() / 64
        image = np.clip(image + _cut(rng, rng.choice((0, 1, 1)), image.shape) * gain, 0, 255).astype(np.uint8)
    if rng.random() < 0.12:
        _specks(image, rng)
    kind = rng.random()
    if kind < 0.13 and image.shape[0] > _LOW:  # nobody can read small print in black and white
        image = _bilevel(image, rng)
    elif kind < 0.40:
        quality = rng.randint(12 if rng.random() < 0.2 * hard else 30, 90)
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))
    if rng.random() < 0.5:  # what cleaning does: paper to white, ink to black
        black, paper = _ink_and_paper(image)
        low, high = black + rng.uniform(-0.1, 0.25) * (paper - black), paper - rng.uniform(0, 0.25) * (paper - black)
        table = np.clip((np.arange(256) - low) * 255 / (high - low), 0, 255).astype(np.uint8)
        image = np.asarray(cv2.LUT(image, table))
    return image


def _ink_and_paper(image: Grey) -> tuple[float, float]:
    """Return the grey levels of ink and paper, at least 30 apart."""
    rows = image[:, :: max(1, image.shape[1] // 200)]
    paper = float(np.median(rows.max(axis=0)))
    return min(float(np.percentile(rows, 2)), paper - 30), paper


def copied(image: Grey, rng: random.Random, *, em: int) -> Grey:
    """Copy once or twice, as an office copier does: softened, then nearly two levels, with grain and cloudy toner.

    Args:
        image: A line. rng: Chance.
        em: Of its print, pixels: a copier that prints pale leaves nothing to be read of small print.
    """
    for _ in range(rng.choice((1, 1, 1, 2))):
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.45, 0.95)))
        black, paper = _ink_and_paper(image)
        level = black + (paper - black) * rng.uniform(0.55 if em < _LOW else 0.4, 0.85)
        grain, cloud = (rng.uniform(0, 0.4) * (paper - level) / 64 for _ in range(2))  # bare paper stays nearly white
        uneven = _cut(rng, 1, image.shape) * grain + _cut(rng, 2, image.shape) * (cloud / 2)
        toner = (image - level - uneven) * rng.uniform(1.8, 5) + 128
        image = np.clip(toner, rng.randint(0, 50), rng.randint(235, 255)).astype(np.uint8)
    return image


def _bilevel(image: Grey, rng: random.Random) -> Grey:
    """Return black and white, as fax machines and office copiers write it."""
    if rng.random() < 0.5:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 0.9)))
    black, paper = _ink_and_paper(image)
    level = black + (paper - black) * rng.uniform(0.48, 0.85)
    noisy = image + _cut(rng, rng.choice((0, 1)), image.shape) * (rng.choice((0, 10, 30)) / 64)
    image = np.where(noisy < level, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        image = np.asarray(cv2.medianBlur(image, 3))
    return image


def _specks(image: Grey, rng: random.Random) -> None:
    height, width = image.shape
    for _ in range(rng.randint(1, max(2, width // 25))):
        x, y, size = rng.randrange(width), rng.randrange(height), rng.choice((1, 1, 1, 2, 2, 3))
        image[y : y + size, x : x + rng.choice((1, size))] = rng.choice((0, 60, 120, 255))


# --- what else lies on the paper: drawn into the ink (0 paper, 255 ink) ---------------------------------------------


def seal(ink: Grey, rng: random.Random) -> None:
    """Draw strokes of a round seal, as pale as the red channel leaves them."""
    height, width = ink.shape
    level = rng.randint(25, 150)
    stamp = np.zeros_like(ink)
    centre = (rng.randrange(width), rng.randint(-2 * height, 3 * height))
    for radius in (rng.randint(height, 4 * height),) * rng.choice((1, 2)):
        spread = rng.choice((0, rng.randint(4, 12)))
        cv2.circle(stamp, centre, radius + spread, level, rng.randint(1, 4), cv2.LINE_AA)
    for _ in range(rng.choice((0, 0, 6, 15))):  # letters and the star of the seal
        x, y, size = rng.randrange(width), rng.randrange(height), rng.randint(4, 14)
        cv2.line(stamp, (x, y), (x + rng.randint(-size, size), y + rng.randint(-size, size)), level, rng.randint(1, 3))
    if rng.random() < 0.5:
        stamp = np.where(_cut(rng, 1, ink.shape) > 0, stamp, stamp // 2)
    np.maximum(ink, stamp, out=ink)


def signature(ink: Grey, rng: random.Random) -> None:
    """Draw a stroke of the pen across."""
    height, width = ink.shape
    turns = rng.randint(3, 9)
    x0, reach = rng.randrange(width), rng.randint(2 * height, 6 * height)
    knots = np.array(
        [
            [x0 + reach * i / turns + rng.uniform(-0.4, 0.4) * height, height * rng.uniform(-0.7, 1.7)]
            for i in range(turns)
        ]
    )
    at = np.linspace(0, turns - 1, 12 * turns)
    curve = np.stack([np.interp(at, np.arange(turns), knots[:, i]) for i in (0, 1)], axis=1).astype(np.float32)
    curve = cv2.blur(curve, (1, 9)).reshape(-1, 1, 2)
    cv2.polylines(
        ink, [curve.astype(np.int32)], isClosed=False, color=rng.randint(110, 255), thickness=rng.randint(1, 3)
    )


def guilloche(ink: Grey, rng: random.Random) -> None:
    """Draw the fine waves of security paper."""
    height, width = ink.shape
    level, pitch = rng.randint(15, 70), rng.uniform(4, 14)
    xs = np.arange(0, width + 4, 4)
    length, swing, slope = rng.uniform(20, 200), rng.uniform(1, 14), rng.uniform(-0.2, 0.2)
    lines = np.zeros_like(ink)
    for i in range(-3, int(height / pitch) + 4):
        ys = i * pitch + swing * np.sin(2 * math.pi * xs / length + i * rng.choice((0, 0.5))) + slope * xs % pitch
        cv2.polylines(lines, [np.stack([xs, ys], axis=1).astype(np.int32)], isClosed=False, color=level)
    np.maximum(ink, lines, out=ink)


def rulings(ink: Grey, rng: random.Random, text: tuple[int, int, int, int]) -> None:
    """Draw rulings or a frame around the text's rectangle (left, top, right, bottom)."""
    height, width = ink.shape
    left, top, right, bottom = text
    level, thick = rng.randint(120, 255), rng.choice((1, 1, 2, 2, 3, 4))
    sides = rng.choice(("l", "r", "t", "b", "lr", "lr", "tb", "lrtb", "b"))
    if "l" in sides:
        x = rng.randint(0, max(0, left - thick - 1))
        ink[:, x : x + thick] = level
    if "r" in sides:
        x = rng.randint(min(right + 1, width - 1), width - 1)
        ink[:, x : x + thick] = level
    if "t" in sides:
        y = rng.randint(0, max(0, top - thick - 1))
        ink[y : y + thick] = level
    if "b" in sides:
        y = rng.randint(min(bottom + 1, height - 1), height - 1)
        ink[y : y + thick] = level


def cells(ink: Grey, rng: random.Random, starts: Sequence[int], end: int) -> None:
    """Draw the sides of cells that begin at ``starts``, the last of which ends at ``end``."""
    level, thick = rng.choice((0, rng.randint(90, 255))), rng.choice((1, 1, 2, 3))
    for x in (*starts, end):
        ink[:, max(0, x) : x + thick] = np.maximum(ink[:, max(0, x) : x + thick], level)
    if rng.random() < 0.5:
        y = ink.shape[0] - rng.randint(thick, ink.shape[0] // 3)
        ink[y : y + thick, max(0, starts[0]) : end] = level


def leaders(ink: Grey, rng: random.Random, *, start: int, end: int, baseline: int, em: int, kept: float = 1.0) -> None:
    """Draw a dotted or dashed leader from ``start`` to ``end``, or the share ``kept`` of its dots: no text at all."""
    pitch, dot = em * rng.uniform(0.14, 0.5), max(1, round(em * rng.uniform(0.04, 0.1)))
    level, dash = rng.randint(130, 255), rng.choice((1, 1, 1, 3))
    y = baseline + rng.choice((0, 0, -dot, round(em * rng.uniform(0.0, 0.18))))
    if kept == 1.0 and rng.random() < 0.12:
        ink[y : y + max(1, dot // 2), start:end] = level
        return
    x = float(start)
    while x < end:
        if kept == 1.0 or rng.random() < kept:
            ink[max(0, y - dot) : y, round(x) : min(end, round(x) + dot * dash)] = level
        x += max(pitch, dot * dash + 1.5)
