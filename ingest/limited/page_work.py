"""What looks at pixels: a page is cleaned, read and searched in a limited process of its own.

Threat: a stranger chooses every dot of a page. OpenCV, ONNX, Tesseract and zxing, which find lines, letters and codes
in them, are large C++ libraries. What stops it is told in ``ingest.limited.pool``: each page has its own process,
without a network, with limits, behind walls; what comes back is data that is checked here, and at most one picture.
Readers are loaded once per worker.

Residual risk accepted, as with decoders: whoever takes over such a process may answer with other words, or another
picture, than the page shows; a person compares scan and original before anything is sealed.
"""

import atexit
import ctypes
import gc
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
from pydantic import ValidationError

from dossier.errors import PartError, PartFailed, SecrecyMark
from dossier.paper_types import FieldRule, PaperType, Validity
from dossier.papers import Box, Field, PaperKind
from ingest.limited.confined import WithFile
from ingest.limited.limits import MIB, Limits
from ingest.limited.politeness import step_back
from ingest.limited.pool import WarmPool
from ingest.proof.stamping import Top
from ingest.scan.clean import clean
from ingest.scan.encode import encode_master
from ingest.scan.images import PageImage, decode_image, encode_image
from ingest.scan.pixels import Grey, Pixels
from ingest.scan.prints import page_print
from ingest.scan.quality import Quality, assess
from ingest.workspace import adapter
from ocr.ctc import CtcReader
from ocr.engine import LineReader
from ocr.fields import read_fields
from ocr.model import Line, PageReading, Reading, Word
from ocr.orientation import OrientationDetector, orientation
from ocr.qr import Code, find_codes, find_worn_codes
from ocr.reader import read_page
from ocr.reading_image import reading_image
from ocr.secrecy import has_secrecy_mark
from ocr.tesseract import TesseractEngine

PAGE_LIMITS = Limits(memory_bytes=4096 * MIB, cpu_s=120, wall_s=300.0, folder_bytes=512 * MIB, processes=8)
"""What the work on one page may use: A3 at 600 dpi takes a gigabyte, besides the libraries' addresses. Tesseract is a
program, and what starts it is a thread."""
_CODES = tuple[Code, ...]
_FIELDS = tuple[Field, ...]
_WORDS_OF_CARD = 150
"""A page with more words is no card of which a worn code is to be looked for: front and back have about 90."""
_QUALITY_OF_JPEG = 85
"""Of pictures that are made to be looked at and not kept."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page made a master; see :class:`ingest.scan.images.MasterPage` and :class:`ingest.scan.quality.Quality`.

    Attributes:
        number, dpi, blank, empty, rotation, skew_deg: Of the master. quality: Of the scan.
        print: What the master looks like (:mod:`ingest.scan.prints`).
        file, media_type: The master as it is archived.
    """

    number: int
    dpi: int
    blank: bool
    empty: bool
    rotation: int
    skew_deg: float
    quality: Quality
    print: str
    media_type: str
    file: bytes = b""


class MasterRead(NamedTuple):
    """What a master says: its words, and its QR codes."""

    page: PageReading
    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Readers:
    """What reads lines.

    Attributes:
        reader: ``sohoa`` or ``tesseract``. language: Tesseract's model.
    """

    reader: str
    language: str

    @cached_property
    def tesseract(self) -> TesseractEngine:
        """Tesseract: reads what is in doubt, or all where the settings say so."""
        return TesseractEngine(language=self.language)

    @cached_property
    def first(self) -> LineReader:
        """What reads pages."""
        return self.tesseract if self.reader == "tesseract" else CtcReader()

    @cached_property
    def second(self) -> LineReader:
        """What is asked where ``first`` is in doubt: the other reader."""
        return CtcReader() if self.reader == "tesseract" else self.tesseract

    @cached_property
    def orientation(self) -> OrientationDetector:
        """Tells which way up a page lies, where its lines do not: by reading some."""
        return partial(orientation, engine=self.first)


# --- in the child ----------------------------------------------------------------------------------------------------

_readers = Readers("sohoa", "vie")


def prepare(material: bytes) -> None:
    """Load the readers, and step back behind what answers requests."""
    global _readers  # noqa: PLW0603 - what a warm worker is prepared with
    said = json.loads(material)
    step_back(said["nice"])
    cv2.setNumThreads(1)  # a fork has none of its parent's threads
    _readers = Readers(said["reader"], said["language"])
    _rehearse()
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # forks get new memory rather than copies of what is free here


def _rehearse() -> None:
    """Do all there is to do once, so that no fork has to make ready what can be ready before it."""
    page = np.full((1100, 800, 3), 250, np.uint8)
    for line in range(12):
        cv2.putText(page, "Mau don 1234", (60, 120 + 75 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (40, 30, 30), 2)
    cv2.circle(page, (400, 800), 70, (60, 60, 200), 4)
    made = make_master(encode_image(page), 1, 150)
    pixels = decode_image(made.file, "")
    has_secrecy_mark(pixels, read_page(pixels, number=1, dpi=150, engine=_readers.first), _readers.first)
    read_master(made.file, 1, 150, blank=True)
    _rehearse_fields(made.file, *pixels.shape[:2])


def _rehearse_fields(master: bytes, height: int, width: int) -> None:
    """Read fields of each kind that is mended by a catalogue of its own, surely, so that no second reader is asked."""
    kinds = {"person_name": "Họ và tên", "place": "Nơi ở", "ethnic_group": "Dân tộc", "date_words": "Ghi bằng chữ"}
    said = ("Nguyễn Văn Mẫu", "xã Mẫu, tỉnh Mẫu", "Kinh", "ngày một tháng một năm hai nghìn")
    lines = []
    for row, (label, value) in enumerate(zip(kinds.values(), said, strict=True)):
        words = f"{label}: {value}".split()
        lines.append(Line(tuple(Word(w, Box(60 + 80 * i, 100 + 75 * row, 70, 30), 1.0) for i, w in enumerate(words))))
    rules = tuple(FieldRule(kind, kind, kind, kind, labels=(label,)) for kind, label in kinds.items())
    form = PaperType("form", "", "", PaperKind.COMPONENT, 1, Validity("by-dossier"), False, "", fields=rules)  # noqa: FBT003
    question = _question(Reading((PageReading(1, width, height, 150, tuple(lines)),)), form, (), [master])
    fields_on(question + master, len(question))
    with suppress(PartError):
        _readers.tesseract.version()  # asked once by each process that has lines read


def make_master(picture: bytes, number: int, dpi: int) -> WithFile:
    """Return the master of a decoded page, and its file."""
    page = PageImage(number, decode_image(picture, f"page {number}"), dpi)
    master = clean(page, _readers.orientation)
    file = encode_master(master)
    cleaned = Cleaned(
        number=number,
        dpi=master.dpi,
        blank=master.blank,
        empty=master.empty,
        rotation=master.rotation,
        skew_deg=master.skew_deg,
        quality=assess(page, master),
        print=page_print(master.pixels),
        media_type=file.media_type,
    )
    return WithFile(_json(cleaned, Cleaned), file.data)


def print_of(picture: bytes, number: int, dpi: int) -> str:
    """Return what a decoded page looks like once it is cleaned."""
    page = PageImage(number, decode_image(picture, f"page {number}"), dpi)
    return page_print(clean(page, _readers.orientation).pixels)


def judge_scan(picture: bytes, number: int, dpi: int) -> object:
    """Return how good the scan of a decoded page is."""
    page = PageImage(number, decode_image(picture, f"page {number}"), dpi)
    return _json(assess(page, clean(page, _readers.orientation)), Quality)


def read_master(master: bytes, number: int, dpi: int, blank: bool) -> object:  # noqa: FBT001 - arguments of a request come in order
    """Return the words and the QR codes of a master; a secrecy mark ends it."""
    pixels = decode_image(master, f"page {number}")
    reading = PageReading(number, pixels.shape[1], pixels.shape[0], dpi, ())
    if not blank:
        reading = read_page(pixels, number=number, dpi=dpi, engine=_readers.first)
    if has_secrecy_mark(pixels, reading, _readers.first):  # a pale stamp may be all there is on a page
        raise SecrecyMark
    codes = find_codes(pixels, number)
    if not codes and 0 < sum(len(line.words) for line in reading.lines) <= _WORDS_OF_CARD:
        codes = find_worn_codes(pixels, number, dpi)
    return _json(MasterRead(reading, codes), MasterRead)


def codes_on(picture: bytes, number: int) -> object:
    """Return the QR codes of a picture."""
    return _json(find_codes(decode_image(picture, f"page {number}"), number), _CODES)


def _question(reading: Reading, paper_type: PaperType, codes: Sequence[Code], files: Sequence[bytes]) -> bytes:
    """Return what :func:`fields_on` is asked, without the masters."""
    return json.dumps(
        {
            "reading": _json(reading, Reading),
            "type": _json(paper_type, PaperType),
            "codes": _json(tuple(codes), _CODES),
            "lengths": [len(file) for file in files],
        }
    ).encode()


def fields_on(masters: bytes, size: int) -> object:
    """Return the fields of a paper; the first ``size`` bytes are its question, its masters follow."""
    question = json.loads(masters[:size])
    reading = adapter(Reading).validate_python(question["reading"])
    at, files = size, dict[int, slice]()
    for page, length in zip(reading.pages, question["lengths"], strict=True):
        files[page.number] = slice(at, at + length)
        at += length
    pages = {page.number: page for page in reading.pages}

    def master(number: int) -> Pixels:
        pixels, page = decode_image(masters[files[number]], f"page {number}"), pages[number]
        if pixels.shape[:2] != (page.height, page.width):
            reason = f"page {number} is not as large as when it was read; read it anew (--engine)"
            raise PartFailed(part="cleanup", reason=reason)
        return pixels

    paper_type = adapter(PaperType).validate_python(question["type"])
    codes = adapter(_CODES).validate_python(question["codes"])
    return _json(read_fields(reading, paper_type, codes, master, _readers.second), _FIELDS)


def top_of(master: bytes) -> WithFile:
    """Return the size of a master, and its top in grey."""
    top = Top.of(decode_image(master, "master"))
    return WithFile([top.height, *top.grey.shape], top.grey.tobytes())


def is_empty(master: bytes, dpi: int) -> bool:
    """Return whether a master is blank."""
    return PageImage(1, decode_image(master, "master"), dpi).survey.marks is None


def part_of(master: bytes, x: int, y: int, right: int, bottom: int) -> WithFile:
    """Return a part of a master as PNG, or nothing if it lies beside the page."""
    part = decode_image(master, "master")[y:bottom, x:right]
    return WithFile(None, cv2.imencode(".png", part)[1].tobytes() if part.size else b"")


def as_read(master: bytes, dpi: int) -> WithFile:
    """Return a master as readers see it, as JPEG."""
    return WithFile(None, to_look_at(reading_image(decode_image(master, "master"), dpi)))


def _json(value: object, kind: Any) -> object:  # noqa: ANN401 - any type pydantic describes
    return adapter(kind).dump_python(value, mode="json")


# --- in the process that asks ----------------------------------------------------------------------------------------


class PageWork:
    """Works on pages in limited processes, as many at once as it has; safe to call from many threads.

    All methods raise:
        LimitExceeded: The page took too much memory or time.
        DamagedFile: Its process crashed. ObjectDamaged: The bytes are no picture.
        PartFailed: A reader failed. PartMissing: A reader is missing, or no process can be started.

    Args:
        reader: What reads pages, ``sohoa`` or ``tesseract``; the other is asked where it is in doubt.
        language: Tesseract's model.
        nice: How far the work steps back, 0 to 19.
        processes: Most pages worked on at once.
    """

    def __init__(self, *, reader: str, language: str, nice: int, processes: int) -> None:
        self._pool = _pool(json.dumps({"reader": reader, "language": language, "nice": nice}).encode(), processes)

    def clean(self, page: PageImage) -> Cleaned:
        """Make a decoded page's master, and say how good the scan is."""
        value, file = self._pool.run_for_file(make_master, encode_image(page.pixels), page.number, page.dpi)
        return replace(_checked(value, Cleaned), file=file)

    def print(self, page: PageImage) -> str:
        """Return what a decoded page looks like once it is cleaned (:mod:`ingest.scan.prints`)."""
        return _checked(self._pool.run(print_of, encode_image(page.pixels), page.number, page.dpi), str)

    def judge(self, page: PageImage) -> Quality:
        """Say how good the scan of a decoded page is."""
        return _checked(self._pool.run(judge_scan, encode_image(page.pixels), page.number, page.dpi), Quality)

    def read(self, master: bytes, number: int, dpi: int, *, blank: bool) -> MasterRead:
        """Return the words and the QR codes of a master page.

        Args:
            master: Its file.
            number: From 1.
            dpi: Dots per inch.
            blank: Nothing is printed on it: no words are looked for.

        Raises:
            SecrecyMark: The page bears a state-secret mark: nothing of it may be kept.
        """
        return _checked(self._pool.run(read_master, master, number, dpi, blank), MasterRead)

    def codes(self, page: PageImage) -> tuple[Code, ...]:
        """Return the QR codes of a decoded page."""
        return _checked(self._pool.run(codes_on, encode_image(page.pixels), page.number), _CODES)

    def codes_of_file(self, master: bytes, number: int) -> tuple[Code, ...]:
        """Return the QR codes of a master page."""
        return _checked(self._pool.run(codes_on, master, number), _CODES)

    def fields(
        self, reading: Reading, paper_type: PaperType, codes: Sequence[Code], master: Callable[[int], bytes]
    ) -> tuple[Field, ...]:
        """Return the fields that a paper's type declares, see :func:`ocr.fields.read_fields`.

        Args:
            reading: The paper's.
            paper_type: What to look for.
            codes: QR codes of its pages.
            master: Gives the file of a page's master by the page's number.

        Raises:
            PartFailed: A master has another size than when it was read, and boxes do not fit.
        """
        is_read = bool(paper_type.fields or paper_type.tables)
        files = [master(page.number) if is_read else b"" for page in reading.pages]
        question = _question(reading, paper_type, codes, files)
        return _checked(self._pool.run(fields_on, b"".join([question, *files]), len(question)), _FIELDS)

    def top(self, master: bytes) -> Top:
        """Return the top of a master page, where a stamp may go."""
        value, grey = self._pool.run_for_file(top_of, master)
        height, rows, columns = _checked(value, tuple[int, int, int])
        if rows < 1 or columns < 1 or len(grey) != rows * columns:
            raise _senseless()
        return Top(height, np.frombuffer(grey, np.uint8).reshape(rows, columns))

    def is_empty(self, master: bytes, dpi: int) -> bool:
        """Return whether nothing is printed on a master page."""
        return _checked(self._pool.run(is_empty, master, dpi), bool)

    def part(self, master: bytes, box: Box) -> bytes:
        """Return a part of a master page as PNG; empty if the box lies beside the page."""
        return self._pool.run_for_file(part_of, master, max(0, box.x), max(0, box.y), box.right, box.bottom)[1]

    def as_read(self, master: bytes, dpi: int) -> bytes:
        """Return a master page as readers see it, as JPEG."""
        return self._pool.run_for_file(as_read, master, dpi)[1]


@cache
def _pool(material: bytes, processes: int) -> WarmPool:
    """Return the workers prepared with ``material``: one pool per process, since starting one costs as much as a page.

    They end with the process.
    """
    pool = WarmPool(prepare, material, size=processes, limits=PAGE_LIMITS, with_folder=True)
    atexit.register(pool.close)
    return pool


def to_look_at(pixels: Pixels | Grey) -> bytes:
    """Return a picture that is made to be looked at and not kept, as JPEG."""
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY_OF_JPEG])[1].tobytes()


def _checked(value: object, kind: type[T]) -> T:
    try:
        checked: T = adapter(kind).validate_python(value)
    except ValidationError:
        raise _senseless() from None
    return checked


def _senseless() -> PartFailed:
    return PartFailed(part="page", reason="the answer of its process makes no sense")
