"""Reading or judging a file without keeping it: the pipeline's functions, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.clean import clean
from ingest.decode import decode
from ingest.encode import encode_master
from ingest.house import House
from ingest.images import PageImage
from ingest.inspect import inspect
from ingest.masters import read_master
from ingest.quality import Quality, assess
from ingest.workspace import decode_image
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
    def master(self) -> NDArray[np.uint8]:
        """The master page, height x width x 3, blue-green-red."""
        return decode_image(self.pdf.image, "master")


def read_file(house: House, data: bytes) -> Iterator[ReadPage]:
    """Yield the pages of a PDF, TIFF, JPEG or PNG in order as they are read.

    Raises:
        InputError: The file cannot be used. PartError: A part is missing or failed.
    """

    def read_one(page: PageImage) -> ReadPage:
        master = clean(page, house.orientation)
        file = encode_master(master)
        pixels = decode_image(file.data, "master")
        reading, codes = read_master(house, pixels, page.number, master.dpi, blank=master.blank)
        return ReadPage(SearchablePage(file.data, reading), codes)

    yield from house.over_pages(read_one, decode(data, inspect(data, house.limits), house.limits))


def assess_file(house: House, data: bytes) -> Iterator[Quality]:
    """Yield how good each page of a PDF, TIFF, JPEG or PNG is, in order, while whoever scanned it waits.

    Raises:
        InputError: The file cannot be used. PartError: A part is missing or failed.
    """
    inspection = inspect(data, house.limits)

    def assess_one(page: PageImage) -> Quality:
        quality = assess(page, clean(page, house.orientation))
        return quality.of_signed_file() if inspection.signatures else quality

    yield from house.over_pages(assess_one, decode(data, inspection, house.limits))
