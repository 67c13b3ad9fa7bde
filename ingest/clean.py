"""From a page image to its master: upright, straight, without black scanner border; in colour, nothing else changed.

Turning by quarters and cropping move pixels without changing them. Only a page whose lines lean is resampled, once.
All measuring is done on a reduced copy.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.errors import PartFailed
from dossier.papers import Box
from ingest.geometry import Affine
from ingest.images import MasterPage, PageImage, Pixels
from ingest.ink import find_border, find_ink, paper_colour, reduce_to, without_border
from ingest.skew import measure_skew
from ingest.split import has_no_marks
from ocr.engine import Orientation

MIN_SKEW_DEG = 0.1
"""Below this resampling costs more sharpness than straightness gains: 0.1° is 4 pixels over A4's width at 300 dpi."""
MIN_ORIENTATION_CONFIDENCE = 2.0
"""Below this a page is left the way it came."""
JPEG_QUALITY = 85

OrientationDetector = Callable[[NDArray[np.uint8], int], Orientation]
"""Takes a grey image (H×W) and its dots per inch; says which clockwise turn makes it upright."""

_ORIENTING_DPI = 150
_MAX_CROPPED = 0.9
"""Of width or height: more black than that is no border."""
_BORDER_LINE = 0.5
"""Share of a row or column that is border, from which it is cut off."""


def clean(page: PageImage, orientation: OrientationDetector) -> MasterPage:
    """Make a page's master.

    Args:
        page: As decoded.
        orientation: Asked at most once, with a reduced image; not asked for a blank page.
    """
    small = reduce_to(page.pixels, page.dpi)
    border = find_border(small)
    blank = has_no_marks(find_ink(without_border(small, border)))
    rotation = 0 if blank else _rotation(page, orientation)
    height, width = page.pixels.shape[:2]
    to_master = Affine.quarter_turns(rotation, width, height)
    if rotation in (90, 270):
        width, height = height, width

    small = _quarter_turned(small, rotation)
    skew = 0.0 if blank else _skew(small)
    if skew:
        to_master = to_master.then(Affine.rotation(skew, width, height))
    crop = _paper(small, skew, width, height)
    to_master = to_master.then(Affine.translation(-crop.x, -crop.y))
    if skew:
        pixels = cv2.warpAffine(
            page.pixels,
            to_master.matrix,
            (crop.width, crop.height),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=paper_colour(small, find_border(small)),
        )
    else:
        pixels = _quarter_turned(page.pixels, rotation)[crop.y : crop.bottom, crop.x : crop.right]
    master = np.ascontiguousarray(pixels, np.uint8)
    return MasterPage(page.number, master, page.dpi, rotation, skew, crop, blank, to_master.inverse())


def encode_master(master: MasterPage) -> bytes:
    """Return a master as a 24-bit JPEG whose header carries its resolution.

    Raises:
        PartFailed: The encoder refused it.
    """
    options = {
        cv2.IMWRITE_JPEG_QUALITY: JPEG_QUALITY,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
        cv2.IMWRITE_JPEG_OPTIMIZE: 1,
    }
    written, data = cv2.imencode(".jpg", master.pixels, [n for option in options.items() for n in option])
    if not written:
        raise PartFailed(part="OpenCV", reason="the page cannot be written as JPEG")
    jpeg = data.tobytes()
    density = b"\x01" + master.dpi.to_bytes(2) * 2
    return jpeg[:_JFIF_DENSITY] + density + jpeg[_JFIF_DENSITY + len(density) :]


_JFIF_DENSITY = 13
"""Where unit (1: dots per inch), horizontal and vertical density stand in a JPEG that begins with a JFIF segment."""


def _rotation(page: PageImage, orientation: OrientationDetector) -> int:
    """Return the clockwise turn in degrees that makes a page upright; 0 if that cannot be told."""
    reduced = reduce_to(page.pixels, page.dpi, _ORIENTING_DPI)
    found = orientation(np.asarray(cv2.cvtColor(reduced, cv2.COLOR_BGR2GRAY), np.uint8), min(page.dpi, _ORIENTING_DPI))
    return found.degrees if found.confidence >= MIN_ORIENTATION_CONFIDENCE else 0


def _quarter_turned(pixels: Pixels, rotation: int) -> Pixels:
    """Return an image turned clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(pixels, -(rotation // 90)))


def _skew(small: Pixels) -> float:
    """Return the clockwise turn in degrees that makes a page's lines level; 0 if it is not worth it."""
    degrees = measure_skew(find_ink(without_border(small, find_border(small)))).degrees
    return degrees if abs(degrees) >= MIN_SKEW_DEG else 0.0


def _paper(small: Pixels, skew: float, width: int, height: int) -> Box:
    """Return what is paper on a straightened page of ``width`` × ``height`` pixels, all of it if nothing is border."""
    if skew:
        rows, columns = small.shape[:2]
        turn = Affine.rotation(skew, columns, rows).matrix
        small = np.asarray(cv2.warpAffine(small, turn, (columns, rows), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    border = find_border(small)
    top, bottom = _border_lines(border.mean(axis=1))
    left, right = _border_lines(border.mean(axis=0))
    rows, columns = border.shape
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
