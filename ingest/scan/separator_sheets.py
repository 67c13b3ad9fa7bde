"""Separator sheets: pages to print and lay between the papers of a dossier before they go through the feeder."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

import cv2
import pikepdf
from PIL import Image, ImageDraw, ImageFont

from dossier.identifiers import DossierNumber
from dossier.paper_types import PaperType, find_type
from ocr.qr import draw_code
from ocr.separators import Separator
from signing.font import default_font

MOST = 200
"""Sheets that are made at once."""
_DPI = 200
_MM = _DPI / 25.4
"""Pixels per millimetre."""
_A4 = 210, 297
_CODE = 90
"""Side of the code, millimetres: read even from a copy of a copy."""
_CODE_TOP, _TEXT_TOP, _MARGIN = 72, 172, 20
_HEAD = (
    (24, 13, "TỜ PHÂN CÁCH"),
    (42, 6, "Separator sheet"),
    (56, 8, "GIẤY TỜ MỚI BẮT ĐẦU Ở TRANG SAU"),
)
"""Top and height of each line of text in millimetres, and what it says."""
_FOOT = (
    (256, 5, "Đặt tờ này trước giấy tờ, quét cả hồ sơ vào một tệp; tờ này không thuộc giấy tờ nào."),
    (266, 4, "Lay this sheet before a paper and scan the dossier into one file:"),
    (272, 4, "the next paper begins on the page after it, and the sheet belongs to none."),
)


def sheets_for(
    types: Mapping[str, PaperType], dossier: str | None, components: Sequence[str], blank: int
) -> tuple[Separator, ...]:
    """Return the sheets somebody asks for: one for each component, else one for the dossier, and blank ones.

    Args:
        types: The catalogue.
        dossier: Number of the dossier that the papers belong to.
        components: Codes of paper types.
        blank: How many sheets besides say "new paper" alone.

    Raises:
        InvalidIdentifier: That is no dossier's number. UnknownPaperType: The catalogue has no such type.
    """
    number = DossierNumber.parse(dossier).canonical.value if dossier else None
    named = [Separator(number, find_type(types, component).code) for component in components]
    if number and not named:
        named = [Separator(number)]
    return (*named, *[Separator()] * blank)


def separator_pdf(sheets: Sequence[Separator], types: Mapping[str, PaperType]) -> bytes:
    """Return a PDF of A4 with two equal pages for each sheet, its front and its back.

    Both sides bear the code, so that a scanner that reads both leaves no blank page behind.

    Args:
        sheets: At least one.
        types: The catalogue, which has their components.

    Raises:
        PartMissing: The typeface is not installed.
    """
    out = io.BytesIO()
    with pikepdf.new() as pdf, ExitStack() as opened:
        drawn = {sheet: opened.enter_context(pikepdf.open(_drawn(sheet, types))) for sheet in dict.fromkeys(sheets)}
        for sheet in sheets:
            pdf.pages.extend([*drawn[sheet].pages, *drawn[sheet].pages])
        pdf.save(out)
    return out.getvalue()


def _drawn(sheet: Separator, types: Mapping[str, PaperType]) -> io.BytesIO:
    """Return a sheet's page as a PDF of its own."""
    out = io.BytesIO()
    _page(sheet, types).save(out, "PDF", resolution=float(_DPI))
    return out


def _page(sheet: Separator, types: Mapping[str, PaperType]) -> Image.Image:
    width, height = (round(side * _MM) for side in _A4)
    page = Image.new("1", (width, height), 1)
    side = round(_CODE * _MM)
    code = cv2.resize(draw_code(sheet.code), (side, side), interpolation=cv2.INTER_NEAREST)
    page.paste(Image.fromarray(code), ((width - side) // 2, round(_CODE_TOP * _MM)))
    pen = ImageDraw.Draw(page)
    for top, size, text in (*_HEAD, *_named(sheet, types), *_FOOT):
        pen.text((width / 2, top * _MM), text, fill=0, font=_font(size), anchor="mt")
    return page


def _named(sheet: Separator, types: Mapping[str, PaperType]) -> Iterator[tuple[float, float, str]]:
    """Yield what a sheet names, for people, line by line as ``_HEAD`` has them."""
    top = float(_TEXT_TOP)
    if sheet.dossier:
        yield top, 6, "Hồ sơ / Dossier"
        yield top + 9, 10, sheet.dossier
        top += 27
    if sheet.component:
        component = find_type(types, sheet.component)
        yield top, 6, "Giấy tờ / Component"
        for number, line in enumerate(_wrapped(component.name_vi, 9)):
            yield top + 9 + 12 * number, 9, line


def _wrapped(text: str, size: float) -> list[str]:
    """Return ``text`` in two lines at most, each no wider than the page is between its margins."""
    font, lines = _font(size), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= (_A4[0] - 2 * _MARGIN) * _MM:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1]} …"]  # noqa: PLR2004 - of two lines


def _font(millimetres: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(default_font(), round(millimetres * _MM))
