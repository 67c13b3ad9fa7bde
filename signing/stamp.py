# mypy: allow-untyped-calls
# pyHanko's PDF objects have untyped constructors
"""The visible stamp of a certified copy: zone 14, top right of page 1 (decree 30/2020/NĐ-CP, Annex I, part II.I.3).

It says the form of the copy, the agency's name and the time of signing, in upright black Times, without a picture;
words and size are those in force at the moment of signing (`signing.stamp_rules`). It is text on nothing: no ground is
painted under it, so the page shows through; and it belongs where the scan has no ink, which `find_free_area` looks for.

Areas are in points (1/72 inch) on the page as displayed, from its top left corner.
"""

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStamp, BaseStampStyle

from dossier.errors import InvalidValue
from dossier.text import nfc
from signing.font import StampFont, stamp_font
from signing.stamp_rules import CopyForm, TimeFormat, rules_at

POINTS_PER_MM = 72 / 25.4
TOP_MARGIN_MM = 20.0
"""A stamp ends above this line (decree 30/2020, Annex I, part I: the top margin measures 20 to 25 mm)."""

_ZONE_LEFT, _ZONE_TOP, _ZONE_RIGHT = 0.62, 0.005, 0.98
_LEADING = 1.1
"""From line to line, in em."""
_ASCENT = 0.96
"""From the top of a line to its baseline, in em: so high reaches a capital with two marks."""
_DESCENT = 0.24
_STEP_MM = 0.5
_CLEARANCE_MM = 0.5
_INK_CONTRAST = 40
"""Grey levels below the paper's own that count as ink: faint enough for a photocopied line, above scanner noise."""
_TIME_CHARACTERS = frozenset("0123456789:.+-T ;")
_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on the page as displayed, in points from its top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the stamp says and where.

    Attributes:
        agency: Name of the agency that makes the copy. copy_form: Form of the copy.
        time_format: How the time is written; as the rules say if ``None``.
        area: Where the stamp's text may stand; the default place in zone 14 if ``None``. Its height is not used up.
        font: An OpenType font with CFF outlines; TeX Gyre Termes if ``None``.
    """

    agency: str
    copy_form: CopyForm = CopyForm.CERTIFIED
    time_format: TimeFormat | None = None
    area: Area | None = None
    font: Path | None = None

    def text(self, signing_time: dt.datetime) -> str:
        """Return the stamp's words in one line, e.g. ``Sao y; Sở Tư pháp; 2026-11-22T09:15:04+07:00``."""
        rules = rules_at(signing_time)
        moment = rules.time_text(signing_time, self.time_format)
        # No-break spaces keep the time in one piece when the line is broken.
        return f"{rules.copy_forms[self.copy_form]}; {' '.join(nfc(self.agency).split())}; {moment.replace(' ', _NBSP)}"

    def fitted(self, signing_time: dt.datetime, page_width: float, page_height: float) -> "FittedStamp":
        """Return the stamp set in lines and placed on a page of this size, in points as displayed.

        Raises:
            InvalidValue: The agency's name is too long for the top margin, or has a letter the font lacks.
        """
        text, size = self.text(signing_time), rules_at(signing_time).font_size
        font = stamp_font(frozenset(text) - {_NBSP} | _TIME_CHARACTERS, self.font)
        area = self.area or stamp_area(page_width, page_height)
        lines = _wrap(text, font, size, area.width)
        width = max(font.width(line, size) for line in lines)
        height = (_ASCENT + (len(lines) - 1) * _LEADING + _DESCENT) * size
        if width > area.width or area.y + height > TOP_MARGIN_MM * POINTS_PER_MM:
            raise InvalidValue(key="stamp", reason="the agency's name does not fit into the top margin of the page")
        right = area.x + area.width
        return FittedStamp(tuple(lines), Area(right - width, area.y, width, height), font, size)

    def size(self, signing_time: dt.datetime, page_width: float, page_height: float) -> tuple[float, float]:
        """Return width and height, in points, that the stamp takes at its default place."""
        area = self.fitted(signing_time, page_width, page_height).area
        return area.width, area.height


@dataclass(frozen=True, slots=True)
class FittedStamp:
    """A stamp in lines, with the exact rectangle they fill and the size of its letters in points."""

    lines: tuple[str, ...]
    area: Area
    font: StampFont
    font_size: float


@dataclass(frozen=True, slots=True)
class PageBox:
    """The visible rectangle of a page in its own coordinates, in points, and its clockwise rotation in degrees."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as displayed."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.rotation % 180 else (width, height)

    def to_page(self, area: Area) -> tuple[float, float, float, float]:
        """Return ``area`` as the rectangle (left, bottom, right, top) in the page's own coordinates."""
        corners = [self._point(area.x, area.y), self._point(area.x + area.width, area.y + area.height)]
        (x0, y0), (x1, y1) = corners
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        match self.rotation % 360:
            case 90:
                return self.left + y, self.bottom + x
            case 180:
                return self.right - x, self.bottom + y
            case 270:
                return self.right - y, self.top - x
            case _:
                return self.left + x, self.top - y


def stamp_area(page_width: float, page_height: float) -> Area:
    """Return zone 14 of a page of this size, in points as displayed: top right, inside the top margin of 20 mm."""
    top = _ZONE_TOP * page_height
    return Area(
        x=_ZONE_LEFT * page_width,
        y=top,
        width=(_ZONE_RIGHT - _ZONE_LEFT) * page_width,
        height=TOP_MARGIN_MM * POINTS_PER_MM - top,
    )


def find_free_area(
    strip: NDArray[np.uint8], page_width: float, page_height: float, size: tuple[float, float]
) -> Area | None:
    """Return the place nearest to zone 14 where a stamp covers no ink, or ``None`` if the top margin has none.

    Args:
        strip: The page's top as displayed, grey, over its full width; its rows below the top margin are not looked at.
        page_width: Of the page as displayed, in points.
        page_height: Of the page as displayed, in points.
        size: Width and height of the stamp, in points (`Stamp.size`).
    """
    scale = strip.shape[1] / page_width
    margin = round(TOP_MARGIN_MM * POINTS_PER_MM * scale)
    grey = strip[:margin]
    ink = grey.astype(np.int16) < int(np.median(grey)) - _INK_CONTRAST
    sums = np.pad(np.cumsum(np.cumsum(ink, axis=0, dtype=np.int64), axis=1), ((1, 0), (1, 0)))
    clearance = math.ceil(_CLEARANCE_MM * POINTS_PER_MM * scale)
    width, height = (math.ceil(side * scale) + 2 * clearance for side in size)
    if grey.shape[0] < height or grey.shape[1] < width:
        return None
    step = max(1, round(_STEP_MM * POINTS_PER_MM * scale))
    ys = np.arange(0, grey.shape[0] - height + 1, step)
    xs = np.arange(0, grey.shape[1] - width + 1, step)
    y, x = np.meshgrid(ys, xs, indexing="ij")
    free = sums[y + height, x + width] - sums[y, x + width] - sums[y + height, x] + sums[y, x] == 0
    if not free.any():
        return None
    home_x = _ZONE_RIGHT * page_width * scale - width + clearance
    home_y = _ZONE_TOP * page_height * scale - clearance
    distance = np.where(free, np.hypot(x - home_x, y - home_y), np.inf)
    best = np.unravel_index(int(distance.argmin()), distance.shape)
    return Area((int(x[best]) + clearance) / scale, (int(y[best]) + clearance) / scale, *size)


def page_box(page: generic.DictionaryObject) -> PageBox:
    """Return what is displayed of ``page``: its crop box, else its media box, and its rotation; both may be inherited.

    Raises:
        InvalidValue: The page has no usable box.
    """
    box = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox")
    rotation = _inherited(page, "/Rotate") or generic.NumberObject(0)
    try:
        x0, y0, x1, y1 = (float(v) for v in box)  # type: ignore[union-attr]  # caught below
        turned = int(rotation) % 360  # type: ignore[call-overload]  # caught below
    except (TypeError, ValueError) as error:
        raise InvalidValue(key="page", reason="the first page has no usable box") from error
    return PageBox(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), turned)


def _inherited(page: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
    node: generic.PdfObject | None = page
    for _ in range(64):
        if not isinstance(node, generic.DictionaryObject):
            return None
        if key in node:
            value: generic.PdfObject = node[key]
            return value
        node = node.get("/Parent")
    return None


def _wrap(text: str, font: StampFont, size: float, width: float) -> list[str]:
    """Return ``text`` in lines at most ``width`` points wide, as long as no single word is wider."""
    lines: list[str] = []
    for word in text.split(" "):
        plain = word.replace(_NBSP, " ")
        if lines and font.width(f"{lines[-1]} {plain}", size) <= width:
            lines[-1] += f" {plain}"
        else:
            lines.append(plain)
    return lines


@dataclass(frozen=True)
class StampStyle(BaseStampStyle):
    """Draws a fitted stamp as the appearance of a signature, upright on a page with this rotation."""

    stamp: FittedStamp | None = None
    rotation: int = 0

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, str]) -> BaseStamp:
        """Return the appearance for ``writer``; ``text_params`` are not used, the text is set already."""
        del text_params
        return _StampAppearance(writer, self, box)


class _StampAppearance(BaseStamp):
    """The form XObject of a stamp."""

    def register(self) -> generic.IndirectObject:
        """Add the appearance to the writer and return its reference."""
        style: StampStyle = self.style
        stamp = style.stamp
        if stamp is None:
            raise InvalidValue(key="stamp", reason="an appearance without a stamp")
        writer = self.writer
        assert writer is not None  # noqa: S101 - set by the constructor; typed optional for other kinds of content
        size = stamp.font_size
        first = stamp.area.height - _ASCENT * size
        shown = b" T* ".join(stamp.font.encode(line) + b" Tj" for line in stamp.lines)
        content = b"BT /F %g Tf %g TL 0 g 0 %g Td %s ET" % (size, _LEADING * size, first, shown)
        turn = math.radians(style.rotation)
        cos, sin = round(math.cos(turn)), round(math.sin(turn))
        entries = {
            "/Type": pdf_name("/XObject"),
            "/Subtype": pdf_name("/Form"),
            "/BBox": _floats(0, 0, stamp.area.width, stamp.area.height),
            "/Matrix": _floats(cos, sin, -sin, cos, 0, 0),
            "/Resources": generic.DictionaryObject(
                {pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F"): stamp.font.embed(writer)})}
            ),
        }
        form = generic.StreamObject({pdf_name(k): v for k, v in entries.items()}, stream_data=content)
        return writer.add_object(form)


def _floats(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(round(v, 3)) for v in values)
