"""What is measured on a page to judge its scan: resolution, colour, light, shadows, edges that cut text off."""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from ingest.scan.images import MasterPage, PageImage
from ingest.scan.ink import Survey
from ingest.scan.lines import measure_lines
from ingest.scan.pixels import Mask, Pixels, brightest_channel, darkest_channel
from ingest.scan.sharpness import edge_width, enlargement

_SHARP_EDGE_PX = 2.2
"""Width of edges that a good scanner gives; softer ones show as much as a sharp scan of fewer dots."""
_BURNT = 253
"""Darkest channel from which a pixel counts as burnt out."""
_SAMPLED = 3
"""Every third pixel, across and down, is asked for its colour."""
_NEARLY_WHITE, _NEARLY_BLACK = 215, 40
_HALFTONES = 0.12
"""Share of halftones in what is not white, below which an image has one bit per pixel, whatever its file says."""
_COLOURED = 24
"""Levels between the channels of a pixel, above the fringes of JPEG."""
_TINTED = 1.0
"""Mean levels between the channels of what is not burnt out: paper is never quite grey to a scanner in colour mode."""
_COLOURED_SHARE = 0.0003
_ALL_BLACK = 0.95
"""Share of a page that looks like the black behind one, from which no paper shows."""
_DARK_PART = 25
"""Percentile of the brightness of the letters' pixels."""
_LEAST_LETTER_PIXELS = 200
_WINDOW = 31
"""Pixels of a page about ``ingest.scan.ink.MEASURING_SIDE`` pixels high, in which some paper shows."""
_BORDER_REACH = 11
"""Pixels around the black behind a page, in which letters touch it."""
_LINES_OF_PRINT = 0.0005
"""Energy, see ``Lines``, of the faintest print; noise has a quarter of it."""
_LEAST_LETTER = 6
"""Pixels of its longer side; noise makes smaller patches."""
_CUT_LETTERS = 3
"""Letters touching an edge from which text is cut off; on whole pages hardly one does."""


class Colour(StrEnum):
    """What a page's pixels can hold."""

    COLOUR = "colour"
    GREY = "grey"
    BLACK_AND_WHITE = "black-and-white"


class Side(StrEnum):
    """An edge of the page as its reader holds it."""

    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"
    LEFT = "left"

    @property
    def text_vi(self) -> str:
        """The edge's Vietnamese name."""
        return {"top": "trên", "right": "phải", "bottom": "dưới", "left": "trái"}[self.value]


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured on a page.

    Attributes:
        dpi: Dots per inch, as the file states or its size suggests.
        width_mm, height_mm: Of the paper at that resolution, upright, without scanner border.
        colour: What its pixels hold.
        effective_dpi: Dots per inch of a sharp scan that would show as much; at most ``dpi``.
        enlarged: By how much software enlarged the image before it came; 1 if it did not.
        edge_px: Pixels over which sharp edges of print go from dark to light; ``None`` where there are too few.
        contrast: Darkness of the print against the paper around, 0 to 1; ``None`` without print.
        paper: Brightness of the paper, 0 to 255. burnt: Share of the page at the very top of the scale, 0 to 1.
        shadow: Brightness of the paper around the darkest lying print against the brightest, 0 to 1.
        cut_off: Edges that text runs over.
        skew_deg, rotation: See ``MasterPage``. photographed: See ``MasterPage``.
        blank: There is no print; print too faint to be kept apart from what shines through counts.
    """

    dpi: int
    width_mm: float
    height_mm: float
    colour: Colour
    effective_dpi: int
    enlarged: float
    edge_px: float | None
    contrast: float | None
    paper: int
    burnt: float
    shadow: float
    cut_off: tuple[Side, ...]
    skew_deg: float
    rotation: int
    photographed: bool
    blank: bool


def measure(page: PageImage, master: MasterPage) -> Measures:
    """Measure a page.

    Args:
        page: As decoded.
        master: What ``clean`` made of it.
    """
    # What lies around the sheet on a photograph is no part of the page.
    seen = master.pixels if master.photographed else page.pixels
    survey = Survey.of(seen) if master.photographed else page.survey
    letters = survey.letters.mask
    blank = master.blank and measure_lines(letters).energy < _LINES_OF_PRINT
    colour = _colour(page.pixels)
    edge = None if colour is Colour.BLACK_AND_WHITE else edge_width(seen, survey, master.dpi)
    enlarged = enlargement(page.pixels, edge) if edge else 1.0
    height, width = master.pixels.shape[:2]
    return Measures(
        dpi=master.dpi,
        width_mm=round(width / master.dpi * 25.4, 1),
        height_mm=round(height / master.dpi * 25.4, 1),
        colour=colour,
        effective_dpi=round(master.dpi / max(1.0, enlarged, (edge or 1.0) / _SHARP_EDGE_PX)),
        enlarged=round(enlarged, 2),
        edge_px=round(edge, 2) if edge else None,
        contrast=None if blank else _contrast(survey, letters),
        paper=_paper(survey),
        burnt=round(float((darkest_channel(survey.pixels) >= _BURNT).mean()), 3),
        shadow=_shadow(survey, letters),
        cut_off=() if blank or master.photographed else _cut_off(survey, master.rotation),
        skew_deg=round(master.skew_deg, 2),
        rotation=master.rotation,
        photographed=master.photographed,
        blank=blank,
    )


def _colour(pixels: Pixels) -> Colour:
    """Return what a page holds; a stamp that a program drew on a black and white scan does not make it another."""
    sample = np.ascontiguousarray(pixels[::_SAMPLED, ::_SAMPLED])
    darkest, brightest = darkest_channel(sample), brightest_channel(sample)
    inked = darkest < _NEARLY_WHITE
    between = inked & (brightest > _NEARLY_BLACK)
    if between.sum() < _HALFTONES * inked.sum():
        return Colour.BLACK_AND_WHITE
    spread = brightest - darkest
    unburnt = spread[darkest < _BURNT]
    tinted = len(unburnt) and float(unburnt.mean()) > _TINTED
    return Colour.COLOUR if tinted or (spread > _COLOURED).mean() > _COLOURED_SHARE else Colour.GREY


def _paper(survey: Survey) -> int:
    """Return how bright the paper is; of a page that is black all over, how bright that is."""
    if survey.border.mean() < _ALL_BLACK:
        return max(survey.paper_colour)
    return round(float(np.percentile(brightest_channel(survey.pixels), 90)))


def _contrast(survey: Survey, letters: Mask) -> float | None:
    """Return the darkness of the print: of its darkest quarter, for the edges of letters are lighter than their ink."""
    inked = survey.brightness[letters > 0]
    return round(1 - float(np.percentile(inked, _DARK_PART)) / 255, 3) if len(inked) >= _LEAST_LETTER_PIXELS else None


def _shadow(survey: Survey, letters: Mask) -> float:
    """Return how bright the paper is around the worst lit twentieth of the print, against the best lit."""
    around = cv2.dilate(darkest_channel(survey.pixels), np.ones((_WINDOW, _WINDOW), np.uint8))[letters > 0]
    if len(around) < _LEAST_LETTER_PIXELS:
        return 1.0
    worst, best = np.percentile(around, [5, 95])
    return round(float(worst / max(best, 1.0)), 3)


def _cut_off(survey: Survey, rotation: int) -> tuple[Side, ...]:
    """Return the edges of the page over which text runs: letters touch the image's edge, or the black behind it."""
    letters = survey.letters
    rows, columns = letters.labels.shape
    outside = np.zeros(letters.labels.shape, np.uint8)
    outside[[0, -1]] = 1
    outside[:, [0, -1]] = 1
    if survey.border.any():
        outside[cv2.dilate(survey.border, np.ones((_BORDER_REACH, _BORDER_REACH), np.uint8)) > 0] = 1
    touching = np.isin(np.arange(1, len(letters.sizes) + 1), letters.labels[outside > 0])
    touching &= letters.sizes >= _LEAST_LETTER
    x, y = letters.middles[touching, 0] / columns, letters.middles[touching, 1] / rows
    nearest = np.argmin([y, 1 - x, 1 - y, x], axis=0)
    as_it_lies = (Side.TOP, Side.RIGHT, Side.BOTTOM, Side.LEFT)
    upright = as_it_lies[rotation // 90 :] + as_it_lies[: rotation // 90]
    found = [upright[i] for i in range(4) if (nearest == i).sum() >= _CUT_LETTERS]
    return tuple(side for side in Side if side in found)
