"""A master as the file that is archived: without loss where that is small, else as JPEG with one step for all detail.

JPEG's usual tables keep slow shading finely and fast change coarsely, as suits photographs. On scanned print that
spends bytes on the scanner's noise and blurs the strokes. With one step for every frequency but the mean, noise below
half the step is not kept, and strokes are kept as well as all else: as close to the print as quality 75 with a third
fewer bytes, measured in ``docs/archive-format.md``. Any JPEG reader reads it. Where that is too large, the grain of the
paper is dropped before the print is rounded more.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from dossier.errors import PartFailed
from ingest.scan.grain import without_grain
from ingest.scan.images import MasterPage
from ingest.scan.pixels import Pixels, brightest_channel

JPEG_STEPS = (24, 32, 40, 48, 56)
"""Levels of grey by which detail is rounded: the finest whose file is small enough, at worst the last.

From the second on the grain of the paper is dropped.
"""
_COLOUR_STEP = 6
"""Added for colour, which is kept at half the resolution: seals are as sharp with either."""
_MEAN_STEPS = (5, 6)
"""For the means of the 8×8 blocks of lightness and of colour, times 8."""
_HALF_RESOLUTION = 2

_BUDGET_PER_A4 = 240_000
_A4_PIXELS, _A4_DPI = 1654 * 2339, 200
"""Pages finer than 200 dpi may take more in the measure of their dpi: so do the outlines of letters."""

_FLAT_SHARE = 0.9
"""Of the pixels equal to their left neighbour: noise leaves far fewer, and then no lossless file is small."""
_FLAT_ROWS = 4
_WHITE = 255


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page image as a file: ``media_type`` is ``image/jpeg`` or ``image/png``."""

    data: bytes
    media_type: str


def encode_master(master: MasterPage) -> PageFile:
    """Write a master down, see :func:`encode_page`."""
    return encode_page(master.pixels, master.dpi)


def encode_page(pixels: Pixels, dpi: int, steps: Sequence[int] = JPEG_STEPS) -> PageFile:
    """Write a page image down, with its resolution.

    Black and white alone become a PNG of one bit per pixel; other pages without noise, drawn by a program say, a PNG
    if that is small; everything else a JPEG. A page without colour is written in grey.

    Args:
        pixels: H×W×3 BGR.
        dpi: Dots per inch.
        steps: See ``JPEG_STEPS``; at least one.

    Raises:
        PartFailed: The encoder refused it.
    """
    image = _picture(pixels)
    budget = _budget(pixels, dpi)
    if image.mode == "1":
        return PageFile(_png(image, dpi), "image/png")
    if _is_flat(pixels) and len(png := _png(image, dpi)) <= budget:
        return PageFile(png, "image/png")
    jpeg = b""
    for picture, step in _coarser(image, steps):
        jpeg = _jpeg(picture, dpi, step)
        if len(jpeg) <= budget:
            break
    return PageFile(jpeg, "image/jpeg")


def _coarser(image: Image.Image, steps: Sequence[int]) -> Iterator[tuple[Image.Image, int]]:
    """Yield the image and the first step, then without the grain of its paper the others."""
    yield image, steps[0]
    lightness, *colour = (image if image.mode == "L" else image.convert("YCbCr")).split()
    for step in steps[1:]:
        planes = [Image.fromarray(without_grain(np.asarray(lightness, np.uint8), step)), *colour]
        yield Image.merge("YCbCr", planes) if colour else planes[0], step


def _picture(pixels: Pixels) -> Image.Image:
    """Return the page in the narrowest mode that loses nothing: black and white, grey or RGB."""
    blue, green, red = cv2.split(pixels)
    if not (np.array_equal(blue, green) and np.array_equal(green, red)):
        return Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    white = green == _WHITE
    return Image.fromarray(white) if (white | (green == 0)).all() else Image.fromarray(green)


def _is_flat(pixels: Pixels) -> bool:
    rows = pixels[::_FLAT_ROWS]
    if rows.shape[1] == 1:
        return False
    differences = brightest_channel(np.asarray(cv2.absdiff(rows[:, 1:], rows[:, :-1]), np.uint8))
    return cv2.countNonZero(differences) <= (1 - _FLAT_SHARE) * differences.size


def _budget(pixels: Pixels, dpi: int) -> int:
    height, width, _ = pixels.shape
    return int(_BUDGET_PER_A4 * height * width / _A4_PIXELS * _A4_DPI / dpi)


def _png(image: Image.Image, dpi: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", dpi=(dpi, dpi))
    return file.getvalue()


def _jpeg(image: Image.Image, dpi: int, step: int) -> bytes:
    lightness, colour = ([mean, *[ac] * 63] for mean, ac in zip(_MEAN_STEPS, (step, step + _COLOUR_STEP), strict=True))
    file = io.BytesIO()
    try:
        image.save(
            file,
            "JPEG",
            dpi=(dpi, dpi),
            qtables=[lightness] if image.mode == "L" else [lightness, colour],
            subsampling=_HALF_RESOLUTION,
            optimize=True,
            progressive=True,
        )
    except OSError as error:
        raise PartFailed(part="Pillow", reason="the page cannot be written as JPEG") from error
    return file.getvalue()
