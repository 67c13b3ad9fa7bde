"""Reading or judging a file without keeping it: the pipeline's functions, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.decoding.decode import decode
from ingest.house import House
from ingest.intake.inspect import inspect
from ingest.scan.images import PageImage
from ingest.scan.quality import Quality
from ocr.model import PageReading
from ocr.pdfa import SearchablePage
from ocr.qr import Code


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page, read.

    Attributes:
        pdf: The master's file and its reading. codes: QR codes found on it.
    """

    pdf: SearchablePage
    codes: tuple[Code, ...]

    @property
    def reading(self) -> PageReading:
        """The words."""
        return self.pdf.reading

    @property
    def master(self) -> bytes:
        """The file of the master page."""
        return self.pdf.image


def read_file(house: House, data: bytes) -> Iterator[ReadPage]:
    """Yield the pages of a PDF, TIFF, JPEG or PNG in order as they are read.

    Raises:
        InputError: The file cannot be used. PartError: A part is missing or failed.
    """

    def read_one(page: PageImage) -> ReadPage:
        master = house.page_work.clean(page)
        reading, codes = house.page_work.read(master.file, page.number, master.dpi, blank=master.blank)
        return ReadPage(SearchablePage(master.file, reading), codes)

    yield from house.over_pages(read_one, decode(data, inspect(data, house.limits), house.limits))


def assess_file(house: House, data: bytes) -> Iterator[Quality]:
    """Yield how good each page of a PDF, TIFF, JPEG or PNG is, in order, while whoever scanned it waits.

    Raises:
        InputError: The file cannot be used. PartError: A part is missing or failed.
    """
    inspection = inspect(data, house.limits)

    def assess_one(page: PageImage) -> Quality:
        quality = house.page_work.judge(page)
        return quality.of_signed_file() if inspection.signatures else quality

    yield from house.over_pages(assess_one, decode(data, inspection, house.limits))
