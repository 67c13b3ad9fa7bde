"""Pictures of pages and fields: what a person looks at to read handwriting, or to judge what a machine read.

Taken from the master page, which is kept until the paper is stored; after that the sealed paper has it.
"""

from itertools import islice

import cv2
import numpy as np

from dossier.errors import NotFound, WrongState
from dossier.identifiers import PaperId
from dossier.papers import Box, Field, PaperState
from ingest.house import House
from ingest.pages import NOTES, PageNotes
from ingest.workspace import Workspace
from ocr.pdfa import page_images

_BESIDE, _ABOVE = 3.0, 1.0
"""Heights of the field, no less than ``_LEAST``, shown beside it, and above and below: the print that it belongs to."""
_LEAST = 0.12
"""Inches: figures are about so high."""
_PNG = b"\x89PNG"
_BEFORE_STORING = (PaperState.NEEDS_REVIEW, PaperState.READY, PaperState.CONFIRMED)


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
    master = work.get_image(note.master)
    height = max(box.height, round(_LEAST * note.dpi))
    beside, above = round(_BESIDE * height), round(_ABOVE * height)
    rows = slice(max(0, box.y - above), box.bottom + above)
    columns = slice(max(0, box.x - beside), box.right + beside)
    return np.asarray(cv2.imencode(".png", master[rows, columns])[1]).tobytes()


def page_picture(house: House, paper_id: PaperId, number: int) -> tuple[bytes, str]:
    """Return the master of a page and its media type; the boxes of fields are in its pixels.

    Args:
        house: The parts.
        paper_id: Of the paper.
        number: Of the page, from 1.

    Raises:
        NotFound: There is no such paper or page.
        WrongState: Its pages are not there yet; or it arrived signed and is stored: its file is the picture.
    """
    paper = house.catalogue.paper(paper_id)
    work = Workspace(house.objects, paper_id)
    if paper.state in _BEFORE_STORING and work.has(NOTES):
        notes = PageNotes.of(work).pages[number - 1 : number]
        picture = work.get(notes[0].master) if notes else None
    elif paper.sealed and not paper.signed_origin and paper.state is not PaperState.DISPOSED:
        sealed = house.objects.get(paper.sealed.key, paper.sealed.version)
        picture = next(islice(page_images(sealed), number - 1, number), None)
    else:
        raise WrongState(state=paper.state.value, needed=", ".join(state.value for state in _BEFORE_STORING))
    if picture is None:
        raise NotFound(kind="page", id=f"{paper_id}, {number}")
    return picture, "image/png" if picture.startswith(_PNG) else "image/jpeg"


def _place(fields: tuple[Field, ...], key: str) -> tuple[int, Box]:
    """Return page and box of the first field of this name that has them: a code's value has none."""
    for field in fields:
        if field.key == key and field.page and field.box:
            return field.page, field.box
    raise NotFound(kind="field", id=key)
