"""Searching: the same papers in the same order on both databases, those that looking at every one would find."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from dossier import times
from dossier.errors import InvalidValue
from dossier.identifiers import AgencyCode, CitizenNumber, PaperId
from dossier.owners import Owner
from dossier.papers import Box, PaperState
from dossier.search import Level, Query, SearchedPage, number_token, parse_query
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.lifecycle.disposal import Disposal, approve, propose
from storage.schema import OwnerRow, PageWordsRow
from storage.searching.page_index import Match, Within, page_index
from storage.searching.page_words import pack, unpack, words_of
from storage.searching.places import END, FIRST_UNDATED, MAX_PAGE, before, behind, place, serial_at
from storage.searching.search import Cursor, Filters, search
from storage.searching.search_index import SEARCHABLE, empty, missing, put, take_out_gone
from tests.storage.examples import NOON, OTHER_OWNER, OWNER
from tests.storage.searched import NUMBERS, WORDS, Shelved, expected, page, shelve, shelve_all, some_papers
from tests.storage.test_database import undo

STORED = times.local(NOON).date()
DAY = dt.timedelta(days=1)
PAPERS = 40
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
    shelved = [shelve_all(one, some_papers(7, PAPERS)) for one in catalogues]
    yield catalogues, shelved[0]
    for one in catalogues:
        one.close()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE searched WITH (FORCE)")


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Catalogue]:
    """An empty catalogue on PostgreSQL."""
    opened = Catalogue.open(postgres_url)
    yield opened
    opened.close()


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


@settings(max_examples=60)
@given(text=texts, limit=st.sampled_from([3, 100]))
def test_both_databases_find_what_looking_at_every_paper_finds(
    both: tuple[list[Catalogue], list[Shelved]], text: str, limit: int
) -> None:
    catalogues, shelved = both
    query = asked(text)
    wanted = expected(shelved, query)
    for catalogue in catalogues:
        assert found(catalogue, query, limit=limit) == wanted


@contextmanager
def looking_at(few: int, many: int, frequent: int) -> Iterator[None]:
    """Let PostgreSQL look at so few rows in order that a small store is beyond them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, rows in (("_FEW", few), ("_MANY", many), ("_FREQUENT", frequent)):
            patch.setattr(f"storage.searching.page_index.{name}", rows)
        yield


@settings(max_examples=100)
@given(
    text=st.tuples(texts, _words.map(lambda word: f" -{word}") | st.just("")).map("".join),
    limit=st.sampled_from([3, 100]),
    rows=st.sampled_from([(1, 2, 1), (3, 7, 1), (3, 7, 3), (5, 20, 2), (20, 20, 100)]),
)
def test_however_few_rows_are_looked_at_first_every_hit_is_found_once(
    both: tuple[list[Catalogue], list[Shelved]], text: str, limit: int, rows: tuple[int, int, int]
) -> None:
    (_, postgres), shelved = both
    query = asked(text)
    with looking_at(*rows):
        assert found(postgres, query, limit=limit) == expected(shelved, query)


def test_frequent_words_without_one_that_all_papers_have_cost_some_rows_an_answer(postgres: Catalogue) -> None:
    wanted = shelve(postgres, [page(1, ["định"])], issued_on=None).paper.id
    for _ in range(9):
        shelve(postgres, [page(1, ["ủy", "ban"]), page(2, ["quyết", "định"])])
    with looking_at(3, 6, 1):
        answers = []
        after = None
        while not answers or after:
            answer = search(postgres, parse_query("định -ủy"), EVERY, after=after)
            answers.append([hit.paper.id for hit in answer.hits])
            after = answer.following
        assert answers == [[]] * 4 + [[wanted]]  # 28 rows, six at a time
        assert found(postgres, parse_query('định -"ủy ban"')) == [(wanted, Level.PAGE)]


def test_the_papers_meet_every_level(both: tuple[list[Catalogue], list[Shelved]]) -> None:
    _, shelved = both
    texts = ("320/QĐ-UBND", "nguyễn văn", "quyết đất", "320 an")
    assert {level for text in texts for _, level in expected(shelved, parse_query(text))} == set(Level)


filters = st.builds(
    Filters,
    owner=st.sampled_from([None, OWNER.number, OTHER_OWNER.number, CitizenNumber("001190088888")]),
    paper_types=st.sampled_from([(), ("decision",), ("decision", "birth-certificate"), ("other",)]),
    issued_from=st.none() | st.dates(dt.date(2023, 12, 25), dt.date(2024, 3, 1)),
    issued_to=st.none() | st.dates(dt.date(2023, 12, 25), dt.date(2024, 3, 1)),
    stored_from=st.sampled_from([None, dt.date(2020, 1, 1), STORED, STORED + DAY]),
    stored_to=st.sampled_from([None, STORED, STORED - DAY]),
    agency=st.sampled_from([None, AgencyCode("H48.53"), AgencyCode("H41.12.5")]),
    number=st.sampled_from(["", "320/qđ-ubnd", "32*", "cs02175", "999"]),
    states=st.sampled_from([SEARCHABLE, (PaperState.STORED,), (PaperState.EXPIRED, PaperState.REVOKED), ()]),
)


def passes(one: Shelved, wanted: Filters) -> bool:
    """Whether a paper is among those that count."""
    paper, number = one.paper, number_token(wanted.number)
    numbers = [number_token(printed) for printed in one.numbers]
    day = paper.issued_on
    return (
        (
            wanted.owner is None
            or any(owner.number == wanted.owner for owner in (paper.owner, *paper.co_owners) if owner)
        )
        and (not wanted.paper_types or paper.paper_type in wanted.paper_types)
        and (wanted.issued_from is None or (day is not None and day >= wanted.issued_from))
        and (wanted.issued_to is None or (day is not None and day <= wanted.issued_to))
        and (wanted.stored_from is None or wanted.stored_from <= STORED)
        and (wanted.stored_to is None or wanted.stored_to >= STORED)
        and (wanted.agency is None or (paper.agency is not None and paper.agency.is_same(wanted.agency)))
        and (not number or any(n == number or (wanted.number[-1] == "*" and n.startswith(number)) for n in numbers))
        and PaperState.STORED in wanted.states
    )


@settings(max_examples=60)
@given(text=st.sampled_from(["", "an", "320", "nguyễn văn", "-an", "quyết định -và"]), wanted=filters)
def test_filters_leave_out_what_does_not_pass(
    both: tuple[list[Catalogue], list[Shelved]], text: str, wanted: Filters
) -> None:
    catalogues, shelved = both
    query = parse_query(text)
    passing = {one.paper.id for one in shelved if passes(one, wanted)}
    expected_hits = [hit for hit in expected(shelved, query) if hit[0] in passing]
    for catalogue in catalogues:
        assert found(catalogue, query, wanted, limit=7) == expected_hits


def test_an_owner_is_found_by_all_of_his_numbers(catalogue: Catalogue) -> None:
    one = shelve(catalogue, [page(1, ["An"])], owner=OWNER).paper.id
    shelve(catalogue, [page(1, ["An"])], owner=OTHER_OWNER)
    other = shelve(catalogue, [page(1, ["An"])], owner=Owner.parse("012345678")).paper.id
    with writing(catalogue.engine) as session:
        head = select(OwnerRow.serial).where(OwnerRow.number == OWNER.number.value).scalar_subquery()
        session.execute(update(OwnerRow).where(OwnerRow.number == "012345678").values(same_as=head))
    hits = found(catalogue, parse_query("an"), Filters(owner=OWNER.number))
    assert [paper for paper, _ in hits] == [other, one]


def test_a_revoked_paper_is_found_no_more_and_then_leaves_the_index(catalogue: Catalogue) -> None:
    kept, revoked = (shelve(catalogue, [page(1, ["Nguyễn", "Văn"]), page(2, ["An"])]).paper for _ in range(2))
    catalogue.save(replace(revoked, state=PaperState.REVOKED), actor="test", action="test")
    assert found(catalogue, parse_query("nguyen an")) == [(kept.id, Level.PAPER)]
    assert take_out_gone(catalogue) == 1
    assert take_out_gone(catalogue) == 0
    assert places_of(catalogue, "nguyen") == 2
    assert list(missing(catalogue)) == []
    assert not put(catalogue, revoked.id, [page(1, ["An"])], [], 1)


def test_a_disposed_paper_leaves_the_index_at_once(catalogue: Catalogue) -> None:
    paper = shelve(catalogue, [page(1, ["Nguyễn", "Văn"]), page(2, ["An"])]).paper.id
    propose(catalogue, Disposal(paper, "hết hạn lưu", "A", "officer-1", NOON), actor="officer-1")
    approve(catalogue, paper, person="B", actor="officer-2", at=NOON)
    assert found(catalogue, parse_query("nguyen an")) == []
    assert places_of(catalogue, "nguyen") == places_of(catalogue, "an") == 0
    with reading(catalogue.engine) as session:
        assert session.scalars(select(PageWordsRow)).all() == []
    assert list(missing(catalogue)) == []


def test_a_paper_without_pages_is_put_and_taken_out(catalogue: Catalogue) -> None:
    paper = shelve(catalogue, []).paper.id
    assert list(missing(catalogue)) == []
    assert put(catalogue, paper, [page(1, ["Nguyễn"])], [], 1)
    assert put(catalogue, paper, [], [], 1)
    assert found(catalogue, parse_query("nguyen")) == []


def test_a_paper_put_again_is_found_by_its_new_words_alone(catalogue: Catalogue) -> None:
    paper = shelve(catalogue, [page(1, ["Nguyễn", "Văn"]), page(2, ["An"])], ["1/QĐ"]).paper
    put(catalogue, paper.id, [page(1, ["Trần", "Bình"])], ["2/QĐ"], 1)
    assert found(catalogue, parse_query("binh")) == [(paper.id, Level.PAGE)]
    assert found(catalogue, parse_query("2/qd")) == [(paper.id, Level.NUMBER)]
    for gone in ("nguyen", "an", "1/qd"):
        assert found(catalogue, parse_query(gone)) == []
    assert places_of(catalogue, "nguyen") == places_of(catalogue, "an") == 0
    assert places_of(catalogue, "binh") == 1


def test_what_is_missing_is_told_and_an_emptied_index_finds_nothing(catalogue: Catalogue) -> None:
    papers = [shelve(catalogue, [page(1, ["An"])]).paper for _ in range(3)]
    assert list(missing(catalogue)) == []
    catalogue.save(replace(papers[1], reading_version=2), actor="test", action="test")
    assert list(missing(catalogue)) == [papers[1].id]
    empty(catalogue)
    assert list(missing(catalogue)) == [paper.id for paper in papers]
    assert found(catalogue, parse_query("an")) == []
    assert places_of(catalogue, "an") == 0


def test_a_long_paper_is_searched_page_by_page_where_it_has_too_many_words(catalogue: Catalogue) -> None:
    letters = "bcdghklmnp"
    words = ["".join(letters[int(digit)] for digit in f"{n:030}") for n in range(9_000)]
    pages = [page(n + 1, words[n * 900 : (n + 1) * 900]) for n in range(10)]
    paper = shelve(catalogue, [*pages, page(11, ["cuối"])]).paper.id
    assert found(catalogue, parse_query(f"cuoi -{words[0]}")) == []
    assert found(catalogue, parse_query(f"cuoi {words[0]}")) == []  # no row has both
    assert found(catalogue, parse_query("cuoi")) == [(paper, Level.PAGE)]
    assert found(catalogue, parse_query(f"{words[1]} {words[2]}")) == [(paper, Level.RUN)]


def test_an_answer_is_bounded_and_goes_on(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.searching.search.MOST_JUDGED", 2)
    for _ in range(5):
        shelve(catalogue, [page(1, ["Nguyễn", "Văn", "Bình", "Trần", "Văn", "An"])])
    wanted = shelve(catalogue, [page(1, ["Nguyễn", "Văn", "An"])], issued_on=None).paper.id
    first = search(catalogue, parse_query('"nguyen van an"'), EVERY)
    assert [hit.paper.id for hit in first.hits] == [wanted]  # the latest received
    assert first.following is not None
    shelve(catalogue, [page(1, ["Nguyễn", "Văn", "Bình", "Trần", "Văn", "An"])])
    assert found(catalogue, parse_query('"nguyen van an"')) == [(wanted, Level.PAGE)]


@pytest.mark.parametrize(
    "text", ["", "3", "3-", "9-1", "3-x", "3--1", "3-" + "9" * 23, "3-" + "0" * 25 + "9" * 25, "1-1-1", "٣-1"]
)
def test_a_cursor_is_one_that_was_given(text: str) -> None:
    with pytest.raises(InvalidValue):
        Cursor.parse(text)


def test_a_number_looked_for_has_letters_or_digits(catalogue: Catalogue) -> None:
    for number in ("*", "/", "1*"):
        with pytest.raises(InvalidValue):
            search(catalogue, Query(), Filters(number=number))


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1), st.tuples(*[st.integers(0, 20_000)] * 4)
        )
    )
)
def test_packed_words_are_what_was_packed(words: list[tuple[str, tuple[int, int, int, int]]]) -> None:
    kept = SearchedPage(3, tuple(word for word, _ in words), tuple(Box(*box) for _, box in words))
    assert unpack(3, pack(kept)) == kept
    assert words_of(pack(kept)) == kept.words


def test_what_is_no_word_is_not_packed() -> None:
    boxes = tuple(Box(n, 0, 1, 1) for n in range(4))
    kept = unpack(1, pack(SearchedPage(1, ("a\x00b", " ", "c\u2003d", "\ud800"), boxes)))
    assert kept == SearchedPage(1, ("ab", "cd", "?"), (boxes[0], boxes[2], boxes[3]))


@given(
    st.lists(
        st.tuples(st.none() | st.dates(), st.integers(1, 2**28 - 1), st.integers(0, MAX_PAGE)), min_size=2, max_size=2
    )
)
def test_places_are_in_the_order_of_results(two: list[tuple[dt.date | None, int, int]]) -> None:
    def order(one: tuple[dt.date | None, int, int]) -> tuple[int, int, int]:
        return (-(one[0].toordinal() if one[0] else 0), -one[1], one[2])

    placed = [place(day, serial) + number for day, serial, number in two]
    assert (placed[0] < placed[1]) == (order(two[0]) < order(two[1]))
    assert [serial_at(at) for at in placed] == [serial for _, serial, _ in two]
    assert all(0 <= at < END < 2**63 for at in placed)
    for (day, *_), at in zip(two, placed, strict=True):
        if day:
            assert before(day) < at < behind(day) <= FIRST_UNDATED
        else:
            assert at >= FIRST_UNDATED


def places_of(catalogue: Catalogue, token: str) -> int:
    """Return how many rows of the index have a token."""
    with reading(catalogue.engine) as session:
        return len(page_index(session).places(session, Match((token,)), Within(-1, END), 100).places)


def test_what_was_indexed_before_there_were_lists_of_beginnings_is_found(
    catalogue: Catalogue, database_url: str
) -> None:
    words = [page(number, ["Nguyễn", "Văn", f"trang{number}"]) for number in (1, 2)]
    several, one = shelve(catalogue, words, ["320/QĐ-UBND"]), shelve(catalogue, [page(1, ["nguồn"])])
    with writing(catalogue.engine) as session:
        undo(session, "0019")
    catalogue.close()
    migrated = Catalogue.open(database_url)
    for query, wanted in (
        ("ngu*", {several, one}),
        ("van", {several}),
        ("trang -nguon", {several}),
        ("320*", {several}),
    ):
        found = search(migrated, parse_query(query), EVERY)
        assert {hit.paper.id for hit in found.hits} == {shelved.paper.id for shelved in wanted}, query
    migrated.close()
