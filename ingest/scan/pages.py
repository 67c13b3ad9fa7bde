"""Pages of a paper under work: what is known of each, and running one function over all of them on every processor."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from ingest.house import House
from ingest.scan.quality import Quality
from ingest.workspace import Workspace
from ocr.qr import Code
from ocr.separators import Separator, separator_pages, separators

NOTES = "pages.json"
CODES = tuple[Code, ...]


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

    @property
    def reading(self) -> str:
        """Name of the page's reading."""
        return f"reading/{self.number:04}.json"

    @property
    def codes(self) -> str:
        """Name of the codes found on the page."""
        return f"codes/{self.number:04}.json"


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

    def map(self, house: House, function: Callable[[PageNote], PageNote]) -> "PageNotes":
        """Return the notes that ``function`` gives for each page, worked out on all processors."""
        return PageNotes(tuple(house.over_pages(function, self.pages)))


def codes_of(work: Workspace) -> tuple[Code, ...]:
    """Return the codes found on all pages in a workspace."""
    return tuple(code for note in PageNotes.of(work).pages for code in work.get_value(note.codes, CODES))


def separators_of(work: Workspace) -> dict[int, Separator]:
    """Return by page number what the separator sheets of the scan in a workspace say."""
    return separators(codes_of(work))


def left_out_of(work: Workspace) -> frozenset[int]:
    """Return the pages of the scan in a workspace that belong to no paper: separator sheets and their empty backs."""
    return separator_pages(separators_of(work), PageNotes.of(work).empty)
