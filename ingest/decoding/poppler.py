"""Rendering PDF pages with poppler, through pdf2image: the one module that knows poppler.

Pages are rendered, not taken apart: what a reader sees of a page includes arrival stamps and signature pictures drawn
over the scan. ``pdftocairo`` copies a scan rendered at its own size pixel by pixel, so nothing is lost against
extracting the image (``pdftoppm`` resamples it to one pixel more and takes twice the processor time).

Everything here is to be called in a limited child process, whose limits the programs inherit.
"""

import re
import resource
import shutil
import subprocess
from pathlib import Path

from pdf2image import convert_from_path
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError, PDFSyntaxError
from PIL import Image

from dossier.errors import DamagedFile, LimitExceeded, PartMissing
from ingest.decoding.raster import damage_reported, write_page

_DAMAGED_SCAN = re.compile(r"(?:flate|LZW|CCITTFax|DCT|JBIG2|JPX) (?:stream|row|image)", re.IGNORECASE)
"""What poppler complains of when pixels are missing; it shows the page all the same. Other complaints, of fonts or
outlines say, do not keep a page from being seen."""


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


_LIMIT_REACHED = 0.9
"""Of the limit: the kernel's two clocks of processor time do not agree to the tick."""


def decode(path: str, pages: list[tuple[int, int, int]]) -> None:
    """Write pages, each given as number, width and height in pixels, into the working folder.

    Raises:
        PartMissing: poppler is not installed.
        DamagedFile: A page cannot be rendered, or not all of it.
        LimitExceeded: A page took more processor time than this process may.
    """
    for number, width, height in pages:
        rendered = _render(path, number, width, height)
        with damage_reported(), Image.open(rendered, formats=["TIFF"]) as image:
            if not (0 <= image.width - width <= 1 and 0 <= image.height - height <= 1):
                raise DamagedFile(reason=f"page {number} cannot be rendered")
            # poppler rounds up, at times by a pixel too many
            write_page(image if image.size == (width, height) else image.crop((0, 0, width, height)), number)
        rendered.unlink()


def _render(path: str, number: int, width: int, height: int) -> Path:
    """Render one page, annotations included, cropped to its crop box, over white; return an uncompressed TIFF."""
    name = f"render-{number}-"
    before = _seconds_of_programs()
    try:
        convert_from_path(
            path,
            first_page=number,
            last_page=number,
            size=(width, height),
            use_cropbox=True,
            use_pdftocairo=True,
            fmt="tiff",
            output_folder=".",
            output_file=name,
            paths_only=True,
            strict=True,
        )
    except PDFInfoNotInstalledError:
        raise PartMissing(part="poppler-utils") from None
    except PDFPageCountError:
        raise DamagedFile(reason=f"page {number} cannot be rendered") from None
    except PDFSyntaxError as error:
        if _DAMAGED_SCAN.search(str(error)):
            raise DamagedFile(reason=f"pixels of page {number} are missing") from None
    if _seconds_of_programs() - before >= _LIMIT_REACHED * resource.getrlimit(resource.RLIMIT_CPU)[0]:
        raise LimitExceeded(limit="processor time")
    files = list(Path().glob(f"{name}*"))
    if len(files) != 1:
        raise DamagedFile(reason=f"page {number} cannot be rendered")
    return files[0]


def _seconds_of_programs() -> float:
    """Return the processor seconds of programs that this process started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
