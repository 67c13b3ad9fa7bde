"""Identity codes at the size they are asked to be read at: 2 cm wide, scanned at 200 dpi, up to 5 degrees askew."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from ocr.qr import find_codes
from tests.generator.benchfaults import scanner_with
from tests.generator.chance import seeded
from tests.generator.faults import scan
from tests.generator.papers.identity_card import IdentityCard, draw_code
from tests.generator.typesetting import Sheet

_SIDE: Final = 20.0
_DPI: Final = 200
_SKEW: Final = 5.0


def share_read(count: int) -> float:
    """Return the share of ``count`` codes of invented cards that are read, each scanned by an office scanner."""
    return sum(_is_read(number) for number in range(count)) / count


def _is_read(number: int) -> bool:
    rng = seeded("codes", number)
    payload = IdentityCard.invent(rng, "test").payload
    sheet = Sheet(_DPI)
    draw_code(sheet, payload, rng.uniform(20, 160), rng.uniform(20, 240), side=_SIDE)
    scanner = replace(scanner_with([], rng, dpi=_DPI), skew_deg=rng.uniform(-_SKEW, _SKEW))
    image = scan(sheet.page(1), scanner, rng).image
    colour = image if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    found = find_codes(np.ascontiguousarray(colour[..., ::-1]), 1)
    return any(code.text == payload for code in found)
