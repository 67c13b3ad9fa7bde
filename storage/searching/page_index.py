"""The index of tokens, one row a page: FTS5 on SQLite, ``tsvector`` under GIN on PostgreSQL.

Both are given the same tokens and asked the same: which rows hold all of these, in the order of their places. Neither
takes text apart, ranks, or knows of positions; what either makes of punctuation, numbers or long words never counts.

On PostgreSQL a query first looks at the first rows in order, which is enough for whatever is frequent, and only then
takes all rows from the GIN index and sorts them: what is sorted is never frequent. Frequent words without another one
that hardly ever stands apart from them would be; so of these it gives what the rows looked at have, and says how far it
looked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import BigInteger, ColumnElement, TextClause, select, text
from sqlalchemy.orm import Session

from storage.schema import PaperRow
from storage.searching.places import MAX_PAGE, serial_at

_FEW, _MANY, _FREQUENT = 300, 2_400, 8
"""Rows looked at in order before an index is asked; where those few had so many hits, many are looked at (PostgreSQL).

A row looked at costs some 20 µs, a row taken from the index and sorted some 2 µs: with a million rows of which 3 % are
hits, both ways cost the same for a first answer.
"""
_WALK = """
    SELECT place FROM (
        SELECT place, tokens FROM page_index WHERE place > :after AND place < :until ORDER BY place LIMIT :rows
    ) AS near WHERE tokens @@ CAST(:match AS tsquery)
"""
_WALK_WITHOUT = """
    WITH near AS MATERIALIZED (
        SELECT place, place & ~CAST(:page AS bigint) AS whole, tokens
        FROM page_index WHERE place > :after AND place < :until ORDER BY place LIMIT :rows
    ), unwanted AS MATERIALIZED (
        SELECT whole FROM near WHERE place = whole AND tokens @@ CAST(:without AS tsquery)
    )
    SELECT place FROM near WHERE CASE
        WHEN whole IN (SELECT whole FROM unwanted) THEN FALSE
        ELSE tokens @@ CAST(:match AS tsquery)
    END
"""
"""Where the row of a paper as a whole says no, its pages are not looked at, which takes time; CASE keeps that order."""
_END = "SELECT place FROM page_index WHERE place > :after AND place < :until ORDER BY place LIMIT 1 OFFSET :rows - 1"


@dataclass(frozen=True, slots=True)
class Match:
    """What a row must hold.

    Attributes:
        every: All of these tokens, at least one. beginnings: For each, a token that begins so. one_of: One of each
            group. without: None of these; nor may another page of the paper have one.
    """

    every: tuple[str, ...]
    beginnings: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Within:
    """Which rows count.

    Attributes:
        after, until: Places above the one and below the other. papers: What their papers must be.
    """

    after: int
    until: int
    papers: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """Rows that fit.

    Attributes:
        places: Theirs, in order.
        looked_to: The last place looked at, where there may be more behind it although fewer fit than were asked for.
    """

    places: list[int]
    looked_to: int | None = None


class PageIndex(Protocol):
    """What an engine does."""

    def put(self, session: Session, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Add rows: a place and its tokens."""

    def take_out(self, session: Session, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Remove rows, given with the tokens that they were put with."""

    def places(self, session: Session, match: Match, within: Within, count: int) -> Proposed:
        """Return the first ``count`` places in order that fit."""


def page_index(session: Session) -> PageIndex:
    """Return the engine of a database."""
    return Postgres() if session.get_bind().dialect.name == "postgresql" else Sqlite()


class Sqlite:
    """FTS5 without contents or positions; it yields rows in order by itself, and no more than asked for."""

    def put(self, session: Session, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Add rows."""
        given = [{"place": place, "tokens": " ".join(tokens)} for place, tokens in rows]
        _run(session, "INSERT INTO page_index (rowid, tokens) VALUES (:place, :tokens)", given)

    def take_out(self, session: Session, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Remove rows."""
        given = [{"place": place, "tokens": " ".join(tokens)} for place, tokens in rows]
        remove = "INSERT INTO page_index (page_index, rowid, tokens) VALUES ('delete', :place, :tokens)"
        _run(session, remove, given)

    def places(self, session: Session, match: Match, within: Within, count: int) -> Proposed:
        """Return the first ``count`` places in order that fit."""
        hits = text("""
            SELECT rowid AS place FROM page_index
            WHERE page_index MATCH :match AND rowid > :after AND rowid < :until ORDER BY rowid
        """)
        return Proposed(_first(session, hits, self._written(match), within, count))

    @staticmethod
    def _written(match: Match) -> str:
        every = [_quoted(token) for token in match.every] + [f"{_quoted(begin)} *" for begin in match.beginnings]
        every += [f"({' OR '.join(map(_quoted, group))})" for group in match.one_of]
        unwanted = [f" NOT {_quoted(token)}" for token in match.without]
        return f"({' AND '.join(every)}){''.join(unwanted)}"


class Postgres:
    """``tsvector`` without positions under GIN."""

    def put(self, session: Session, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Add rows."""
        given = [{"place": place, "tokens": list(tokens)} for place, tokens in rows]
        add = "INSERT INTO page_index (place, tokens) VALUES (:place, array_to_tsvector(CAST(:tokens AS text[])))"
        _run(session, add, given)

    def take_out(self, session: Session, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Remove rows."""
        given = [{"place": place} for place, _ in rows]
        _run(session, "DELETE FROM page_index WHERE place = :place", given)

    def places(self, session: Session, match: Match, within: Within, count: int) -> Proposed:
        """Return the first ``count`` places in order that fit."""
        # Neither guesses about these tokens nor plans made for other ones may lead it to read the whole table.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        found = self._walked(session, match, within, count, _FEW)
        bounded = bool(match.without) and (len(found) >= _FREQUENT or self._is_frequent(session, match, within))
        if len(found) < count and (len(found) >= _FREQUENT or bounded):
            found = self._walked(session, match, within, count, _MANY)
        if len(found) == count:
            return Proposed(found)
        if bounded:
            window = {"after": within.after, "until": within.until, "rows": _MANY}
            return Proposed(found, session.scalar(text(_END), window))
        # The sum keeps it from walking on; the offset keeps the papers from being looked up before the sort.
        every = text("""
            SELECT place + 0 AS place FROM page_index
            WHERE place > :after AND place < :until AND tokens @@ CAST(:match AS tsquery) ORDER BY 1 OFFSET 0
        """)
        return Proposed(_first(session, every, self._written(match), within, count))

    def _walked(self, session: Session, match: Match, within: Within, count: int, rows: int) -> list[int]:
        """Return the first ``count`` places that fit among so many rows."""
        walk = text(_WALK).bindparams(rows=rows)
        if match.without:
            without = _joined(" | ", match.without)
            walk = text(_WALK_WITHOUT).bindparams(rows=rows, page=MAX_PAGE, without=without)
        return _first(session, walk, self._written(match), within, count)

    def _is_frequent(self, session: Session, match: Match, within: Within) -> bool:
        """Whether an index would give many rows of which what must not be there then leaves few, or none."""
        wanted = replace(match, without=())
        near = replace(within, papers=())
        return len(self._walked(session, wanted, near, _FREQUENT, _FEW)) == _FREQUENT

    @staticmethod
    def _written(match: Match) -> str:
        every = [_joined("", [token]) for token in match.every] + [f"'{begin}':*" for begin in match.beginnings]
        every += [f"({_joined(' | ', group)})" for group in match.one_of]
        every += [f"!{_joined('', [token])}" for token in match.without]
        return " & ".join(every)


def _joined(sign: str, tokens: Iterable[str]) -> str:
    return sign.join(f"'{token}'" for token in tokens)


def _run(session: Session, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:  # a paper may have no page
        session.execute(text(statement), rows)


def _first(session: Session, hits: TextClause, match: str, within: Within, count: int) -> list[int]:
    rows = hits.columns(place=BigInteger).subquery("hits")
    # A value, not EXISTS: that would become a join, of all rows with all papers.
    kept = select(PaperRow.serial).where(PaperRow.serial == serial_at(rows.c.place), *within.papers).scalar_subquery()
    query = select(rows.c.place).where(kept.is_not(None)).order_by(rows.c.place).limit(count)
    return list(session.scalars(query, {"match": match, "after": within.after, "until": within.until}))


def _quoted(token: str) -> str:
    return f'"{token}"'


def as_token(kind: str, value: str) -> str:
    """Return a token of a code or the like: of a kind of its own, and of signs that every engine takes as they are."""
    return kind + "".join(c if c.isalnum() else f"_{ord(c):x}_" for c in value)
