"""JPEG pages bound into one PDF, their bytes as they came."""

import os
from collections.abc import Sequence
from pathlib import Path

_COLOURS = {1: "DeviceGray", 3: "DeviceRGB"}
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of a JPEG's frame header (ITU-T T.81, table B.1)."""
_BARE = frozenset({0x01, *range(0xD0, 0xDA)})
"""Markers without a length."""


def bind(pages: Sequence[Path], target: Path, dpi: int) -> None:
    """Write a PDF of JPEG pages; it is on the disk when this returns.

    Args:
        pages: At least one.
        target: The PDF.
        dpi: Of the pages, dots per inch.

    Raises:
        ValueError: A page is no JPEG in grey or three colours.
    """
    places: list[int] = []
    with target.open("wb") as file:

        def put(body: bytes) -> None:
            places.append(file.tell())
            file.write(b"%d 0 obj\n%b\nendobj\n" % (len(places), body))

        file.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        kids = " ".join(f"{3 + 3 * number} 0 R" for number in range(len(pages)))
        put(b"<</Type/Catalog/Pages 2 0 R>>")
        put(f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode())
        for number, page in enumerate(pages):
            data, own = page.read_bytes(), 3 + 3 * number
            width, height, colours = _frame(data)
            across, down = (f"{side * 72 / dpi:.3f}" for side in (width, height))
            put(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {across} {down}]/Contents {own + 1} 0 R"
                f"/Resources<</XObject<</Im {own + 2} 0 R>>>>>>".encode()
            )
            drawn = f"{across} 0 0 {down} 0 0 cm /Im Do".encode()
            put(b"<</Length %d>>stream\n%b\nendstream" % (len(drawn), drawn))
            head = (
                f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/{colours}"
                f"/BitsPerComponent 8/Filter/DCTDecode/Length {len(data)}>>stream\n"
            )
            put(head.encode() + data + b"\nendstream")
        table = file.tell()
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        file.writelines(b"%010d 00000 n \n" % place for place in places)
        file.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table))
        file.flush()
        os.fsync(file.fileno())


def _frame(data: bytes) -> tuple[int, int, str]:
    """Return a JPEG's width, height and colours.

    Raises:
        ValueError: It is none, or of other colours.
    """
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 < len(data) and data[at] == 0xFF:  # noqa: PLR2004 - every marker's byte
        marker = data[at + 1]
        if marker in _FRAMES and data[at + 9] in _COLOURS:
            width, height = (int.from_bytes(data[at + place : at + place + 2]) for place in (7, 5))
            return width, height, _COLOURS[data[at + 9]]
        if marker in _FRAMES:
            break
        at += 2 if marker in _BARE else 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4])  # noqa: PLR2004
    raise ValueError("trang không phải ảnh JPEG xám hoặc màu / no JPEG in grey or three colours")
