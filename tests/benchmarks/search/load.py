"""Many papers into a catalogue at once, as rows and not through the pipeline, with the same index as one by one."""

import datetime as dt
import json
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import insert, text

from dossier.papers import PaperState
from dossier.search import number_token
from storage.catalogue import Catalogue
from storage.database import writing
from storage.schema import BatchRow, IndexedRow, OwnerRow, PageWordsRow, PaperRow
from storage.searching.places import place
from storage.searching.search_index import FIRST_PAGE, WHOLE, of_month, of_number, of_owner, of_type
from tests.benchmarks.search.pages import OWNERS, Made

_TOGETHER = 500
_BATCH = "bench"
_STORED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_BLOCK = 5_000
"""Papers received at about the same time: within it, in any order."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of some papers, by table."""

    papers: list[dict[str, object]]
    indexed: list[dict[str, object]]
    words: list[dict[str, object]]
    index: list[tuple[int, list[str]]]


def owner_number(owner: int) -> str:
    """Return the number of an owner, who is counted from 0."""
    return f"001190{owner:06}"


def rows(papers: Iterable[Made], count: int) -> Iterator[Rows]:
    """Yield the rows of ``count`` papers, some at a time."""
    rng = random.Random(2)  # noqa: S311 - chance, not secrets
    serials = [block + n for block in range(0, count, _BLOCK) for n in rng.sample(range(_BLOCK), _BLOCK)]
    source = iter(papers)
    while some := list(islice(source, _TOGETHER)):
        made = Rows([], [], [], [])
        for paper in some:
            _add(made, paper, len(serials) - serials[paper.number])
        made.index.sort()
        yield made


def _add(made: Rows, paper: Made, serial: int) -> None:
    first = place(paper.issued_on, serial)
    stored = _STORED + dt.timedelta(minutes=serial % 400_000)
    shared = [
        of_owner(paper.owner + 1),
        of_number(number_token(paper.symbol)),
        of_type(paper.paper_type),
        of_month(stored.year, stored.month),
    ]
    made.papers.append(
        {
            "serial": serial,
            "id": f"{serial:016}",
            "batch": _BATCH,
            "name": "scan.pdf",
            "state": PaperState.STORED.value,
            "created_at": stored,
            "owner_serial": paper.owner + 1,
            "kind": "component",
            "paper_type": paper.paper_type,
            "page_count": len(paper.pages),
            "signed_origin": False,
            "title": f"{paper.paper_type} {paper.symbol}",
            "issued_on": paper.issued_on,
            "stored_at": stored,
            "reading_version": 1,
            "parts": [],
            "original_key": f"originals/{serial}",
            "original_version": "1",
            "original_sha256": f"{serial:064x}",
            "original_size": 1,
            "original_media_type": "application/pdf",
            "sealed_key": f"papers/{serial}/paper.pdf",
        }
    )
    made.indexed.append({"paper": serial, "place": first, "reading_version": 1, "tokens": shared})
    made.words.extend({"paper": serial, "page": page.number, "words": page.packed} for page in paper.pages)
    for page in paper.pages:
        made.index.append((first + page.number, [*shared, *page.tokens, *([FIRST_PAGE] if page.number == 1 else [])]))
    if len(paper.pages) > 1:
        whole = frozenset().union(*(page.tokens for page in paper.pages))
        made.index.insert(-len(paper.pages), (first, [*shared, *whole, WHOLE]))


class SqliteLoader:
    """Into SQLite."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._engine = catalogue.engine

    def add(self, made: Rows) -> None:
        """Add rows."""
        with writing(self._engine) as session:
            session.execute(insert(PaperRow), made.papers)
            session.execute(insert(IndexedRow), made.indexed)
            session.execute(insert(PageWordsRow), made.words)
            given = [{"place": at, "tokens": " ".join(tokens)} for at, tokens in made.index]
            session.execute(text("INSERT INTO page_index (rowid, tokens) VALUES (:place, :tokens)"), given)

    def finish(self) -> None:
        """Merge what was written, as it merges by and by."""
        with writing(self._engine) as session:
            session.execute(text("INSERT INTO page_index (page_index) VALUES ('optimize')"))
        with self._engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE papers")
            connection.exec_driver_sql("ANALYZE page_words")


class PostgresLoader:
    """Into PostgreSQL; the index of tokens is made at the end."""

    def __init__(self, catalogue: Catalogue, url: str) -> None:
        self._connection = psycopg.connect(url)
        with writing(catalogue.engine) as session:
            session.execute(text("DROP INDEX ix_page_index_tokens"))

    def add(self, made: Rows) -> None:
        """Add rows."""
        self._copy("papers", [{**row, "parts": Jsonb([])} for row in made.papers])
        self._copy("indexed", [{**row, "tokens": json.dumps(row["tokens"])} for row in made.indexed])
        self._copy("page_words", made.words)
        vectors = [{"place": at, "tokens": " ".join(f"'{token}'" for token in tokens)} for at, tokens in made.index]
        self._copy("page_index", vectors)
        self._connection.commit()

    def finish(self) -> None:
        """Make the index, and look at the tables as the server does by itself."""
        self._connection.execute("SET maintenance_work_mem = '1GB'")
        self._connection.execute("SET max_parallel_maintenance_workers = 0")
        self._connection.execute(
            "CREATE INDEX ix_page_index_tokens ON page_index USING gin (tokens) WITH (fastupdate = off)"
        )
        self._connection.commit()
        self._connection.autocommit = True
        self._connection.execute("VACUUM ANALYZE")
        self._connection.close()

    def _copy(self, table: str, some: Sequence[dict[str, object]]) -> None:
        columns = list(some[0])
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
        ):
            for row in some:
                copy.write_row([row[column] for column in columns])


def prepare(catalogue: Catalogue, papers: int) -> None:
    """Add what papers refer to."""
    with writing(catalogue.engine) as session:
        session.add(BatchRow(id=_BATCH, station="bench", created_at=_STORED, content_sha256=""))
        owners = [
            {"serial": n + 1, "kind": "citizen_number", "number": owner_number(n), "name": f"Người {n}"}
            for n in range(int(papers * OWNERS) + 1)
        ]
        session.execute(insert(OwnerRow), owners)


def load(
    loaders: Sequence[SqliteLoader | PostgresLoader], papers: Iterable[Made], count: int
) -> list[tuple[float, float]]:
    """Load papers by each loader; return the seconds of each for adding and for finishing."""
    spent = [0.0 for _ in loaders]
    for made in rows(papers, count):
        for number, loader in enumerate(loaders):
            began = time.perf_counter()
            loader.add(made)
            spent[number] += time.perf_counter() - began
    finished = []
    for loader in loaders:
        began = time.perf_counter()
        loader.finish()
        finished.append(time.perf_counter() - began)
    return list(zip(spent, finished, strict=True))
