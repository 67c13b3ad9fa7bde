"""Searching: the same papers in the same order on both databases, and no others than looking at every one would find."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.errors import InvalidValue
from dossier.identifiers import PaperId
from dossier.search import Level, Query, parse_query
from storage.catalogue import Catalogue
from storage.search import Cursor, Filters, search
from tests.storage.searched import NUMBERS, WORDS, Shelved, expected, shelve, some_papers

PAPERS = 60
EVERY = Filters()


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: str
) -> Iterator[tuple[list[Catalogue], list[Shelved]]]:
    """The same papers on each database."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE searched")
    urls = (
        f"sqlite:///{tmp_path_factory.mktemp('search') / 'catalogue.db'}",
        postgres_server.replace("/postgres?", "/searched?"),
    )
    catalogues = [Catalogue.open(url) for url in urls]
    shelved = [[shelve(one, *given[:2], **given[2]) for given in some_papers(7, PAPERS)] for one in catalogues]
    yield catalogues, shelved[0]
    for one in catalogues:
        one.close()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE searched WITH (FORCE)")


_words = st.sampled_from(WORDS) | st.sampled_from(NUMBERS)
_asked = st.one_of(
    _words,
    _words.map(lambda word: f"-{word}"),
    _words.map(lambda word: f"{word[:3]}*"),
    st.lists(_words, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.text(max_size=5),
)
texts = st.lists(_asked, max_size=4).map(" ".join)


def asked(text: str) -> Query:
    try:
        return parse_query(text)
    except InvalidValue:  # a beginning of one letter
        return parse_query(text.replace("*", ""))


def found(
    catalogue: Catalogue, query: Query, filters: Filters = EVERY, limit: int = 100
) -> list[tuple[PaperId, Level]]:
    """Return all hits, read page by page."""
    hits: list[tuple[PaperId, Level]] = []
    after = None
    while True:
        answer = search(catalogue, query, filters, limit=limit, after=after)
        assert len(answer.hits) <= limit
        hits += [(hit.paper.id, hit.level) for hit in answer.hits]
        if answer.following is None:
            return hits
        after = Cursor.parse(str(answer.following))


@settings(max_examples=300, deadline=None)
@given(text=texts, limit=st.sampled_from([1, 3, 100]))
def test_both_databases_find_what_looking_at_every_paper_finds(
    both: tuple[list[Catalogue], list[Shelved]], text: str, limit: int
) -> None:
    catalogues, shelved = both
    query = asked(text)
    wanted = expected(shelved, query)
    for catalogue in catalogues:
        assert found(catalogue, query, limit=limit) == wanted
