"""Pictures of pages and fields: what a person looks at to read handwriting, or to judge what a machine read.

Taken from the master page, which is kept until the paper is stored; after that the sealed paper has it.

Threat: an original holds bytes of a stranger's. A browser never gets them as a picture: the page is decoded as it was
the first time, in a limited child process, and encoded anew. Masters are cut in limited processes, too.
"""

from enum import StrEnum
from itertools import islice

from dossier.errors import NotFound, WrongState
from dossier.identifiers import PaperId
from dossier.papers import Box, Field, Paper, PaperState, StoredObject
from ingest.decoding.decode import decode_page
from ingest.house import House
from ingest.intake.inspect import Inspection
from ingest.intake.receive import is_collated
from ingest.limited.page_work import to_look_at
from ingest.scan.collation import page_of_file
from ingest.scan.pages import NOTES, PageNote, PageNotes
from ingest.scan.pixels import Pixels
from ingest.upkeep.fixity import sound
from ingest.workspace import Workspace
from ocr.pdfa import page_images

_BESIDE, _ABOVE = 3.0, 1.0
"""Heights of the field, no less than ``_LEAST``, shown beside it, and above and below: the print that it belongs to."""
_LEAST = 0.12
"""Inches: figures are about so high."""
_PNG = b"\x89PNG"
_BEFORE_STORING = (PaperState.NEEDS_REVIEW, PaperState.READY, PaperState.CONFIRMED)


class PageKind(StrEnum):
    """Which picture of a page: as it came, as it is archived, or as it was read; boxes fit the latter two."""

    ORIGINAL = "original"
    MASTER = "master"
    READING = "reading"


def field_picture(house: House, paper_id: PaperId, key: str) -> bytes:
    """Return a field and what stands around it, as PNG in the master's colours and resolution.

    Args:
        house: The parts.
        paper_id: Of the paper.
        key: Name of the field in the paper type's declaration.

    Raises:
        NotFound: There is no such paper, or it has no such field with a place on a page.
        WrongState: Its pages are not there yet, or no more.
    """
    paper = house.catalogue.paper(paper_id)
    work = Workspace(house.objects, paper_id)
    if paper.state not in _BEFORE_STORING or not work.has(NOTES):
        raise WrongState(state=paper.state.value, needed=", ".join(state.value for state in _BEFORE_STORING))
    page, box = _place(paper.fields, key)
    note = PageNotes.of(work).pages[page - 1]
    height = max(box.height, round(_LEAST * note.dpi))
    beside, above = round(_BESIDE * height), round(_ABOVE * height)
    x, y = max(0, box.x - beside), max(0, box.y - above)
    around = Box(x, y, box.right + beside - x, box.bottom + above - y)
    return house.page_work.part(work.get(note.master), around)


def page_picture(house: House, paper_id: PaperId, number: int, kind: PageKind = PageKind.MASTER) -> tuple[bytes, str]:
    """Return a page's picture and its media type; the boxes of fields are in the master's pixels.

    Args:
        house: The parts.
        paper_id: Of the paper.
        number: Of the page, from 1.
        kind: Another than the master there is only until the paper is stored.

    Raises:
        NotFound: There is no such paper or page.
        WrongState: Its pages are not there yet, or no more; or it arrived signed and is stored: its file is the page.
        SohoaError: The original is damaged, or cannot be decoded any more.
    """
    paper = house.catalogue.paper(paper_id)
    work = Workspace(house.objects, paper_id)
    if paper.state in _BEFORE_STORING and work.has(NOTES):
        notes = PageNotes.of(work).pages[number - 1 : number]
        picture = _picture(house, paper, work, notes[0], kind) if notes else None
    elif kind is PageKind.MASTER and (sealed := _sealed_by_us(paper)):
        pages = page_images(house.objects.get(sealed.key, sealed.version))
        picture = next(islice(pages, number - 1, number), None)
    else:
        raise WrongState(state=paper.state.value, needed=", ".join(state.value for state in _BEFORE_STORING))
    if picture is None:
        raise NotFound(kind="page", id=f"{paper_id}, {number}")
    return picture, "image/png" if picture.startswith(_PNG) else "image/jpeg"


def _sealed_by_us(paper: Paper) -> StoredObject | None:
    return None if paper.signed_origin or paper.state is PaperState.DISPOSED else paper.sealed


def _picture(house: House, paper: Paper, work: Workspace, note: PageNote, kind: PageKind) -> bytes:
    if kind is PageKind.ORIGINAL:
        return to_look_at(_as_it_came(house, paper, work, note.number))
    if kind is PageKind.READING:
        return house.page_work.as_read(work.get(note.master), note.dpi)
    return work.get(note.master)


def _as_it_came(house: House, paper: Paper, work: Workspace, number: int) -> Pixels:
    inspection = work.get_value("inspection.json", Inspection)
    count = inspection.page_count
    collated = count % 2 == 0 and is_collated(house, paper)
    in_file = page_of_file(number, count) if collated else number
    return decode_page(sound(house, paper.original), inspection, in_file, house.limits).pixels


def _place(fields: tuple[Field, ...], key: str) -> tuple[int, Box]:
    """Return page and box of the first field of this name that has them: a code's value has none."""
    for field in fields:
        if field.key == key and field.page and field.box:
            return field.page, field.box
    raise NotFound(kind="field", id=key)
