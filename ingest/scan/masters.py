"""Masters: the page images that were archived, had back from the sealed file, and read.

Threat: a paper that arrived signed holds bytes of a stranger's; it is decoded as it was the first time, in limited
child processes. A file that we sealed is our own: it is parsed here, once its SHA-256 is that of the catalogue; the
pictures in it are looked at in limited processes only.
"""

import hashlib
from dataclasses import dataclass

from dossier.errors import DamagedFile, NotSealed, ObjectDamaged
from dossier.papers import Paper
from ingest.decoding.decode import decode
from ingest.house import House
from ingest.intake.inspect import inspect
from ingest.scan.images import PageImage
from ocr.model import PageReading, Reading
from ocr.pdfa import page_images


@dataclass(frozen=True, slots=True)
class Master:
    """A master page, kept as its file: a page of pixels takes a hundred times as much.

    Attributes:
        number: From 1. file: JPEG or PNG. dpi: Dots per inch. blank: Nothing is printed on it.
    """

    number: int
    file: bytes
    dpi: int
    blank: bool


def masters_of(house: House, paper: Paper, reading: Reading) -> tuple[Master, ...]:
    """Return the master pages of a stored paper, in order.

    Args:
        house: The parts.
        paper: Stored.
        reading: Any reading of it, which tells of each page the resolution and whether there was anything to read.

    Raises:
        NotFound: The sealed file is gone. ObjectDamaged: It is not the one that was sealed.
        NotSealed: There is none.
        SohoaError: It cannot be taken apart.
    """
    if paper.sealed is None:
        raise NotSealed(state=paper.state.value)
    data = house.objects.get(paper.sealed.key, paper.sealed.version)
    if hashlib.sha256(data).hexdigest() != paper.sealed.sha256:
        raise ObjectDamaged(key=paper.sealed.key)
    if paper.signed_origin:
        return tuple(
            house.over_pages(
                lambda page: _cleaned(house, page), decode(data, inspect(data, house.limits), house.limits)
            )
        )
    files = tuple(page_images(data))
    if len(files) != len(reading.pages):
        raise DamagedFile(reason="it has another number of pages than were read")
    return tuple(_archived(house, file, page) for file, page in zip(files, reading.pages, strict=True))


def _cleaned(house: House, page: PageImage) -> Master:
    master = house.page_work.clean(page)
    return Master(page.number, master.file, master.dpi, master.blank)


def _archived(house: House, file: bytes, page: PageReading) -> Master:
    blank = not page.lines and house.page_work.is_empty(file, page.dpi)
    return Master(page.number, file, page.dpi, blank=blank)
