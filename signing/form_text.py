# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""The words of a form XObject, such as the appearance of a signature: what a reader of the page sees written there.

The threat: appearances come from strangers. Everything is bounded (operators, forms, depth, size, characters), and a
stream that asks for more, or cannot be parsed, has no words at all. Residual risk accepted: what a picture shows, what
is painted over, clipped or white on white is not told apart: words found are words in the stream, not words seen.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pikepdf
from fontTools.agl import toUnicode  # type: ignore[import-untyped]  # has no types
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose

_MOST_OPERATORS = 20_000
_MOST_CHARACTERS = 4_000
_MOST_FORMS = 30
_MOST_DEPTH = 6
_MOST_CODES = 65_536
_MOST_SAVED = 64
_SMALL_STREAM = DecodePurpose.CERTIFICATE
"""The library's limit for streams of at most one mebibyte."""
_LINE_TOLERANCE = 0.6
"""Share of the font size by which pieces of one line may stand apart from each other across the line."""
_WORD_GAP = -180
"""Kerning, in thousandths of the font size, that parts words."""
_UNKNOWN = "\ufffd"

_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1, 0, 0, 1, 0, 0)


class TooMuch(ValueError):
    """The form asks for more than a stamp can need."""


def form_text(form: generic.StreamObject) -> str:
    """Return the words of ``form`` and the forms it shows, a line for each of its lines; U+FFFD for unknown letters.

    Raises:
        TooMuch: It is larger or deeper than any stamp.
        Exception: Whatever the parser comes to with hostile input; the caller answers for that.
    """
    reading = _Reading()
    reading.read(form, _IDENTITY, 0)
    lines = (" ".join("".join(pieces).split()) for pieces in reading.lines)
    return "\n".join(line for line in lines if line)


def got(entries: object, key: str) -> object:
    """Return what a PDF dictionary has under ``key``, wherever in the file it lies; nothing else has anything."""
    return entries[key] if isinstance(entries, generic.DictionaryObject) and key in entries else None


def _times(left: _Matrix, right: _Matrix) -> _Matrix:
    a, b, c, d, e, f = left
    g, h, i, j, k, m = right
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


@dataclass(slots=True)
class _State:
    """What the text operators work on (ISO 32000-1, 9.3 and 9.4)."""

    placed: _Matrix
    font: "_Font | None" = None
    size: float = 1.0
    leading: float = 0.0
    line: _Matrix = _IDENTITY
    saved: list[tuple[_Matrix, "_Font | None", float, float]] = field(default_factory=list)

    def move(self, x: float, y: float) -> None:
        self.line = _times((1, 0, 0, 1, x, y), self.line)

    def apply(self, operator: str, arguments: list[Any]) -> None:
        match operator:
            case "q" if len(self.saved) < _MOST_SAVED:
                self.saved.append((self.placed, self.font, self.size, self.leading))
            case "Q" if self.saved:
                self.placed, self.font, self.size, self.leading = self.saved.pop()
            case "cm":
                self.placed = _times(_matrix(arguments), self.placed)
            case "BT":
                self.line = _IDENTITY
            case "TL":
                self.leading = float(arguments[0])
            case "Td":
                self.move(float(arguments[0]), float(arguments[1]))
            case "TD":
                self.leading = -float(arguments[1])
                self.move(float(arguments[0]), float(arguments[1]))
            case "Tm":
                self.line = _matrix(arguments)
            case "T*":
                self.move(0, -self.leading)

    def height(self) -> tuple[float, float]:
        """Return where the present line is, across the direction of writing, and how large its letters are."""
        a, b, c, d, e, f = _times(self.line, self.placed)
        along = math.hypot(a, b) or 1.0
        return (a * f - b * e) / along, abs(self.size) * (math.hypot(c, d) or 1.0)


@dataclass(slots=True)
class _Reading:
    lines: list[list[str]] = field(default_factory=list)
    _at: float | None = None
    _operators: int = 0
    _characters: int = 0
    _forms: int = 0

    def read(self, form: generic.StreamObject, placed: _Matrix, depth: int) -> None:
        self._forms += 1
        if depth > _MOST_DEPTH or self._forms > _MOST_FORMS:
            raise TooMuch("forms")
        resources = got(form, "/Resources")
        fonts = _Fonts(got(resources, "/Font"))
        state = _State(_times(_matrix(got(form, "/Matrix")), placed))
        with pikepdf.new() as parser:
            for instruction in pikepdf.parse_content_stream(parser.make_stream(form.read_data(_SMALL_STREAM))):
                self._operators += 1
                if self._operators > _MOST_OPERATORS:
                    raise TooMuch("operators")
                operator, arguments = str(instruction.operator), list(instruction.operands)
                if operator == "Do":
                    self._show(got(got(resources, "/XObject"), str(arguments[0])), state, depth)
                else:
                    self._apply(operator, arguments, state, fonts)

    def _show(self, shown: object, state: _State, depth: int) -> None:
        if isinstance(shown, generic.StreamObject) and got(shown, "/Subtype") == "/Form":
            self._at = None
            self.read(shown, state.placed, depth + 1)
            self._at = None

    def _apply(self, operator: str, arguments: list[Any], state: _State, fonts: "_Fonts") -> None:
        match operator:
            case "Tf":
                state.font, state.size = fonts.get(str(arguments[0])), float(arguments[1])
            case "'" | '"':
                state.move(0, -state.leading)
                self._write(arguments[-1:], state)
            case "Tj":
                self._write(arguments, state)
            case "TJ":
                self._write(list(arguments[0]), state)
            case _:
                state.apply(operator, arguments)

    def _write(self, pieces: list[Any], state: _State) -> None:
        where, size = state.height()
        if not math.isfinite(where + size):
            raise TooMuch("coordinates")
        if self._at is None or abs(where - self._at) > _LINE_TOLERANCE * size:
            self.lines.append([])
        self._at = where
        for piece in pieces:
            if isinstance(piece, pikepdf.String):
                text = state.font.decode(bytes(piece)) if state.font else _UNKNOWN
                self._characters += len(text)
                if self._characters > _MOST_CHARACTERS:
                    raise TooMuch("characters")
                self.lines[-1].append(text)
            elif isinstance(piece, int | float | Decimal) and float(piece) < _WORD_GAP:
                self.lines[-1].append(" ")


def _matrix(values: object) -> _Matrix:
    """Return six numbers as a matrix, anything else as none."""
    numbers = [float(v) for v in values] if isinstance(values, list) and len(values) == 6 else _IDENTITY  # noqa: PLR2004 - a matrix has six numbers
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


# --- fonts -----------------------------------------------------------------------------------------------------------


class _Fonts:
    """The fonts of one form, each taken apart when it is first used."""

    def __init__(self, entries: object) -> None:
        self._entries, self._known = entries, dict[str, _Font | None]()

    def get(self, name: str) -> "_Font | None":
        if name not in self._known:
            entry = got(self._entries, name)
            self._known[name] = _Font.of(entry) if isinstance(entry, generic.DictionaryObject) else None
        return self._known[name]


@dataclass(frozen=True, slots=True)
class _Font:
    """From the bytes of a string to its letters: ``width`` bytes for a code."""

    width: int
    letters: Mapping[int, str]

    @classmethod
    def of(cls, font: generic.DictionaryObject) -> "_Font":
        composite = got(font, "/Subtype") == "/Type0"
        width = 2 if composite else 1
        letters = {} if composite else _letters_by_encoding(got(font, "/Encoding"))
        table = got(font, "/ToUnicode")
        if isinstance(table, generic.StreamObject):
            letters |= dict(_to_unicode(table.read_data(_SMALL_STREAM)))
        return cls(width, letters)

    def decode(self, string: bytes) -> str:
        codes = (int.from_bytes(string[i : i + self.width]) for i in range(0, len(string), self.width))
        return "".join(self.letters.get(code, _UNKNOWN) for code in codes)


_WIN_ANSI = {code: bytes([code]).decode("cp1252", "replace") for code in range(32, 256)}


def _letters_by_encoding(encoding: object) -> dict[int, str]:
    """Return the letters of a simple font (ISO 32000-1, 9.6.6): WinAnsi, changed by a list of differences."""
    letters = dict(_WIN_ANSI)
    differences = got(encoding, "/Differences")
    if isinstance(differences, generic.ArrayObject):
        code = 0
        for entry in differences:
            if isinstance(entry, generic.NameObject):
                letters[code] = toUnicode(str(entry).lstrip("/")) or _UNKNOWN
                code += 1
            else:
                code = int(entry)
    return letters


_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f]{2,8})>\s*<([0-9A-Fa-f\s]{4,64})>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]{2,8})>\s*<([0-9A-Fa-f]{2,8})>\s*(?:<([0-9A-Fa-f\s]{4,64})>|\[([^\]]{0,20000})\])")
_TARGET = re.compile(rb"<([0-9A-Fa-f\s]{4,64})>")


def _to_unicode(table: bytes) -> Iterator[tuple[int, str]]:
    """Yield the codes of a ToUnicode table (ISO 32000-1, 9.10.3) and their letters.

    Raises:
        TooMuch: It has more codes than a font.
    """
    left = _MOST_CODES
    for kind, body in _BLOCK.findall(table):
        if kind == b"bfchar":
            pairs = [(int(code, 16), _utf16(target)) for code, target in _PAIR.findall(body)]
        else:
            pairs = [pair for first, last, *to in _RANGE.findall(body) for pair in _ranged(first, last, to, left)]
        left -= len(pairs)
        if left < 0:
            raise TooMuch("codes")
        yield from pairs


def _ranged(first: bytes, last: bytes, to: list[bytes], most: int) -> Iterator[tuple[int, str]]:
    """Yield the codes of one range: ``to`` is where it begins, or what each of its codes means."""
    (start, targets), low, high = to, int(first, 16), int(last, 16)
    if high - low >= most:
        raise TooMuch("codes")
    if targets:
        yield from zip(range(low, high + 1), map(_utf16, _TARGET.findall(targets)), strict=False)
    elif text := _utf16(start):
        for step in range(high - low + 1):
            last_letter = ord(text[-1]) + step
            yield low + step, text[:-1] + (chr(last_letter) if last_letter < 0x110000 else _UNKNOWN)  # noqa: PLR2004 - the end of Unicode


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")
