"""The quality gate: may a page be archived as it was scanned, or must the paper be put on the glass again, and why.

What a digitized paper must be is law: a colour image of at least 200 dots per inch at the paper's own size (decree
30/2020/NĐ-CP, annex I, part II, section I.2, letters b to d; circular 05/2025/TT-BNV: 24 bits of colour). The figures
are measured on the page, because tags can be wrong and enlarging an image adds no detail. What only reading well asks
for, sharpness say, has thresholds taken from measurements, see docs/operate.md.

A reason's weight says what follows: an error asks for another scan; a warning tells the operator what could be better;
information tells what was put right by itself.

======================= ======= =====================================================================================
code                    weight  when
======================= ======= =====================================================================================
scan-resolution-low     error   fewer than 200 dots per inch
scan-enlarged           error   an image of fewer than 200 dots per inch was enlarged by software
scan-blurred            error   edges are so soft that small print is lost; somewhat soft: warning
scan-black-and-white    error   one bit per pixel: the colour of seals and signatures is gone for good
scan-grey               warning shades of grey; nothing is lost if the paper itself has no colour, which a person sees
scan-faint              error   the print hardly differs from the paper
scan-overexposed        error   the same, and the paper is burnt out: light settings are too bright
scan-dark               error   the paper itself is dark: print and shadows cannot be told apart
scan-black              error   nothing but black: the lid was open, or the sheet missed the glass
scan-cut-off            error   lines of text run over an edge
scan-skewed             warning the page leaned by more than 5 degrees; it was straightened
scan-photographed       warning the page was photographed, not scanned, so 1:1 is not assured
scan-shadow             warning a deep shadow lies over print
page-blank              warning nothing is printed or written on the page
scan-turned             info    the page lay turned; it was turned upright
======================= ======= =====================================================================================
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np

from dossier.verdicts import Finding, Severity
from ingest.images import MasterPage, PageImage, Pixels
from ingest.ink import Mask, Survey, brightest_channel, darkest_channel
from ingest.lines import find_letters, measure_lines
from ingest.sharpness import edge_width, enlargement

MIN_DPI = 200
"""Decree 30/2020/NĐ-CP, annex I, part II, section I.2, letter c."""
MAX_SKEW_DEG = 5.0
"""Beyond this corners of the sheet are likely to lie outside the glass."""

_DPI_TOLERANCE = 0.98
"""Scanners round: 204 × 196 dots per inch of fax machines count as 200."""
_BLURRED_DPI, _SOFT_DPI = 125, 150
"""Effective dots per inch below which small print is lost, or suffers: 9 point print of 0.5 % CER has 1.0 % at 157,
1.4 % at 134 and 2.6 % at 111."""
_BLACK, _DARK = 60, 110
"""Brightness of the paper; brown recycled paper has 190."""
_FAINT = 0.3
"""Contrast below which letters break up; a worn ribbon on grey paper still gives 0.4."""
_MOSTLY_BURNT = 0.8
_DEEP_SHADOW = 0.45
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
"""Pixels of a page about ``ingest.ink.MEASURING_SIDE`` pixels high, in which some paper shows."""
_BORDER_REACH = 11
"""Pixels around the black behind a page, in which letters touch it."""
_LINES_OF_PRINT = 0.0005
"""Energy, see ``Lines``, of the faintest print; noise has a quarter of it."""
_LEAST_LETTER = 6
"""Pixels of its longer side; noise makes smaller patches."""
_CUT_LETTERS = 3
"""Letters touching an edge from which text is cut off; on whole pages hardly one does."""


class Advice(StrEnum):
    """What is to be done with a page."""

    ACCEPT = "accept"
    RESCAN = "rescan"


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


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a page is.

    Attributes:
        number: Of the page, from 1. measures: What was measured. reasons: What follows, the gravest first.
    """

    number: int
    measures: Measures
    reasons: tuple[Finding, ...]

    @property
    def advice(self) -> Advice:
        """Rescan if any reason is an error."""
        return Advice.RESCAN if any(r.severity is Severity.ERROR for r in self.reasons) else Advice.ACCEPT

    def of_signed_file(self) -> "Quality":
        """Return the same for a page of a signed file: an electronic document, which no scan can replace."""
        reasons = (replace(r, severity=Severity.WARNING) if r.severity is Severity.ERROR else r for r in self.reasons)
        return replace(self, reasons=tuple(reasons))


def assess(page: PageImage, master: MasterPage) -> Quality:
    """Measure a page and judge it.

    Args:
        page: As decoded.
        master: What ``clean`` made of it.
    """
    measures = _measure(page, master)
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    reasons = sorted(_judge(measures), key=lambda reason: order.index(reason.severity))
    return Quality(page.number, measures, tuple(reasons))


# --- judging -------------------------------------------------------------------------------------------------------


def _judge(measures: Measures) -> Iterator[Finding]:
    """Give the reasons; what follows from another is not said twice."""
    m = measures
    if m.paper < _BLACK and m.blank:
        yield _error(
            "scan-black",
            "Trang toàn màu đen. Đặt giấy đúng vào mặt kính, đậy nắp máy quét rồi quét lại.",
            "Nothing but black. Put the sheet on the glass, close the lid and scan again.",
        )
        return
    yield from _resolution(m)
    yield from _light(m)
    yield from _sheet(m)


def _resolution(m: Measures) -> Iterator[Finding]:
    if m.dpi < MIN_DPI * _DPI_TOLERANCE:
        yield _error(
            "scan-resolution-low",
            f"Độ phân giải chỉ có {m.dpi} dpi, quy định tối thiểu 200 dpi. Đặt máy quét ở 200 hoặc 300 dpi rồi"
            " quét lại.",
            f"Only {m.dpi} dpi; the law asks for at least 200. Set the scanner to 200 or 300 dpi and scan again.",
        )
    elif m.dpi / m.enlarged < MIN_DPI * _DPI_TOLERANCE:
        real = round(m.dpi / m.enlarged, -1)
        yield _error(
            "scan-enlarged",
            f"Ảnh đã bị phóng to bằng phần mềm, thực chất chỉ khoảng {real:.0f} dpi. Quét lại ở 200 hoặc 300 dpi thật"
            " (optical), tắt chức năng nội suy.",
            f"The image was enlarged by software from about {real:.0f} dpi. Scan at 200 or 300 dpi optical, without"
            " interpolation.",
        )
    elif m.effective_dpi < _BLURRED_DPI:
        yield _error(
            "scan-blurred",
            "Ảnh bị mờ, chữ nhỏ khó đọc. Lau mặt kính, ép phẳng giấy, giữ yên khi quét rồi quét lại.",
            "The image is blurred. Clean the glass, press the sheet flat, keep it still and scan again.",
        )
    elif m.effective_dpi < _SOFT_DPI:
        yield _warning(
            "scan-blurred",
            "Ảnh hơi mờ. Nên lau mặt kính và ép phẳng giấy ở lần quét sau.",
            "The image is somewhat soft. Clean the glass and press the sheet flat next time.",
        )
    if m.colour is Colour.BLACK_AND_WHITE and not m.blank:
        yield _error(
            "scan-black-and-white",
            "Bản quét đen trắng (1 bit), quy định phải là ảnh màu. Chọn chế độ màu (24 bit) trên máy quét rồi quét"
            " lại.",
            "Scanned in black and white; the law asks for colour. Choose colour (24 bits) and scan again.",
        )
    elif m.colour is Colour.GREY and not m.blank:
        yield _warning(
            "scan-grey",
            "Ảnh không có màu. Nếu giấy có dấu đỏ, chữ ký mực xanh hay nền màu thì phải quét lại ở chế độ màu.",
            "The image has no colour. If the paper has any, in a seal, say, scan it again in colour.",
        )


def _light(m: Measures) -> Iterator[Finding]:
    if m.paper < _DARK:
        yield _error(
            "scan-dark",
            "Ảnh quá tối. Tăng độ sáng của máy quét, đậy kín nắp rồi quét lại.",
            "The image is too dark. Raise the scanner's brightness, close the lid and scan again.",
        )
    elif m.contrast is not None and m.contrast < _FAINT and m.burnt > _MOSTLY_BURNT:
        yield _error(
            "scan-overexposed",
            "Ảnh bị cháy sáng, nét chữ mất gần hết. Giảm độ sáng của máy quét rồi quét lại.",
            "The image is overexposed and its strokes are nearly gone. Lower the brightness and scan again.",
        )
    elif m.contrast is not None and m.contrast < _FAINT:
        yield _error(
            "scan-faint",
            "Chữ quá nhạt so với nền giấy. Tăng độ đậm (tương phản) của máy quét rồi quét lại.",
            "The print hardly differs from the paper. Raise darkness or contrast and scan again.",
        )
    if m.shadow < _DEEP_SHADOW:
        yield _warning(
            "scan-shadow",
            "Có bóng đậm phủ lên chữ. Ép phẳng giấy, đậy kín nắp máy quét; nếu chụp ảnh thì tránh bóng tay.",
            "A deep shadow lies over print. Press the sheet flat and close the lid; keep hands out of the light.",
        )


def _sheet(m: Measures) -> Iterator[Finding]:
    if m.cut_off:
        names, english = ", ".join(side.text_vi for side in m.cut_off), ", ".join(m.cut_off)
        yield _error(
            "scan-cut-off",
            f"Chữ bị cắt ở mép {names}. Đặt lại giấy cho nằm trọn trong vùng quét, chọn đúng khổ giấy rồi quét lại.",
            f"Text is cut off at the {english} edge. Put the whole sheet within the scanned area and scan again.",
        )
    if abs(m.skew_deg) > MAX_SKEW_DEG:
        yield _warning(
            "scan-skewed",
            f"Giấy nằm lệch {abs(m.skew_deg):.0f}°; đã được xoay thẳng. Nên đặt giấy sát thước của máy quét.",
            f"The sheet lay {abs(m.skew_deg):.0f}° askew; it was straightened. Lay it along the scanner's ruler.",
        )
    if m.photographed:
        yield _warning(
            "scan-photographed",
            "Đây là ảnh chụp, không bảo đảm tỷ lệ 1:1 theo quy định. Nên quét bằng máy quét nếu có bản giấy.",
            "This is a photograph, so its scale is not assured to be 1:1. Scan the paper if it is at hand.",
        )
    if m.blank:
        yield _warning(
            "page-blank",
            "Trang trống. Nếu mặt giấy này có chữ, hãy lật lại giấy hoặc tăng độ đậm rồi quét lại.",
            "The page is blank. If the sheet is not, turn it over or raise the darkness, and scan again.",
        )
    if m.rotation:
        yield Finding(
            "scan-turned",
            Severity.INFO,
            f"Trang nằm xoay {360 - m.rotation}°; đã được xoay đúng chiều.",
            f"The page lay turned by {360 - m.rotation}°; it was turned upright.",
        )


def _error(code: str, text: str, text_en: str) -> Finding:
    return Finding(code, Severity.ERROR, text, text_en)


def _warning(code: str, text: str, text_en: str) -> Finding:
    return Finding(code, Severity.WARNING, text, text_en)


# --- measuring -----------------------------------------------------------------------------------------------------


def _measure(page: PageImage, master: MasterPage) -> Measures:
    # What lies around the sheet on a photograph is no part of the page.
    seen = master.pixels if master.photographed else page.pixels
    survey = Survey.of(seen)
    letters = find_letters(survey.print)
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
        cut_off=() if blank or master.photographed else _cut_off(survey, letters, master.rotation),
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


def _cut_off(survey: Survey, letters: Mask, rotation: int) -> tuple[Side, ...]:
    """Return the edges of the page over which text runs: letters touch the image's edge, or the black behind it."""
    rows, columns = letters.shape
    outside = np.zeros_like(letters)
    outside[[0, -1]] = 1
    outside[:, [0, -1]] = 1
    if survey.border.any():
        outside[cv2.dilate(survey.border, np.ones((_BORDER_REACH, _BORDER_REACH), np.uint8)) > 0] = 1
    count, labels, facts, middles = cv2.connectedComponentsWithStats(letters, connectivity=8)
    touching = np.zeros(count, bool)
    touching[np.unique(labels[(outside > 0) & (letters > 0)])] = True
    touching &= facts[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= _LEAST_LETTER
    touching[0] = False
    x, y = middles[touching, 0] / columns, middles[touching, 1] / rows
    nearest = np.argmin([y, 1 - x, 1 - y, x], axis=0)
    as_it_lies = (Side.TOP, Side.RIGHT, Side.BOTTOM, Side.LEFT)
    upright = as_it_lies[rotation // 90 :] + as_it_lies[: rotation // 90]
    found = [upright[i] for i in range(4) if (nearest == i).sum() >= _CUT_LETTERS]
    return tuple(side for side in Side if side in found)
