"""Pages of a paper under work: what is known of each, and what was read on them."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from dossier.errors import NotFound
from ingest.scan.quality import Quality
from ingest.workspace import Workspace
from ocr.model import PageReading, Reading
from ocr.qr import Code
from ocr.separators import Separator, separator_pages, separators

NOTES = "pages.json"
CODES = tuple[Code, ...]
_READING, _CODES = "reading.json", "codes.json"


@dataclass(frozen=True, slots=True)
class PageNote:
    """One page under work.

    Attributes:
        number: From 1. dpi: Of the master.
        blank: Nothing is printed on it. empty: Nor is there any faint trace.
        rotation: Degrees clockwise it was turned to stand upright: 0, 90, 180 or 270.
        skew_deg: Degrees it was turned besides.
        quality: How good the scan is.
        print: What the master looks like (:mod:`ingest.scan.prints`).
    """

    number: int
    dpi: int
    blank: bool = False
    empty: bool = False
    rotation: int = 0
    skew_deg: float = 0.0
    quality: Quality | None = None
    print: str = ""

    @property
    def master(self) -> str:
        """Name of the master's file, JPEG or PNG."""
        return f"master/{self.number:04}"


@dataclass(frozen=True, slots=True)
class PageNotes:
    """The pages in order."""

    pages: tuple[PageNote, ...]

    @classmethod
    def of(cls, work: Workspace) -> "PageNotes":
        """Return the notes kept in ``work``."""
        return work.get_value(NOTES, cls)

    @property
    def empty(self) -> frozenset[int]:
        """Numbers of the pages with nothing at all on them."""
        return frozenset(note.number for note in self.pages if note.empty)

    @property
    def prints(self) -> dict[int, str]:
        """What the pages look like, by their place from 1."""
        return {place: note.print for place, note in enumerate(self.pages, 1)}

    def without(self, hidden: Collection[int]) -> "PageNotes":
        """Return the notes without some pages; the others keep their numbers."""
        return replace(self, pages=tuple(note for note in self.pages if note.number not in hidden))


def keep_reading(work: Workspace, reading: Reading, codes: tuple[Code, ...]) -> None:
    """Keep the words and the codes of all pages in a workspace."""
    work.put_value(_READING, reading)
    work.put_value(_CODES, codes, CODES)


def reading_of(work: Workspace) -> Reading:
    """Return the whole reading kept in a workspace.

    Raises:
        NotFound: There is none.
    """
    try:
        return work.get_value(_READING, Reading)
    except NotFound:
        return Reading(tuple(work.get_value(name, PageReading) for name in _page_by_page(work, "reading/")))


def codes_of(work: Workspace) -> tuple[Code, ...]:
    """Return the codes found on all pages in a workspace.

    Raises:
        NotFound: Nobody has looked for any.
    """
    try:
        return work.get_value(_CODES, CODES)
    except NotFound:
        return tuple(code for name in _page_by_page(work, "codes/") for code in work.get_value(name, CODES))


def _page_by_page(work: Workspace, prefix: str) -> list[str]:
    """Return the names under which version 2 of the work kept something of each page; call it where it is not whole."""
    names = work.names(prefix)
    if not names:
        raise NotFound(kind="page", id=f"{work.paper}, {prefix}")
    return names


def separators_of(work: Workspace) -> dict[int, Separator]:
    """Return by page number what the separator sheets of the scan in a workspace say."""
    return separators(codes_of(work))


def left_out_of(work: Workspace) -> frozenset[int]:
    """Return the pages of the scan in a workspace that belong to no paper: separator sheets and their empty backs."""
    return separator_pages(separators_of(work), PageNotes.of(work).empty)
