"""Telling words from what only looks like words: specks, rulings, shreds of seals and signatures.

Conservative: a word with letters or digits of a word's size stays, however doubtful; its low confidence tells.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from statistics import median

from ocr.markup import printable
from ocr.model import Line, Word

# Shares of the page's usual word height.
_SPECK, _DASH_LENGTH, _RULING_LENGTH = 0.4, 0.15, 2.0
# Below these confidences: a word overlapping its neighbour, a line, a dash or lone digit, other lone symbols.
_GHOST, _HOPELESS, _DOUBTFUL, _SYMBOL = 0.1, 0.25, 0.5, 0.8
_SURE, _LETTER = 0.6, 0.85
# So short a word is no text below this confidence: one in two hundred is right.
_SHRED, _NO_WORD = 2, 0.1
# So short a word this much higher than usual, in shares of the page's usual word height, is a scrawl below this
# confidence.
_SCRAWL, _SCRAWLED, _LEGIBLE = 3, 2.5, 0.85
# No sign is narrower than this share of its height; remains of rulings and folds are.
_STROKE = 0.1
_DASHES = frozenset("-–—~_¬=")
# A ruling read as dashes with a letter or two among them.
_RULING = re.compile(r"[-–—_=]{4,}")
# Characters that Vietnamese papers do not use at the edge of a word; engines see them in specks.
_FOREIGN = "`´„¬¡¿|¦\\^†‡{}_"
# Boxes to tick are marks of a form, not its text; our own reader sees them.
_BOXES = "☐☑☒"
# Tesseract's usual misreadings of the dash that opens an item of a list.
_ITEM_DASHES = frozenset({"~", "~-", "—", "–", "_", "-"})


def without_noise(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Drop words that are no text, and lines with none left.

    Args:
        lines: As the engine gave them.

    Returns:
        The same lines in the same order without the noise.
    """
    lines = tuple(lines)
    height = word_height(lines)
    kept: list[Line] = []
    for line in lines:
        words = _without_ghosts(_mend_item_dash(line.words, height))
        words = tuple(word for word in map(_without_foreign_edges, words) if not _is_noise(word, height))
        if not words:
            continue
        cleaned = replace(line, words=words)
        if not _is_noise_line(cleaned):
            kept.append(cleaned)
    return tuple(kept)


def word_height(lines: Iterable[Line]) -> float:
    """Return the usual height of a word, pixels; 0 without any sure word."""
    words = [word for line in lines for word in line.words]
    sure = [w.box.height for w in words if w.confidence >= _SURE and sum(c.isalnum() for c in w.text) > 1]
    return median(sure) if sure else 0.0


def _without_foreign_edges(word: Word) -> Word:
    return replace(word, text=printable(word.text).strip(_FOREIGN + _BOXES))


def _without_ghosts(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Drop words that the engine read a second time, hopelessly, within the box of their neighbour."""
    return tuple(
        word
        for i, word in enumerate(words)
        if word.confidence >= _GHOST or not any(_lies_in(word, other) for other in words[max(0, i - 1) : i + 2 : 2])
    )


def _lies_in(word: Word, other: Word) -> bool:
    overlap = min(word.box.right, other.box.right) - max(word.box.x, other.box.x)
    return word is not other and other.confidence >= _SURE and overlap > word.box.width / 2


def _is_noise(word: Word, height: float) -> bool:
    box = word.box
    if not word.text or (word.confidence < _NO_WORD and len(word.text) <= _SHRED):
        return True
    if len(word.text) == 1 and box.width < _STROKE * box.height:
        return True
    if height and box.height > _SCRAWLED * height and len(word.text) <= _SCRAWL and word.confidence < _LEGIBLE:
        return True
    if any(c.isalnum() for c in word.text):
        is_ruling = _RULING.search(word.text) is not None and word.confidence < _HOPELESS
        return is_ruling or (box.height < _SPECK * height and box.width < _SPECK * height)
    if _DASHES.issuperset(word.text):
        too_short, too_long = box.width < _DASH_LENGTH * height, box.width > _RULING_LENGTH * height
        return too_short or (too_long and word.confidence < _SURE) or word.confidence < _DOUBTFUL
    return word.confidence < _SYMBOL


def _is_noise_line(line: Line) -> bool:
    """Tell whether a line is a shred: hopeless as a whole, or a single character that cannot stand alone."""
    if line.confidence < _HOPELESS:
        return True
    text = line.text
    if len(text) > 1 or text.isupper():
        return False
    return not text.isalnum() or line.confidence < (_DOUBTFUL if text.isdigit() else _LETTER)


def _mend_item_dash(words: tuple[Word, ...], height: float) -> tuple[Word, ...]:
    """Read the flat mark that opens an item of a list as the dash it is."""
    first = words[0]
    is_flat = _DASH_LENGTH * height <= first.box.width < height and first.box.height < first.box.width
    if len(words) > 1 and first.text in _ITEM_DASHES and is_flat:
        return (replace(first, text="-", confidence=max(first.confidence, _SYMBOL)), *words[1:])
    return words
