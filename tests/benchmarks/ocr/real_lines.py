"""Lines cut from real papers: how well a reader of lines reads what no generator drew.

The lines stay outside of the repository: a folder holds their pictures and ``lines.tsv`` with a picture's name, its
dots per inch and its text in each row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr import engine as ports
from ocr.ctc import CtcReader
from ocr.tesseract import TesseractEngine
from tests.benchmarks.ocr import metrics
from tests.benchmarks.ocr.metrics import MarkErrors, Share
from tests.benchmarks.ocr.tables import Table, shown
from tests.benchmarks.usage import cpu_seconds

_LANGUAGE: Final = "vie"
_SINGLE_LINE: Final = 7
_MARGIN: Final = 10
"""Pixels. Without them plain Tesseract's CER is half as high again."""


@dataclass(frozen=True, slots=True)
class RealLine:
    """A line's picture (grey), its resolution and its text, normal."""

    file: Path
    dpi: int
    text: str

    def picture(self) -> NDArray[np.uint8]:
        """Return the line, grey, height x width, with white paper around it: Tesseract needs some."""
        with Image.open(self.file) as picture:
            return np.pad(np.asarray(picture.convert("L"), np.uint8), _MARGIN, constant_values=255)


LineReader = Callable[[Sequence[tuple[NDArray[np.uint8], int]]], Sequence[str]]
"""Takes pictures with their dots per inch; gives the text of each."""


def load_lines(folder: Path) -> tuple[RealLine, ...]:
    """Return the lines of a folder.

    Raises:
        ValueError: A row of ``lines.tsv`` has not three columns.
    """
    rows = (row.split("\t") for row in (folder / "lines.tsv").read_text(encoding="utf-8").splitlines() if row)
    return tuple(RealLine(folder / file, int(dpi), metrics.normal(text)) for file, dpi, text in rows)


def plain_tesseract(pictures: Sequence[tuple[NDArray[np.uint8], int]]) -> list[str]:
    """Read each line with a call of Tesseract that is told to expect one line."""
    import pytesseract  # noqa: PLC0415 - only here

    config = f"--psm {_SINGLE_LINE} --dpi"
    return [pytesseract.image_to_string(picture, _LANGUAGE, f"{config} {dpi}") for picture, dpi in pictures]


def ours(pictures: Sequence[tuple[NDArray[np.uint8], int]]) -> list[str]:
    """Read with the trained reader as the pipeline does."""
    return _by_port(pictures, CtcReader())


def ours_with_tesseract(pictures: Sequence[tuple[NDArray[np.uint8], int]]) -> list[str]:
    """Read with Tesseract as the pipeline does where the settings ask for it."""
    return _by_port(pictures, TesseractEngine(_LANGUAGE))


def _by_port(pictures: Sequence[tuple[NDArray[np.uint8], int]], engine: ports.LineReader) -> list[str]:
    """Read all lines of one resolution with one call."""
    texts = [""] * len(pictures)
    for dpi in {dpi for _, dpi in pictures}:
        numbers = [i for i, picture in enumerate(pictures) if picture[1] == dpi]
        read = engine.read_lines([pictures[i][0] for i in numbers], dpi)
        for i, words in zip(numbers, read, strict=True):
            texts[i] = " ".join(word.text for word in words)
    return texts


READERS: Mapping[str, LineReader] = {
    "ours": ours,
    "ours-tesseract": ours_with_tesseract,
    "tesseract": plain_tesseract,
}
"""By the name the command line knows."""


def real_lines_table(readers: Sequence[str], lines: Sequence[RealLine]) -> tuple[Table, str]:
    """Read the lines with each reader; return the figures, and the wrong lines of the first as a text."""
    pictures = [(line.picture(), line.dpi) for line in lines]
    rows, wrong = [], ""
    for name in readers:
        before = cpu_seconds()
        texts = [metrics.normal(text) for text in READERS[name](pictures)]
        spent = cpu_seconds() - before
        pairs = [(line.text, text) for line, text in zip(lines, texts, strict=True)]
        marks = sum((metrics.marks(*pair) for pair in pairs), MarkErrors())
        rows.append(
            [
                name,
                shown(sum((metrics.characters(*pair) for pair in pairs), Share()).percent),
                shown(100 * sum(truth == text for truth, text in pairs) / len(pairs), 1),
                shown(100 - marks.tones.percent),
                shown(100 - marks.marked.percent),
                *(shown(marks.of_letters(letters).percent) for letters in ("đơư", "âêôă")),
                shown(1000 * spent / len(pairs), 0),
            ]
        )
        wrong = wrong or "\n".join(f"- {truth}\n+ {text}" for truth, text in pairs if truth != text)
    head = ["reader", "CER %", "exact lines %", "tones right %", "of marked %", "đ ơ ư wrong %", "â ê ô ă wrong %"]
    return Table(f"{len(lines)} lines of real papers", [*head, "CPU ms per line"], rows), wrong
