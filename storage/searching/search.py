"""Search: which papers answer a query, the same ones in the same order on every database.

The order is that of the levels (:class:`dossier.search.Level`), within one that of the places
(:mod:`storage.searching.places`): the latest issued first. For each level the page index proposes rows in order, of
which `judge` takes those that are papers of this level, until there are enough. Nothing is counted and nothing is
ranked, so what a query costs depends on how many papers are shown, not on how many there are.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dossier import times
from dossier.errors import InvalidValue
from dossier.identifiers import AgencyCode, OwnerNumber
from dossier.papers import Box, Paper, PaperState
from dossier.search import MIN_PREFIX, Level, Query, Term, in_line, judge, number_token, pairs, tokens
from storage.catalogue import Catalogue, owner_group
from storage.database import reading
from storage.rows import paper_from
from storage.schema import IndexedRow, PageWordsRow, PaperRow
from storage.searching.page_index import Match, PageIndex, Within, page_index
from storage.searching.page_words import unpack, words_of
from storage.searching.places import END, FIRST_UNDATED, MAX_PAGE, before, behind, serial_at, whole
from storage.searching.search_index import (
    FIRST_PAGE,
    SEARCHABLE,
    WHOLE,
    is_searchable,
    of_agency,
    of_month,
    of_number,
    of_owner,
    of_type,
)

MOST_JUDGED = 120
"""Papers looked at for one answer: few enough to be quick, whatever is asked."""
_MOST_MONTHS = 120
"""Of a span of days of storing: of a longer one each paper is looked up instead."""
_PAGES_EACH = 3
"""Rows asked of the index at once for each paper wanted, since several pages of one may be hits."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which papers count.

    Attributes:
        owner: Of this owner, alone or with others, under any of his numbers.
        paper_types: Of one of these types, if any is named.
        issued_from, issued_to: Issued on these days or between; those of unknown date then do not count.
        stored_from, stored_to: Stored on these days or between, in Vietnam.
        agency: Digitized by this one, whatever form its code has.
        number: Of this number and symbol; with ``*`` at the end, of one that begins so.
        states: In one of these states; only those of ``storage.searching.search_index.SEARCHABLE`` are ever found.
    """

    owner: OwnerNumber | None = None
    paper_types: tuple[str, ...] = ()
    issued_from: dt.date | None = None
    issued_to: dt.date | None = None
    stored_from: dt.date | None = None
    stored_to: dt.date | None = None
    agency: AgencyCode | None = None
    number: str = ""
    states: tuple[PaperState, ...] = SEARCHABLE

    def __post_init__(self) -> None:
        """Check the days.

        Raises:
            InvalidValue: One on which nothing can have been stored.
        """
        for name in ("stored_from", "stored_to"):
            day = getattr(self, name)
            if day is not None and not 1900 < day.year < 3000:  # noqa: PLR2004 - what calendars reckon with
                raise InvalidValue(key=name, reason="the year cannot be right", reason_vi="năm không hợp lý")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list of hits goes on. Attributes: level: Of the last hit. place: Behind it."""

    level: Level
    place: int

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the cursor that ``text`` names.

        Raises:
            InvalidValue: It names none.
        """
        level, _, place = text.partition("-")
        known = {str(level.value): level for level in Level}
        if level not in known or not re.fullmatch(r"[0-9]{1,19}", place) or int(place) > END:
            raise InvalidValue(key="after", reason="not given by a search", reason_vi="không phải do tìm kiếm cấp")
        return cls(known[level], int(place))

    def __str__(self) -> str:
        return f"{self.level.value}-{self.place}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper found. Attributes: paper: It. level: How well it answers. packed: Its pages' numbers and words."""

    paper: Paper
    level: Level
    packed: tuple[tuple[int, bytes], ...] = field(repr=False)

    @property
    def words(self) -> dict[int, tuple[str, ...]]:
        """The words of its pages by their numbers, in order."""
        return {number: words_of(words) for number, words in self.packed}

    def boxes(self, page: int) -> tuple[Box, ...]:
        """Return the boxes of a page's words, in pixels of the master page."""
        return unpack(page, dict(self.packed)[page]).boxes


@dataclass(frozen=True, slots=True)
class Found:
    """An answer. Attributes: hits: In order. following: Where it goes on; ``None`` if there are no more."""

    hits: tuple[Hit, ...]
    following: Cursor | None


def search(
    catalogue: Catalogue, query: Query, filters: Filters, *, limit: int = 20, after: Cursor | None = None
) -> Found:
    """Return the first papers that answer a query, or those after a cursor.

    Of ``MOST_JUDGED`` papers that the index proposed, or of the rows that it looked at, possibly fewer than ``limit``
    are hits: then there is a cursor all the same.

    Raises:
        InvalidValue: The number and symbol has no letters or digits, or a beginning too few.
        StoreUnavailable: The catalogue does not answer.
    """
    with reading(catalogue.engine) as session:
        taken: list[_Candidate] = []
        following = None
        for judged, one in enumerate(_Search(session, query, filters, limit + 1).candidates(after), 1):
            if isinstance(one, Cursor):
                following = one
                break
            if one.is_hit and len(taken) == limit:
                following = taken[-1].cursor
                break
            taken += [one] if one.is_hit else []
            if judged == MOST_JUDGED:
                following = one.cursor
                break
        return Found(_hits(session, taken), following)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A paper that the index proposed: its serial and pages, how well it answers, and where the list goes on."""

    serial: int
    packed: tuple[tuple[int, bytes], ...]
    level: Level | None
    cursor: Cursor

    @property
    def is_hit(self) -> bool:
        """Whether it is one of the level it was proposed for, rather than of none or another."""
        return self.level is self.cursor.level


class _Search:
    """One query on one view of the database. ``together``: papers that are looked at together."""

    def __init__(self, session: Session, query: Query, filters: Filters, together: int) -> None:
        self._session, self._query, self._together = session, query, together
        self._index: PageIndex = page_index(session)
        self._first, self._until, self._papers = _bounds(filters)
        self._groups = _groups(session, filters)
        self._number = _number(filters)

    def candidates(self, after: Cursor | None) -> Iterator[_Candidate | Cursor]:
        """Yield what the index proposes behind a cursor, the best first, each with its level.

        Where the index looked at as many rows as one answer may cost, a cursor follows: there is no more in this one.
        """
        for level in self._query.levels:
            if after is None or level >= after.level:
                start = after.place if after and level is after.level else self._first
                yield from self._of_level(level, start)

    def _of_level(self, level: Level, start: int) -> Iterator[_Candidate | Cursor]:
        match = _match(self._query, level, self._number, self._groups)
        count = self._together * _PAGES_EACH
        while match:
            within = Within(start, self._until, self._papers)
            proposed = self._index.places(self._session, match, within, count)
            # Pages of a paper follow each other, so each paper comes once.
            papers = list(dict.fromkeys(map(whole, proposed.places)))
            rest = iter(papers)
            while some := list(islice(rest, self._together)):
                yield from self._judged(some, level)
            start = papers[-1] + MAX_PAGE if papers else start
            if proposed.looked_to is not None:
                yield Cursor(level, max(start, proposed.looked_to))
            if len(proposed.places) < count:
                return
            count *= 4  # what needs a second look may need many

    def _judged(self, places: Sequence[int], level: Level) -> Iterator[_Candidate]:
        serials = [serial_at(place) for place in places]
        numbers = _numbers(self._session, serials)
        packed = _packed(self._session, serials)
        for serial, place in zip(serials, places, strict=True):
            pages = packed.get(serial, ())
            lines = [in_line([token for word in words_of(data) for token in tokens(word)]) for _, data in pages]
            judged = judge(self._query, numbers.get(serial, ()), lines)
            yield _Candidate(serial, pages, judged, Cursor(level, place + MAX_PAGE))


# --- what is asked of the index ----------------------------------------------------------------------------------


def _match(query: Query, level: Level, number: Term | None, groups: tuple[tuple[str, ...], ...]) -> Match | None:
    """Return what every row of a level has at least; ``None`` if there can be none."""
    if any(not group for group in groups):
        return None
    wanted = [*query.terms]
    parts = [FIRST_PAGE] if level is Level.NUMBER or not query.terms else []
    if level is Level.NUMBER:
        wanted = [Term((of_number(query.number.tokens[0]),), query.number.prefix)] if query.number else []
    elif level is Level.RUN:
        wanted += [query.run] if query.run else []
    elif level is Level.PAPER:
        parts.append(WHOLE)
    wanted += [number] if number else []
    every = [token for term in wanted for token in _whole_tokens(term)]
    beginnings = [begin for term in wanted for begin in _beginnings(term)]
    # Side by side on a page, the words are of a better level.
    excluded = [*query.excluded, *([query.run] if level is Level.PAGE and query.run else [])]
    without = [token for term in excluded for token in _only_token(term)]
    return Match(
        tuple(dict.fromkeys([*parts, *every])), tuple(dict.fromkeys(beginnings)), groups, tuple(dict.fromkeys(without))
    )


def _whole_tokens(term: Term) -> list[str]:
    known = term.tokens[:-1] if term.prefix else term.tokens
    return [*known, *pairs(known)]


def _beginnings(term: Term) -> list[str]:
    return [term.tokens[-1], *pairs(term.tokens[-2:])] if term.prefix else []


def _only_token(term: Term) -> tuple[str, ...]:
    """Return the one token that a page has if, and only if, a term stands on it; none if there is no such token."""
    if term.prefix or len(term.tokens) > 2:  # noqa: PLR2004 - more than a pair
        return ()
    return term.tokens if len(term.tokens) == 1 else tuple(pairs(term.tokens))


def _number(filters: Filters) -> Term | None:
    if not filters.number:
        return None
    number, prefix = number_token(filters.number), filters.number.rstrip().endswith("*")
    if len(number) < (MIN_PREFIX if prefix else 1):
        raise InvalidValue(key="number_symbol", reason="too few letters and digits", reason_vi="quá ít chữ và số")
    return Term((of_number(number),), prefix)


def _groups(session: Session, filters: Filters) -> tuple[tuple[str, ...], ...]:
    """Return groups of tokens, of each of which a row has one."""
    groups = []
    if filters.owner is not None:
        groups.append(tuple(map(of_owner, owner_group(session, filters.owner))))
    if filters.paper_types:
        groups.append(tuple(map(of_type, filters.paper_types)))
    if filters.agency is not None:
        groups.append((of_agency(filters.agency),))
    if filters.stored_from is not None:
        first, last = filters.stored_from, filters.stored_to or times.today()
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        if len(months) <= _MOST_MONTHS:
            groups.append(tuple(of_month(month // 12, month % 12 + 1) for month in months))
    return tuple(groups)


def _bounds(filters: Filters) -> tuple[int, int, tuple[ColumnElement[bool], ...]]:
    """Return the places between which the rows lie, and what their papers must be besides."""
    first = before(filters.issued_to) if filters.issued_to else -1
    until = behind(filters.issued_from) if filters.issued_from else END
    if filters.issued_to:
        until = min(until, FIRST_UNDATED)
    papers = [is_searchable(filters.states)]
    if filters.stored_from is not None:
        papers.append(PaperRow.stored_at >= _midnight(filters.stored_from))
    if filters.stored_to is not None:
        papers.append(PaperRow.stored_at < _midnight(filters.stored_to + dt.timedelta(days=1)))
    return first, until, tuple(papers)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), times.VIETNAM)


# --- what is kept of papers ----------------------------------------------------------------------------------------


def _numbers(session: Session, serials: Sequence[int]) -> dict[int, list[str]]:
    """Return the numbers and symbols of papers, as they are compared."""
    start = of_number("")
    rows = session.execute(select(IndexedRow.paper, IndexedRow.tokens).where(IndexedRow.paper.in_(serials)))
    return {paper: [token[len(start) :] for token in shared if token.startswith(start)] for paper, shared in rows}


def _packed(session: Session, serials: Sequence[int]) -> dict[int, tuple[tuple[int, bytes], ...]]:
    pages: dict[int, list[tuple[int, bytes]]] = {}
    query = select(PageWordsRow.paper, PageWordsRow.page, PageWordsRow.words).where(PageWordsRow.paper.in_(serials))
    for paper, number, words in session.execute(query.order_by(PageWordsRow.paper, PageWordsRow.page)):
        pages.setdefault(paper, []).append((number, words))
    return {paper: tuple(some) for paper, some in pages.items()}


def _hits(session: Session, taken: Sequence[_Candidate]) -> tuple[Hit, ...]:
    query = select(PaperRow).where(PaperRow.serial.in_([one.serial for one in taken]))
    papers = {row.serial: paper_from(row) for row in session.scalars(query)}
    return tuple(Hit(papers[one.serial], one.cursor.level, one.packed) for one in taken)
