"""TIFF files parted page by page without decoding anything; runs in a limited child process.

A page of a TIFF is a directory of tags that points at strips or tiles of pixels (TIFF 6.0, section 2; BigTIFF likewise
with eight bytes for four). A page is copied with its tags and its encoded pixels as they are; what points elsewhere in
the file (thumbnails, a camera's notes) stays behind.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dossier.errors import DamagedFile, NotSplittable
from ingest.decoding.raster import EXTENTS, NOT_A_PAGE, SUBFILE

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8, 17: 8}
"""Bytes of one value of each type that stands by itself: types 13 and 18 are directories elsewhere in the file."""
_NUMBERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_POINTERS = frozenset({288, 289, 330, 34665, 34853, 40965})
"""Tags of free space, thumbnails and a camera's notes."""
_OLD_JPEG = frozenset({513, 514, 519, 520, 521})
"""Tags of the JPEG of TIFF 6.0, section 22, whose parts lie anywhere in the file; nothing writes it any more."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How numbers are written: byte order, and the letters of ``struct`` for offsets and counts."""

    order: str
    offset: str
    entries: str
    long: int

    def read(self, letter: str, data: bytes, at: int) -> int:
        number: int = struct.unpack_from(self.order + letter, data, at)[0]
        return number

    def write(self, letter: str, *numbers: int) -> bytes:
        return struct.pack(self.order + letter * len(numbers), *numbers)

    @property
    def width(self) -> int:
        """Bytes of an offset, a count, and a value that stands in its entry."""
        return struct.calcsize(self.offset)


@dataclass(frozen=True, slots=True)
class _Tag:
    kind: int
    count: int
    value: bytes


_Page = Mapping[int, _Tag]


def part(path: str, groups: list[list[int]], names: list[str]) -> None:
    """Write each group of pages, numbered from 1, into a TIFF of its own; encoded pixels are copied as they are.

    Raises:
        DamagedFile: The structure of the TIFF is broken. NotSplittable: Its pixels are of the old JPEG form.
    """
    data = Path(path).read_bytes()
    try:
        form = _form(data)
        pages = [page for page in _pages(data, form) if not _first(form, page.get(SUBFILE)) & NOT_A_PAGE]
        for group, name in zip(groups, names, strict=True):
            Path(name).write_bytes(_written(data, form, [pages[number - 1] for number in group]))
    except (struct.error, LookupError, ValueError):
        raise DamagedFile(reason="the structure of the TIFF is broken") from None


def _form(data: bytes) -> _Form:
    order = {b"II": "<", b"MM": ">"}[data[:2]]
    big = struct.unpack_from(order + "H", data, 2)[0] == 43  # noqa: PLR2004 - BigTIFF's number, TIFF's is 42
    return _Form(order, "Q", "Q", 16) if big else _Form(order, "I", "H", 4)


def _pages(data: bytes, form: _Form) -> Iterator[_Page]:
    """Give the tags of each directory in the file's chain.

    Raises:
        ValueError: The chain comes back to itself.
    """
    link, seen = form.width if form.width == 4 else 8, set[int]()  # noqa: PLR2004
    while at := form.read(form.offset, data, link):
        if at in seen:
            raise ValueError
        seen.add(at)
        count = form.read(form.entries, data, at)
        at += struct.calcsize(form.entries)
        size = 4 + 2 * form.width
        yield dict(_tag(data, form, at + i * size) for i in range(count))
        link = at + count * size


def _tag(data: bytes, form: _Form, at: int) -> tuple[int, _Tag]:
    number, kind = form.read("H", data, at), form.read("H", data, at + 2)
    count = form.read(form.offset, data, at + 4)
    length = count * _SIZES.get(kind, 0)
    start = at + 4 + form.width
    if length > form.width:
        start = form.read(form.offset, data, start)
    return number, _Tag(kind, count, _slice(data, start, length))


def _slice(data: bytes, start: int, length: int) -> bytes:
    if start + length > len(data):
        raise ValueError
    return data[start : start + length]


def _numbers(form: _Form, tag: _Tag) -> tuple[int, ...]:
    return struct.unpack(f"{form.order}{tag.count}{_NUMBERS[tag.kind]}", tag.value)


def _first(form: _Form, tag: _Tag | None) -> int:
    return _numbers(form, tag)[0] if tag else 0


def _written(data: bytes, form: _Form, pages: list[_Page]) -> bytes:
    """Return a file of these pages."""
    out = bytearray(data[:8] if form.width == 8 else data[:4])  # noqa: PLR2004 - all of the header but its link
    link = len(out)
    out += bytes(form.width)
    for page in pages:
        tags = _with_pixels(out, data, form, page)
        entries = bytearray()
        for number, tag in sorted(tags.items()):
            value = tag.value.ljust(form.width, b"\0")
            if len(tag.value) > form.width:
                value = form.write(form.offset, _append(out, tag.value))
            entries += form.write("H", number, tag.kind) + form.write(form.offset, tag.count) + value
        directory = form.write(form.entries, len(tags)) + entries + bytes(form.width)
        at = _append(out, directory)
        out[link : link + form.width] = form.write(form.offset, at)
        link = at + len(directory) - form.width
    return bytes(out)


def _with_pixels(out: bytearray, data: bytes, form: _Form, page: _Page) -> dict[int, _Tag]:
    """Copy a page's strips or tiles to ``out``, and return its tags, pointing there.

    Raises:
        NotSplittable: The pixels are of the old JPEG form, or how long they are is not said.
    """
    tags = {number: tag for number, tag in page.items() if number not in _POINTERS and tag.kind in _SIZES}
    held = [pair for pair in EXTENTS if set(pair) <= set(tags)]
    if not held or _OLD_JPEG & set(tags):
        raise NotSplittable(reason="its pixels are scattered", reason_vi="các điểm ảnh của tệp nằm rải rác")
    for offsets, lengths in held:
        spans = zip(_numbers(form, tags[offsets]), _numbers(form, tags[lengths]), strict=True)
        starts = [_append(out, _slice(data, start, length)) for start, length in spans]
        tags[offsets] = _Tag(form.long, len(starts), form.write(form.offset, *starts))
    return tags


def _append(out: bytearray, piece: bytes) -> int:
    """Append at an even offset, as the standard asks, and return it."""
    out += bytes(len(out) % 2)
    at = len(out)
    out += piece
    return at
