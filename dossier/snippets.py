"""Snippets: where on a paper the words of a query stand, shown in a few words around, as printed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dossier.papers import Box
from dossier.search import Query, Term, in_line, tokens

MOST = 3
"""Snippets of a paper."""
_BEFORE, _WORDS = 6, 26
"""Words before the first hit of a snippet, and in all."""
_MOST_HITS = 200
"""Hits of a page that are looked at."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Some words of a page.

    Attributes:
        page: Its number. text: The words as printed, single spaces between them, ``…`` where the page goes on.
        marks: Where in ``text`` the hits stand, each its first character and the one behind it.
        boxes: Of the same hits, in pixels of the master page.
    """

    page: int
    text: str
    marks: tuple[tuple[int, int], ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class _Window:
    """Words of a page from ``start`` on, the ``hits`` among them, and which terms those are of."""

    page: int
    start: int
    hits: tuple[int, ...]
    terms: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Page:
    """A page to look at: its number and words; its tokens, each with the word it is of; and these in a line."""

    number: int
    words: Sequence[str]
    tokens: Sequence[str]
    word_of: Sequence[int]
    line: str

    @classmethod
    def of(cls, number: int, words: Sequence[str]) -> "_Page":
        """Return the page of these words."""
        placed = [(token, word) for word, text in enumerate(words) for token in tokens(text)]
        line = [token for token, _ in placed]
        return cls(number, words, line, [word for _, word in placed], in_line(line))


def snippets(
    query: Query, pages: Mapping[int, Sequence[str]], boxes_of: Callable[[int], Sequence[Box]]
) -> list[Snippet]:
    """Return up to ``MOST`` snippets of a paper: those that show most of the words first, until each was shown.

    Where all words stand side by side, only that is shown.

    Args:
        query: What was looked for.
        pages: The words of the paper's pages by their numbers, in order.
        boxes_of: Gives the boxes of a page's words, in pixels; asked only of pages that are shown.
    """
    known = [_Page.of(number, words) for number, words in pages.items()]
    terms = (query.run,) if query.run and any(query.run.occurs(page.line) for page in known) else query.terms
    windows = [window for page in known for window in _windows(page, terms)]
    shown: list[Snippet] = []
    left = set(range(len(terms)))
    while left and len(shown) < MOST:
        # The first of the best: of the lowest page, and there the highest.
        best = max(windows, key=lambda window: len(window.terms & left), default=None)
        if best is None or not best.terms & left:
            break
        left -= best.terms
        shown.append(_snippet(best, pages[best.page], boxes_of(best.page)))
    return shown


def _windows(page: _Page, terms: tuple[Term, ...]) -> Iterator[_Window]:
    """Yield a window from a little before each hit on."""
    hits = sorted(_hits(page, terms))[:_MOST_HITS]
    for place, (first, _) in enumerate(hits):
        start = max(0, first - _BEFORE)
        inside = [(word, term) for word, term in hits[place:] if word < start + _WORDS]
        yield _Window(
            page.number, start, tuple(dict.fromkeys(w for w, _ in inside)), frozenset(term for _, term in inside)
        )


def _hits(page: _Page, terms: tuple[Term, ...]) -> Iterator[tuple[int, int]]:
    """Yield the words of a page that are hits, counted from 0, each with its term."""
    for number, term in enumerate(terms):
        for place in term.places(page.tokens) if term.occurs(page.line) else ():
            yield from ((word, number) for word in page.word_of[place : place + len(term.tokens)])


def _snippet(window: _Window, words: Sequence[str], boxes: Sequence[Box]) -> Snippet:
    end = min(window.start + _WORDS, len(words))
    text = "… " if window.start else ""
    marks = []
    for number in range(window.start, end):
        if number in window.hits:
            marks.append((len(text), len(text) + len(words[number])))
        text += words[number] + " "
    text = text + "…" if end < len(words) else text.rstrip()
    return Snippet(window.page, text, tuple(marks), tuple(boxes[number] for number in window.hits))
