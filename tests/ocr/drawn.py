"""Pages drawn for tests: a few lines of text, with one fault at a time."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dossier.papers import Box
from ocr.model import Line, PageReading, Reading, Word

DPI = 200
WIDTH, HEIGHT = 1240, 900
SENTENCES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương,",
    "Xét đề nghị của Trưởng phòng Tư pháp xã Hòa Thuận,",
    "Ủy ban nhân dân xã quyết định những việc sau đây:",
    "Giao ông Nguyễn Đức Thịnh trông coi nhà văn hóa thôn.",
)
RED = (40, 40, 200)


@cache
def font(size: int, face: str = "regular") -> ImageFont.FreeTypeFont:
    path = next(Path("/usr/share/texmf/fonts/opentype").rglob(f"texgyretermes-{face}.otf"))
    return ImageFont.truetype(str(path), size)


def page(
    lines: Iterable[str] = SENTENCES, *, colour: tuple[int, int, int] = (0, 0, 0), width: int = WIDTH
) -> NDArray[np.uint8]:
    """White page, blue-green-red, its lines of 14 points 80 pixels apart from (100, 100)."""
    return write(
        np.full((HEIGHT, width, 3), 255, np.uint8),
        [(100, 100 + 80 * i, line) for i, line in enumerate(lines)],
        colour=colour,
    )


def write(
    image: NDArray[np.uint8],
    texts: Iterable[tuple[int, int, str]],
    *,
    colour: tuple[int, int, int] = (0, 0, 0),
    size: int = 39,
    face: str = "regular",
) -> NDArray[np.uint8]:
    """Write texts at their places; the colour is blue-green-red."""
    canvas = Image.fromarray(image)
    pen = ImageDraw.Draw(canvas)
    for x, y, text in texts:
        pen.text((x, y), text, font=font(size, face), fill=colour)
    return np.asarray(canvas).copy()


def seal(image: NDArray[np.uint8], centre: tuple[int, int], radius: int = 130) -> NDArray[np.uint8]:
    """Stamp a red ring with a star over what is there, as ink does: it darkens and never whitens."""
    stamp = np.full_like(image, 255)
    cv2.circle(stamp, centre, radius, RED, 8)
    cv2.circle(stamp, centre, radius - 40, RED, 4)
    cv2.drawMarker(stamp, centre, RED, cv2.MARKER_STAR, 60, 8)
    return np.minimum(image, stamp)


def jpeg(image: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def word(text: str, x: int, y: int = 100, *, width: int = 0, height: int = 30, confidence: float = 0.95) -> Word:
    return Word(text, Box(x, y, width or 18 * len(text), height), confidence)


def line(text: str, x: int = 100, y: int = 100, *, block: int = 0, confidence: float = 0.95) -> Line:
    """Words of 18 pixels per letter, 10 pixels apart."""
    words = []
    for part in text.split():
        words.append(word(part, x, y, confidence=confidence))
        x += 18 * len(part) + 10
    return Line(tuple(words), block)


def reading(*lines: Line, width: int = WIDTH, height: int = HEIGHT) -> Reading:
    return Reading((PageReading(1, width, height, DPI, lines, "drawn 1"),))
