"""From a page image to its master: upright, straight, without black scanner border; in colour, nothing else changed.

Turning by quarters and cropping move pixels without changing them. Only a page whose lines lean is resampled, once.
All measuring is done on a reduced copy.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ingest.geometry import Affine
from ingest.images import MasterPage, PageImage, Pixels
from ingest.ink import Mask, Survey, reduced
from ingest.lines import QUARTER_TURNS, find_letters, measure_lines, possible_rotations
from ocr.engine import Orientation

MIN_SKEW_DEG = 0.1
"""Below this resampling costs more sharpness than straightness gains: 0.1° is 4 pixels over A4's width at 300 dpi."""
MIN_ORIENTATION_CONFIDENCE = 3.0
"""Below this a page is left the way it came: on 240 generated and real pages every wrong answer was less sure."""
AGREED_ORIENTATION_CONFIDENCE = 1.0
"""The same, when the page's lines, unclear by themselves, tend to the same answer."""

OrientationDetector = Callable[[NDArray[np.uint8], int], Orientation]
"""Takes a grey image (H×W) and its dots per inch; says which clockwise turn makes it upright."""

_ORIENTING_SIDE = 1754
"""Pixels of the longer side: A4 at 150 dpi."""
_SMALL_SHARE = 0.45
"""Marks that take up less of the page's longer side, a card say, are looked at alone and closer."""
_SMALL_MARGIN = 20
"""Pixels of the survey left around them."""
_MAX_CROPPED = 0.9
"""Of width or height: more black than that is no border."""
_BORDER_LINE = 0.5
"""Share of a row or column that is border, from which it is cut off."""


def clean(page: PageImage, orientation: OrientationDetector) -> MasterPage:
    """Make a page's master.

    Args:
        page: As decoded.
        orientation: Asked with a reduced image, and only if the page's text lines do not show which way up it lies: it
            costs more than everything else here.
    """
    survey = Survey.of(page.pixels)
    rotation, skew = 0, 0.0
    if survey.marks is not None:
        rotation, skew = _attitude(_closer(page.pixels, survey, survey.marks), page.dpi, orientation)
    height, width = page.pixels.shape[:2]
    to_master = Affine.quarter_turns(rotation, width, height)
    if rotation in (90, 270):
        width, height = height, width
    if skew:
        to_master = to_master.then(Affine.rotation(skew, width, height))
    crop = _paper(_quarter_turned(survey.border, rotation), skew, width, height)
    to_master = to_master.then(Affine.translation(-crop.x, -crop.y))
    if skew:
        pixels = cv2.warpAffine(
            page.pixels,
            to_master.matrix,
            (crop.width, crop.height),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=survey.paper_colour,
        )
    else:
        pixels = _quarter_turned(page.pixels, rotation)[crop.y : crop.bottom, crop.x : crop.right]
    master = np.ascontiguousarray(pixels, np.uint8)
    return MasterPage(page.number, master, page.dpi, rotation, skew, crop, survey.marks is None, to_master.inverse())


def _closer(pixels: Pixels, survey: Survey, marks: Box) -> Pixels:
    """Return the part of a page that its marks take up, if they are small, else the page."""
    rows, columns = survey.ink.shape
    if max(marks.width, marks.height) > _SMALL_SHARE * max(rows, columns):
        return pixels
    scale = pixels.shape[0] / rows
    top, bottom = (round(y * scale) for y in (max(0, marks.y - _SMALL_MARGIN), marks.bottom + _SMALL_MARGIN))
    left, right = (round(x * scale) for x in (max(0, marks.x - _SMALL_MARGIN), marks.right + _SMALL_MARGIN))
    return pixels[top:bottom, left:right]


def _attitude(pixels: Pixels, dpi: int, orientation: OrientationDetector) -> tuple[int, float]:
    """Return the clockwise quarter turns, and the clockwise turn after them, in degrees, that make a page upright."""
    letters = find_letters(Survey.of(pixels).print)
    possible = possible_rotations(letters)
    rotation = possible[0] if len(possible) == 1 else _asked(pixels, dpi, orientation, possible)
    skew = measure_lines(_quarter_turned(letters, rotation)).skew_deg
    return rotation, skew if abs(skew) >= MIN_SKEW_DEG else 0.0


def _asked(pixels: Pixels, dpi: int, orientation: OrientationDetector, possible: tuple[int, ...]) -> int:
    """Return the turn that a detector and the page's lines agree on; 0, the way it came, if they contradict each other.

    A detector that is not sure decides only between the two ways a page with lines running down may be turned.
    """
    image = reduced(pixels, _ORIENTING_SIDE)
    found = orientation(
        np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8), round(dpi * image.shape[0] / pixels.shape[0])
    )
    agreed = len(possible) < len(QUARTER_TURNS) and found.degrees == possible[0]
    sure = found.confidence >= (AGREED_ORIENTATION_CONFIDENCE if agreed else MIN_ORIENTATION_CONFIDENCE)
    if found.degrees in possible and (sure or 0 not in possible):
        return found.degrees
    return 0 if sure or 0 in possible else possible[0]


def _quarter_turned(image: NDArray[np.uint8], rotation: int) -> NDArray[np.uint8]:
    """Return an image turned clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(image, -(rotation // 90)))


def _paper(border: Mask, skew: float, width: int, height: int) -> Box:
    """Return what is paper on a page of ``width`` × ``height`` pixels, given where border shows before turning it."""
    rows, columns = border.shape
    if not border.any():
        return Box(0, 0, width, height)
    if skew:
        turn = Affine.rotation(skew, columns, rows).matrix
        border = np.asarray(cv2.warpAffine(border, turn, (columns, rows), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    top, bottom = _border_lines(border.mean(axis=1))
    left, right = _border_lines(border.mean(axis=0))
    if top + bottom > _MAX_CROPPED * rows or left + right > _MAX_CROPPED * columns:
        return Box(0, 0, width, height)
    x0, x1 = round(left * width / columns), round((columns - right) * width / columns)
    y0, y1 = round(top * height / rows), round((rows - bottom) * height / rows)
    return Box(x0, y0, x1 - x0, y1 - y0)


def _border_lines(shares: NDArray[np.float64]) -> tuple[int, int]:
    """Return how many lines to cut off at the beginning and the end, given each line's share of border."""
    paper = np.flatnonzero(shares < _BORDER_LINE)
    if not len(paper):
        return len(shares), 0
    return int(paper[0]), len(shares) - 1 - int(paper[-1])
