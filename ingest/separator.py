"""The separator sheet: a page to print and lay between the papers of a dossier before they go through the feeder."""

import io

import cv2
from PIL import Image, ImageDraw, ImageFont

from ocr.qr import draw_code
from ocr.splitting import SEPARATOR
from signing.font import default_font

_DPI = 200
_MM = _DPI / 25.4
"""Pixels per millimetre."""
_A4 = 210, 297
_CODE = 60
"""Side of the code, millimetres: read even from a copy of a copy."""
_LINES = (
    (40, 11, "TỜ PHÂN CÁCH"),
    (56, 6, "Separator sheet"),
    (205, 5, "Đặt tờ này giữa hai giấy tờ trước khi quét cả hồ sơ vào một tệp."),
    (214, 5, "Giấy tờ tiếp theo bắt đầu ở trang sau; tờ này không thuộc giấy tờ nào."),
    (228, 4, "Lay this sheet between two papers before scanning a dossier into one file:"),
    (235, 4, "the next paper begins on the page after it, and the sheet belongs to none."),
)
"""Top and height of each line of text in millimetres, and what it says."""


def separator_sheet() -> bytes:
    """Return a PDF of two equal pages of A4, the front and the back of a separator sheet.

    Both sides bear the code, so that a scanner that reads both leaves no blank page behind.

    Raises:
        PartMissing: The typeface is not installed.
    """
    width, height = (round(side * _MM) for side in _A4)
    page = Image.new("L", (width, height), 255)
    side = round(_CODE * _MM)
    code = cv2.resize(draw_code(SEPARATOR), (side, side), interpolation=cv2.INTER_NEAREST)
    page.paste(Image.fromarray(code), ((width - side) // 2, (height - side) // 2))
    pen = ImageDraw.Draw(page)
    for top, size, text in _LINES:
        font = ImageFont.truetype(default_font(), round(size * _MM))
        pen.text((width / 2, top * _MM), text, fill=0, font=font, anchor="mt")
    out = io.BytesIO()
    page.save(out, "PDF", save_all=True, append_images=[page], resolution=float(_DPI), quality=90)
    return out.getvalue()
