"""The browser: the one place that runs Chromium. HTML → the page's picture and the words that stand on it."""

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from tests.generator.truth import Image, Line, Mark, Rect, Word

_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-shell", "google-chrome")
_CSS_DPI: Final = 96
_MM: Final = 25.4
_LONGEST_S: Final = 120
_OVERHANG: Final = 3.0  # pixels by which slanted letters reach over the next word
_OPTIONS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-lcd-text"),
    *("--font-render-hinting=none", "--disable-extensions", "--disable-background-networking", "--lang=vi"),
)
"""Grey edges and no hinting, as a printer lays letters. No sandbox: the pages are our own, and root has none."""


class NoBrowser(Exception):
    """No browser is installed, or it printed nothing."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A page fresh from the browser.

    Attributes:
        image: RGB. dpi: Of it.
        lines: In the order of the document; rectangles in pixels of the image, around the ink.
        marks: Seals and signatures.
    """

    image: Image
    dpi: int
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]


@cache
def executable() -> str | None:
    """Return the installed browser, ``None`` if there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@cache
def version() -> str:
    """Return the browser's version.

    Raises:
        NoBrowser: None is installed.
    """
    told = subprocess.run([_needed(), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"[\d.]{5,}", told)
    return found[0] if found else "unknown"


def _needed() -> str:
    if (path := executable()) is None:
        raise NoBrowser("Thiếu trình duyệt: chạy tests/press/install.sh / no browser: run tests/press/install.sh")
    return path


def proof(html: str, *, dpi: int, size: tuple[float, float]) -> Proof:
    """Lay out ``html`` and return the page.

    Args:
        html: A document whose ``.sheet`` is the page; ``.spare`` elements are left out, the last first, until all fits.
        dpi: Pixels per inch of the picture.
        size: Width and height of the page, millimetres.

    Raises:
        NoBrowser: None is installed, or it printed nothing.
        ValueError: The page is too full.
    """
    width, height = (int(np.ceil(mm / _MM * _CSS_DPI)) for mm in size)
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder) / "page.html", Path(folder) / "page.png"
        page.write_text(_whole(html), encoding="utf-8")
        options = [*_OPTIONS, f"--user-data-dir={folder}/profile", f"--window-size={width},{height}"]
        options += [f"--force-device-scale-factor={dpi / _CSS_DPI}", f"--screenshot={picture}", "--dump-dom"]
        ended = subprocess.run(
            [_needed(), *options, page.as_uri()], capture_output=True, text=True, timeout=_LONGEST_S, check=False
        )
        pixels = cv2.imread(str(picture)) if picture.exists() else None
    found = re.search(r'<script id="words" type="application/json">(.*?)</script>', ended.stdout, re.DOTALL)
    if pixels is None or found is None:
        raise NoBrowser(f"trình duyệt không in được / the browser printed nothing: {ended.stderr[-500:]}")
    told: dict[str, Any] = json.loads(found[1])
    if not told["fits"]:
        raise ValueError("the page is too full")
    right, bottom = (round(mm / _MM * dpi) for mm in size)
    image = np.ascontiguousarray(pixels[:bottom, :right, ::-1], dtype=np.uint8)
    scale = dpi / _CSS_DPI
    marks = (Mark(mark["kind"], _rect(mark, scale), tuple(filter(None, [mark["text"]]))) for mark in told["marks"])
    return Proof(image, dpi, _lines(told["words"], scale), tuple(marks))


def _whole(html: str) -> str:
    room = files("tests.press")
    css, js = (room.joinpath(name).read_text(encoding="utf-8") for name in ("sheet.css", "words.js"))
    return (
        f'<!doctype html><html lang="vi"><meta charset="utf-8"><style>{css}</style>'
        f"<body>{html}<script>{js}</script></body></html>"
    )


def _rect(told: dict[str, Any], scale: float) -> Rect:
    left, top, right, bottom = (float(v) * scale for v in told["box"])
    return left, top, right, bottom


def _lines(told: list[dict[str, Any]], scale: float) -> tuple[Line, ...]:
    """Return the words as lines: words of one block whose inks share a height follow each other on one line."""
    rows: list[tuple[int, bool, list[Word]]] = []
    for word in told:
        rect = _rect(word, scale)
        new = Word(word["text"], rect, "filled" if word["filled"] else "print")
        if rows and rows[-1][0] == word["block"] and _follows(rows[-1][2][-1].rect, rect):
            rows[-1][2].append(new)
        else:
            rows.append((word["block"], word["cell"], [new]))
    return tuple(Line(tuple(words), block, "cell" if cell else "body") for block, cell, words in rows)


def _follows(before: Rect, rect: Rect) -> bool:
    """Tell whether ``rect`` stands right of ``before`` on one line, and not at the head of the next column."""
    apart = abs((rect[1] + rect[3]) - (before[1] + before[3])) / 2
    return rect[0] >= before[2] - _OVERHANG and apart < max(rect[3] - rect[1], before[3] - before[1])
