"""Files made wrong by their structure: each change is one that a parser of that format must survive. Seeded."""

import io
import random
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

import pikepdf

from tests.fuzz.targets import SEEDS
from tests.ingest import made

Change = Callable[[bytes, random.Random], bytes]

_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?![\w.])")
_ODD = (
    b"0",
    b"-1",
    b"1",
    b"65535",
    b"65536",
    b"2147483647",
    b"4294967295",
    b"99999999999999999999",
    b"0.0000001",
    b"NaN",
)
_NAMES = (b"/Length", b"/Kids", b"/Count", b"/MediaBox", b"/Filter", b"/Contents", b"/Resources", b"/Width",
          b"/ColorSpace", b"/BitsPerComponent", b"/Type", b"/Subtype", b"/Rotate", b"/Parent")  # fmt: skip
_FILTERS = (b"/DCTDecode", b"/JPXDecode", b"/JBIG2Decode", b"/CCITTFaxDecode", b"/LZWDecode", b"/RunLengthDecode",
            b"/ASCIIHexDecode", b"/ASCII85Decode", b"/Crypt")  # fmt: skip


def _replaced(data: bytes, start: int, end: int, with_: bytes) -> bytes:
    return data[:start] + with_ + data[end:]


def _numbers(data: bytes, rng: random.Random) -> bytes:
    """Put an odd number in the place of one in the text of a PDF."""
    found = list(_NUMBER.finditer(data))
    one = rng.choice(found) if found else None
    return _replaced(data, *one.span(), rng.choice(_ODD)) if one else data


def _names(data: bytes, rng: random.Random) -> bytes:
    """Exchange one name of a PDF for another."""
    return data.replace(rng.choice(_NAMES), rng.choice(_NAMES), rng.choice((1, -1)))


def _filters(data: bytes, rng: random.Random) -> bytes:
    """Say that a stream is packed in another way than it is."""
    return re.sub(rb"/(?:FlateDecode|DCTDecode)", rng.choice(_FILTERS), data, count=rng.choice((0, 1)))


def _references(data: bytes, rng: random.Random) -> bytes:
    """Let a reference of a PDF lead elsewhere, itself among others."""
    found = list(re.finditer(rb"\d+ 0 R", data))
    one = rng.choice(found) if found else None
    return _replaced(data, *one.span(), b"%d 0 R" % rng.randint(0, 12)) if one else data


def _nested(data: bytes, rng: random.Random) -> bytes:
    """Put a deep nest of arrays or dictionaries into a PDF."""
    depth = rng.choice((50, 500, 5000, 100_000))
    opening, closing = rng.choice(((b"[", b"]"), (b"<< /A ", b">>")))
    return data.replace(b"/Rotate", b"/Nest " + opening * depth + closing * depth + b" /Rotate", 1).replace(
        b"/MediaBox", b"/Nest " + opening * depth + closing * depth + b" /MediaBox", 1
    )


def _revisions(data: bytes, rng: random.Random) -> bytes:
    """Append a revision whose table leads nowhere or in circles."""
    return (
        data
        + b"\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Prev %d /Root 1 0 R /Size 9 >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            rng.randint(0, 2 * len(data)),
            rng.choice((0, len(data) + 1, rng.randint(0, len(data)))),
        )
    )


def _bombs(_: bytes, rng: random.Random) -> bytes:
    """A PDF whose contents unpack to very much, or call each other without end."""
    document = pikepdf.new()
    page = made.add_scan(document, made.picture(60, 80))
    if rng.random() < 0.5:
        page.obj.Contents = pikepdf.Stream(document, b"0 0 m 1 1 l S " * rng.randint(100_000, 400_000))
    else:
        form = pikepdf.Stream(document, b"/F Do " * rng.randint(2, 30), Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
        page.obj.Resources.XObject["/F"] = form
        page.obj.Contents = pikepdf.Stream(document, b"/F Do")
    return made.saved(document)


_TAGS = (254, 256, 257, 258, 259, 262, 273, 277, 279, 322, 347)


def _tiff_entries(data: bytes, rng: random.Random) -> bytes:
    """Change tag, kind, count or value of an entry of a TIFF's first directory."""
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    changed = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        entry = at + 2 + 12 * rng.randrange(count)
        match rng.randrange(4):
            case 0:
                struct.pack_into(
                    order + "H", changed, entry, rng.choice((254, 256, 257, 258, 259, 262, 273, 277, 279, 322, 347))
                )
            case 1:
                struct.pack_into(order + "H", changed, entry + 2, rng.randint(0, 20))
            case 2:
                struct.pack_into(order + "I", changed, entry + 4, rng.choice((0, 1, 2, 70000, 2**31, 2**32 - 1)))
            case _:
                struct.pack_into(order + "I", changed, entry + 8, rng.choice((0, 1, 7, 8, at, 65535, 2**31, 2**32 - 1)))
    return bytes(changed)


def _tiff_loops(data: bytes, rng: random.Random) -> bytes:
    """Let a TIFF's directory be followed by itself or by nothing that is one."""
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    changed = bytearray(data)
    struct.pack_into(
        order + "I", changed, at + 2 + 12 * count, rng.choice((at, 8, 2**32 - 1, rng.randrange(len(data))))
    )
    return bytes(changed)


def _png_chunks(data: bytes, rng: random.Random) -> bytes:
    """Change, repeat, drop or exchange chunks of a PNG; checksums are made to fit."""
    chunks, at = [], 8
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    number = rng.randrange(len(chunks))
    kind, body = chunks[number]
    match rng.randrange(6):
        case 0:
            body = bytes(rng.choice((b, b ^ 0xFF, 0xFF, 0)) for b in body[:4096]) + body[4096:]
        case 1:
            chunks.insert(number, chunks[number])
        case 2:
            del chunks[number]
        case 3:
            rng.shuffle(chunks)
        case 4:
            body = zlib.compress(bytes(rng.choice((10**5, 10**7, 5 * 10**7))))
            kind = rng.choice((b"IDAT", b"zTXt", b"iCCP"))
        case _:
            kind = rng.choice((b"tRNS", b"PLTE", b"IHDR", b"IEND", b"eXIf", b"acTL"))
    if number < len(chunks):
        chunks[number] = kind, body
    out = io.BytesIO()
    out.write(data[:8])
    for name, content in chunks:
        out.write(struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content)))
    return out.getvalue()


def _jpeg_segments(data: bytes, rng: random.Random) -> bytes:
    """Change length or contents of a segment of a JPEG."""
    changed, at, places = bytearray(data), 2, []
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in {0xDA, 0xD9}:
        places.append(at)
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    place = rng.choice(places)
    match rng.randrange(4):
        case 0:
            struct.pack_into(">H", changed, place + 2, rng.choice((0, 1, 2, 65535)))
        case 1:
            changed[place + 1] = rng.choice((0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC9, 0xDB, 0xDD, 0xE1, 0xEE))
        case 2:
            for _ in range(rng.randint(1, 8)):
                changed[min(len(changed) - 1, place + 4 + rng.randrange(20))] = rng.choice((0, 1, 4, 17, 127, 255))
        case _:
            changed[place:place] = b"\xff\xe1\xff\xff" + rng.randbytes(200)
    return bytes(changed)


def _flipped(data: bytes, rng: random.Random) -> bytes:
    return made.mutated(data, rng.getrandbits(32))


def _crossed(data: bytes, rng: random.Random) -> bytes:
    """The beginning of one file and the end of another kind."""
    other = rng.choice(list(GOOD.values()))[1]
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


_SMALL = made.picture(120, 170)
_PDF: tuple[Change, ...] = (_numbers, _names, _filters, _references, _nested, _revisions, _bombs, _flipped, _crossed)
_TIFF: tuple[Change, ...] = (_tiff_entries, _tiff_entries, _tiff_loops, _flipped, _crossed)
GOOD: Mapping[str, tuple[tuple[Change, ...], bytes]] = {
    "scan.pdf": (_PDF, made.scan_pdf(_SMALL, made.picture(100, 100, 2))),
    "packed.pdf": (_PDF, made.scan_pdf(_SMALL, object_stream_mode=pikepdf.ObjectStreamMode.generate)),
    "scan.tif": (_TIFF, made.tiff(_SMALL, _SMALL)),
    "packed.tif": (_TIFF, made.encoded(_SMALL, "TIFF", compression="tiff_lzw")),
    "photo.jpg": ((_jpeg_segments, _flipped, _crossed), made.encoded(_SMALL, "JPEG", dpi=(100, 100))),
    "wave.jpg": ((_jpeg_segments, _flipped, _crossed), made.encoded(_SMALL, "JPEG", progressive=True)),
    "scan.png": ((_png_chunks, _flipped, _crossed), made.encoded(_SMALL, "PNG", dpi=(100, 100))),
}
"""Good files and the changes that are made to them."""


def wrong_files(count: int, seed: int) -> Iterator[tuple[str, str, bytes]]:
    """Give so many files made wrong: what they were, what was changed, and the bytes. Equal seeds give equal files."""
    names = sorted(GOOD)
    for number in range(count):
        rng = random.Random(f"{seed} {number}")  # noqa: S311 - chance, not secrecy
        name = names[number % len(names)]
        changes, data = GOOD[name]
        change = changes[number // len(names) % len(changes)]
        for _ in range(rng.choice((1, 1, 2))):
            try:
                data = change(data, rng)
            except (struct.error, IndexError):  # the change before left nothing to change
                data = _flipped(data or b"%PDF-", rng)
        yield name, change.__name__.strip("_"), data


def wrong_texts(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Give so many wrong payloads, manifests, catalogue files …, each with the name of its target."""
    names = sorted(SEEDS)
    for number in range(count):
        rng = random.Random(f"{seed} text {number}")  # noqa: S311 - chance, not secrecy
        name = names[number % len(names)]
        yield name, _flipped(rng.choice(SEEDS[name]), rng)
