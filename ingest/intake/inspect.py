"""Looking at a received file without decoding it: its type, its pages and their sizes, whether it is whole and allowed.

Only magic bytes decide the type; the name is never looked at. PDF, TIFF and PNG structures are parsed in a limited
child process. Strict on purpose: readers mend a damaged PDF silently and would show an older or shorter paper than
the one that was scanned, so a file that needs mending is refused.
"""

from dataclasses import dataclass
from enum import StrEnum

from dossier.errors import EmptyFile, FileTooLarge, PageTooLarge, PartFailed, TooManyPages, UnsupportedType
from ingest.decoding import pdf, raster
from ingest.intake.passive import OTHER_MAGIC, require_one_kind
from ingest.limited.child import run_limited, workplace
from ingest.limited.limits import Limits

INPUT_NAME = "input"
"""Name of the received file in a child's folder; the name it came with is never used."""

_PDF_HEADER_WITHIN = 1024
"""Bytes of harmless junk before ``%PDF-`` that readers have always tolerated (PDF 1.7, annex H, note 13)."""


class MediaType(StrEnum):
    """The types accepted."""

    PDF = "application/pdf"
    TIFF = "image/tiff"
    JPEG = "image/jpeg"
    PNG = "image/png"


_MAGIC = (
    (b"%PDF-", MediaType.PDF),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"II*\0", MediaType.TIFF),
    (b"MM\0*", MediaType.TIFF),
    (b"II+\0", MediaType.TIFF),
    (b"MM\0+", MediaType.TIFF),
)


@dataclass(frozen=True, slots=True)
class PageSize:
    """One page as it will be decoded.

    Attributes:
        width, height: Pixels. dpi: Dots per inch, equal in both directions.
    """

    width: int
    height: int
    dpi: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a file before it is decoded.

    Attributes:
        media_type: By its content. pages: In order, at least one.
        signatures: Number of digital signatures in a PDF; such a file is kept bit-exact and never re-rendered.
        drawn: Every page of a PDF shows text as text, and no picture over half of it: it was made electronically.
    """

    media_type: MediaType
    pages: tuple[PageSize, ...]
    signatures: int = 0
    drawn: bool = False

    @property
    def page_count(self) -> int:
        """Number of pages."""
        return len(self.pages)


def inspect(data: bytes, limits: Limits) -> Inspection:
    """Look at a received file.

    Args:
        data: The bytes as received.
        limits: What is accepted, and what the child may use.

    Raises:
        EmptyFile: No bytes.
        FileTooLarge: More than ``limits.max_bytes``.
        UnsupportedType: None of PDF, TIFF, JPEG, PNG.
        ActiveContent: More than pages: scripts, other files, or a file of two kinds at once.
        DamagedFile: Cut short, or its structure is broken.
        EncryptedFile: A PDF that opens only with a password.
        TooManyPages, PageTooLarge: More than ``limits`` allow.
        LimitExceeded: Taking it apart hit a limit of the child.
    """
    if not data:
        raise EmptyFile
    if len(data) > limits.max_bytes:
        raise FileTooLarge(size=len(data), limit=limits.max_bytes)
    media_type = recognise(data)
    require_one_kind(data)
    with workplace() as folder:
        (folder / INPUT_NAME).write_bytes(whole(data, media_type))
        probe = pdf.probe if media_type is MediaType.PDF else raster.probe
        answer = run_limited(probe, INPUT_NAME, limits.max_pages, limits.max_pixels, limits=limits, folder=folder)
    inspection = _parse(media_type, answer)
    _require_allowed(inspection, limits)
    return inspection


def recognise(data: bytes) -> MediaType:
    """Return the type that the content shows.

    Raises:
        UnsupportedType: None of those accepted.
    """
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN] and not data.startswith(OTHER_MAGIC):
        return MediaType.PDF
    raise UnsupportedType


def whole(data: bytes, media_type: MediaType) -> bytes:
    """Return the file without harmless junk after its end, as decoders get it; the original keeps it.

    Raises:
        DamagedFile: The end is missing.
    """
    return pdf.trimmed(data) if media_type is MediaType.PDF else data


def _parse(media_type: MediaType, answer: object) -> Inspection:
    """Return a child's answer as an inspection; the child had to do with hostile bytes.

    Raises:
        PartFailed: The answer is not what the child's function gives.
    """
    match answer:
        case {"pages": [_, *_] as pages, "signatures": int(signatures), "drawn": bool(drawn)}:
            sizes = tuple(PageSize(*(int(v) for v in page)) for page in pages)
            return Inspection(media_type, sizes, signatures, drawn)
    raise PartFailed(part="decoder", reason="its answer makes no sense")


def _require_allowed(inspection: Inspection, limits: Limits) -> None:
    """Do nothing if number and sizes of the pages are within the limits: what the child says is checked again."""
    if inspection.page_count > limits.max_pages:
        raise TooManyPages(pages=inspection.page_count, limit=limits.max_pages)
    for number, page in enumerate(inspection.pages, 1):
        size = {"page": number, "width": page.width, "height": page.height}
        if page.width * page.height > limits.max_pixels:
            raise PageTooLarge(**size, limit=limits.max_pixels)
        if max(page.width, page.height) > limits.max_side:
            raise PageTooLarge(**size, limit=f"{limits.max_side} x {limits.max_side}")
