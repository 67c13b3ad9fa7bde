"""Random changes to signed files, on three levels: bytes, PDF objects, and the ASN.1 inside a signature.

Every change is a function of a file and a random generator, so a case is its seed and nothing else.
"""

import io
import re
import warnings
from collections.abc import Callable
from random import Random

import pikepdf

from signing.cms import Unparsable, _Node, _Walk
from tests.signing.raw import Update, contents_of, objects_in, reencode

Mutation = Callable[[bytes, Random], bytes]

_TOKENS = (
    b"endobj",
    b"endstream",
    b"stream\n",
    b"<<",
    b">>",
    b"[",
    b"]",
    b"(",
    b")",
    b"null",
    b"trailer",
    b"startxref\n0\n%%EOF\n",
    b"%PDF-1.7\n",
    b"xref\n0 1\n0000000000 65535 f \n",
    b"1 0 obj\n",
    b"/ByteRange [0 1 2 3]",
    b"/Contents <00>",
    b"\0",
    b"%",
    b"4294967296",
    b"-1",
    b"/Prev 9",
    b"/Type /XRef",
    b"/Size 99999999",
)
_VALUES = (
    "null",
    "true",
    "0",
    "-1",
    "2147483648",
    "()",
    "(x)",
    "<>",
    "[]",
    "<<>>",
    "/X",
    "/Sig",
    "/DocTimeStamp",
    "[0 0 600 850]",
    "[0 1 2 3]",
    "/ETSI.CAdES.detached",
    "/adbe.pkcs7.detached",
    "132",
    "6",
    "(D:20200101000000Z)",
)
_KEYS = (
    "Type",
    "Subtype",
    "Contents",
    "Resources",
    "Annots",
    "Kids",
    "Parent",
    "Count",
    "AP",
    "N",
    "V",
    "T",
    "FT",
    "Ff",
    "F",
    "Rect",
    "MediaBox",
    "CropBox",
    "Rotate",
    "AcroForm",
    "Fields",
    "SigFlags",
    "OpenAction",
    "AA",
    "Pages",
    "DSS",
    "ByteRange",
    "Filter",
    "SubFilter",
    "M",
    "Reason",
    "Name",
    "Reference",
    "NeedAppearances",
    "DR",
    "DA",
    "Metadata",
    "Perms",
    "OC",
    "Lock",
)


def flip(data: bytes, rng: Random) -> bytes:
    """Change one to four bytes."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(data: bytes, rng: Random) -> bytes:
    """Take out, double or move a piece."""
    first = rng.randrange(len(data))
    second = min(len(data), first + rng.choice((1, 8, 100, 1000, 20_000)))
    piece = data[first:second]
    at = rng.randrange(len(data))
    match rng.randrange(3):
        case 0:
            return data[:first] + data[second:]
        case 1:
            return data[:second] + piece + data[second:]
        case _:
            rest = data[:first] + data[second:]
            return rest[:at] + piece + rest[at:]


def put(data: bytes, rng: Random) -> bytes:
    """Put a token somewhere, instead of what is there or in between; at the end as often as elsewhere."""
    at = len(data) if rng.random() < 0.3 else rng.randrange(len(data))
    token = rng.choice(_TOKENS) * rng.choice((1, 1, 1, 2, 300))
    return data[:at] + token + data[at if rng.random() < 0.5 else at + len(token) :]


def number(data: bytes, rng: Random) -> bytes:
    """Change one number written in the file to another of the same length."""
    found = list(re.finditer(rb"(?<=[ \[\n])\d+(?=[ \]\n])", data))
    if not found:
        return flip(data, rng)
    match = rng.choice(found)
    value = max(int(match[0]) + rng.choice((-1, 1, 10, -100, rng.randrange(100_000))), 0)
    return data[: match.start()] + str(value).zfill(len(match[0]))[-len(match[0]) :].encode() + data[match.end() :]


def cms_tree(data: bytes, rng: Random) -> bytes:
    """Change one value of a signature's ASN.1 tree."""
    places = contents_of(data)
    if not places:
        return flip(data, rng)
    start, end = rng.choice(places)
    try:
        value = bytes.fromhex(data[start:end].decode("ascii"))
        root = _Walk(value).node(0, len(value))
    except (ValueError, Unparsable):
        return flip(data, rng)
    _mutate_node(rng.choice([n for n in root.all() if n.parts is None or rng.random() < 0.3] or [root]), root, rng)
    surplus = rng.choice((b"", b"", b"", b"\0\0\5\0", b"<script>", bytes([rng.randrange(256)])))
    return reencode(data, start, end, root.encode() + surplus)


def _mutate_node(node: _Node, root: _Node, rng: Random) -> None:
    parents = [n for n in root.all() if n.parts and any(p is node for p in n.parts)]
    match rng.randrange(7):
        case 0 if node.content:
            at = rng.randrange(len(node.content))
            node.content = node.content[:at] + bytes([rng.randrange(256)]) + node.content[at + 1 :]
        case 1 if parents and parents[0].parts:
            parents[0].parts.remove(node)
        case 2 if parents and parents[0].parts is not None:
            parents[0].parts.insert(rng.randrange(len(parents[0].parts) + 1), node)
        case 3:
            node.tag, node.content, node.parts = b"\x05", b"", None
        case 4:
            node.tag = bytes([rng.choice((0x02, 0x04, 0x30, 0x31, 0xA0, 0xA1, 0x0C, 0x17, 0x06))])
        case 5 if node.parts:
            rng.shuffle(node.parts)
        case _:
            node.content, node.parts = bytes(rng.randrange(256) for _ in range(rng.choice((0, 1, 20)))), None


def update(data: bytes, rng: Random) -> bytes:
    """Append an update that redefines, adds or frees objects, well or badly made."""
    known = objects_in(data)
    if not known:
        return flip(data, rng)
    size = max(known) + 1
    written: dict[int, bytes] = {}
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        target = rng.choice(list(known))
        written[size + rng.randrange(3) if rng.random() < 0.25 else target] = _object(known[target], list(known), rng)
    kind = rng.choice(("table", "table", "stream", "none", "lost", "free", "back", "loop"))
    return Update(written, kind=kind, free=(rng.choice(list(known)),) if kind == "free" else ()).append(data)


def _object(text: bytes, numbers: list[int], rng: Random) -> bytes:
    """Return an object's text with an entry changed, added or taken away."""
    value = rng.choice(_VALUES) if rng.random() < 0.6 else f"{rng.choice(numbers)} 0 R"
    key = rng.choice(_KEYS)
    if b"stream" in text and rng.random() < 0.5:
        return flip(text, rng)
    head, mark, tail = text.partition(b"<<")
    if not mark:
        return value.encode()
    entries = list(re.finditer(rb"/([A-Za-z]+)", tail))
    if entries and rng.random() < 0.5:
        entry = rng.choice(entries)
        return head + mark + tail[: entry.start()] + f"/{key}".encode() + tail[entry.end() :]
    return head + mark + f" /{key} {value} ".encode() + tail


def rewrite(data: bytes, rng: Random) -> bytes:
    """Save the file anew, as a careless program would: every signature must notice."""
    output = io.BytesIO()
    try:
        with warnings.catch_warnings(action="ignore"), pikepdf.open(io.BytesIO(data)) as pdf:
            if rng.random() < 0.5 and len(pdf.pages) > 0:
                pdf.pages[0].Rotate = 90
            pdf.save(output, linearize=rng.random() < 0.3)
    except (pikepdf.PdfError, ValueError):
        return flip(data, rng)
    return output.getvalue()


MUTATIONS: tuple[Mutation, ...] = (flip, cut, put, number, number, cms_tree, cms_tree, update, update, update, rewrite)


def mutated(data: bytes, rng: Random) -> tuple[bytes, tuple[str, ...]]:
    """Return ``data`` after one to three changes, and their names."""
    names = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        change = rng.choice(MUTATIONS)
        data = change(data, rng)
        names.append(change.__name__)
    return data, tuple(names)
