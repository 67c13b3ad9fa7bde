"""What the press does to print: functions from picture to picture at the printer's resolution.

Not one of them is a model of ``tests.generator.faults`` or of ``tests.training.damage``.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage

from tests.generator.truth import Image

Field = NDArray[np.float32]
_MM: Final = 25.4
_SCREEN: Final = np.array([[12, 5, 6, 13], [4, 0, 1, 7], [11, 3, 2, 8], [15, 10, 9, 14]], np.float32)
"""Order in which the dots of a cell of the screen turn black: from its middle outwards."""
_CELLS: Final = 67  # to the inch: coarse enough that a scan shows them


def fractal(shape: tuple[int, ...], numbers: np.random.Generator, *, coarsest: float, octaves: int) -> Field:
    """Return noise of mean 0 and deviation 1: each octave half as large and half as strong as the one before.

    Args:
        shape: Height and width, pixels.
        numbers: Chance.
        coarsest: Size of the largest clouds, pixels.
        octaves: How many.
    """
    height, width = shape[:2]
    field = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cell = max(1.0, coarsest / 2**octave)
        cells = numbers.standard_normal((int(height / cell) + 3, int(width / cell) + 3), dtype=np.float32)
        field += cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    return np.asarray(field / max(float(field.std()), 1e-6), dtype=np.float32)


def _keep_ink(image: Image, keep: Field) -> Image:
    """Lighten ``image`` towards white where ``keep`` is below 1."""
    return np.asarray(255 - (255 - image) * np.clip(keep, 0, 1)[..., None], dtype=np.uint8)


def flaking(image: Image, dpi: int, numbers: np.random.Generator) -> Image:
    """Let toner flake off the middle of strokes, where it lies thickest, and dust the paper beside them."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    depth = cv2.distanceTransform((grey < 128).astype(np.uint8), cv2.DIST_L2, 3)
    weak = fractal(grey.shape, numbers, coarsest=0.5 * dpi / _MM, octaves=3)
    weak += 0.8 * fractal(grey.shape, numbers, coarsest=25 * dpi / _MM, octaves=2)
    flaked = (depth > dpi / 300) & (weak > numbers.uniform(0.9, 1.5))
    keep = cv2.GaussianBlur(1 - 0.9 * flaked.astype(np.float32), (0, 0), dpi / 500)
    thinned = _keep_ink(image, np.asarray(keep, np.float32))
    near = cv2.distanceTransform((grey >= 128).astype(np.uint8), cv2.DIST_L2, 3) * (_MM / dpi)  # millimetres
    dust = numbers.random(grey.shape, dtype=np.float32) < 0.004 * np.exp(-near / 0.5)
    dust = cv2.dilate(dust.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    return np.where(dust[..., None], np.minimum(thinned, 70), thinned).astype(np.uint8)


def double_image(image: Image, dpi: int, numbers: np.random.Generator) -> Image:
    """Print everything twice, the second time pale and by a quarter to half of a millimetre lower and aside."""
    right, down = numbers.uniform(-0.25, 0.25), numbers.uniform(0.25, 0.5)
    shift = np.array([[1, 0, right * dpi / _MM], [0, 1, down * dpi / _MM]])
    ghost = cv2.warpAffine(image, shift, image.shape[1::-1], borderValue=(255, 255, 255))
    pale = cv2.addWeighted(ghost, share := float(numbers.uniform(0.15, 0.32)), np.full_like(ghost, 255), 1 - share, 0)
    return np.asarray(np.minimum(image, pale), dtype=np.uint8)


def roller(image: Image, dpi: int, numbers: np.random.Generator) -> Image:
    """Leave pale bands across the page at every turn of a worn roller, and thin lines without toner down it."""
    height, width = image.shape[:2]
    turn, first = numbers.uniform(38, 75) * dpi / _MM, numbers.uniform(0, 40) * dpi / _MM
    rows = np.arange(height, dtype=np.float32)[:, None]
    distance = np.abs((rows - first + turn / 2) % turn - turn / 2) * (_MM / dpi)
    uneven = 1 + 0.35 * fractal((1, width), numbers, coarsest=30 * dpi / _MM, octaves=3)
    lost = numbers.uniform(0.3, 0.55) * np.exp(-((distance / numbers.uniform(1.0, 2.5)) ** 2)) * np.clip(uneven, 0, 1.5)
    keep = np.asarray(1 - lost, np.float32)
    for x in numbers.integers(0, width, numbers.integers(2, 6)):
        keep[:, x : x + max(1, round(numbers.uniform(0.1, 0.2) * dpi / _MM))] *= 0.35
    return _keep_ink(image, keep)


def screened(image: Image, dpi: int, numbers: np.random.Generator) -> Image:
    """Print in draft quality: the black thinned to a grey, and that made of dots of a screen."""
    grey = 255 - (255 - cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)) * numbers.uniform(0.68, 0.85)
    height, width = grey.shape
    cell = cv2.resize(_SCREEN, (dpi // _CELLS, dpi // _CELLS))
    tiles = np.tile((cell + 0.5) * 16, (height // cell.shape[0] + 1, width // cell.shape[1] + 1))[:height, :width]
    return _as_rgb(np.where(grey > tiles, 245, 25).astype(np.uint8))


def diffused(image: Image, dpi: int, numbers: np.random.Generator) -> Image:
    """Copy in the mode for photographs, then copy that: greys made of scattered dots (Floyd, Steinberg), hardened."""
    soft = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), dpi / 450)
    paper, black = numbers.uniform(228, 246), numbers.uniform(20, 70)
    greys = np.asarray(black + soft.astype(np.float32) * (paper - black) / 255, dtype=np.uint8)
    dots = np.asarray(PilImage.fromarray(greys).convert("1"), dtype=np.uint8)
    again = cv2.GaussianBlur(np.where(dots > 0, 255, 0).astype(np.float32), (0, 0), dpi / 500)
    return _as_rgb(np.clip((again - 128) * 2.5 + 150, 20, 250).astype(np.uint8))


def _as_rgb(grey: Image) -> Image:
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
