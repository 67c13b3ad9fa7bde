"""Words made ready for finding things among them: cut at colons, folded, and put into rows across the page.

An engine may part a label from its value (two blocks) or glue them together (``tên:Nguyễn``), or a value to the label
behind it (``KinhQuốc tịch:``). Rows undo the first: a row holds every token of a page at one height, from left to
right, whatever line the engine put it in. Cuts undo the others.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from dossier.papers import Box
from dossier.text import fold, nfc
from ocr.model import Line, PageReading, Reading

_LEADER = re.compile(r"[.…_·]{2,}|…")
_PART = re.compile(r"[^\0:]+:*|:+")
_INNER_CAPITAL = re.compile(r"(?<=[^\W\d_])[^\W\d_](?=[^\W\d_])")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")
_SAME_ROW = 0.5
"""Lines whose heights overlap by this share of the lower one stand in one row."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a part of one that a colon or a dotted leader ends.

    Attributes:
        text: As read. letters: Its letters and digits, folded; may be empty. box: In master pixels. confidence: 0 to 1.
        page: From 1. line: Number of the engine's line it comes from, unique in the reading.
        glued: Whether it was read as one word with the token before it, and no colon or leader parts them.
        meant: What it was taken for, if not for what was read; empty otherwise.
    """

    text: str
    letters: str
    box: Box
    confidence: float
    page: int
    line: int
    glued: bool = False
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Everything at one height of a page, from left to right; at least one token."""

    tokens: tuple[Token, ...]

    @property
    def page(self) -> int:
        """Page number from 1."""
        return self.tokens[0].page

    @property
    def box(self) -> Box:
        """The smallest box around the tokens."""
        return box_of(self.tokens)

    @property
    def height(self) -> float:
        """Median height of the tokens, pixels."""
        return median(t.box.height for t in self.tokens)


def box_of(tokens: Iterable[Token]) -> Box:
    """Return the smallest box around ``tokens`` (at least one)."""
    boxes = [t.box for t in tokens]
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(left, top, max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top)


def text_of(tokens: Iterable[Token]) -> str:
    """Return the texts joined by single spaces, or by none where one word was cut."""
    return "".join(t.text if t.glued else f" {t.text}" for t in tokens).strip()


def meaning_of(tokens: Iterable[Token]) -> str:
    """Return what the tokens were taken for, joined as in :func:`text_of`."""
    return text_of(replace(t, text=t.meant) if t.meant else t for t in tokens)


def confidence_of(tokens: Sequence[Token]) -> float:
    """Return the mean confidence weighted by the tokens' lengths, 0 for none."""
    total = sum(len(t.text) for t in tokens)
    return sum(t.confidence * len(t.text) for t in tokens) / total if total else 0.0


def letters_of(text: str) -> str:
    """Return the letters and digits of ``text``, folded, nothing between them."""
    return _NOT_ALPHANUMERIC.sub("", fold(text))


def rows_of(reading: Reading) -> tuple[Row, ...]:
    """Return all rows, page by page, from top to bottom."""
    rows: list[Row] = []
    first_line = 0
    for page in reading.pages:
        rows.extend(_page_rows(page, first_line))
        first_line += len(page.lines)
    return tuple(rows)


def _page_rows(page: PageReading, first_line: int) -> list[Row]:
    groups: list[list[tuple[Token, ...]]] = []
    lines = [tuple(_tokens(line, page.number, first_line + i)) for i, line in enumerate(page.lines)]
    for line in sorted(filter(None, lines), key=lambda tokens: _middle(box_of(tokens))):
        home = next((g for g in reversed(groups[-3:]) if all(_beside(line, other) for other in g)), None)
        if home is None:
            groups.append([line])
        else:
            home.append(line)
    return [Row(tuple(sorted((t for line in group for t in line), key=lambda t: t.box.x))) for group in groups]


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _beside(a: Sequence[Token], b: Sequence[Token]) -> bool:
    """Return whether two lines are at one height and no token of one is over a token of the other.

    Values written above a form's dotted lines may be a line of their own, its words between the labels of another one.
    """
    box, other = box_of(a), box_of(b)
    lower = min(box.height, other.height)
    if min(box.bottom, other.bottom) - max(box.y, other.y) < _SAME_ROW * lower:
        return False
    return all(min(s.box.right, t.box.right) - max(s.box.x, t.box.x) <= lower for s in a for t in b)


def _tokens(line: Line, page: int, number: int) -> Iterator[Token]:
    for word in line.words:
        whole = nfc(word.text)
        for start, end, glued in _cuts(whole):
            text = whole[start:end]
            left = word.box.x + word.box.width * start // len(whole)
            right = word.box.x + word.box.width * end // len(whole)
            box = Box(left, word.box.y, right - left, word.box.height)
            yield Token(text, letters_of(text), box, word.confidence, page, number, glued)


def _cuts(text: str) -> Iterator[tuple[int, int, bool]]:
    """Return where the parts of a word begin and end, and whether they are glued to the one before.

    Leaders fall away, a colon ends a part; so does a small letter before a capital that begins a word, as two words run
    together have it.
    """
    for part in _PART.finditer(_LEADER.sub(lambda leader: "\0" * len(leader[0]), text)):
        start, end = part.span()
        inner = [m.start() for m in _INNER_CAPITAL.finditer(text, start, end) if _begins_word(text, m.start())]
        for left, right in pairwise([start, *inner, end]):
            yield left, right, left > start


def _begins_word(text: str, at: int) -> bool:
    return text[at - 1].islower() and text[at].isupper() and text[at + 1].islower()
