"""From a page image to its master: upright, straight, without black scanner border; in colour, nothing else changed.

Turning by quarters and cropping move pixels without changing them. A page whose lines lean, or that was photographed
from aside, is resampled, once: what is to be done is worked out first, on a reduced copy, and composed into one map.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ingest.decoding.resolution import resolution
from ingest.scan.geometry import Projection
from ingest.scan.images import MasterPage, PageImage
from ingest.scan.ink import Letters, Survey
from ingest.scan.lines import QUARTER_TURNS, measure_lines, possible_rotations
from ingest.scan.pixels import Mask, Pixels, reduced
from ingest.scan.sheet import find_sheet
from ocr.orientation import OrientationDetector

MIN_SKEW_DEG = 0.08
"""Below this resampling costs more sharpness than straightness gains: 0.08° is 3 pixels over A4's width at 300 dpi."""
MIN_ORIENTATION_CONFIDENCE = 0.5
"""Below this a page is left the way it came.

Of 71 generated pages none was told wrongly; all but two, 0.07 and 0.30, at 0.75 and more.
"""
AGREED_ORIENTATION_CONFIDENCE = 0.1
"""The same, when the page's lines, unclear by themselves, tend to the same answer."""

_ORIENTING_SIDE = 1754
"""Pixels of the longer side: A4 at 150 dpi."""
_SMALL_SHARE = 0.45
"""Marks that take up less of the page's longer side, a card say, are looked at alone and closer."""
_SMALL_MARGIN = 20
"""Pixels of the survey left around them."""
_LETTER_MARGIN = 4
"""Pixels of the survey kept around letters at an edge: less than a millimetre."""
_CUT_LETTERS = 2
"""Letters beyond an edge from which the edge gives way; one is dust."""
_A_SERIES = math.sqrt(2)
"""Length over breadth of A4 and its kin (ISO 216)."""
_A_SERIES_WITHIN = 0.085
"""Perspective falsifies lengths by some hundredths; folio (210 × 330 mm) differs by 0.11."""
_GROUND = (255, 255, 255)
_INTERPOLATION = cv2.INTER_CUBIC
_MAX_CROPPED = 0.9
"""Of width or height: more black than that is no border."""
_BORDER_LINE = 0.5
"""Share of a row or column that is border, from which it is cut off."""


def clean(page: PageImage, orientation: OrientationDetector) -> MasterPage:
    """Make a page's master.

    Args:
        page: As decoded.
        orientation: Asked with a reduced image, and only if the page's text lines do not show which way up it lies.
    """
    flat = _flattened(page)
    survey = page.survey if flat.look is page.pixels else Survey.of(flat.look)
    rotation, skew = 0, 0.0
    if survey.marks is not None:
        look = _closer(flat.look, survey, survey.marks)
        closer = survey if look is flat.look else Survey.of(look)
        rotation, skew = _attitude(look, closer, flat.dpi, orientation)
    width, height = (flat.width, flat.height) if rotation in {0, 180} else (flat.height, flat.width)
    upright = flat.to_flat.then(Projection.quarter_turns(rotation, flat.width, flat.height))
    crop = _kept(survey, rotation, skew, width, height)
    straight = upright.then(Projection.rotation(skew, width, height)) if skew else upright
    to_master = straight.then(Projection.translation(-crop.x, -crop.y))
    if skew or flat.photographed:
        pixels = _resampled(page.pixels, to_master, (crop.width, crop.height), survey.paper_colour)
    else:
        pixels = np.rot90(page.pixels, -(rotation // 90))[crop.y : crop.bottom, crop.x : crop.right]
    return MasterPage(
        number=page.number,
        pixels=np.ascontiguousarray(pixels, np.uint8),
        dpi=flat.dpi,
        rotation=rotation,
        skew_deg=skew,
        crop=crop,
        blank=survey.marks is None,
        photographed=flat.photographed,
        to_original=to_master.inverse(),
        empty=survey.marks is None and not survey.has_traces,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Flat:
    """A page seen from straight above.

    Attributes:
        to_flat: From the decoded page. width, height: In pixels of that view. dpi: Dots per inch.
        look: An image of it for measuring: of a scan the page itself, of a photograph a reduced copy.
        photographed: It was seen from aside.
    """

    to_flat: Projection
    width: int
    height: int
    dpi: int
    look: Pixels
    photographed: bool


def _flattened(page: PageImage) -> _Flat:
    """Return a page seen from straight above: a scan as it is, the sheet on a photograph with four right angles."""
    height, width = page.pixels.shape[:2]
    sheet = find_sheet(page.survey.pixels)
    if sheet is None:
        return _Flat(Projection.identity(), width, height, page.dpi, page.pixels, photographed=False)
    to_page = Projection.scaling(max(width, height) / max(page.survey.pixels.shape))
    quad = to_page.point(*sheet[0]), to_page.point(*sheet[1]), to_page.point(*sheet[2]), to_page.point(*sheet[3])
    top, right, bottom, left = (math.dist(a, b) for a, b in pairwise((*quad, quad[0])))
    across, down = (top + bottom) / 2, (left + right) / 2
    dpi, shape = page.dpi, max(across, down) / min(across, down)
    if abs(shape / _A_SERIES - 1) < _A_SERIES_WITHIN:
        stretch = math.sqrt(_A_SERIES / shape)
        across, down = (across * stretch, down / stretch) if across > down else (across / stretch, down * stretch)
        dpi = resolution(round(across), round(down), None)
    size = round(across), round(down)
    scale = min(1.0, _ORIENTING_SIDE / max(size))
    look = _resampled(
        reduced(page.pixels, round(max(width, height) * scale)),
        Projection.scaling(scale).inverse().then(Projection.of_quad(quad, *size)).then(Projection.scaling(scale)),
        (round(size[0] * scale), round(size[1] * scale)),
        _GROUND,
    )
    return _Flat(Projection.of_quad(quad, *size), *size, dpi, look, photographed=True)


def _resampled(pixels: Pixels, to: Projection, size: tuple[int, int], colour: tuple[int, int, int]) -> Pixels:
    """Return an image of ``size`` (width, height) seen through a map; ``colour`` stands where nothing was seen."""
    warp = cv2.warpAffine if to.is_affine else cv2.warpPerspective
    matrix = to.matrix[:2] if to.is_affine else to.matrix
    warped = warp(pixels, matrix, size, flags=_INTERPOLATION, borderMode=cv2.BORDER_CONSTANT, borderValue=colour)
    return np.asarray(warped, np.uint8)


def _closer(pixels: Pixels, survey: Survey, marks: Box) -> Pixels:
    """Return the part of a page that its marks take up, if they are small, else the page."""
    rows, columns = survey.ink.shape
    if max(marks.width, marks.height) > _SMALL_SHARE * max(rows, columns):
        return pixels
    scale = pixels.shape[0] / rows
    top, bottom = (round(y * scale) for y in (max(0, marks.y - _SMALL_MARGIN), marks.bottom + _SMALL_MARGIN))
    left, right = (round(x * scale) for x in (max(0, marks.x - _SMALL_MARGIN), marks.right + _SMALL_MARGIN))
    return pixels[top:bottom, left:right]


def _attitude(pixels: Pixels, survey: Survey, dpi: int, orientation: OrientationDetector) -> tuple[int, float]:
    """Return the clockwise quarter turns, and the clockwise turn after them, in degrees, that make a page upright.

    Args:
        pixels: The page, or the part of it that is looked at.
        survey: Of these pixels.
        dpi: Their resolution.
        orientation: Asked where lines do not tell.
    """
    letters = survey.letters.mask
    measured = {turn: measure_lines(_quarter_turned(letters, turn)) for turn in (0, 270)}
    possible = possible_rotations(measured[0], measured[270])
    rotation = possible[0] if len(possible) == 1 else _asked(pixels, dpi, orientation, possible)
    skew = (measured.get(rotation) or measure_lines(_quarter_turned(letters, rotation))).skew_deg
    return rotation, skew if abs(skew) >= MIN_SKEW_DEG else 0.0


def _asked(pixels: Pixels, dpi: int, orientation: OrientationDetector, possible: tuple[int, ...]) -> int:
    """Return the turn that a detector tells; 0, the way the page came, if that is possible and it is not sure."""
    image = reduced(pixels, _ORIENTING_SIDE)
    found = orientation(image, round(dpi * image.shape[0] / pixels.shape[0]), possible)
    agreed = len(possible) < len(QUARTER_TURNS) and found.degrees == possible[0]
    sure = found.confidence >= (AGREED_ORIENTATION_CONFIDENCE if agreed else MIN_ORIENTATION_CONFIDENCE)
    return found.degrees if sure or 0 not in possible else 0


def _quarter_turned(image: NDArray[np.uint8], rotation: int) -> NDArray[np.uint8]:
    """Return an image turned clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(image, -(rotation // 90)))


def _kept(survey: Survey, rotation: int, skew: float, width: int, height: int) -> Box:
    """Return what is kept of an upright page of ``width`` × ``height`` pixels, in its pixels once it stands straight.

    That is the paper, without the black behind it, and letters that straightening moves over its edge.
    """
    border = _quarter_turned(survey.border, rotation)
    rows, columns = border.shape
    turn = Projection.rotation(skew, columns, rows)
    paper = _paper(border, turn)
    if skew or paper != Box(0, 0, columns, rows):
        upright = Projection.quarter_turns(rotation, *reversed(survey.border.shape))
        paper = _around_letters(paper, survey.letters, upright.then(turn))
    left, top = round(paper.x * width / columns), round(paper.y * height / rows)
    right, bottom = round(paper.right * width / columns), round(paper.bottom * height / rows)
    if not skew:  # nothing was moved over the edge: beyond it there are no pixels
        left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
    return Box(left, top, right - left, bottom - top)


def _paper(border: Mask, turn: Projection) -> Box:
    """Return what is paper after a ``turn``, given where black shows before it."""
    rows, columns = border.shape
    whole = Box(0, 0, columns, rows)
    if not border.any():
        return whole
    turned = cv2.warpAffine(border, turn.matrix[:2], (columns, rows), borderMode=cv2.BORDER_REPLICATE)
    top, bottom = _border_lines(turned.mean(axis=1))
    left, right = _border_lines(turned.mean(axis=0))
    if top + bottom > _MAX_CROPPED * rows or left + right > _MAX_CROPPED * columns:
        return whole
    return Box(left, top, columns - left - right, rows - top - bottom)


def _around_letters(paper: Box, letters: Letters, turn: Projection) -> Box:
    """Return ``paper`` grown so that no edge of it cuts off several letters, which take a ``turn`` to get there."""
    if not len(letters.sizes):
        return paper
    where = cv2.perspectiveTransform(letters.middles[:, None], turn.matrix)[:, 0]
    reach = letters.sizes / 2 + _LETTER_MARGIN
    before = where - reach[:, None] < (paper.x, paper.y)
    after = where + reach[:, None] > (paper.right, paper.bottom)
    sides = (before[:, 0], before[:, 1], after[:, 0], after[:, 1])
    left, top, right, bottom = (side.sum() >= _CUT_LETTERS for side in sides)
    x = min(paper.x, math.floor((where[:, 0] - reach).min())) if left else paper.x
    y = min(paper.y, math.floor((where[:, 1] - reach).min())) if top else paper.y
    x1 = max(paper.right, math.ceil((where[:, 0] + reach).max())) if right else paper.right
    y1 = max(paper.bottom, math.ceil((where[:, 1] + reach).max())) if bottom else paper.bottom
    return Box(x, y, x1 - x, y1 - y)


def _border_lines(shares: NDArray[np.float64]) -> tuple[int, int]:
    """Return how many lines to cut off at the beginning and the end, given each line's share of border."""
    paper = np.flatnonzero(shares < _BORDER_LINE)
    if not len(paper):
        return len(shares), 0
    return int(paper[0]), len(shares) - 1 - int(paper[-1])
