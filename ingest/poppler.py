"""Rendering PDF pages with poppler, through pdf2image: the one module that knows poppler.

Pages are rendered, not taken apart: what a reader sees of a page includes arrival stamps and signature pictures
drawn over the scan. ``pdftocairo`` copies a scan rendered at its own size pixel by pixel (``pdftoppm`` resamples it
to one pixel more and takes three times the processor time), so nothing is lost against extracting the image.
"""

import shutil
import subprocess
from pathlib import Path

from pdf2image import convert_from_path
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError, PDFSyntaxError
from PIL import Image

from dossier.errors import DamagedFile, PartMissing
from ingest.raster import write_page


def version() -> str:
    """Return poppler's name and version, e.g. ``poppler 22.12.0``.

    Raises:
        PartMissing: poppler is not installed.
    """
    program = shutil.which("pdftocairo")
    if program is None:
        raise PartMissing(part="poppler")
    told = subprocess.run([program, "-v"], capture_output=True, text=True, timeout=10, check=False).stderr  # noqa: S603 - a fixed command
    return told.splitlines()[0].replace("pdftocairo version", "poppler") if told else "poppler"


def decode(path: str, pages: list[tuple[int, int, int]]) -> None:
    """Write pages, each given as number, width and height in pixels, into the working folder.

    To be called in a limited child process, whose limits the renderer inherits.

    Raises:
        PartMissing, DamagedFile: See ``render``.
    """
    for number, width, height in pages:
        rendered = render(path, number, width, height)
        with Image.open(rendered, formats=["TIFF"]) as image:
            if not (0 <= image.width - width <= 1 and 0 <= image.height - height <= 1):
                raise DamagedFile(reason=f"page {number} cannot be rendered")
            write_page(image.crop((0, 0, width, height)), number)  # poppler rounds up, at times by a pixel too many
        rendered.unlink()


def render(path: str, number: int, width: int, height: int) -> Path:
    """Render one page of a PDF, annotations included, cropped to its crop box, over white.

    Args:
        path: Of the PDF, in the working folder.
        number: Of the page, from 1.
        width: Of the result, pixels.
        height: Of the result, pixels.

    Returns:
        An uncompressed 24-bit TIFF in the working folder; the caller removes it.

    Raises:
        PartMissing: poppler is not installed.
        DamagedFile: poppler could not render the page.
    """
    try:
        files = convert_from_path(
            path,
            first_page=number,
            last_page=number,
            size=(width, height),
            use_cropbox=True,
            use_pdftocairo=True,
            fmt="tiff",
            output_folder=".",
            output_file=f"render-{number}",
            paths_only=True,
        )
    except (PDFInfoNotInstalledError, FileNotFoundError):
        raise PartMissing(part="poppler-utils") from None
    except (PDFPageCountError, PDFSyntaxError):
        raise DamagedFile(reason=f"page {number} cannot be rendered") from None
    if len(files) != 1:
        raise DamagedFile(reason=f"page {number} cannot be rendered")
    return Path(str(files[0]))
