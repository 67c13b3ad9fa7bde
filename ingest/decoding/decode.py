"""From a received file to page images, decoded in limited child processes.

One child decodes several pages, since starting one costs as much as decoding one; but only so many that its pages
stay small on disk, and that one hostile page cannot use up the time of a whole book.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.decoding import poppler, raster
from ingest.intake.inspect import INPUT_NAME, Inspection, MediaType, PageSize, whole
from ingest.limited.child import read_output, run_limited, workplace
from ingest.limited.limits import Limits
from ingest.scan.images import PageImage, parse_ppm
from ingest.scan.pixels import Pixels

_PIXELS_PER_CHILD = 200_000_000
"""23 pages of A4 at 300 dpi, 600 MB on disk."""
_OF_POPPLER = 8
"""Processes and threads: our own, one program, and what starts it."""
_PPM_HEADER_BYTES = 64


def decode(data: bytes, inspection: Inspection, limits: Limits) -> Iterator[PageImage]:
    """Give the pages of a file in order, as its sender sees them, at the scan's own resolution.

    Args:
        data: The bytes that were inspected.
        inspection: What ``inspect`` said of them.
        limits: What each child may use.

    Yields:
        Every page; the file's folder is removed when the last was taken or the iterator is closed.

    Raises:
        DamagedFile: A page cannot be decoded.
        LimitExceeded: Decoding hit a limit of the child.
        PartMissing: poppler is not installed.
    """
    with workplace() as folder:
        (folder / INPUT_NAME).write_bytes(whole(data, inspection.media_type))
        for first, sizes in _shares(inspection.pages):
            yield from _decoded(folder, inspection.media_type, first, sizes, limits)


def decode_page(data: bytes, inspection: Inspection, number: int, limits: Limits) -> PageImage:
    """Return one page of a file, by its number there from 1, as :func:`decode` gives it; raises what that does."""
    with workplace() as folder:
        (folder / INPUT_NAME).write_bytes(whole(data, inspection.media_type))
        size = inspection.pages[number - 1]
        return next(_decoded(folder, inspection.media_type, number, [size], limits))


def _decoded(
    folder: Path, media_type: MediaType, first: int, sizes: Sequence[PageSize], limits: Limits
) -> Iterator[PageImage]:
    """Give the pages from ``first`` on that have these sizes, decoded by one child."""
    if media_type is MediaType.PDF:
        pages = [(number, size.width, size.height) for number, size in enumerate(sizes, first)]
        run_limited(poppler.decode, INPUT_NAME, pages, limits=replace(limits, processes=_OF_POPPLER), folder=folder)
    else:
        run_limited(raster.decode, INPUT_NAME, first, first + len(sizes) - 1, limits=limits, folder=folder)
    for number, size in enumerate(sizes, first):
        yield _taken(folder, number, size)


def rendered(data: bytes, pages: Mapping[int, PageSize], limits: Limits) -> dict[int, Pixels]:
    """Return some pages of a PDF, rendered at the sizes given, by number; all in one child.

    Raises:
        DamagedFile: One cannot be rendered. LimitExceeded: They hit a limit of the child.
        PartMissing: poppler is not installed.
    """
    with workplace() as folder:
        (folder / INPUT_NAME).write_bytes(data)
        asked = [(number, size.width, size.height) for number, size in pages.items()]
        run_limited(poppler.decode, INPUT_NAME, asked, limits=replace(limits, processes=_OF_POPPLER), folder=folder)
        return {number: _taken(folder, number, size).pixels for number, size in pages.items()}


def _taken(folder: Path, number: int, size: PageSize) -> PageImage:
    """Return a page that a child wrote, and remove its file."""
    most = size.width * size.height * 3 + _PPM_HEADER_BYTES
    written = read_output(folder, raster.page_name(number), max_bytes=most)
    (folder / raster.page_name(number)).unlink()
    return PageImage(number, parse_ppm(written, size.width, size.height), size.dpi)


def _shares(pages: Sequence[PageSize]) -> Iterator[tuple[int, list[PageSize]]]:
    """Give the pages in shares for one child each, with the number of each share's first page."""
    first, share, pixels = 1, list[PageSize](), 0
    for number, page in enumerate(pages, 1):
        if share and pixels + page.width * page.height > _PIXELS_PER_CHILD:
            yield first, share
            first, share, pixels = number, [], 0
        share.append(page)
        pixels += page.width * page.height
    yield first, share
