"""What happens to a page besides its scan: copied on a worn machine, punched, laid on a large glass, photographed.

Functions from image to image; those that move pixels also give the matrix by which they do.
"""

import random
from dataclasses import dataclass

import cv2
import numpy as np

from tests.generator.truth import Image, Matrix

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Top left, top right, bottom right, bottom left, each as shares of the picture's width and height."""

DARK = (20, 20, 22)
"""An open scanner lid."""


@dataclass(frozen=True, slots=True)
class Copier:
    """A photocopier.

    Attributes:
        stroke: Grey level, 70 to 220, below which it prints black: high thickens strokes, low breaks them.
        dirt: Specks per square centimetre. streaks: Thin dark lines down the page, from a scratched drum.
    """

    stroke: float
    dirt: float = 0.0
    streaks: int = 0


def photocopy(image: Image, copier: Copier, dpi: int, numbers: np.random.Generator) -> Image:
    """Return the copy: no colour, hardly any grey, cloudy toner, dirt from the drum."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    soft = cv2.GaussianBlur(grey, (0, 0), 0.75 * dpi / 200)
    grain = numbers.standard_normal((height // 2, width // 2), dtype=np.float32)
    clouds = numbers.standard_normal((24, 17), dtype=np.float32)
    fine = cv2.resize(cv2.GaussianBlur(grain, (0, 0), 0.8), (width, height))
    coarse = cv2.resize(clouds, (width, height), interpolation=cv2.INTER_CUBIC)
    level = np.minimum(copier.stroke + 22 * fine + 9 * coarse, 222)  # bare paper stays nearly white
    toner = np.clip((soft.astype(np.float32) - level) * 3.2 + 128, 22, 252).astype(np.uint8)
    _dirty(toner, copier, dpi, numbers)
    return toner if image.ndim == 2 else np.asarray(cv2.cvtColor(toner, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def _dirty(toner: Image, copier: Copier, dpi: int, numbers: np.random.Generator) -> None:
    height, width = toner.shape
    unit = dpi / 200
    for _ in range(numbers.poisson(copier.dirt * height * width / (dpi / 2.54) ** 2)):
        x, y = int(numbers.integers(width)), int(numbers.integers(height))
        axes = (max(1, round(unit * numbers.uniform(0.4, 1.9))), max(1, round(unit * numbers.uniform(0.4, 1.4))))
        cv2.ellipse(toner, (x, y), axes, float(numbers.uniform(0, 180)), 0, 360, int(numbers.integers(20, 110)), -1)
    for _ in range(copier.streaks):
        x, top, length = int(numbers.integers(width)), int(numbers.integers(height)), numbers.uniform(0.1, 0.9)
        cv2.line(
            toner, (x, top), (x, round(top + length * height)), int(numbers.integers(90, 190)), max(1, round(unit))
        )


def punch_holes(image: Image, dpi: int, rng: random.Random) -> Image:
    """Punch two holes 80 mm apart into the left margin, or four; the lid behind them is dark, or light with shadows."""
    punched, unit = image.copy(), dpi / 25.4
    dark, x = rng.random() < 0.6, rng.uniform(8.5, 12.0)
    middle = image.shape[0] / unit / 2 + rng.uniform(-6, 6)
    for offset in rng.choice(((-40.0, 40.0), (-40.0, 40.0), (-120.0, -40.0, 40.0, 120.0))):
        centre = (round(x * unit), round((middle + offset) * unit))
        radius = round(rng.uniform(2.6, 3.0) * unit)
        cv2.circle(punched, centre, radius, (DARK if dark else (206, 206, 208)), -1, cv2.LINE_AA)
        if not dark:
            shadow = (120, 120, 122)
            cv2.ellipse(punched, centre, (radius, radius), 0, 150, 300, shadow, max(1, round(0.3 * unit)), cv2.LINE_AA)
    return punched


def on_a_large_glass(image: Image, margins: tuple[float, float, float, float], dpi: int) -> tuple[Image, Matrix]:
    """Return the page on a dark ground that shows by ``margins`` (left, top, right, bottom in millimetres)."""
    left, top, right, bottom = (round(mm * dpi / 25.4) for mm in margins)
    ground = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=DARK)
    return np.asarray(ground, dtype=np.uint8), np.array([[1, 0, left], [0, 1, top], [0, 0, 1]], dtype=float)


def photographed(
    image: Image, corners: Corners, desk: tuple[int, int, int], numbers: np.random.Generator
) -> tuple[Image, Matrix]:
    """Return the page as a hand-held camera sees it lying on a ``desk``: in perspective, its corners at ``corners``.

    The picture is a tenth larger than the page both ways, so that the page keeps about its resolution.
    """
    height, width = image.shape[:2]
    size = (round(width * 1.1), round(height * 1.1))
    paper = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    seen = np.array(corners, dtype=np.float32) * np.array(size, dtype=np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(paper, seen), dtype=float)
    seen_page = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros((size[1], size[0]), dtype=np.uint8)
    cv2.fillConvexPoly(mask, np.round(seen * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    grain = cv2.resize(numbers.normal(1, 0.05, (90, 6)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    shadow = 1 - 0.35 * cv2.GaussianBlur(mask, (0, 0), width / 90).astype(np.float32) / 255
    ground = np.clip(cv2.merge([grain * shadow * level for level in desk]), 0, 255).astype(np.uint8)
    if image.ndim == 2:
        ground = np.asarray(cv2.cvtColor(ground, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    cv2.copyTo(np.asarray(seen_page, dtype=np.uint8), mask, ground)
    return ground, matrix
