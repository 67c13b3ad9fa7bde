"""Pictures for the documentation: a page as scanned, the image that is read, and the words read, in their places."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocr.ctc import CtcReader
from ocr.model import PageReading
from ocr.reader import read_page
from ocr.reading_image import reading_image
from tests.benchmarks.ocr.engines import decoded, kept_master
from tests.benchmarks.ocr.pages import Scan
from tests.generator import fonts
from tests.generator.fonts import Family

MAX_BYTES: Final = 160_000
_HEIGHT: Final = 880
"""Of each of the three panels, pixels."""
_GAP: Final = 12
_SURE, _UNSURE, _DOUBTFUL = (0, 120, 60), (200, 120, 0), (200, 30, 30)
"""Colours of words at a confidence of at least 0.98, at least 0.8, and below."""


def picture(scan: Scan) -> bytes:
    """Return a page's three panels side by side as a JPEG of at most ``MAX_BYTES``."""
    page = decoded(scan.file)
    _, master = kept_master(page)
    reading = read_page(master, number=1, dpi=page.dpi, engine=CtcReader())
    grey = reading_image(master, page.dpi)
    before = Image.fromarray(cv2.cvtColor(page.pixels, cv2.COLOR_BGR2RGB))
    panels = [_panel(before), _panel(Image.fromarray(grey).convert("RGB")), _words(master, reading)]
    whole = Image.new("RGB", (sum(p.width + _GAP for p in panels) - _GAP, _HEIGHT), (233, 235, 239))
    x = 0
    for panel in panels:
        whole.paste(panel, (x, (_HEIGHT - panel.height) // 2))
        x += panel.width + _GAP
    return _small(whole)


def _panel(page: Image.Image) -> Image.Image:
    """Return a page at the height of a panel; a page lying on its side is shown lying, as high as it is wide."""
    scale = _HEIGHT / max(page.size)
    return page.resize((round(page.width * scale), round(page.height * scale)), Image.Resampling.LANCZOS)


def _words(master: NDArray[np.uint8], reading: PageReading) -> Image.Image:
    """Return a white page with each word that was read written where it stands, in the colour of its confidence."""
    height, width = master.shape[:2]
    scale = _HEIGHT / max(height, width)
    panel = Image.new("RGB", (round(width * scale), round(height * scale)), "white")
    pen = ImageDraw.Draw(panel)
    for line in reading.lines:
        font = fonts.load(Family.TERMES, _size([w.text for w in line.words], [w.box.width * scale for w in line.words]))
        middle = (line.box.y + line.box.bottom) / 2 * scale
        for word in line.words:
            colour = _SURE if word.confidence >= 0.98 else _UNSURE if word.confidence >= 0.8 else _DOUBTFUL
            pen.text((word.box.x * scale, middle), word.text, fill=colour, font=font, anchor="lm")
    return panel


def _size(texts: Sequence[str], widths: Sequence[float]) -> int:
    """Return the size of letters at which a line's words are about as wide as their boxes."""
    at_20 = fonts.load(Family.TERMES, 20)
    drawn = sum(at_20.getlength(text) for text in texts)
    return max(5, round(20 * sum(widths) / max(1.0, drawn)))


def _small(image: Image.Image) -> bytes:
    for quality in range(80, 20, -5):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= MAX_BYTES:
            break
    return buffer.getvalue()


def write_pictures(scans: Sequence[Scan], folder: Path) -> list[Path]:
    """Write a picture of each page into ``folder``; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for scan in scans:
        file = folder / f"{scan.name}.jpg"
        file.write_bytes(picture(scan))
        files.append(file)
    return files
