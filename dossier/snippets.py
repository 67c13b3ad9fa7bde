"""Snippets: where on a paper the words of a query stand, shown in a few words around, as printed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dossier.papers import Box
from dossier.search import Query, SearchedPage, Term, in_line, tokens

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

    page: SearchedPage
    start: int
    hits: tuple[int, ...]
    terms: frozenset[int]


def snippets(query: Query, pages: Iterable[SearchedPage]) -> list[Snippet]:
    """Return up to ``MOST`` snippets of a paper: those that show most of the words first, until each was shown.

    Where all words stand side by side, only that is shown.

    Args:
        query: What was looked for.
        pages: The paper's, in order.
    """
    known = list(pages)
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
        shown.append(_snippet(best))
    return shown


def _windows(page: SearchedPage, terms: tuple[Term, ...]) -> Iterator[_Window]:
    """Yield a window from a little before each hit on."""
    hits = sorted(_hits(page, terms))[:_MOST_HITS]
    for place, (first, _) in enumerate(hits):
        start = max(0, first - _BEFORE)
        inside = [(word, term) for word, term in hits[place:] if word < start + _WORDS]
        yield _Window(page, start, tuple(dict.fromkeys(w for w, _ in inside)), frozenset(term for _, term in inside))


def _hits(page: SearchedPage, terms: tuple[Term, ...]) -> Iterator[tuple[int, int]]:
    """Yield the words of a page that are hits, counted from 0, each with its term."""
    words = [(token, word) for word, text in enumerate(page.words) for token in tokens(text)]
    line = [token for token, _ in words]
    for number, term in enumerate(terms):
        for place in term.places(line) if term.occurs(in_line(line)) else ():
            yield from ((word, number) for _, word in words[place : place + len(term.tokens)])


def _snippet(window: _Window) -> Snippet:
    page, end = window.page, window.start + _WORDS
    text = "… " if window.start else ""
    marks = []
    for number in range(window.start, min(end, len(page.words))):
        if number in window.hits:
            marks.append((len(text), len(text) + len(page.words[number])))
        text += page.words[number] + " "
    text = text + "…" if end < len(page.words) else text.rstrip()
    return Snippet(page.number, text, tuple(marks), tuple(page.boxes[number] for number in window.hits))
