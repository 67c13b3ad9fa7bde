"""What reading a page gives: words in lines in reading order, with boxes in master pixels and confidences."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from dossier.papers import Box


@dataclass(frozen=True, slots=True)
class Word:
    """One word.

    Attributes:
        text: NFC, no spaces. box: In master pixels.
        confidence: How likely the text is right, 0 to 1.
        read_as: What the engine read, where a repair gave it another text; empty where it stands as read.
    """

    text: str
    box: Box
    confidence: float
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One text line: at least one word, in reading order.

    Attributes:
        block: Number of the block (paragraph, column, cell) the line belongs to, from 0, rising in reading order.
    """

    words: tuple[Word, ...]
    block: int = 0

    @property
    def text(self) -> str:
        """The words joined by single spaces."""
        return " ".join(w.text for w in self.words)

    @property
    def box(self) -> Box:
        """The smallest box around the words."""
        return reduce(Box.union, (w.box for w in self.words))

    @property
    def confidence(self) -> float:
        """Mean of the words' confidences weighted by their lengths."""
        return sum(w.confidence * len(w.text) for w in self.words) / sum(len(w.text) for w in self.words)


@dataclass(frozen=True, slots=True)
class TickBox:
    """A small printed square to be ticked.

    Attributes:
        box: Of its frame, in master pixels.
        ticked: Whether somebody marked it, whatever the mark: cross, tick, filling; ``None`` if that is in doubt.
        ink: Share of ink within the frame, 0 to 1.
        confidence: How likely ``ticked`` is right, 0 to 1.
    """

    box: Box
    ticked: bool | None
    ink: float
    confidence: float


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page as read.

    Attributes:
        number: From 1. width, height: Of the master page, pixels. dpi: Of the master page.
        lines: In reading order.
        engine: Name and version of what read it, e.g. ``"tesseract 5.3.0 vie"``.
        tick_boxes: From top to bottom.
    """

    number: int
    width: int
    height: int
    dpi: int
    lines: tuple[Line, ...]
    engine: str = ""
    tick_boxes: tuple[TickBox, ...] = ()

    @property
    def text(self) -> str:
        """The lines joined by newlines, blocks parted by an empty line."""
        parts: list[str] = []
        for i, line in enumerate(self.lines):
            if i and line.block != self.lines[i - 1].block:
                parts.append("")
            parts.append(line.text)
        return "\n".join(parts)

    @property
    def words(self) -> Iterator[Word]:
        """All words in reading order."""
        return (w for line in self.lines for w in line.words)


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole paper as read, pages in order."""

    pages: tuple[PageReading, ...]

    @property
    def text(self) -> str:
        """The pages' texts joined by form feeds, as ``pdftotext`` does."""
        return "\f".join(p.text for p in self.pages)
