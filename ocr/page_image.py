"""The picture of a page in a PDF: the bytes of a JPEG or PNG file embedded as they are, never coded anew.

A PNG's rows are compressed the way PDF's Flate filter with a PNG predictor reads them (ISO 32000-1, 7.4.4.4), so the
file's data segments joined are the stream. So the file can be had back from the PDF, pixel by pixel what was archived.
"""

import io
import struct
import zlib
from collections.abc import Iterator

from pikepdf import Dictionary, Name, Object, Pdf, Stream
from PIL import Image, UnidentifiedImageError

from dossier.errors import DamagedFile

_COLOUR_SPACES = {"RGB": Name.DeviceRGB, "L": Name.DeviceGray, "1": Name.DeviceGray}
_BITS = {"RGB": 8, "L": 8, "1": 1}
_PNG_PREDICTOR = 15
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_COLOUR_TYPES = {Name.DeviceRGB: 2, Name.DeviceGray: 0}


def add_page_image(pdf: Pdf, data: bytes, width: int, height: int) -> Object:
    """Write a page's picture into ``pdf`` and return its image object.

    Args:
        pdf: The file to be.
        data: A JPEG (grey or RGB) or PNG (black and white, grey or RGB; without transparency, not interlaced) file.
        width: Of the picture, pixels.
        height: Of the picture, pixels.

    Raises:
        DamagedFile: Not such a file.
    """
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
            form, size, mode = image.format, image.size, image.mode
            embeddable = mode in _COLOUR_SPACES and not (image.has_transparency_data or image.info.get("interlace"))
    except (UnidentifiedImageError, SyntaxError) as error:
        raise DamagedFile(reason="page image is neither JPEG nor PNG") from error
    if size != (width, height) or not embeddable:
        raise DamagedFile(reason="page image is not a grey or RGB picture of the reading's size")
    stream = Stream(
        pdf,
        data if form == "JPEG" else b"".join(_png_rows(data)),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=_COLOUR_SPACES[mode],
        BitsPerComponent=_BITS[mode],
    )
    if form == "JPEG":
        stream.Filter = Name.DCTDecode
    else:
        stream.Filter = Name.FlateDecode
        stream.DecodeParms = Dictionary(
            Predictor=_PNG_PREDICTOR, Colors=len(image.getbands()), BitsPerComponent=_BITS[mode], Columns=width
        )
    return pdf.make_indirect(stream)


def page_image_file(image: Object) -> bytes:
    """Return the JPEG or PNG file that :func:`add_page_image` embedded; of a PNG without its resolution."""
    data = image.read_raw_bytes()
    if image.Filter == Name.DCTDecode:
        return data
    kind = _PNG_COLOUR_TYPES[Name(str(image.ColorSpace))]
    header = struct.pack(">IIBBBBB", int(image.Width), int(image.Height), int(image.BitsPerComponent), kind, 0, 0, 0)
    return _PNG_SIGNATURE + _png_chunk(b"IHDR", header) + _png_chunk(b"IDAT", data) + _png_chunk(b"IEND", b"")


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_rows(data: bytes) -> Iterator[bytes]:
    """Yield the contents of a PNG's ``IDAT`` chunks (ISO/IEC 15948, 5.3: length, type, data, check sum)."""
    position = len(_PNG_SIGNATURE)
    while (kind := data[position + 4 : position + 8]) != b"IEND":
        length = int.from_bytes(data[position : position + 4])
        if not kind or position + 12 + length > len(data):
            raise DamagedFile(reason="the end of a PNG is missing")
        if kind == b"IDAT":
            yield data[position + 8 : position + 8 + length]
        position += 12 + length
