"""Searching the words of papers: what a word is, what a query means, and which paper answers it how well.

Tokens are runs of letters or runs of digits of the folded text (:func:`dossier.text.fold`), so that ``QĐ-UBND``,
``Qđ UBND`` and ``qd/ubnd`` are the same two, and ``CS02175`` and ``CS 02175`` too. Every index holds these tokens and
no others, whatever its engine would make of a text; and what an index finds is only proposed: :func:`judge` decides.
So two engines cannot answer differently.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from dossier.errors import InvalidValue
from dossier.papers import Box
from dossier.text import fold

MAX_TOKEN = 40
"""Letters or digits of a token that count: of what is longer, the rest is left out."""
MAX_TERMS = 16
MIN_PREFIX = 2
"""Letters or digits that a word with ``*`` has at least."""

_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_ITEM = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))

Tokens = Sequence[str]


@lru_cache(maxsize=1 << 16)
def tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of ``text`` in order."""
    return tuple(token[:MAX_TOKEN] for token in _TOKEN.findall(fold(text)))


def pairs(page: Tokens) -> Iterator[str]:
    """Yield ``_a_b`` for each two words of letters side by side: what finds a name without looking at each page.

    Numbers make none: they are rare enough by themselves, and every pair of one would be a word of the index.
    """
    for one, other in pairwise(page):
        if not one[0].isdigit() and not other[0].isdigit():
            yield f"_{one}_{other}"


@dataclass(frozen=True, slots=True)
class SearchedPage:
    """The words of one page, in reading order.

    Attributes:
        number: From 1. words: As printed, NFC. boxes: Theirs, in pixels of the master page.
    """

    number: int
    words: tuple[str, ...]
    boxes: tuple[Box, ...]

    @property
    def tokens(self) -> list[str]:
        """The tokens of all words."""
        return [token for word in self.words for token in tokens(word)]

    @property
    def line(self) -> str:
        """The tokens in one line, see `in_line`."""
        return in_line(self.tokens)


def in_line(page: Tokens) -> str:
    """Return the tokens of a page with a space before and behind each: what `Term.occurs` looks into."""
    return f" {' '.join(page)} "


class Level(IntEnum):
    """How well a paper answers a query, the best first."""

    NUMBER = 1
    """The query is the paper's number and symbol."""
    RUN = 2
    """All words stand side by side, in the query's order."""
    PAGE = 3
    """All words stand on one page."""
    PAPER = 4
    """All words stand on the paper."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or words side by side.

    Attributes:
        tokens: At least one. prefix: The last one is a beginning.
    """

    tokens: tuple[str, ...]
    prefix: bool = False

    def occurs(self, line: str) -> bool:
        """Whether it stands on a page, given as `in_line`."""
        return f" {' '.join(self.tokens)}{'' if self.prefix else ' '}" in line

    def places(self, page: Tokens) -> Iterator[int]:
        """Yield where on a page it begins, counted in tokens from 0."""
        size, first = len(self.tokens), self.tokens[0]
        for place in range(len(page) - size + 1):
            begins = page[place] == first or (size == 1 and self.prefix and page[place].startswith(first))
            if begins and (size == 1 or self.occurs(in_line(page[place : place + size]))):
                yield place


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. Attributes: terms: What must occur. excluded: What must not."""

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()

    @property
    def run(self) -> Term | None:
        """All words as they would stand side by side; ``None`` of fewer than two."""
        if len(self.terms) < 2 or any(term.prefix for term in self.terms[:-1]):  # noqa: PLR2004 - side by side
            return None
        return Term(tuple(token for term in self.terms for token in term.tokens), self.terms[-1].prefix)

    @property
    def number(self) -> Term | None:
        """The query as a number and symbol, ``None`` where it cannot be one: those have a digit."""
        number = "".join(token for term in self.terms for token in term.tokens)
        if not any(c.isdigit() for c in number) or any(term.prefix for term in self.terms[:-1]):
            return None
        return Term((number[:MAX_TOKEN],), self.terms[-1].prefix)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that this query has, the best first; without words, every paper is a hit of the third."""
        levels = (Level.NUMBER if self.number else None, Level.RUN if self.run else None, Level.PAGE)
        across = Level.PAPER if len(self.terms) > 1 else None
        return tuple(level for level in (*levels, across) if level)


def parse_query(text: str) -> Query:
    """Return what a person's text asks for.

    Words must all occur; ``"words in quotes"`` side by side; ``ngu*`` is a beginning; ``-word`` must not occur. A word
    of several tokens (``320/QĐ-UBND``) is as if in quotes. Signs that mean nothing are passed over.

    Raises:
        InvalidValue: More than ``MAX_TERMS`` words, or a beginning shorter than ``MIN_PREFIX``.
    """
    terms: list[Term] = []
    excluded: list[Term] = []
    for item in _ITEM.finditer(text.translate(_QUOTES)):
        word = item["phrase"] if item["phrase"] is not None else item["word"]
        found = tokens(word)
        if found:
            term = Term(found, prefix=word.endswith("*"))
            if term.prefix and len(found[-1]) < MIN_PREFIX:
                raise InvalidValue(
                    key="query",
                    reason=f"a beginning has at least {MIN_PREFIX} letters",
                    reason_vi=f"phần đầu từ trước dấu * cần ít nhất {MIN_PREFIX} ký tự",
                )
            (excluded if item["minus"] else terms).append(term)
    if len(terms) + len(excluded) > MAX_TERMS:
        raise InvalidValue(
            key="query", reason=f"more than {MAX_TERMS} words", reason_vi=f"nhiều hơn {MAX_TERMS} từ khóa"
        )
    return Query(tuple(terms), tuple(excluded))


def number_token(text: str) -> str:
    """Return a number and symbol as it is compared: ``320qdubnd`` of ``320/QĐ-UBND``; empty if nothing is left."""
    return "".join(tokens(text))[:MAX_TOKEN]


def judge(query: Query, numbers: Iterable[str], pages: Sequence[str]) -> Level | None:
    """Return how well a paper answers a query, or ``None`` if it does not.

    Args:
        query: The query.
        numbers: The paper's numbers and symbols, each by `number_token`.
        pages: Its pages, each by `in_line`.
    """
    if any(term.occurs(page) for term in query.excluded for page in pages):
        return None
    number, run = query.number, query.run
    if number and any(number.occurs(in_line([known])) for known in numbers):
        return Level.NUMBER
    if run and any(run.occurs(page) for page in pages):
        return Level.RUN
    if any(all(term.occurs(page) for term in query.terms) for page in pages):
        return Level.PAGE
    if all(any(term.occurs(page) for page in pages) for term in query.terms):
        return Level.PAPER
    return None
