"""PDF updates written by hand, byte by byte: what honest libraries refuse to write."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

_OBJECT = re.compile(rb"(?<![0-9])(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_CONTENTS = re.compile(rb"/Contents\s*<([0-9A-Fa-f\s]*)>")


def objects_in(pdf: bytes) -> dict[int, bytes]:
    """Return the last text of each object that stands in the file uncompressed."""
    return {int(m[1]): m[2].strip() for m in _OBJECT.finditer(pdf)}


def number_of(pdf: bytes, text: bytes) -> int:
    """Return the number of the first object with ``text`` in it."""
    return next(number for number, own in objects_in(pdf).items() if text in own)


def contents_of(pdf: bytes) -> list[tuple[int, int]]:
    """Return where the hexadecimal digits of signature values begin and end."""
    return [m.span(1) for m in _CONTENTS.finditer(pdf) if m.end(1) - m.start(1) > 200]


def reencode(pdf: bytes, start: int, end: int, value: bytes) -> bytes:
    """Return the file with another signature value, padded with zeros; cut if it is too long."""
    digits = value.hex().encode()[: end - start]
    return pdf[:start] + digits.ljust(end - start, b"0") + pdf[end:]


def last_startxref(pdf: bytes) -> int:
    """Return the offset that the last ``startxref`` names, 0 if there is none."""
    found = re.findall(rb"startxref\s+(\d+)", pdf)
    return int(found[-1]) if found else 0


def trailer_of(pdf: bytes) -> dict[bytes, bytes]:
    """Return the entries of the last trailer that updates repeat."""
    return {
        key: found[-1]
        for key, pattern in (
            (b"/Root", rb"/Root\s+(\d+ \d+ R)"),
            (b"/Info", rb"/Info\s+(\d+ \d+ R)"),
            (b"/ID", rb"/ID\s*(\[.*?\])"),
        )
        if (found := re.findall(pattern, pdf, re.DOTALL))
    }


@dataclass(frozen=True)
class Update:
    """One incremental update.

    Attributes:
        objects: Their texts by number.
        kind: ``table``, ``stream`` (a cross-reference stream), ``none`` (objects and an end mark, no table), ``lost``
            (a table that lists none of them), ``free`` (some objects are freed too), ``back`` (entries lead to where
            the first object of the file stands), ``loop`` (``/Prev`` leads to itself).
        free: Numbers to free. trailer: Further entries. size: ``/Size``; as it must be if ``None``.
        entries: Further table entries, offsets by number.
    """

    objects: Mapping[int, bytes] = field(default_factory=dict)
    kind: str = "table"
    free: tuple[int, ...] = ()
    trailer: bytes = b""
    size: int | None = None
    entries: Mapping[int, int] = field(default_factory=dict)

    def append(self, pdf: bytes) -> bytes:
        """Return ``pdf`` with the update at its end."""
        out = bytearray(pdf if pdf.endswith((b"\n", b"\r")) else pdf + b"\n")
        places = {}
        for number, text in self.objects.items():
            places[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
        if self.kind == "none":
            return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % last_startxref(pdf)
        if self.kind == "back":
            places = dict.fromkeys(places, pdf.find(b" 0 obj") - 1)
        if self.kind == "lost":
            places = {}
        places |= self.entries
        size = self.size or max([*objects_in(bytes(out)), *places, *map(int, re.findall(rb"/Size (\d+)", pdf)), 0]) + 1
        here = len(out)
        entries = b"".join(b"%s %s " % e for e in trailer_of(pdf).items())
        entries += b"/Prev %d %s" % (here if self.kind == "loop" else last_startxref(pdf), self.trailer)
        if self.kind == "stream":
            places[size] = here
            out += self._stream(places, size, entries)
        else:
            out += self._table(places) + b"trailer\n<< /Size %d %s >>\n" % (size, entries)
        return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % here

    def _table(self, places: Mapping[int, int]) -> bytes:
        lines = [b"%d 1\n%010d 00000 n \n" % (number, at) for number, at in sorted(places.items())]
        lines += [b"%d 1\n0000000000 00001 f \n" % number for number in self.free]
        return b"xref\n" + (b"".join(lines) or b"0 0\n")

    def _stream(self, places: Mapping[int, int], number: int, entries: bytes) -> bytes:
        index = b" ".join(b"%d 1" % n for n in sorted(places))
        rows = b"".join(b"\1" + at.to_bytes(4) + b"\0\0" for _, at in sorted(places.items()))
        data = zlib.compress(rows)
        head = b"/Type /XRef /Size %d /W [1 4 2] /Index [%s] /Filter /FlateDecode /Length %d" % (
            number + 1,
            index,
            len(data),
        )
        return b"%d 0 obj\n<< %s %s >>\nstream\n%s\nendstream\nendobj\n" % (number, head, entries, data)
