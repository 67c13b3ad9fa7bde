"""The bytes that sealing appends to a PDF, read anew: objects, streams, cross-reference tables and trailers.

Nothing of the libraries that write or read PDF elsewhere is used. What is not as ISO 19005-2, 6.1, wants it becomes a
breach with its clause; an appended part that cannot be read at all raises `ValueError`.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_STRING, MAX_NAME, MAX_INTEGER = 32767, 127, 2**31 - 1
"""Limits of PDF 1.7 readers that a file shall not go beyond (ISO 19005-2, 6.1.13)."""

_SPACE = b"\0\t\n\f\r "
_EOL = rb"(?:\r\n|\n|\r)"
_OBJECT = re.compile(rb"(\d+)(\s+)(\d+)(\s+)obj\b")
_REFERENCE = re.compile(rb"(\d+)\s+(\d+)\s+R\b")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)")
_NAME = re.compile(rb"/[^\0\t\n\f\r ()<>\[\]{}/%]*")
_WORD = re.compile(rb"true|false|null")
_SECTION = re.compile(rb"(\d+)(\s+)(\d+)\s*" + _EOL)
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n)")
_FILTERS = {
    "/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode", "/JBIG2Decode",
    "/DCTDecode", "/JPXDecode",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Breach:
    """A clause of ISO 19005-2 that is not kept, and how."""

    clause: str
    what: str


@dataclass(frozen=True, slots=True)
class Reference:
    """``12 0 R``."""

    number: int
    generation: int


@dataclass(frozen=True, slots=True)
class Text:
    """A string: its bytes, and where its delimiters begin and end in the file."""

    value: bytes
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Written:
    """An object as it was written: its value, its stream if it has one, and where the revision ends it belongs to."""

    number: int
    value: Any
    stream: bytes | None
    revision_end: int


@dataclass(slots=True)
class Appended:
    """Reads the file from ``at`` on; `objects` holds what was written there, in its order."""

    data: bytes
    at: int
    objects: list[Written] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    _last_table: int = 0

    def read(self) -> "Appended":
        """Read to the end of the file."""
        waiting: list[tuple[int, Any, bytes | None]] = []
        while self.at < len(self.data):
            begin = self.at
            if _OBJECT.match(self.data, self.at):
                written = self._object()
                waiting.append(written)
                if isinstance(written[1], dict) and written[1].get("/Type") == "/XRef":
                    self._last_table = begin
                    self._table_stream(written[1], written[2] or b"")
                self._skip()
            elif self._take(b"xref"):
                self._table()
            elif self._take(b"trailer"):
                self._trailer()
            elif self._take(b"startxref"):
                self._start()
            elif self._take(b"%%EOF"):
                self._end_of_line("6.1.3", "the end-of-file marker", last=True)
                self.objects += [Written(*w, revision_end=self.at) for w in waiting]
                waiting = []
            else:
                self._breach("6.1.3", "something else than objects, tables and trailers")
                raise ValueError(f"unreadable at byte {self.at}")
        if waiting:
            self._breach("6.1.3", "objects after the last end-of-file marker")
        return self

    def _breach(self, clause: str, what: str) -> None:
        self.breaches.append(Breach(clause, f"{what} (byte {self.at})"))

    def _take(self, word: bytes) -> bool:
        found = self.data.startswith(word, self.at)
        self.at += len(word) if found else 0
        return found

    def _skip(self) -> None:
        while self.at < len(self.data) and self.data[self.at] in _SPACE:
            self.at += 1

    def _end_of_line(self, clause: str, after: str, *, last: bool = False) -> None:
        """Step over one end of line."""
        found = re.compile(_EOL).match(self.data, self.at)
        if found:
            self.at = found.end()
        elif not (last and self.at == len(self.data)):
            self._breach(clause, f"no end of line after {after}")

    def _object(self) -> tuple[int, Any, bytes | None]:
        """6.1.9: single spaces and ends of lines around ``obj`` and ``endobj``; 6.1.7: streams."""
        head = _OBJECT.match(self.data, self.at)
        assert head
        if head[2] != b" " or head[4] != b" ":
            self._breach("6.1.9", "number, generation and 'obj' are not parted by single spaces")
        if self.data[self.at - 1 : self.at] not in {b"\n", b"\r"}:
            self._breach("6.1.9", "an object does not begin on a line of its own")
        self.at = head.end()
        self._end_of_line("6.1.9", "'obj'")
        value = self._value()
        self._skip()
        stream = self._stream(value) if self._take(b"stream") else None
        self._skip()
        if self.data[self.at - 1 : self.at] not in {b"\n", b"\r"}:
            self._breach("6.1.9", "'endobj' does not begin on a line of its own")
        if not self._take(b"endobj"):
            raise ValueError(f"no end of the object at byte {self.at}")
        self._end_of_line("6.1.9", "'endobj'")
        return int(head[1]), value, stream

    def _stream(self, value: Any) -> bytes:
        if not re.compile(rb"\r\n|\n").match(self.data, self.at):
            self._breach("6.1.7.1", "'stream' is not followed by a line feed")
        self._end_of_line("6.1.7.1", "'stream'")
        for key in ("/F", "/FFilter", "/FDecodeParms"):
            if key in value:
                self._breach("6.1.7.1", f"a stream with {key}")
        filters = value.get("/Filter", [])
        for name in filters if isinstance(filters, list) else [filters]:
            if name not in _FILTERS:
                self._breach("6.1.7.2", f"the filter {name}")
        begin, length = self.at, value.get("/Length")
        end = re.compile(_EOL + rb"endstream")
        if not (isinstance(length, int) and (found := end.match(self.data, begin + length))):
            self._breach("6.1.7.1", f"a stream is not {length} bytes long")
            if not (found := end.search(self.data, begin)):
                raise ValueError(f"no end of the stream at byte {begin}")
        self.at = found.end()
        return self.data[begin : found.start()]

    def _value(self) -> Any:
        self._skip()
        first = self.data[self.at : self.at + 1]
        if self._take(b"<<"):
            return self._dictionary()
        if self._take(b"["):
            found = []
            while not self._closes(b"]"):
                found.append(self._value())
            return found
        if first in {b"<", b"("}:
            return self._hex_string() if first == b"<" else self._literal_string()
        return self._word()

    def _closes(self, delimiter: bytes) -> bool:
        self._skip()
        return self._take(delimiter)

    def _dictionary(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self._closes(b">>"):
            key = self._value()
            if not (isinstance(key, str) and key.startswith("/")) or key in found:
                raise ValueError(f"not a dictionary at byte {self.at}")
            found[key] = self._value()
        return found

    def _word(self) -> Any:
        """Return a reference, a number, a name, or one of the three words."""
        for pattern in (_REFERENCE, _NUMBER, _NAME, _WORD):
            if found := pattern.match(self.data, self.at):
                break
        else:
            raise ValueError(f"no object at byte {self.at}")
        text = found[0].decode("latin-1")
        if pattern is _NAME and len(re.sub("#..", "x", text)) - 1 > MAX_NAME:
            self._breach("6.1.13", "a name that is too long")
        if pattern is _NUMBER and abs(float(text)) > MAX_INTEGER:
            self._breach("6.1.13", "a number that is too large")
        self.at = found.end()
        if pattern is _REFERENCE:
            return Reference(int(found[1]), int(found[2]))
        if pattern is _NUMBER:
            return float(text) if "." in text else int(text)
        return {"true": True, "false": False, "null": None}.get(text, text)

    def _hex_string(self) -> Text:
        begin = self.at
        self.at = self.data.index(b">", begin) + 1
        digits = bytes(c for c in self.data[begin + 1 : self.at - 1] if c not in _SPACE)
        if len(digits) % 2 or not re.fullmatch(rb"[0-9A-Fa-f]*", digits):
            self._breach("6.1.6", "a hexadecimal string with an odd number of digits or other characters")
            digits = b""
        return self._string(bytes.fromhex(digits.decode()), begin)

    def _literal_string(self) -> Text:
        begin, depth, value = self.at, 0, bytearray()
        while True:
            c = self.data[self.at : self.at + 1]
            self.at += 1
            if c == b"\\":
                escaped = re.compile(rb"[0-7]{1,3}|\r\n|[\s\S]").match(self.data, self.at)
                assert escaped
                self.at = escaped.end()
                value += bytes([int(escaped[0], 8) & 255]) if escaped[0][:1].isdigit() else escaped[0]
                continue
            depth += (c == b"(") - (c == b")")
            if not depth or not c:
                break
            value += c
        return self._string(bytes(value[1:]), begin)

    def _string(self, value: bytes, begin: int) -> Text:
        if len(value) > MAX_STRING:
            self._breach("6.1.13", "a string that is too long")
        return Text(value, begin, self.at)

    def _table(self) -> None:
        """6.1.4: one end of line after ``xref``, single spaces in the heads, entries that lead to their objects."""
        begin = self.at - len(b"xref")
        self._end_of_line("6.1.4", "'xref'")
        while head := _SECTION.match(self.data, self.at):
            if head[2] != b" ":
                self._breach("6.1.4", "the head of a section is not two numbers and a single space")
            self.at = head.end()
            for number in range(int(head[1]), int(head[1]) + int(head[3])):
                entry = _ENTRY.match(self.data, self.at)
                if entry is None:
                    self._breach("6.1.4", "an entry that is not twenty bytes of the right kind")
                    raise ValueError(f"no entry at byte {self.at}")
                if entry[3] == b"n":
                    self._entry(number, int(entry[2]), int(entry[1]))
                self.at = entry.end()
        if self.at == begin + len(b"xref\n"):
            self._breach("6.1.4", "'xref' and the head of its section are not parted by one end of line")
            raise ValueError(f"no section at byte {self.at}")
        self._last_table = begin

    def _entry(self, number: int, generation: int, place: int) -> None:
        if not self.data.startswith(rb"%d %d obj" % (number, generation), place):
            self._breach("6.1.4", f"the entry of object {number} leads elsewhere")

    def _table_stream(self, value: dict[str, Any], stream: bytes) -> None:
        """A cross-reference stream (ISO 32000-1, 7.5.8) is table and trailer in one."""
        widths, index = value["/W"], value.get("/Index", [0, value["/Size"]])
        rows = _rows(zlib.decompress(stream), sum(widths), value.get("/DecodeParms", {}).get("/Predictor", 1))
        numbers = [n for first, count in _pairs(index) for n in range(first, first + count)]
        if len(rows) != len(numbers):
            self._breach("6.1.4", "a cross-reference stream with too many or too few entries")
        for number, row in zip(numbers, rows, strict=False):
            kind, place, generation = (
                int.from_bytes(row[sum(widths[:i]) : sum(widths[: i + 1])]) for i in range(len(widths))
            )
            if kind == 1:
                self._entry(number, generation, place)
            elif kind != 0:
                self._breach("6.1.4", f"the object {number} lies in an object stream, which is not looked into")
        self._check_trailer(value)

    def _trailer(self) -> None:
        self._check_trailer(self._value())
        self._skip()

    def _check_trailer(self, trailer: dict[str, Any]) -> None:
        """6.1.3: an identifier, and no encryption."""
        if len(trailer.get("/ID", ())) != 2:
            self._breach("6.1.3", "a trailer without the file's identifier")
        if "/Encrypt" in trailer:
            self._breach("6.1.3", "the file is encrypted")

    def _start(self) -> None:
        self._skip()
        if self._value() != self._last_table:
            self._breach("6.1.4", "'startxref' leads elsewhere than to the table before it")
        self._skip()


def _pairs(index: Sequence[int]) -> Iterator[tuple[int, int]]:
    yield from zip(index[::2], index[1::2], strict=True)


def _rows(data: bytes, width: int, predictor: int) -> list[bytes]:
    """Return the rows of a table, each the sum of itself and the one above if PNG's "up" predicts it."""
    if predictor == 1:
        return [data[i : i + width] for i in range(0, len(data), width)]
    rows, above = [], bytes(width)
    for i in range(0, len(data), width + 1):
        assert data[i] == 2, "only PNG's 'up' is used"
        above = bytes((a + b) % 256 for a, b in zip(data[i + 1 : i + 1 + width], above, strict=True))
        rows.append(above)
    return rows


def header_breaches(data: bytes) -> list[Breach]:
    """6.1.2: PDF 1.0 to 1.7 at the very beginning, then a comment of four bytes above 127."""
    kept = re.match(rb"%PDF-1\.[0-7]" + _EOL + rb"%[\x80-\xff]{4}", data)
    return [] if kept else [Breach("6.1.2", "the file does not begin as PDF 1.0 to 1.7 with a binary comment")]
