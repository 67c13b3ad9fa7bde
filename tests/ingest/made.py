"""Files to hand in, made here: pictures and PDFs with known pixels, and the same made wrong."""

import io
import struct
import zlib
from collections.abc import Collection, Sequence
from typing import Any

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Dictionary, Name
from PIL import Image

Picture = NDArray[np.uint8]
"""H×W×3 RGB."""


def picture(width: int = 330, height: int = 468, seed: int = 1) -> Picture:
    """Return coloured paper with lines of something like print, no two regions alike."""
    numbers = np.random.default_rng(seed)
    image = np.full((height, width, 3), (250, 246, 236), np.uint8)
    for top in range(height // 12, height - height // 12, 14):
        for left in range(width // 10, width - width // 10, 7):
            if numbers.random() < 0.8:
                image[top : top + int(numbers.integers(5, 9)), left : left + 5] = numbers.integers(0, 90, 3)
    return image


def encoded(image: Picture | Image.Image, kind: str, **options: Any) -> bytes:
    """Return an image as a file of ``kind``: PNG, JPEG, TIFF, …"""
    out = io.BytesIO()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    picture.save(out, kind, **options)
    return out.getvalue()


def tiff(*images: Picture, dpi: int = 100, previews: Collection[int] = ()) -> bytes:
    """Return a TIFF with a page for each image; those numbered in ``previews`` are marked as reduced images."""
    pages = [Image.fromarray(image) for image in images]
    for number, page in enumerate(pages):
        page.encoderinfo = {"dpi": (dpi, dpi), "tiffinfo": {254: int(number in previews)}}
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], **pages[0].encoderinfo)
    return out.getvalue()


def image_object(document: pikepdf.Pdf, image: Picture, *, jpeg: bool = False) -> pikepdf.Stream:
    """Return an image as a PDF object, stored without loss or as JPEG."""
    height, width = image.shape[:2]
    data = encoded(image, "JPEG", quality=90) if jpeg else zlib.compress(image.tobytes())
    return pikepdf.Stream(
        document,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode if jpeg else Name.FlateDecode,
    )


def add_page(
    document: pikepdf.Pdf,
    size: tuple[float, float],
    content: bytes,
    images: Sequence[Picture] = (),
    *,
    jpeg: bool = False,
    **entries: Any,
) -> pikepdf.Page:
    """Add a page of ``size`` points; ``content`` draws images as /Im0, /Im1, …"""
    document.add_blank_page(page_size=size)
    page = document.pages[-1]
    objects = {f"/Im{i}": image_object(document, image, jpeg=jpeg) for i, image in enumerate(images)}
    page.obj.Resources = Dictionary(XObject=Dictionary())
    for name, value in objects.items():
        page.obj.Resources.XObject[name] = value
    page.obj.Contents = pikepdf.Stream(document, content)
    for name, value in entries.items():
        page.obj[f"/{name}"] = value
    return page


def add_scan(
    document: pikepdf.Pdf, image: Picture, dpi: float = 100, *, jpeg: bool = False, **entries: Any
) -> pikepdf.Page:
    """Add a page filled by one image."""
    height, width = image.shape[:2]
    size = width * 72 / dpi, height * 72 / dpi
    return add_page(document, size, b"%f 0 0 %f 0 0 cm /Im0 Do" % size, [image], jpeg=jpeg, **entries)


def saved(document: pikepdf.Pdf, **options: Any) -> bytes:
    """Return a document's bytes."""
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def scan_pdf(*images: Picture, dpi: float = 100, **options: Any) -> bytes:
    """Return a PDF with a page filled by each image."""
    document = pikepdf.new()
    for image in images or (picture(),):
        add_scan(document, image, dpi)
    return saved(document, **options)


def empty_png(width: int, height: int) -> bytes:
    """Return a white PNG of any size, made without its pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(1)
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def empty_tiff(width: int, height: int) -> bytes:
    """Return a TIFF whose header announces a size and whose one strip is nearly empty."""
    tags = [(256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 4), (262, 3, 0), (273, 4, 8), (279, 4, 4)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return struct.pack("<2sHI", b"II", 42, 12) + bytes(4) + struct.pack("<H", len(tags)) + entries + bytes(4)


def mutated(data: bytes, seed: int) -> bytes:
    """Return ``data`` with something wrong: bytes changed, a part cut out, doubled, zeroed, or its end missing."""
    numbers = np.random.default_rng(seed)
    changed = bytearray(data)
    for _ in range(int(numbers.integers(1, 6))):
        at = int(numbers.integers(0, len(changed)))
        span = int(numbers.integers(1, max(2, len(changed) // 8)))
        match int(numbers.integers(0, 6)):
            case 0:
                changed[at] = int(numbers.integers(0, 256))
            case 1:
                del changed[at : at + span]
            case 2:
                changed[at:at] = changed[at : at + span]
            case 3:
                changed[at : at + span] = bytes(len(changed[at : at + span]))
            case 4:
                del changed[at:]
            case _:
                changed[at : at + 4] = numbers.bytes(4)
        if not changed:
            return b""
    return bytes(changed)


def turned(image: Picture, degrees: float) -> Picture:
    """Return an image turned clockwise about its middle, the paper's colour in the corners."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), borderValue=(250, 246, 236)), np.uint8)
