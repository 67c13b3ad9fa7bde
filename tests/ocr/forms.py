"""Readings set by hand: lines of text at given places, in a fixed-width imaginary type."""

from collections.abc import Sequence

from dossier.papers import Box
from ocr.model import Line, PageReading, Reading, Word

CHARACTER, HEIGHT, PITCH = 10, 20, 36
"""Width of a character, height of a line and distance from line to line, pixels."""


def line(text: str, x: int, y: int, *, confidence: float = 0.95, block: int = 0) -> Line:
    """Return a line that begins at ``x``; runs of spaces leave gaps."""
    words, at = [], 0
    for word in text.split(" "):
        if word:
            box = Box(x + at * CHARACTER, y, len(word) * CHARACTER, HEIGHT)
            words.append(Word(word, box, confidence))
        at += len(word) + 1
    return Line(tuple(words), block)


def page(lines: Sequence[Line], *, number: int = 1, width: int = 1000, height: int = 1400) -> PageReading:
    """Return a page of ``lines``."""
    return PageReading(number, width, height, 120, tuple(lines))


def form(*texts: str, x: int = 100, y: int = 100) -> Reading:
    """Return one page with the texts below each other."""
    return Reading((page([line(text, x, y + i * PITCH) for i, text in enumerate(texts)]),))
