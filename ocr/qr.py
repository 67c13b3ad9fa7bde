"""QR codes: the only module that knows zxing-cpp, and the only one that knows what an identity card's code says."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from dossier.errors import InvalidValue
from dossier.papers import Box, Field, FieldSource
from dossier.values import parse_value
from ocr.code_grids import redrawn

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_SCALES = (1.0, 2.0, 0.5, 3.0)
"""Small codes are found after enlarging (modules under 2 pixels), blurred and large ones after reducing."""
_SHARPENED_SCALES = (1.0, 0.5)
"""What lay above the glass, or was copied to black and white, is found when its edges are made harder."""
_SHARPENED_BY, _AROUND = 2.0, 2.0
"""How much of the difference to its surroundings is added to a pixel, and how far these reach, pixels."""

_SPREADS, _NOISE = (2.0, 2.5, 1.5, 3.0), 0.003
"""Blurs that are undone, standard deviations in pixels, the likeliest first; power of the noise by that of the code."""
_COARSE = 36
"""Dots per inch at which a code is grey all over."""
_AS_GREY, _GROUND = 0.85, 41
"""Share of the paper's lightness that a code has at most; the paper is the lightest of so many pixels, 3 cm."""
_CODE_SIDES, _SQUARE, _FILLED = (13, 45), 1.4, 0.6
"""A code's side, coarse pixels; how much longer one may be than the other; share of its square that is grey."""
_RIM, _MOST_SQUARES = 0.15, 6
"""What is looked at around a square, in its sides; so many squares are looked at."""

_LARGEST_SIDE = 8000
"""Pixels; beyond it enlarging costs seconds and finds nothing."""

_FIELDS = 7
"""Parts of the payload on cards of 2021; those of 2024 add parts at the end."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code on a page.

    Attributes:
        text: What it says. box: In master pixels. page: From 1.
    """

    text: str
    box: Box
    page: int


def find_codes(image: NDArray[np.uint8], page: int) -> tuple[Code, ...]:
    """Return the QR codes of a page.

    Args:
        image: Height x width x 3 (blue, green, red) or height x width.
        page: Its number, from 1.
    """
    colour = image.ndim == 3  # noqa: PLR2004 - a third axis: channels
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if colour else image, np.uint8)
    return _codes_at(grey, _SCALES, page) or _codes_at(_sharpened(grey), _SHARPENED_SCALES, page)


def _codes_at(grey: NDArray[np.uint8], scales: Sequence[float], page: int) -> tuple[Code, ...]:
    """Return the codes found at the first of the scales at which there are any."""
    for scale in scales:
        if (scale > 1 and max(grey.shape) * scale > _LARGEST_SIDE) or min(grey.shape) * scale < 1:
            continue
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        scaled = grey if scale == 1 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=method)
        if found := _read(np.asarray(scaled, np.uint8), scale, page):
            return found
    return ()


def _read(picture: NDArray[np.uint8], scale: float, page: int) -> tuple[Code, ...]:
    """Return the codes that are read on a picture so many times as large as the page; one that says nothing is none."""
    found = zxingcpp.read_barcodes(np.ascontiguousarray(picture), formats=_QR)
    return tuple(Code(code.text, _box(code.position, scale), page) for code in found if code.text)


def find_worn_codes(image: NDArray[np.uint8], page: int, dpi: int) -> tuple[Code, ...]:
    """Return the codes as large as those of cards that :func:`find_codes` cannot read: copied too thick, or blurred.

    Where a code seems to be is known by its grey; only there is it looked for, since that takes long.

    Args:
        image: Height x width x 3 (blue, green, red) or height x width.
        page: Its number, from 1.
        dpi: Its resolution.
    """
    colour = image.ndim == 3  # noqa: PLR2004 - a third axis: channels
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if colour else image, np.uint8)
    for place in _grey_squares(grey, dpi):
        part = grey[place.y : place.bottom, place.x : place.right]
        if found := _worn_codes(part, page):
            moved = (replace(code.box, x=code.box.x + place.x, y=code.box.y + place.y) for code in found)
            return tuple(replace(code, box=box) for code, box in zip(found, moved, strict=True))
    return ()


def _worn_codes(part: NDArray[np.uint8], page: int) -> tuple[Code, ...]:
    """Return the codes on a part of a page, what is quickly tried first."""
    for picture in redrawn(part):
        if found := _read(picture, 1, page):
            whole = Box(0, 0, part.shape[1], part.shape[0])
            return tuple(replace(code, box=whole) for code in found)
    for spread in _SPREADS:
        if found := _codes_at(_unblurred(part, spread), (2.0, 1.0), page):
            return found
    return ()


def _grey_squares(grey: NDArray[np.uint8], dpi: int) -> list[Box]:
    """Return where a page is as grey as a code, all over a square of its size, and what is around; largest first."""
    height, width = (max(1, round(side * _COARSE / dpi)) for side in grey.shape)
    small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    around = np.ones((_GROUND, _GROUND), np.uint8)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, around, borderType=cv2.BORDER_REPLICATE)
    dark = (small < _AS_GREY * paper.astype(np.float32)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    squares = []
    for x, y, wide, high, area in np.asarray(stats)[1:].tolist():
        is_square = max(wide, high) <= _SQUARE * min(wide, high) and area >= _FILLED * wide * high
        if is_square and _CODE_SIDES[0] <= max(wide, high) <= _CODE_SIDES[1]:
            squares.append((area, Box(x, y, wide, high)))
    found = []
    for _, box in sorted(squares, key=lambda square: -square[0])[:_MOST_SQUARES]:
        rim = max(box.width, box.height) * _RIM
        left, top = (max(0, round((edge - rim) * dpi / _COARSE)) for edge in (box.x, box.y))
        right, bottom = (round((edge + rim) * dpi / _COARSE) for edge in (box.right, box.bottom))
        found.append(Box(left, top, min(right, grey.shape[1]) - left, min(bottom, grey.shape[0]) - top))
    return found


def _unblurred(grey: NDArray[np.uint8], spread: float) -> NDArray[np.uint8]:
    """Return a part of a page without a blur of so many pixels (Wiener's filter)."""
    height, width = grey.shape
    size = cv2.getOptimalDFTSize(height), cv2.getOptimalDFTSize(width)
    whole = cv2.copyMakeBorder(grey, 0, size[0] - height, 0, size[1] - width, cv2.BORDER_REFLECT)
    down, across = np.fft.fftfreq(size[0])[:, None], np.fft.rfftfreq(size[1])[None]
    kept = np.exp(-2 * (np.pi * spread) ** 2 * (down**2 + across**2))
    sharp = np.fft.irfft2(np.fft.rfft2(whole) * kept / (kept**2 + _NOISE), s=size)
    return np.clip(sharp[:height, :width], 0, 255).astype(np.uint8)


def draw_code(text: str) -> NDArray[np.uint8]:
    """Return a QR code that says ``text`` with the most correction there is: grey, four pixels a module, quiet zone."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="H")
    return np.asarray(zxingcpp.write_barcode_to_image(code, scale=4, add_quiet_zones=True), np.uint8)


def _sharpened(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    blurred = cv2.GaussianBlur(grey, (0, 0), _AROUND)
    return np.asarray(cv2.addWeighted(grey, 1 + _SHARPENED_BY, blurred, -_SHARPENED_BY, 0), np.uint8)


def _box(position: zxingcpp.Position, scale: float) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    xs = [round(max(0, p.x) / scale) for p in corners]
    ys = [round(max(0, p.y) / scale) for p in corners]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


@dataclass(frozen=True, slots=True)
class IdentityQr:
    """What the code of an identity card says.

    Attributes:
        citizen_number: 12 digits. old_identity_number: 9 digits, rarely 12, or ``None``. full_name: As written.
        birth_date, issued_on: Days. sex: ``male`` or ``female``. residence: As written.
    """

    citizen_number: str
    old_identity_number: str | None
    full_name: str
    birth_date: dt.date
    sex: str
    residence: str
    issued_on: dt.date

    def as_values(self) -> dict[str, str]:
        """Return the canonical texts by field key, absent ones left out."""
        values = {
            "citizen_number": self.citizen_number,
            "old_identity_number": self.old_identity_number,
            "full_name": self.full_name,
            "birth_date": self.birth_date.isoformat(),
            "sex": self.sex,
            "residence": self.residence,
            "issued_on": self.issued_on.isoformat(),
        }
        return {key: value for key, value in values.items() if value}


def parse_identity_qr(payload: str) -> IdentityQr:
    """Return what an identity card's code says.

    The parts are ``number|old number, may be empty|name|ddMMyyyy|Nam or Nữ|residence|ddMMyyyy of issue``; parts that
    later cards add after these are not read.

    Raises:
        InvalidValue: The payload is not an identity card's.
    """
    parts = [part.strip() for part in payload.strip().split("|")]
    if len(parts) < _FIELDS:
        raise InvalidValue(
            key="qr",
            reason="an identity code has at least seven parts",
            reason_vi="mã QR của thẻ căn cước có ít nhất bảy phần",
        )
    number, old_number, name, birth, sex, residence, issued = parts[:_FIELDS]
    return IdentityQr(
        citizen_number=parse_value("citizen_number", number, key="citizen_number"),
        old_identity_number=parse_value("owner_number", old_number, key="old_identity_number") if old_number else None,
        full_name=parse_value("person_name", name, key="full_name"),
        birth_date=_compact_date(birth, "birth_date"),
        sex=parse_value("sex", sex, key="sex"),
        residence=parse_value("place", residence, key="residence"),
        issued_on=_compact_date(issued, "issued_on"),
    )


def _compact_date(text: str, key: str) -> dt.date:
    match = re.fullmatch(r"(\d{2})(\d{2})(\d{4})", text)
    spelled = "/".join(match.groups()) if match else ""
    return dt.date.fromisoformat(parse_value("date", spelled, key=key))


def identity_fields(code: Code) -> tuple[Field, ...]:
    """Return the fields of an identity card's code, confidence 1.

    Raises:
        InvalidValue: It is no identity card's code.
    """
    values = parse_identity_qr(code.text).as_values()
    parts = code.text.strip().split("|")
    raws = dict(zip(IdentityQr.__dataclass_fields__, parts, strict=False))
    return tuple(
        Field(key, value, raws[key].strip(), code.page, code.box, 1.0, FieldSource.QR) for key, value in values.items()
    )
