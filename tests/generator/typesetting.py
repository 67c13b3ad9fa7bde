"""Typesetting: words in styles set on a sheet in millimetres; every word set is also written into the truth.

Layouts draw in reading order, and that is the only statement of reading order there is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from tests.generator import fonts
from tests.generator.chance import seeded
from tests.generator.fonts import Family
from tests.generator.letters import MarkStyle, draw_apart
from tests.generator.truth import Line, Mark, Page, Rect, Word, union

Ink = tuple[int, int, int]
BLACK: Ink = (28, 27, 30)
"""Toner as a scanner sees it: never quite black."""

A4_WIDTH, A4_HEIGHT = 210.0, 297.0
"""Millimetres."""

Align = Literal["left", "centre", "right", "justify"]


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks.

    Attributes:
        size: Points. kind: As in ``truth.Word``. lift: Millimetres above the baseline (values typed over dotted lines).
        wobble: Share of the size by which letters stand off the baseline and differ in size, as a hand's do; 0 for
            print.
    """

    family: Family
    size: float = 14.0
    bold: bool = False
    italic: bool = False
    ink: Ink = BLACK
    kind: str = "print"
    lift: float = 0.0
    wobble: float = 0.0

    def but(
        self, *, size: float | None = None, bold: bool | None = None, italic: bool | None = None, ink: Ink | None = None
    ) -> Self:
        """Return the style with some things changed."""
        return replace(
            self,
            size=self.size if size is None else size,
            bold=self.bold if bold is None else bold,
            italic=self.italic if italic is None else italic,
            ink=self.ink if ink is None else ink,
        )


Run = tuple[str, Style]
"""Text in one style."""

_Pieces = tuple[Run, ...]  # one word; several pieces where the style changes inside it


def split_words(runs: Iterable[Run]) -> list[_Pieces]:
    """Return the words of ``runs``; runs that meet without a space between them share a word."""
    words: list[_Pieces] = []
    glued = False
    for text, style in runs:
        for i, piece in enumerate(text.split(" ")):
            if not piece:
                glued = False
            elif i == 0 and glued:
                words[-1] = (*words[-1], (piece, style))
            else:
                words.append(((piece, style),))
            if piece:
                glued = True
    return words


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line broken from a paragraph.

    Attributes:
        words: Its words. indent: Pixels. last: Whether the paragraph ends here (then it is not justified).
    """

    words: tuple[_Pieces, ...]
    indent: float = 0.0
    last: bool = True


class Sheet:
    """A blank page to set text on, in millimetres from the top left corner; y is always a baseline.

    Attributes:
        dpi: Resolution. picture: The page so far, RGB.
        marks_apart: See ``letters``; ``None`` for the fonts' own letters.
    """

    def __init__(
        self, dpi: int, *, width: float = A4_WIDTH, height: float = A4_HEIGHT, marks_apart: MarkStyle | None = None
    ) -> None:
        self.dpi = dpi
        self.width, self.height = width, height
        self.picture = PilImage.new("RGB", (round(self.px(width)), round(self.px(height))), "white")
        self.draw = ImageDraw.Draw(self.picture)
        self.marks_apart = marks_apart
        self._lines: list[Line] = []
        self._marks: list[Mark] = []
        self._block = -1

    def px(self, mm: float) -> float:
        """Return millimetres in pixels."""
        return mm * self.dpi / 25.4

    def mm(self, pixels: float) -> float:
        """Return pixels in millimetres."""
        return pixels * 25.4 / self.dpi

    # --- measuring ---------------------------------------------------------------------------------------------------

    def font(self, style: Style) -> ImageFont.FreeTypeFont:
        """Return the face of ``style`` in pixels of this sheet."""
        return fonts.load(style.family, style.size * self.dpi / 72, bold=style.bold, italic=style.italic)

    def _word_width(self, word: _Pieces) -> float:
        return sum((float(self.font(style).getlength(piece)) for piece, style in word), 0.0)

    def _space(self, word: _Pieces) -> float:
        return float(self.font(word[-1][1]).getlength(" "))

    def text_width(self, runs: Sequence[Run]) -> float:
        """Return the width of ``runs`` on one line, millimetres."""
        words = split_words(runs)
        return self.mm(sum(map(self._word_width, words)) + sum(map(self._space, words[:-1])))

    def break_lines(self, runs: Iterable[Run], width: float, *, first_indent: float = 0.0) -> list[SetLine]:
        """Break ``runs`` into lines at most ``width`` millimetres long, the first indented; greedy, as offices do."""
        room, lines = self.px(width), list[SetLine]()
        current, used, indent = list[_Pieces](), 0.0, self.px(first_indent)
        for word in split_words(runs):
            extra = self._word_width(word) + (self._space(current[-1]) if current else 0.0)
            if current and indent + used + extra > room:
                lines.append(SetLine(tuple(current), indent, last=False))
                current, used, indent, extra = [], 0.0, 0.0, self._word_width(word)
            current.append(word)
            used += extra
        if current:
            lines.append(SetLine(tuple(current), indent))
        return lines

    # --- setting -----------------------------------------------------------------------------------------------------

    def next_block(self) -> None:
        """Begin a new block: what is set from here on belongs together in reading order."""
        self._block += 1

    def set_line(
        self, line: SetLine, x: float, y: float, width: float = 0.0, *, align: Align = "left", place: str = "body"
    ) -> Rect:
        """Set ``line`` at ``x``, ``y`` in the present block and record it; return its ink's rectangle in pixels.

        Args:
            line: What to set.
            x: Left edge, or for ``centre`` and ``right`` with no width, the centre or the right edge.
            y: Baseline.
            width: Of the column, for every alignment but ``left``.
            align: Where in the column.
            place: As in ``truth.Line``.
        """
        spaces = [self._space(word) for word in line.words[:-1]]
        natural = line.indent + sum(map(self._word_width, line.words)) + sum(spaces)
        pen, slack = self.px(x) + line.indent, self.px(width) - natural
        if align == "centre":
            pen += slack / 2
        elif align == "right":
            pen += slack
        elif align == "justify" and not line.last and spaces:
            spaces = [space + slack / len(spaces) for space in spaces]
        return self._record(self._set_words(line.words, pen, y, spaces), place)

    def set_segments(self, segments: Sequence[tuple[float, Sequence[Run]]], y: float, *, place: str = "body") -> Rect:
        """Set one line of pieces, each from its own x in millimetres, as on a form; return its ink's rectangle."""
        words: list[Word] = []
        for x, runs in segments:
            split = split_words(runs)
            words += self._set_words(split, self.px(x), y, [self._space(word) for word in split[:-1]])
        return self._record(words, place)

    def set_spaced(self, text: str, style: Style, x: float, y: float, pitch: float) -> Rect:
        """Set one word letter by letter: centred at ``x``, and every ``pitch`` millimetres from there."""
        font = self.font(style)
        starts = [self.px(x + pitch * i) - font.getlength(letter) / 2 for i, letter in enumerate(text)]
        rects = [self._write(pen, self.px(y), letter, style) for pen, letter in zip(starts, text, strict=True)]
        return self._record([Word(text, union(rects), style.kind)], "body")

    def _set_words(self, words: Sequence[_Pieces], pen: float, y: float, spaces: Sequence[float]) -> list[Word]:
        set_words: list[Word] = []
        for word, space in zip(words, [*spaces, 0.0], strict=True):
            rects: list[Rect] = []
            for piece, style in word:
                rects.append(self._write(pen, self.px(y - style.lift), piece, style))
                pen += self.font(style).getlength(piece)
            set_words.append(Word("".join(piece for piece, _ in word), union(rects), word[0][1].kind))
            pen += space
        return set_words

    def _record(self, words: Sequence[Word], place: str) -> Rect:
        self._block = max(self._block, 0)
        self._lines.append(Line(tuple(words), self._block, place))
        return self._lines[-1].rect

    def _write(self, x: float, y: float, text: str, style: Style) -> Rect:
        font = self.font(style)
        if self.marks_apart is not None and style.kind == "print":
            return draw_apart(self.draw, (x, y), text, font, ink=style.ink, style=self.marks_apart)
        if style.wobble:
            return self._write_by_hand(x, y, text, style)
        self.draw.text((x, y), text, fill=style.ink, font=font, anchor="ls")
        left, top, right, bottom = font.getbbox(text, anchor="ls")
        return x + left, y + top, x + right, y + bottom

    def _write_by_hand(self, x: float, y: float, text: str, style: Style) -> Rect:
        """Write letter by letter, none quite on the line or as large as the one before."""
        rng, rects, off = seeded("hand", text, round(x), round(y)), list[Rect](), 0.0
        whole = self.font(style)
        for i, letter in enumerate(text):
            off = 0.6 * off + rng.gauss(0, style.wobble) * self.px(style.size * 0.3528)
            font = self.font(style.but(size=round(style.size * (1 + rng.gauss(0, style.wobble)), 1)))
            at = (x + whole.getlength(text[:i]), y + off)
            self.draw.text(at, letter, fill=style.ink, font=font, anchor="ls")
            left, top, right, bottom = font.getbbox(letter, anchor="ls")
            rects.append((at[0] + left, at[1] + top, at[0] + right, at[1] + bottom))
        return union(rects)

    def line(self, text: str | Sequence[Run], style: Style, x: float, y: float, *, align: Align = "left") -> Rect:
        """Set one line in the present block: from ``x``, around it or up to it."""
        runs = [(text, style)] if isinstance(text, str) else text
        return self.set_line(SetLine(tuple(split_words(runs))), x, y, align=align)

    def paragraph(
        self,
        runs: Sequence[Run],
        x: float,
        y: float,
        width: float,
        *,
        leading: float,
        align: Align = "justify",
        first_indent: float = 0.0,
        place: str = "body",
    ) -> float:
        """Set a paragraph as a new block, its first baseline at ``y``; return the baseline after its last."""
        self.next_block()
        for line in self.break_lines(runs, width, first_indent=first_indent):
            self.set_line(line, x, y, width, align=align, place=place)
            y += leading
        return y

    # --- what is no text ---------------------------------------------------------------------------------------------

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, weight: float = 0.2, ink: Ink = BLACK) -> None:
        """Draw a straight line ``weight`` millimetres thick."""
        ends = [(self.px(x0), self.px(y0)), (self.px(x1), self.px(y1))]
        self.draw.line(ends, fill=ink, width=max(1, round(self.px(weight))))

    def leaders(self, x0: float, x1: float, y: float, style: Style) -> None:
        """Fill from ``x0`` to ``x1`` with full stops, as typists do; they are not text."""
        font = self.font(style)
        count = int(self.px(x1 - x0) / font.getlength("."))
        self.draw.text((self.px(x0), self.px(y)), "." * max(0, count), fill=style.ink, font=font, anchor="ls")

    def stain(
        self,
        ink: Ink,
        strength: npt.NDArray[np.float32],
        x: float,
        y: float,
        kind: str,
        *,
        texts: tuple[str, ...] = (),
    ) -> None:
        """Lay transparent ``ink`` with its top left corner at ``x``, ``y``; ``strength`` is 0 to 1 per pixel."""
        left, top = round(self.px(x)), round(self.px(y))
        height, width = strength.shape
        x0, y0, x1, y1 = (
            max(0, left),
            max(0, top),
            min(self.picture.width, left + width),
            min(self.picture.height, top + height),
        )
        if x1 <= x0 or y1 <= y0:
            return
        under = np.asarray(self.picture.crop((x0, y0, x1, y1)), dtype=np.float32)
        coat = strength[y0 - top : y1 - top, x0 - left : x1 - left, None]
        filtered = under * (1 - coat * (1 - np.array(ink, dtype=np.float32) / 255))
        self.picture.paste(PilImage.fromarray(filtered.round().astype(np.uint8)), (x0, y0))
        self.mark(kind, (x0, y0, x1, y1), texts)

    def mark(self, kind: str, rect: Rect, texts: tuple[str, ...] = ()) -> None:
        """Record ink that is no text, with what can be read in it."""
        self._marks.append(Mark(kind, rect, texts))

    def page(self, number: int) -> Page:
        """Return the finished sheet as page ``number``."""
        return Page(np.array(self.picture), self.dpi, number, tuple(self._lines), tuple(self._marks))
