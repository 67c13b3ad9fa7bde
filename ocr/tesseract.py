"""Tesseract: the only module that knows its command line, its output and its failures.

The program runs through pytesseract, once per image, with one thread: several pages are read in parallel by several
processes, and Tesseract's own threads cost three times the CPU time they save. Pages are handed over as uncompressed
PGM files, which neither side has to deflate.
"""

import math
import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from pytesseract import pytesseract

from dossier.errors import LimitExceeded, PartFailed, PartMissing
from dossier.papers import Box
from dossier.text import nfc
from ocr.engine import Layout, Orientation
from ocr.model import Line, Word

_WORD_LEVEL = "5"
# Page segmentation modes.
_SEGMENTATION: Mapping[Layout, int] = MappingProxyType({Layout.PAGE: 3, Layout.BLOCK: 6, Layout.SPARSE: 11})
_COLUMNS = 12
_QUARTERS = (0, 90, 180, 270)
_NOT_UNDERSTOOD = "table of words not understood"
_TOO_FEW_CHARACTERS = "Too few characters"
_LANGUAGE_ERRORS = ("Failed loading language", "Error opening data file")
# pytesseract raises a bare RuntimeError with this text when the time is up.
_TIMEOUT_TEXT = "Tesseract process timeout"


@dataclass(frozen=True)
class TesseractEngine:
    """Tesseract 5 as an :class:`ocr.engine.Engine`.

    Attributes:
        language: Name of the trained data, e.g. ``"vie"``.
        tessdata: Folder of the trained data; ``None`` for the one Tesseract was built with.
        timeout_s: Longest time for one page, seconds.
    """

    language: str = "vie"
    tessdata: Path | None = None
    timeout_s: float = 120.0

    @cached_property
    def name(self) -> str:
        """Name, version and language."""
        return f"tesseract {self.version()} {self.language}"

    def version(self) -> str:
        """Return the program's version, e.g. ``"5.3.0"``.

        Raises:
            PartMissing: Tesseract is not installed.
            PartFailed: It does not tell.
        """
        with _failures(self.language):
            return str(pytesseract.get_tesseract_version())

    def languages(self) -> tuple[str, ...]:
        """Return the names of the trained data that are installed, sorted.

        Raises:
            PartMissing: Tesseract is not installed.
            PartFailed: It does not tell.
        """
        with _failures(self.language):
            return tuple(sorted(pytesseract.get_languages(config=self._data_folder())))

    def read(self, image: NDArray[np.uint8], dpi: int, layout: Layout = Layout.PAGE) -> tuple[Line, ...]:
        """Read the text of an image; see :meth:`ocr.engine.Engine.read`.

        Args:
            image: Grey, height x width.
            dpi: Its resolution.
            layout: How its text lies.

        Returns:
            Tesseract's lines; blocks are its paragraphs.

        Raises:
            PartMissing: Tesseract or its trained data is not installed.
            PartFailed: It crashed or gave output that cannot be understood.
            LimitExceeded: It took longer than ``timeout_s``.
        """
        config = f"{self._data_folder()} --psm {_SEGMENTATION[layout]} --dpi {dpi}"
        with _failures(self.language), _page_file(image) as path:
            tsv = pytesseract.image_to_data(  # type: ignore[no-untyped-call]  # pytesseract has no types
                path, lang=self.language, config=config, timeout=self.timeout_s
            )
        height, width = image.shape
        return _lines(tsv, Box(0, 0, width, height))

    def orientation(self, image: NDArray[np.uint8], dpi: int = 200) -> Orientation:
        """Tell which way up a page lies.

        Args:
            image: Grey, height x width.
            dpi: Its resolution.

        Returns:
            The turn needed; degrees 0 with confidence 0 if the page has too few characters to tell.

        Raises:
            PartMissing: Tesseract or its ``osd`` data is not installed.
            PartFailed: It crashed or gave output that cannot be understood.
            LimitExceeded: It took longer than ``timeout_s``.
        """
        config = f"{self._data_folder()} --dpi {dpi}"
        try:
            with _failures("osd"), _page_file(image) as path:
                found = pytesseract.image_to_osd(  # type: ignore[no-untyped-call]  # pytesseract has no types
                    path, config=config, timeout=self.timeout_s, output_type=pytesseract.Output.DICT
                )
        except _TooFewCharactersError:
            return Orientation(0, 0.0)
        degrees, confidence = found.get("rotate"), found.get("orientation_conf")
        if degrees not in _QUARTERS or confidence is None:
            raise PartFailed(part="tesseract", reason="orientation not understood")
        return Orientation(degrees, max(0.0, confidence))

    def _data_folder(self) -> str:
        return "" if self.tessdata is None else f"--tessdata-dir {shlex.quote(str(self.tessdata))}"


class _TooFewCharactersError(Exception):
    """Tesseract saw too little text to tell the orientation."""


@contextmanager
def _failures(language: str) -> Iterator[None]:
    """Run Tesseract with one thread and turn what goes wrong into our errors.

    Its messages stay out of the errors' details: they may name files.
    """
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield
    except pytesseract.TesseractNotFoundError as error:
        raise PartMissing(part="tesseract") from error
    except pytesseract.TesseractError as error:
        message = str(error.message)
        if _TOO_FEW_CHARACTERS in message:
            raise _TooFewCharactersError from error
        if any(text in message for text in _LANGUAGE_ERRORS):
            raise PartMissing(part=f"tesseract-ocr-{language}") from error
        reason = f"stopped by signal {-error.status}" if error.status < 0 else f"exit status {error.status}"
        raise PartFailed(part="tesseract", reason=reason) from error
    except RuntimeError as error:
        if str(error) != _TIMEOUT_TEXT:
            raise
        raise LimitExceeded(limit="tesseract time") from error
    except UnicodeDecodeError as error:
        raise PartFailed(part="tesseract", reason="output is not UTF-8") from error
    except FileNotFoundError as error:
        raise PartFailed(part="tesseract", reason="no output") from error
    except (OSError, SystemExit) as error:
        # pytesseract leaves the interpreter when the version line is not a version.
        raise PartFailed(part="tesseract", reason="cannot be run") from error


@contextmanager
def _page_file(image: NDArray[np.uint8]) -> Iterator[str]:
    height, width = image.shape
    with tempfile.NamedTemporaryFile(prefix="page-", suffix=".pgm") as file:
        file.write(b"P5\n%d %d\n255\n" % (width, height))
        file.write(np.ascontiguousarray(image).data)
        file.flush()
        yield file.name


def _lines(tsv: str, page: Box) -> tuple[Line, ...]:
    """Parse Tesseract's tab-separated output, whose rows stand in reading order."""
    rows = [row.split("\t") for row in tsv.split("\n")[1:] if row]
    if any(len(row) != _COLUMNS for row in rows):
        raise PartFailed(part="tesseract", reason=_NOT_UNDERSTOOD)
    lines: list[Line] = []
    blocks: dict[tuple[str, str], int] = {}
    # Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
    for (block, paragraph, _), words in groupby(
        (row for row in rows if row[0] == _WORD_LEVEL), key=lambda row: (row[2], row[3], row[4])
    ):
        read = tuple(word for row in words if (word := _word(row, page)) is not None)
        if read:
            lines.append(Line(read, blocks.setdefault((block, paragraph), len(blocks))))
    return tuple(lines)


def _word(row: list[str], page: Box) -> Word | None:
    text = "".join(nfc(row[11]).split())
    try:
        left, top, width, height = (int(cell) for cell in row[6:10])
        confidence = float(row[10]) / 100
    except ValueError as error:
        raise PartFailed(part="tesseract", reason=_NOT_UNDERSTOOD) from error
    if math.isnan(confidence):
        raise PartFailed(part="tesseract", reason=_NOT_UNDERSTOOD)
    x, y = min(max(left, 0), page.width), min(max(top, 0), page.height)
    right, bottom = min(left + width, page.width), min(top + height, page.height)
    if not text or right <= x or bottom <= y:
        return None
    return Word(text, Box(x, y, right - x, bottom - y), min(max(confidence, 0.0), 1.0))
