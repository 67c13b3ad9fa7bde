"""Cutting lines out of a page for a line reader, and putting the words it reads onto the line's own ink.

A crop shows one line alone: ink of other lines and rulings are painted white, a margin of white is put around. What
belongs to no line, such as a pen stroke through it, stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.linefinder import Found
from ocr.model import Word

Grey = NDArray[np.uint8]

# In usual letter heights: what is kept around a run's ink, and the white put around that.
_AROUND, _MARGIN = 0.15, 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """A run cut out of a page.

    Attributes:
        image: Height x width, dark on white. x, y: Where its top left corner is on the page; may be outside.
        ink: Left, top, right and bottom of each piece of the run's ink, page pixels, from left to right.
    """

    image: Grey
    x: int
    y: int
    ink: NDArray[np.float64]


def cut(image: Grey, found: Found, number: int) -> Crop:
    """Cut one run out of the page.

    Args:
        image: Reading image, height x width.
        found: What was found on it.
        number: Of the run.
    """
    run, scale, around = found.runs[number], found.scale, max(1, round(_AROUND * found.letter))
    rows, columns = found.labels.shape
    x0, y0 = max(0, run.box.x - around), max(0, run.box.y - around)
    x1, y1 = min(columns, run.box.right + around), min(rows, run.box.bottom + around)
    labels = found.labels[y0:y1, x0:x1]
    owner = found.owner[labels]
    own = owner == number
    foreign = (
        ((owner >= 0) & ~own & (found.stats[labels, 3] <= found.tall))
        | (found.strokes[y0:y1, x0:x1] > 0)
        | found.drawn[labels]
    )
    left, top = round(x0 / scale), round(y0 / scale)
    right, bottom = min(image.shape[1], round(x1 / scale)), min(image.shape[0], round(y1 / scale))
    piece = image[top:bottom, left:right].copy()
    if foreign.any():
        edge = np.ones((3, 3), np.uint8)
        wider = np.asarray(cv2.dilate(foreign.view(np.uint8), edge), dtype=np.uint8)
        kept = np.asarray(cv2.dilate(own.view(np.uint8), edge), dtype=np.uint8)
        veil = np.asarray((wider & (kept ^ 1)) | foreign, dtype=np.uint8)
        size = piece.shape[1], piece.shape[0]
        piece[np.asarray(cv2.resize(veil, size, interpolation=cv2.INTER_NEAREST)) > 0] = 255
    margin = max(4, round(_MARGIN * found.letter / scale))
    framed = cv2.copyMakeBorder(piece, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=255)
    return Crop(np.asarray(framed, dtype=np.uint8), left - margin, top - margin, _ink(found, number))


def _ink(found: Found, number: int) -> NDArray[np.float64]:
    stats = found.stats[found.runs[number].members].astype(float)
    ink = np.stack([stats[:, 0], stats[:, 1], stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]], axis=1)
    return np.asarray(ink[np.argsort(ink[:, 0])] / found.scale)


def on_page(words: Sequence[Word], crop: Crop) -> tuple[Word, ...]:
    """Return words read from a crop with their boxes on the page, drawn tightly around their ink.

    A reader knows roughly where a word begins and ends; the widest gap nearby is where it does.
    """
    placed = [replace(w, box=replace(w.box, x=w.box.x + crop.x, y=w.box.y + crop.y)) for w in words]
    gaps = [_gap(a.box, b.box, crop.ink) for a, b in pairwise(placed)]
    middles = (crop.ink[:, 0] + crop.ink[:, 2]) / 2
    tight: list[Word] = []
    for word, start, end in zip(placed, (-np.inf, *gaps), (*gaps, np.inf), strict=False):
        own = crop.ink[(middles >= start) & (middles < end)]
        if own.size:
            (x, y), (right, bottom) = np.floor(own[:, :2].min(axis=0)), np.ceil(own[:, 2:].max(axis=0))
            tight.append(replace(word, box=Box(int(x), int(y), int(right - x), int(bottom - y))))
        else:
            tight.append(word)
    return tuple(tight)


def _gap(before: Box, after: Box, ink: NDArray[np.float64]) -> float:
    """Return the column between two words: the middle of the widest gap of ink around where a reader parts them."""
    border = (before.right + after.x) / 2
    reach = max(before.height, after.height)
    low, high = max(border - reach, before.x), min(border + reach, after.right)
    reached = np.maximum.accumulate(ink[:, 2])
    gaps = ink[1:, 0] - reached[:-1]
    middles = (ink[1:, 0] + reached[:-1]) / 2
    near = (gaps > 0) & (middles > low) & (middles < high)
    if not near.any():
        return border
    value = gaps[near] - 0.15 * np.abs(middles[near] - border)
    return float(middles[near][np.argmax(value)])
