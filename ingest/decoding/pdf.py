"""The structure of a received PDF: its pages, the scans on them, its signatures (parsed with pikepdf).

``probe`` and ``part`` run in a limited child process; ``trimmed`` works on the bytes alone.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, SupportsFloat

import pikepdf

from dossier.errors import DamagedFile, EncryptedFile, PageTooLarge, TooManyPages
from ingest.decoding import jpeg
from ingest.decoding.resolution import DEFAULT_DPI, MAX_DPI, SQUARE_WITHIN, is_plausible, resolution
from ingest.intake.passive import require_passive

_END = b"%%EOF"
_SYNTAX = re.compile(rb"\b(?:obj|endobj|endstream|xref|startxref|trailer)\b")
_POINTS_PER_INCH = 72
_MAX_CONTENT_BYTES = 256 * 1024
"""Compressed; longer contents are drawings and text, not a scan."""
_MAX_FORM_DEPTH = 4
_COVERS_PAGE = 0.5
_INVISIBLE = 3
"""Text rendering mode of the text layer over a scan."""
_MAX_PARENTS = 50
_MAX_FORM_FIELDS = 10_000
_SHOWN_BY = ("/OCProperties", "/OutputIntents")
"""What of a document says how its pages look: which layers are shown, and the colours meant."""

_BROKEN = (pikepdf.PikepdfError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""Every way in which pikepdf says that an object is not of the kind the PDF standard asks for."""


def trimmed(data: bytes) -> bytes:
    """Return a PDF without harmless junk after its last end mark.

    What follows the last end mark is junk only if no PDF syntax is in it; otherwise it is the beginning of a later
    revision whose end is missing, and reading on would show the paper as it was before that revision.

    Raises:
        DamagedFile: No end mark, or a cut revision after the last one.
    """
    end = data.rfind(_END)
    if end < 0:
        raise DamagedFile(reason="the end of the PDF is missing")
    end += len(_END)
    if _SYNTAX.search(data, end):
        raise DamagedFile(reason="the last revision of the PDF is cut short")
    return data[:end] + b"\n"


def probe(path: str, max_pages: int, max_pixels: int) -> dict[str, Any]:
    """Return ``{"pages": [[width, height, dpi], …], "signatures": n, "drawn": …}``.

    Width and height are in pixels as to be rendered; ``drawn`` says whether every page is text and not a picture of it.

    Raises:
        DamagedFile, EncryptedFile, TooManyPages, PageTooLarge, ActiveContent: What is wrong with the file.
        LimitExceeded: It has more objects than any scan.
    """
    try:
        with pikepdf.open(path, attempt_recovery=False, suppress_warnings=True) as document:
            count = len(document.pages)
            if count > max_pages:
                raise TooManyPages(pages=count, limit=max_pages)
            if count == 0:
                raise DamagedFile(reason="the PDF has no pages")
            require_passive(document)
            pages = [_page_size(page, number, max_pixels) for number, page in enumerate(document.pages, 1)]
            drawn = all(_is_drawn(page) for page in document.pages)
            return {"pages": pages, "signatures": _count_signatures(document.Root), "drawn": drawn}
    except pikepdf.PasswordError:
        raise EncryptedFile from None
    except PermissionError:  # unpacking asks for a program where a limited process may start none
        raise DamagedFile(reason="the contents of a page are packed as a picture is") from None
    except _BROKEN:
        raise DamagedFile(reason="the structure of the PDF is broken") from None


def part(path: str, groups: list[list[int]], names: list[str]) -> None:
    """Write each group of pages, numbered from 1, into a PDF of its own; streams are copied, never encoded anew.

    A part holds what its pages draw and nothing of the others, even where all pages share one list of resources.
    Outlines, forms and metadata, which are of the whole, stay behind. The same pages give the same bytes.

    Raises:
        DamagedFile: The structure of the PDF is broken.
    """
    try:
        with pikepdf.open(path, attempt_recovery=False, suppress_warnings=True) as document:
            for group, name in zip(groups, names, strict=True):
                with pikepdf.new() as copy:
                    copy.pages.extend(document.pages[number - 1] for number in group)
                    copy.remove_unreferenced_resources()
                    for key in _SHOWN_BY:
                        if key in document.Root:
                            copy.Root[key] = copy.copy_foreign(document.make_indirect(document.Root[key]))
                    copy.save(
                        name,
                        min_version=document.pdf_version,
                        compress_streams=False,
                        stream_decode_level=pikepdf.StreamDecodeLevel.none,
                        deterministic_id=True,
                    )
    except _BROKEN:
        raise DamagedFile(reason="the structure of the PDF is broken") from None


# --- pages ---------------------------------------------------------------------------------------------------------


def _page_size(page: pikepdf.Page, number: int, max_pixels: int) -> tuple[int, int, int]:
    """Return width and height in pixels, and dots per inch, at which a page is to be rendered.

    A page that is one scan gets the scan's own pixels, so that rendering copies them; any other page ``DEFAULT_DPI``.
    """
    unit = float(_inherited(page.obj, "/UserUnit", 1))
    left, bottom, right, top = (float(v) * unit / _POINTS_PER_INCH for v in page.cropbox.as_list())
    inches = abs(right - left), abs(top - bottom)
    if not min(inches) > 0:
        raise DamagedFile(reason=f"page {number} has no area")
    for scope in page.content_scopes():
        for image in _images(scope.resources):
            _require_pixels(number, int(image.Width), int(image.Height), max_pixels)
            if image.get("/Filter") == "/DCTDecode":
                jpeg.require_end(image.read_raw_bytes())
    width, height, dpi = _scan_size(page, inches, unit) or (*_pixels(inches, DEFAULT_DPI), DEFAULT_DPI)
    _require_pixels(number, width, height, max_pixels)
    return (height, width, dpi) if float(_inherited(page.obj, "/Rotate", 0)) % 180 else (width, height, dpi)


def _scan_size(page: pikepdf.Page, inches: tuple[float, float], unit: float) -> tuple[int, int, int] | None:
    """Return pixels and dots per inch of the scan that fills a page, or ``None`` if the page is not just a scan.

    Scans may come in strips, or as a coarse background under a fine mask: the finest resolution at which images cover
    half of the page counts. A page with visible text is no scan: its letters need more dots than the picture behind
    them has.
    """
    area = inches[0] * inches[1]
    shares: dict[int, float] = defaultdict(float)
    finest: dict[int, tuple[float, float]] = {}
    try:
        for drawn in _drawn(page.obj, page.resources, pikepdf.Matrix()):
            if drawn is None:
                return None
            a, b, c, d, _, _ = drawn.matrix.shorthand
            across, down = math.hypot(a, b) * unit / _POINTS_PER_INCH, math.hypot(c, d) * unit / _POINTS_PER_INCH
            if min(across, down) > 0:
                ppi = drawn.width / across, drawn.height / down
                shares[round(max(ppi))] += across * down / area
                finest[round(max(ppi))] = ppi if abs(a) > abs(b) else ppi[::-1]
    except pikepdf.PdfError:
        return None  # contents that do not parse draw no scan; whether they can be shown is the renderer's to say
    covering = [key for key, share in shares.items() if share >= _COVERS_PAGE]
    return _square(inches, finest[max(covering)]) if covering else None


def _is_drawn(page: pikepdf.Page) -> bool:
    """Return whether a page shows text, and no pictures that would cover half of it laid side by side."""
    left, bottom, right, top = (float(v) for v in page.cropbox.as_list())
    shows_text, covered = False, 0.0
    try:
        for drawn in _drawn(page.obj, page.resources, pikepdf.Matrix()):
            if drawn is None:
                shows_text = True
            else:
                a, b, c, d, _, _ = drawn.matrix.shorthand
                covered += abs(a * d - b * c)
    except pikepdf.PdfError:
        return False
    return shows_text and covered < _COVERS_PAGE * abs((right - left) * (top - bottom))


def _square(inches: tuple[float, float], ppi: tuple[float, float]) -> tuple[int, int, int]:
    """Return size in pixels and dots per inch of a scan with the given resolutions across and down the page."""
    dpi = max(ppi)
    if dpi / min(ppi) > SQUARE_WITHIN:
        ppi = dpi, dpi
    width, height = round(inches[0] * ppi[0]), round(inches[1] * ppi[1])
    if not is_plausible(width, height, dpi):
        return max(1, width), max(1, height), resolution(width, height, None)
    if dpi > MAX_DPI:
        return *_pixels(inches, MAX_DPI), MAX_DPI
    return width, height, round(dpi)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """An image as a page draws it: its own pixels, and the matrix that places it in points."""

    width: int
    height: int
    matrix: pikepdf.Matrix


def _drawn(
    content: pikepdf.Object, resources: pikepdf.Object, start: pikepdf.Matrix, depth: int = 0
) -> Iterator[_Drawn | None]:
    """Give every image a content stream draws, and ``None`` for text it shows or if it is too long to look at."""
    if _content_bytes(content) > _MAX_CONTENT_BYTES:
        yield None
        return
    matrix, mode = start, 0
    kept: list[tuple[pikepdf.Matrix, int]] = []
    for instruction in pikepdf.parse_content_stream(content, "q Q cm Do Tr Tj TJ ' \""):
        operands = list(instruction.operands)
        match str(instruction.operator):
            case "q":
                kept.append((matrix, mode))
            case "Q" if kept:
                matrix, mode = kept.pop()
            case "cm":
                matrix = _matrix(operands) @ matrix
            case "Tr":
                mode = int(operands[0])
            case "Do":
                yield from _drawn_object(resources.XObject[str(operands[0])], resources, matrix, depth)
            case "Tj" | "TJ" | "'" | '"' if mode != _INVISIBLE:
                yield None


def _drawn_object(
    item: pikepdf.Object, resources: pikepdf.Object, matrix: pikepdf.Matrix, depth: int
) -> Iterator[_Drawn | None]:
    """Give what drawing an XObject draws: itself if an image, its contents if a form."""
    if item.Subtype == "/Image":
        yield _Drawn(int(item.Width), int(item.Height), matrix)
    elif item.Subtype == "/Form" and depth < _MAX_FORM_DEPTH:
        own = _matrix(item.get("/Matrix", [1, 0, 0, 1, 0, 0]))
        yield from _drawn(item, item.get("/Resources", resources), own @ matrix, depth + 1)


def _matrix(numbers: Iterable[SupportsFloat]) -> pikepdf.Matrix:
    return pikepdf.Matrix(*(float(v) for v in numbers))


def _content_bytes(content: pikepdf.Object) -> int:
    """Return the compressed length of a page's or a form's content."""
    streams = content if isinstance(content, pikepdf.Stream) else content.get("/Contents", pikepdf.Array())
    parts = [streams] if isinstance(streams, pikepdf.Stream) else list(streams)
    return sum(int(part.get("/Length", 0)) for part in parts)


def _images(resources: pikepdf.Object | None) -> Iterator[pikepdf.Object]:
    """Give the images that a resource dictionary names."""
    if resources is not None and "/XObject" in resources:
        yield from (item for item in resources.XObject.values() if item.get("/Subtype") == "/Image")


def _pixels(inches: tuple[float, float], dpi: float) -> tuple[int, int]:
    """Return an area's size in pixels, at least one by one."""
    return max(1, round(inches[0] * dpi)), max(1, round(inches[1] * dpi))


def _require_pixels(number: int, width: int, height: int, limit: int) -> None:
    if width * height > limit:
        raise PageTooLarge(page=number, width=width, height=height, limit=limit)


# --- the document --------------------------------------------------------------------------------------------------


def _inherited(item: pikepdf.Object, key: str, default: float) -> SupportsFloat:
    """Return an attribute of a page or of the nearest branch of the page tree that has it."""
    for _ in range(_MAX_PARENTS):
        if key in item:
            value: SupportsFloat = item[key]
            return value
        if "/Parent" not in item:
            break
        item = item.Parent
    return default


def _count_signatures(root: pikepdf.Object) -> int:
    """Return how many signature fields of a form hold a signature."""
    waiting = list(root.get("/AcroForm", pikepdf.Dictionary()).get("/Fields", []))
    count = seen = 0
    while waiting and seen < _MAX_FORM_FIELDS:
        item = waiting.pop()
        seen += 1
        waiting.extend(item.get("/Kids", []))
        count += "/ByteRange" in item.get("/V", {})
    return count
