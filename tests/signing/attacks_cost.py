"""Attacks on the verifier itself: small or large files that cost far more to read than any honest one."""

import re
import zlib
from collections.abc import Callable

from tests.signing.kit import Kit
from tests.signing.others import add_evidence, sign
from tests.signing.papers import AT, small_page
from tests.signing.raw import Update, contents_of, last_startxref, number_of, objects_in, trailer_of

_MB = 1 << 20


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def _large_update(size: int) -> Callable[[Kit], bytes]:
    return lambda kit: Update({900: _stream(bytes(size))}).append(kit.signed)


def _revisions(count: int) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        out, before = bytearray(kit.signed), last_startxref(kit.signed)
        entries = b"".join(b"%s %s " % e for e in trailer_of(kit.signed).items())
        for number in range(20, 20 + count):
            at = len(out)
            out += b"%d 0 obj\n<< >>\nendobj\n" % number
            here = len(out)
            out += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d %s/Prev %d >>\n" % (
                number,
                at,
                number + 1,
                entries,
                before,
            )
            out += b"startxref\n%d\n%%%%EOF\n" % here
            before = here
        return bytes(out)

    return make


def _fields(count: int) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        form, field = number_of(kit.signed, b"/SigFlags"), number_of(kit.signed, b"/FT /Sig")
        text = b"<< /SigFlags 3 /Fields [%s] >>" % (b"%d 0 R " % field * count)
        return Update({form: text}).append(kit.signed)

    return make


def _redefined(mark: bytes, change: Callable[[int, bytes], bytes]) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        number = number_of(kit.signed, mark)
        return Update({number: change(number, objects_in(kit.signed)[number])}).append(kit.signed)

    return make


def _in_catalogue(value: bytes) -> Callable[[Kit], bytes]:
    return _redefined(b"/Type /Catalog", lambda _n, text: text.replace(b"<<", b"<< /X " + value, 1))


def _paths(depth: int) -> Callable[[Kit], bytes]:
    """Objects that each point twice to the next: as many ways through them as two to the depth."""

    def make(kit: Kit) -> bytes:
        page = small_page()
        chain = {100 + n: b"[%d 0 R %d 0 R]" % (101 + n, 101 + n) for n in range(depth)} | {100 + depth: b"null"}
        root = number_of(page, b"/Type /Catalog")
        text = objects_in(page)[root].replace(b"<<", b"<< /PieceInfo << /X 100 0 R >>", 1)
        signed = sign(Update({root: text, **chain}).append(page), kit.gov.key(), at=AT)
        return add_evidence(signed, kit.trust)

    return make


def _packed(number: int, text: bytes, padding: int, filters: int = 1) -> Callable[[bytes], bytes]:
    """Put an object into an object stream that unpacks to ``padding`` bytes more."""

    def append(pdf: bytes) -> bytes:
        directory = b"%d 0 " % number
        data = directory + text + bytes(padding)
        for _ in range(filters):
            data = zlib.compress(data, 9)
        names = b"[" + b"/FlateDecode " * filters + b"]"
        out = bytearray(pdf)
        stream_at = len(out)
        head = b"/Type /ObjStm /N 1 /First %d /Filter %s" % (len(directory), names)
        out += b"700 0 obj\n%s\nendobj\n" % _stream(data, head)
        here = len(out)
        rows = (
            b"\2"
            + (700).to_bytes(4)
            + b"\0\0"
            + b"\1"
            + stream_at.to_bytes(4)
            + b"\0\0"
            + b"\1"
            + here.to_bytes(4)
            + b"\0\0"
        )
        entries = b"".join(b"%s %s " % e for e in trailer_of(pdf).items())
        table = b"/Type /XRef /Size 702 /W [1 4 2] /Index [%d 1 700 2] %s/Prev %d" % (
            number,
            entries,
            last_startxref(pdf),
        )
        out += b"701 0 obj\n%s\nendobj\n" % _stream(rows, table)
        return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % here

    return append


def _object_bomb(padding: int, filters: int) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        form = number_of(kit.signed, b"/SigFlags")
        return _packed(form, objects_in(kit.signed)[form], padding, filters)(kit.signed)

    return make


def _table_bomb(count: int, *, widths: bytes = b"[1 2 1]", disguise: bool = False) -> Callable[[Kit], bytes]:
    """A cross-reference stream of so many entries, packed."""

    def make(kit: Kit) -> bytes:
        here = len(kit.signed)
        rows = zlib.compress(bytes(count * 4), 9)
        kind = b"/#54ype /XRef" if disguise else b"/Type /XRef"
        entries = b"".join(b"%s %s " % e for e in trailer_of(kit.signed).items())
        head = b"%s /Size %d /W %s /Filter /FlateDecode %s/Prev %d" % (
            kind,
            count,
            widths,
            entries,
            last_startxref(kit.signed),
        )
        return kit.signed + b"800 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (_stream(rows, head), here)

    return make


def _long_table(count: int) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        here = len(kit.signed)
        entries = b"".join(b"%s %s " % e for e in trailer_of(kit.signed).items())
        table = b"xref\n1000 %d\n" % count + b"0000000017 00000 n \n" * count
        trailer = b"trailer\n<< /Size %d %s/Prev %d >>\n" % (1000 + count, entries, last_startxref(kit.signed))
        return kit.signed + table + trailer + b"startxref\n%d\n%%%%EOF\n" % here

    return make


def _huge_value(size: int) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        start, end = contents_of(kit.signed)[-1]
        found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", kit.signed)
        assert found
        stretched = kit.signed[:end] + b"0" * size + kit.signed[end:]
        return Update({}).append(stretched.replace(found[0], b"/ByteRange [0 %d %d %d]" % (start - 1, end + size, 500)))

    return make


def _deep_value(kit: Kit) -> bytes:
    start, end = contents_of(kit.signed)[-1]
    return kit.signed[:start] + (b"3080" * 5000)[: end - start].ljust(end - start, b"0") + kit.signed[end:]


def _many_values(kit: Kit) -> bytes:
    start, end = contents_of(kit.signed)[-1]
    return (
        kit.signed[:start]
        + (b"3082" + b"1000" + b"0500" * 4000)[: end - start].ljust(end - start, b"0")
        + kit.signed[end:]
    )


MAKERS: dict[str, Callable[[Kit], bytes]] = {
    "cost-update-100mb": _large_update(100 * _MB),
    "cost-update-20mb": lambda k: Update({number_of(k.signed, b"So tien"): _stream(b"BT ET")}).append(
        _large_update(20 * _MB)(k)
    ),
    "cost-revisions": _revisions(1000),
    "cost-fields": _fields(5000),
    "cost-cyclic-pages": _redefined(b"/Kids", lambda n, t: re.sub(rb"/Kids \[[^\]]*\]", b"/Kids [%d 0 R]" % n, t)),
    "cost-cyclic-fields": _redefined(b"/FT /Sig", lambda n, t: t.replace(b"<<", b"<< /Kids [%d 0 R]" % n, 1)),
    "cost-nesting": _in_catalogue(b"[" * 100_000 + b"]" * 100_000),
    "cost-nesting-dictionaries": _in_catalogue(b"<</X " * 100_000 + b"0" + b">>" * 100_000),
    "cost-long-string": _in_catalogue(b"(" + b"x" * (30 * _MB) + b")"),
    "cost-long-list": _in_catalogue(b"[" + b"1 " * 5_000_000 + b"]"),
    "cost-paths": _paths(40),
    "cost-object-stream": _object_bomb(100 * _MB, 1),
    "cost-object-stream-twice": _object_bomb(100 * _MB, 2),
    "cost-xref-stream": _table_bomb(50_000_000),
    "cost-xref-stream-disguised": _table_bomb(50_000_000, disguise=True),
    "cost-xref-width": _table_bomb(10, widths=b"[1 1000000000 1]"),
    "cost-xref-table": _long_table(1_000_000),
    "cost-length": _redefined(b"So tien", lambda _n, t: re.sub(rb"/Length \d+", b"/Length 1099511627776", t)),
    "cost-huge-value": _huge_value(60 * _MB),
    "cost-deep-value": _deep_value,
    "cost-many-values": _many_values,
}
