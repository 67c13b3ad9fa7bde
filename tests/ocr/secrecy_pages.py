"""Pages with a mark stamped or printed on them, and pages that only speak of secrecy."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.generator.chance import seeded
from tests.generator.faults import Scanner, scan
from tests.generator.fonts import Family, load
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.truth import Page

MM = 25.4
RED, BLUE, BLACK = (200, 30, 40), (40, 50, 150), (20, 20, 20)
WIDTHS_MM = {"MẬT": 20, "TỐI MẬT": 30, "TUYỆT MẬT": 40}


@dataclass(frozen=True)
class Stamp:
    """A word in a frame. Attributes: where: From the top left, shares of the page. tilt: Degrees."""

    text: str
    colour: tuple[int, int, int] = RED
    where: tuple[float, float] = (0.14, 0.17)
    tilt: float = 0.0
    height_mm: float = 8.0
    frame: bool = True


def stamped(page: Page, stamp: Stamp) -> Page:
    """Return a clean page with a stamp on it."""
    scale = page.dpi / MM
    high = round(stamp.height_mm * scale)
    font = load(Family.TERMES, high * 0.62, bold=True)
    width = max(round(WIDTHS_MM.get(stamp.text, 20) * scale), round(font.getlength(stamp.text)) + high)
    mask = Image.new("L", (width + high, 2 * high), 0)
    draw = ImageDraw.Draw(mask)
    corner = high // 2, high // 2
    if stamp.frame:
        draw.rectangle((*corner, corner[0] + width, corner[1] + high), outline=255, width=max(1, round(0.4 * scale)))
    draw.text((corner[0] + width / 2, corner[1] + high / 2), stamp.text, fill=235, font=font, anchor="mm")
    mask = mask.rotate(stamp.tilt, Image.Resampling.BICUBIC)
    image = Image.fromarray(np.asarray(page.image)).convert("RGB")
    at = round(stamp.where[0] * image.width), round(stamp.where[1] * image.height)
    image.paste(stamp.colour, at, mask)
    return replace(page, image=np.asarray(image))


def page_of(kind: Kind, seed: int, dpi: int, subset: Literal["dev", "test"] = "dev") -> Page:
    return render(PaperSpec(kind, seed, dpi=dpi, subset=subset)).pages[0]


def scanned(page: Page, scanner: Scanner, seed: int) -> NDArray[np.uint8]:
    """Return the scan, H x W x 3 blue-green-red."""
    image = scan(page, scanner, seeded(seed), back=page.image).image
    colours = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    return np.ascontiguousarray(colours[..., ::-1])
