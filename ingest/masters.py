"""Masters: the page images that were archived, had back from the sealed file, and read.

Threat: a paper that arrived signed holds bytes of a stranger's; it is decoded as it was the first time, in limited
child processes. A file that we sealed is our own: it is parsed here, once its SHA-256 is that of the catalogue.
"""

import hashlib
from dataclasses import dataclass

from dossier.errors import DamagedFile, NotSealed, ObjectDamaged, SecrecyMark
from dossier.papers import Paper
from ingest.clean import clean
from ingest.decode import decode
from ingest.encode import encode_master
from ingest.house import House
from ingest.images import PageImage
from ingest.inspect import inspect
from ingest.pixels import Pixels
from ingest.workspace import decode_image
from ocr.model import PageReading, Reading
from ocr.pdfa import page_images
from ocr.qr import Code, find_codes
from ocr.reader import read_page
from ocr.secrecy import has_secrecy_mark


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

    @property
    def pixels(self) -> Pixels:
        """The page, H×W×3 BGR."""
        return decode_image(self.file, f"master/{self.number:04}")


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
    return tuple(_archived(file, page) for file, page in zip(files, reading.pages, strict=True))


def _cleaned(house: House, page: PageImage) -> Master:
    master = clean(page, house.orientation)
    return Master(page.number, encode_master(master).data, master.dpi, master.blank)


def _archived(file: bytes, page: PageReading) -> Master:
    master = Master(page.number, file, page.dpi, blank=False)
    if page.lines:
        return master
    empty = PageImage(page.number, master.pixels, page.dpi).survey.marks is None
    return Master(page.number, file, page.dpi, blank=empty)


def read_master(
    house: House, pixels: Pixels, number: int, dpi: int, *, blank: bool
) -> tuple[PageReading, tuple[Code, ...]]:
    """Return the words and the QR codes of a master page.

    Args:
        house: Whose engine reads.
        pixels: H×W×3 BGR.
        number: From 1.
        dpi: Dots per inch.
        blank: Nothing is printed on it: no words are looked for.

    Raises:
        SecrecyMark: The page bears a state-secret mark: nothing of it may be kept.
        PartError: The engine is missing or failed.
    """
    reading = PageReading(number, pixels.shape[1], pixels.shape[0], dpi, ())
    if not blank:
        reading = read_page(pixels, number=number, dpi=dpi, engine=house.engine)
    if has_secrecy_mark(pixels, reading, house.engine):  # a pale stamp may be all there is on a page
        raise SecrecyMark
    return reading, find_codes(pixels, number)
