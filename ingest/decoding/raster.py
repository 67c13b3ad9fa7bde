"""TIFF, JPEG and PNG files, read with Pillow; runs in a limited child process."""

import contextlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, ImageSequence
from PIL.TiffImagePlugin import TiffImageFile

from dossier.errors import DamagedFile, PageTooLarge, TooManyPages
from ingest.decoding import jpeg
from ingest.decoding.resolution import SQUARE_WITHIN, is_plausible, resolution

Image.MAX_IMAGE_PIXELS = None  # our own limit is applied to every header before its pixels are decoded

_FORMATS = ("TIFF", "JPEG", "PNG")
_UNDECODABLE = "the picture cannot be decoded"
_ORIENTATION = 0x0112
_TURNED = {5, 6, 7, 8}
"""Values of the EXIF orientation that exchange width and height."""
SUBFILE, NOT_A_PAGE = 254, 0b101
"""TIFF: reduced images and transparency masks accompany pages."""
EXTENTS = ((273, 279), (324, 325))
"""TIFF: tags of offsets and lengths of strips and of tiles."""


def probe(path: str, max_pages: int, max_pixels: int) -> dict[str, Any]:
    """Return ``{"pages": [[width, height, dpi], …], "signatures": 0, "drawn": False}`` from the headers alone.

    Raises:
        DamagedFile, TooManyPages, PageTooLarge: What is wrong with the file.
    """
    with damage_reported():
        _require_end(Path(path))
        pages = []
        for number, image in enumerate(_pages(path), 1):
            if number > max_pages:
                raise TooManyPages(pages=f"more than {max_pages}", limit=max_pages)
            if image.width * image.height > max_pixels:
                raise PageTooLarge(page=number, width=image.width, height=image.height, limit=max_pixels)
            _require_extents(image, Path(path).stat().st_size)
            pages.append(_size(image))
    if not pages:
        raise DamagedFile(reason="the file has no pages")
    return {"pages": pages, "signatures": 0, "drawn": False}


def decode(path: str, first: int, last: int) -> None:
    """Write pages ``first`` to ``last`` of a file that ``probe`` accepted into the working folder.

    Raises:
        DamagedFile: The pixels cannot be decoded.
    """
    with damage_reported():
        for number, image in enumerate(_pages(path), 1):
            if number > last:
                break
            if number >= first:
                width, height, _ = _size(image)
                page = _upright(image)  # copies are made where they differ: A3 at 600 dpi takes 280 MB
                if page.size != (width, height):
                    page = page.resize((width, height), Image.Resampling.BICUBIC)
                write_page(page, number)


def page_name(number: int) -> str:
    """Return the name of a decoded page in the working folder."""
    return f"page-{number}.ppm"


def write_page(image: Image.Image, number: int) -> None:
    """Write an image as 24-bit binary PPM: transparent parts over white, 16 bits per channel reduced to 8."""
    _rgb(image).save(page_name(number), "PPM")


@contextlib.contextmanager
def damage_reported() -> Iterator[None]:
    """Turn what Pillow raises on broken files into ``DamagedFile``; running out of memory or disk stays what it is."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise
        raise DamagedFile(reason=_UNDECODABLE) from None
    except (ArithmeticError, AttributeError, LookupError, SyntaxError, TypeError, ValueError, struct.error):
        raise DamagedFile(reason=_UNDECODABLE) from None


# --- reading -------------------------------------------------------------------------------------------------------


def _pages(path: str) -> Iterator[Image.Image]:
    """Give each page, its header read and its pixels not."""
    with Image.open(path, formats=_FORMATS) as image:
        if not isinstance(image, TiffImageFile):
            yield image  # further pictures in a camera's JPEG are previews
            return
        for _ in ImageSequence.Iterator(image):
            if not int(image.tag_v2.get(SUBFILE, 0)) & NOT_A_PAGE:
                yield image


def _size(image: Image.Image) -> tuple[int, int, int]:
    """Return width and height in square pixels, upright, and dots per inch."""
    width, height = image.size
    if _orientation(image) in _TURNED:
        width, height = height, width
    across, down = (float(v) for v in image.info.get("dpi", (0.0, 0.0)))
    finest = max(across, down)
    if min(across, down) > 0 and finest / min(across, down) > SQUARE_WITHIN and is_plausible(width, height, finest):
        width, height = round(width * finest / across), round(height * finest / down)
    return width, height, resolution(width, height, finest)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation that is still to be applied; Pillow applies a TIFF's own."""
    if isinstance(image, TiffImageFile) or "exif" not in image.info:
        return 1
    return int(image.getexif().get(_ORIENTATION, 1))


def _upright(image: Image.Image) -> Image.Image:
    """Return the image turned as its EXIF orientation asks."""
    return ImageOps.exif_transpose(image) if _orientation(image) != 1 else image


def _rgb(image: Image.Image) -> Image.Image:
    """Return an image of any mode as 8-bit RGB; an embedded colour profile is not applied."""
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        return paper.convert("RGB")
    if image.mode.startswith("I") or image.mode == "F":
        most = 65535.0 if image.mode.startswith("I;16") else _brightest(image)
        image = image.convert("F").point(lambda value: value * (255.0 / most)).convert("L")
    return image if image.mode == "RGB" else image.convert("RGB")


def _brightest(image: Image.Image) -> float:
    """Return the greatest value of a one-channel image of wide range, at least 1."""
    _, most = image.convert("F").getextrema()
    return max(1.0, float(most)) if isinstance(most, int | float) else 1.0


# --- whole files ---------------------------------------------------------------------------------------------------


def _require_end(path: Path) -> None:
    """Do nothing if a JPEG or PNG goes on to its end mark; a TIFF's parts are looked at page by page."""
    data = path.read_bytes()
    if data.startswith(b"\xff\xd8"):
        jpeg.require_end(data)
    elif data.startswith(b"\x89PNG"):
        with Image.open(path, formats=_FORMATS) as image:
            image.verify()


def _require_extents(image: Image.Image, size: int) -> None:
    """Do nothing if every strip and tile of a TIFF page lies within the file."""
    if not isinstance(image, TiffImageFile):
        return
    for offsets, lengths in EXTENTS:
        ends = zip(image.tag_v2.get(offsets, ()), image.tag_v2.get(lengths, ()), strict=False)
        if any(offset + length > size for offset, length in ends):
            raise DamagedFile(reason="the TIFF is cut short")
