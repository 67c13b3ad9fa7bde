"""How a paper is captured: light, lens and sensor reckoned in linear light, a fax line, the file it is kept in."""

import io
import math
from typing import Final

import cv2
import numpy as np
from PIL import Image as PilImage

from tests.generator.truth import Image
from tests.press.prints import Field

_MM: Final = 25.4
_GAMMA: Final = 2.2
_FAX_LINES: Final = (204, 196)  # dots and lines to the inch in the fine mode of ITU-T T.4


def linear(image: Image) -> Field:
    """Return the light, 0 to 1, that the levels of a file stand for."""
    table = (np.arange(256, dtype=np.float32) / 255) ** _GAMMA
    return np.asarray(table[image], dtype=np.float32)


def levels(light: Field) -> Image:
    """Return the levels of a file for light from 0 to 1."""
    return np.asarray(255 * np.clip(light, 0, 1) ** np.float32(1 / _GAMMA) + 0.5, dtype=np.uint8)


def vignette(shape: tuple[int, ...], strength: float) -> Field:
    """Return how much light the lens lets through, H×W: cos⁴ of the angle, the corner's tangent being ``strength``."""
    height, width = shape[:2]
    ys, xs = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    return np.asarray((1 + strength**2 * (xs**2 + ys**2) / 2) ** -2, dtype=np.float32)


def hand_shadow(shape: tuple[int, ...], numbers: np.random.Generator) -> Field:
    """Return the light beside a hand that holds the camera: a palm and four fingers from below or aside."""
    height, width = shape[:2]
    small = np.ones((height // 8, width // 8), np.float32)
    unit = small.shape[1] / 210  # about a millimetre
    root = np.array([numbers.uniform(0.1, 0.9) * small.shape[1], numbers.uniform(0.8, 1.05) * small.shape[0]])
    aim, dark = numbers.uniform(-2.2, -0.9), float(numbers.uniform(0.35, 0.6))
    cv2.circle(small, tuple(int(v) for v in root), int(48 * unit), 1 - dark, -1)
    for finger in range(4):
        turn = aim + (finger - 1.5) * 0.22
        tip = root + np.array([math.cos(turn), math.sin(turn)]) * numbers.uniform(95, 130) * unit
        cv2.line(small, tuple(int(v) for v in root), tuple(int(v) for v in tip), 1 - dark, int(19 * unit))
    soft = cv2.GaussianBlur(small, (0, 0), float(numbers.uniform(5, 11)) * unit)
    return np.asarray(cv2.resize(soft, (width, height)), dtype=np.float32)


def moire(shape: tuple[int, ...], dpi: int, numbers: np.random.Generator) -> Field:
    """Return the beat between a screen's dots and the sensor's, H×W×3 around 1: bowed fringes, shifted by colour."""
    height, width = shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32) * (_MM / dpi)
    turn, pitch = numbers.uniform(0, math.pi), numbers.uniform(1.2, 4.0)
    bow = numbers.uniform(2, 6) * np.sin(xs / numbers.uniform(30, 70) + ys / numbers.uniform(40, 90))
    phase = 2 * math.pi * (xs * math.cos(turn) + ys * math.sin(turn) + bow) / pitch
    depth = numbers.uniform(0.05, 0.12)
    return np.asarray(
        np.stack([1 + depth * np.sin(phase + shift) for shift in (0, 0.7, 1.5)], axis=2), dtype=np.float32
    )


def moved_by_hand(light: Field, dpi: int, numbers: np.random.Generator, *, fine: bool) -> Field:
    """Blur along the short path that the camera took while the shutter was open; half as long for ``fine`` print."""
    length, turn = numbers.uniform(0.2, 0.42) * (0.6 if fine else 1) * dpi / _MM, numbers.uniform(0, math.pi)
    kernel = np.zeros((31, 31), np.float32)
    for at in np.linspace(-0.5, 0.5, 64):
        x, y = (15 + at * length * v for v in (math.cos(turn), math.sin(turn)))
        kernel[round(y), round(x)] += 1
    smooth = cv2.GaussianBlur(kernel, (0, 0), 0.4)
    return np.asarray(cv2.filter2D(light, -1, smooth / smooth.sum()), dtype=np.float32)


def sensed(light: Field, numbers: np.random.Generator, *, full_well: float) -> Field:
    """Add what a sensor adds: shot noise, less the more electrons (``full_well``) white light frees, and read noise."""
    spread = np.sqrt(np.maximum(light, 0) / full_well + (4 / full_well) ** 2)
    return np.asarray(light + spread * numbers.standard_normal(light.shape, dtype=np.float32), dtype=np.float32)


def faxed(image: Image, dpi: int, numbers: np.random.Generator) -> Image:
    """Send by fax in fine mode: black and white at 204 × 196 to the inch, some lines replaced by the one above."""
    height, width = image.shape[:2]
    size = (round(width * _FAX_LINES[0] / dpi), round(height * _FAX_LINES[1] / dpi))
    grey = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    ground = cv2.morphologyEx(cv2.medianBlur(grey, 5), cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8))
    level = numbers.uniform(0.74, 0.82) * ground.astype(np.float32)  # high enough to keep what is printed pale
    bits = np.where(grey < level, 0, 255).astype(np.uint8)
    for row in numbers.integers(1, size[1], numbers.integers(4, 16)):
        bits[row] = bits[row - 1]
    return np.asarray(cv2.resize(bits, (width, height), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def saved_twice(image: Image, numbers: np.random.Generator) -> Image:
    """Save as JPEG, and again on another raster of blocks, as a messenger does with a picture that is passed on."""
    for quality, shift in ((int(numbers.integers(45, 75)), 0), (int(numbers.integers(38, 60)), 3)):
        padded = np.pad(image, ((shift, 0), (shift, 0), (0, 0)), mode="edge")
        image = _through(padded, "JPEG", quality)[shift:, shift:]
    return np.ascontiguousarray(image)


def as_webp(image: Image, numbers: np.random.Generator) -> Image:
    """Save as WebP of low quality."""
    return _through(image, "WEBP", int(numbers.integers(22, 50)))


def _through(image: Image, kind: str, quality: int) -> Image:
    buffer = io.BytesIO()
    PilImage.fromarray(image).save(buffer, kind, quality=quality)
    with PilImage.open(buffer) as back:
        return np.asarray(back.convert("RGB"), dtype=np.uint8)
