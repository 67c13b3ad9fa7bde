"""The engines compared: each a plain function from a page file to what it read.

Each gets the scan as a file, as a user would hand it in, and does its whole way from there, single-threaded.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from ingest.decoding.decode import decode
from ingest.intake.inspect import inspect
from ingest.limited.limits import Limits
from ingest.scan.clean import clean
from ingest.scan.encode import encode_master
from ingest.scan.images import MasterPage, PageImage
from ingest.scan.pixels import Pixels
from ocr.ctc import CtcReader
from ocr.engine import LineReader
from ocr.model import PageReading
from ocr.model import Word as OcrWord
from ocr.orientation import orientation
from ocr.reader import read_page
from ocr.tesseract import TesseractEngine
from tests.benchmarks.ocr.pages import BUILD
from tests.benchmarks.usage import cpu_seconds
from tests.generator.truth import Quad

OCRMYPDF: Final = BUILD / "ocrmypdf" / "bin" / "ocrmypdf"
_LANGUAGE: Final = "vie"
_WORD_LEVEL: Final = 5


@dataclass(frozen=True, slots=True)
class ReadWord:
    """One word.

    Attributes:
        text: As read. confidence: 0 to 1. quad: Its corners in pixels of the scan, top left of the text first.
    """

    text: str
    confidence: float
    quad: Quad


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an engine made of a page.

    Attributes:
        text: In its reading order. words: Empty if it tells neither places nor confidences.
        steps: CPU seconds of its steps, where it has any of interest.
    """

    text: str
    words: tuple[ReadWord, ...] = ()
    steps: Mapping[str, float] = field(default_factory=dict)


Engine = Callable[[Path, int], Outcome]
"""Takes a page file and its dots per inch."""


class _Watch:
    """Takes the CPU time of named steps."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        before = cpu_seconds()
        yield
        self.steps[name] = cpu_seconds() - before


def ours(file: Path, dpi: int) -> Outcome:
    """Read a page the way the pipeline does: inspect, decode, clean, keep the master, read it."""
    return _whole_way(file, dpi, CtcReader())


def ours_with_tesseract(file: Path, dpi: int) -> Outcome:
    """Read a page the way the pipeline does, lines by Tesseract instead of the trained reader."""
    return _whole_way(file, dpi, TesseractEngine(_LANGUAGE))


def _whole_way(file: Path, _: int, reader: LineReader) -> Outcome:
    watch = _Watch()
    with watch.step("decode"):
        page = decoded(file)
    with watch.step("clean"):
        master, pixels = kept_master(page)
    with watch.step("read"):
        reading = _read(master, pixels, reader)
    words = tuple(ReadWord(w.text, w.confidence, quad(w, master)) for w in reading.words)
    return Outcome(reading.text, words, watch.steps)


def decoded(file: Path) -> PageImage:
    """Return the page in ``file`` as ``inspect`` and ``decode`` hand it on."""
    data, limits = file.read_bytes(), Limits()
    (page,) = decode(data, inspect(data, limits), limits)
    return page


def kept_master(page: PageImage) -> tuple[MasterPage, Pixels]:
    """Return a page's master and the pixels that are left of it once it was kept: those are read."""
    master = clean(page, partial(orientation, engine=CtcReader()))
    return master, kept(master)


def kept(master: MasterPage) -> Pixels:
    """Return the pixels of a master as they come back from the file it is kept as."""
    read = cv2.imdecode(np.frombuffer(encode_master(master).data, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(read, np.uint8)


def _read(master: MasterPage, pixels: Pixels, reader: LineReader) -> PageReading:
    if master.blank:
        return PageReading(master.number, pixels.shape[1], pixels.shape[0], master.dpi, ())
    return read_page(pixels, number=master.number, dpi=master.dpi, engine=reader)


def quad(word: OcrWord, master: MasterPage) -> Quad:
    """Return the corners of a word's box in pixels of the scan, given where those of the master lie in it."""
    box = word.box
    edges = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    centres = (master.to_original.point(x - 0.5, y - 0.5) for x, y in edges)  # its points are the pixels' centres
    a, b, c, d = ((x + 0.5, y + 0.5) for x, y in centres)
    return a, b, c, d


def tesseract(file: Path, dpi: int, *, psm: int = 3) -> Outcome:
    """Read the raw page with plain Tesseract: 3 finds the layout itself, 1 the orientation too."""
    import pytesseract  # noqa: PLC0415 - only here

    rows = pytesseract.image_to_data(
        str(file), lang=_LANGUAGE, config=f"--psm {psm} --dpi {dpi}", output_type=pytesseract.Output.DICT
    )
    lines: dict[tuple[int, ...], list[str]] = {}
    words = []
    for i, text in enumerate(rows["text"]):
        if rows["level"][i] != _WORD_LEVEL or not text.strip():
            continue
        lines.setdefault(tuple(rows[key][i] for key in ("block_num", "par_num", "line_num")), []).append(text)
        left, top, width, height = (float(rows[key][i]) for key in ("left", "top", "width", "height"))
        right, bottom = left + width, top + height
        quad = ((left, top), (right, top), (right, bottom), (left, bottom))
        words.append(ReadWord(text, float(rows["conf"][i]) / 100, quad))
    return Outcome("\n".join(map(" ".join, lines.values())), tuple(words))


def tesseract_osd(file: Path, dpi: int) -> Outcome:
    """Read the raw page with Tesseract, which finds its orientation first."""
    return tesseract(file, dpi, psm=1)


def ocrmypdf(file: Path, dpi: int) -> Outcome:
    """Read with OCRmyPDF, which writes a searchable PDF/A at the same time; the text is that of its sidecar."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        sidecar = Path(folder) / "page.txt"
        command: list[str | Path] = [
            OCRMYPDF,
            "--quiet",
            "--language",
            _LANGUAGE,
            "--deskew",
            "--clean",
            "--rotate-pages",
            "--jobs",
            "1",
        ]
        command += ["--image-dpi", str(dpi), "--sidecar", sidecar, file, Path(folder) / "page.pdf"]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return Outcome(sidecar.read_text(encoding="utf-8"))


ENGINES: Mapping[str, Engine] = {
    "ours": ours,
    "ours-tesseract": ours_with_tesseract,
    "tesseract": tesseract,
    "tesseract-osd": tesseract_osd,
    "ocrmypdf": ocrmypdf,
}
"""By the name the command line knows."""


def version(name: str) -> str:
    """Return an engine's name with the versions of the programs it runs.

    Raises:
        FileNotFoundError: OCRmyPDF is not installed: ``make bench-ocr`` does it.
    """
    if name == "ocrmypdf":
        shown = subprocess.run([OCRMYPDF, "--version"], check=True, capture_output=True, text=True).stdout.strip()
        return f"OCRmyPDF {shown}, {TesseractEngine(_LANGUAGE).name}"
    return f"{name}, {CtcReader().name if name == 'ours' else TesseractEngine(_LANGUAGE).name}"
