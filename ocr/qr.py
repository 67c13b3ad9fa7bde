"""QR codes: the only module that knows zxing-cpp, and the only one that knows what an identity card's code says."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from dossier.errors import InvalidValue
from dossier.papers import Box, Field, FieldSource
from dossier.values import parse_value

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_SCALES = (1.0, 2.0, 0.5, 3.0)
"""Small codes are found after enlarging (modules under 2 pixels), blurred and large ones after reducing."""
_SHARPENED_SCALES = (1.0, 0.5)
"""What lay above the glass, or was copied to black and white, is found when its edges are made harder."""
_SHARPENED_BY, _AROUND = 2.0, 2.0
"""How much of the difference to its surroundings is added to a pixel, and how far these reach, pixels."""

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
        found = zxingcpp.read_barcodes(np.ascontiguousarray(scaled), formats=_QR)
        if found:
            return tuple(Code(code.text, _box(code.position, scale), page) for code in found)
    return ()


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
