"""Tesseract: the only module that knows its command line, its output and its failures.

The program runs through pytesseract, once for all lines of a page, with one thread: several pages are read in parallel
by several processes, and Tesseract's own threads cost three times the CPU time they save. Images are handed over as
uncompressed PGM files, which neither side has to deflate.
"""

import math
import os
import re
import secrets
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pytesseract import pytesseract

from dossier.errors import LimitExceeded, PartFailed, PartMissing
from dossier.papers import Box
from dossier.text import nfc
from ocr.model import Word
from ocr.spelling import respelt

_WORD_LEVEL = "5"
# Page segmentation mode.
_SINGLE_LINE = 7
_COLUMNS = 12
_NOT_UNDERSTOOD = "table of words not understood"
# The stroke of a number is read as that of a fraction, which papers do not have, alone or beside it.
_SLASHES = re.compile("/?\u2044/?")
_LANGUAGE_ERRORS = ("Failed loading language", "Error opening data file")
# pytesseract raises a bare RuntimeError with this text when the time is up.
_TIMEOUT_TEXT = "Tesseract process timeout"


@dataclass(frozen=True)
class TesseractEngine:
    """Tesseract 5 as an :class:`ocr.engine.LineReader`.

    Attributes:
        language: Name of the trained data, e.g. ``"vie"``.
        tessdata: Folder of the trained data; ``None`` for the one Tesseract was built with.
        timeout_s: Longest time for one page's lines, seconds.
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

    def read_lines(self, crops: Sequence[NDArray[np.uint8]], dpi: int) -> tuple[tuple[Word, ...], ...]:
        """Read lines, all in one run of the program; see :meth:`ocr.engine.LineReader.read_lines`.

        Args:
            crops: Grey, height x width each.
            dpi: Their resolution.

        Returns:
            The words of each crop.

        Raises:
            PartMissing: Tesseract or its trained data is not installed.
            PartFailed: It crashed or gave output that cannot be understood.
            LimitExceeded: It took longer than ``timeout_s`` for all.
        """
        if not crops:
            return ()
        config = f"{self._data_folder()} --psm {_SINGLE_LINE} --dpi {dpi}"
        with _failures(self.language), _line_files(crops) as path:
            tsv = pytesseract.image_to_data(  # type: ignore[no-untyped-call]  # pytesseract has no types
                path, lang=self.language, config=config, timeout=self.timeout_s
            )
        return _words_by_page(tsv, [Box(0, 0, crop.shape[1], crop.shape[0]) for crop in crops])

    def _data_folder(self) -> str:
        return "" if self.tessdata is None else f"--tessdata-dir {shlex.quote(str(self.tessdata))}"


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
        if any(text in str(error.message) for text in _LANGUAGE_ERRORS):
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
def _line_files(crops: Sequence[NDArray[np.uint8]]) -> Iterator[str]:
    """Write crops and a list of them, which Tesseract reads as the pages of one document."""
    begin = Path(tempfile.gettempdir()) / f"lines-{secrets.token_hex(8)}"  # no folder: a limited process may make none
    pages = begin.with_suffix(".txt")
    paths = [Path(f"{begin}-{i:04}.pgm") for i in range(len(crops))]
    try:
        for crop, path in zip(crops, paths, strict=True):
            _write(path, b"P5\n%d %d\n255\n" % crop.shape[::-1] + np.ascontiguousarray(crop).tobytes())
        _write(pages, "".join(f"{path}\n" for path in paths).encode())
        yield str(pages)
    finally:
        for path in (pages, *paths):
            path.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def _words_by_page(tsv: str, pages: Sequence[Box]) -> tuple[tuple[Word, ...], ...]:
    """Parse Tesseract's output for a list of images."""
    words: list[list[Word]] = [[] for _ in pages]
    for row in _word_rows(tsv):
        number = int(row[1]) if row[1].isdigit() else 0
        if not 1 <= number <= len(pages):
            raise PartFailed(part="tesseract", reason=_NOT_UNDERSTOOD)
        if (word := _word(row, pages[number - 1])) is not None:
            words[number - 1].append(word)
    return tuple(map(tuple, words))


def _word_rows(tsv: str) -> list[list[str]]:
    """Return the rows of words in Tesseract's tab-separated output.

    Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
    """
    rows = [row.split("\t") for row in tsv.split("\n")[1:] if row]
    if any(len(row) != _COLUMNS for row in rows):
        raise PartFailed(part="tesseract", reason=_NOT_UNDERSTOOD)
    return [row for row in rows if row[0] == _WORD_LEVEL]


def _word(row: list[str], page: Box) -> Word | None:
    text = _SLASHES.sub("/", "".join(nfc(row[11]).split()))
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
    return respelt(Word(text, Box(x, y, right - x, bottom - y), min(max(confidence, 0.0), 1.0)))
