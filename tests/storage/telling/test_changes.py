"""The change feed: in order, resumable, and nothing ever appears in between, on SQLite and on PostgreSQL."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dossier.errors import CursorUnknown
from storage.catalogue import Catalogue
from storage.database import connect, writing
from storage.records import Event
from storage.rows import event_row
from storage.telling.changes import CURSOR, START, changes, newest, position_of
from tests.storage.examples import NOON, batch, paper
from tests.storage.test_database import undo


def tell(catalogue: Catalogue, *kinds: str) -> None:
    for number, kind in enumerate(kinds):
        with writing(catalogue.engine) as session:
            about = f"dossier:H15.50-261008-{number:04d}"
            session.add(event_row(Event(kind, None, NOON, {"number": str(number)}, about=about)))


def read_on(catalogue: Catalogue, after: str = START, *, kinds: tuple[str, ...] = (), limit: int = 2) -> list[Event]:
    found: list[Event] = []
    while True:
        page = changes(catalogue, after, kinds=kinds, limit=limit)
        found += page.events
        if not page.events:
            return found
        after = page.next


def test_an_empty_feed_can_be_followed_from_its_start(catalogue: Catalogue) -> None:
    page = changes(catalogue)
    assert (page.events, page.next, page.position) == ((), START, 0)
    tell(catalogue, "paper.stored")
    page = changes(catalogue, page.next)
    assert [event.id for event in page.events] == [1]
    assert changes(catalogue, page.next).next == page.next


def test_pages_follow_one_another_without_loss_or_repetition(catalogue: Catalogue) -> None:
    tell(catalogue, *["a.b", "c.d"] * 5)
    assert [event.id for event in read_on(catalogue, limit=3)] == list(range(1, 11))
    assert [event.payload["number"] for event in read_on(catalogue, kinds=("c.d",))] == ["1", "3", "5", "7", "9"]
    assert [event.id for event in read_on(catalogue, kinds=("a.b", "c.d", "e.f"), limit=4)] == list(range(1, 11))


def test_what_is_filtered_out_is_passed_over(catalogue: Catalogue) -> None:
    tell(catalogue, *["a.b"] * 5)
    page = changes(catalogue, kinds=("c.d",))
    assert (page.events, page.position) == ((), 5)
    tell(catalogue, "c.d")
    assert [event.id for event in changes(catalogue, page.next, kinds=("c.d",)).events] == [6]


def test_an_event_may_be_about_something_else_than_a_paper(catalogue: Catalogue) -> None:
    kept = paper()
    catalogue.add_batch(batch(), [kept], actor="station-1")
    with writing(catalogue.engine) as session:
        session.add(event_row(Event("paper.stored", kept.id, NOON)))
        session.add(event_row(Event("owner.merged", None, NOON, about="owner:3f9k2m7x8c4v5b6n")))
    first, second = changes(catalogue).events
    assert (first.paper, first.subject) == (kept.id, f"paper:{kept.id}")
    assert (second.paper, second.subject) == (None, "owner:3f9k2m7x8c4v5b6n")


@pytest.mark.parametrize("cursor", ["", "A" * 15, "A" * 15 + "B", "_" * 16, "!" * 16, "é" * 16, "7", "A" * 17])
def test_a_cursor_nobody_gave_is_refused(catalogue: Catalogue, cursor: str) -> None:
    tell(catalogue, "a.b")
    with pytest.raises(CursorUnknown):
        changes(catalogue, cursor)


def test_a_cursor_from_before_a_backup_was_put_back_is_refused_rather_than_skipping_events(
    catalogue: Catalogue,
) -> None:
    tell(catalogue, "a.b", "a.b", "a.b")
    first = changes(catalogue, limit=1).next
    last = changes(catalogue).next
    with writing(catalogue.engine) as session:  # put back: the last two never happened, others did
        session.execute(text("DELETE FROM events WHERE id > 1"))
    with pytest.raises(CursorUnknown):
        changes(catalogue, last)
    with writing(catalogue.engine) as session:
        for number in (2, 3):
            row = event_row(Event("c.d", None, NOON, about="dossier:x"))
            row.id = number
            session.add(row)
    with pytest.raises(CursorUnknown):
        changes(catalogue, last)
    assert [event.kind for event in changes(catalogue, first).events] == ["c.d", "c.d"]


def test_a_cursor_stays_the_same_for_the_same_place(catalogue: Catalogue, database_url: str) -> None:
    tell(catalogue, "a.b", "c.d")
    other = Catalogue.open(database_url)
    again = changes(other)
    other.close()
    assert again == changes(catalogue)
    assert position_of(catalogue, again.next) == newest(catalogue) == 2


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(cursor=st.from_regex(CURSOR, fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_no_cursor_makes_trouble(catalogue: Catalogue, cursor: str) -> None:
    if cursor != START:
        with pytest.raises(CursorUnknown):
            changes(catalogue, cursor)


def test_many_writers_at_once_leave_no_gap_for_a_reader_who_follows(catalogue: Catalogue, database_url: str) -> None:
    """Each reader goes on from its last cursor while others write; at the end it has seen all, in order, once."""
    writers, each = 5, 30
    done = threading.Event()

    def write(name: int) -> None:
        mine = Catalogue(connect(database_url))
        for number in range(each):
            with writing(mine.engine) as session:
                session.add(
                    event_row(Event(f"w.{'ab'[number % 2]}", None, NOON, {"n": f"{name}.{number}"}, about="x:y"))
                )
                session.flush()
                time.sleep(0.001 * (number % 3))  # numbered now, to be seen later
        mine.close()

    def follow(kinds: tuple[str, ...]) -> list[Event]:
        mine, seen, after = Catalogue(connect(database_url)), list[Event](), START
        while True:
            over = done.is_set()
            page = changes(mine, after, kinds=kinds, limit=5)
            seen += page.events
            after = page.next
            if over and not page.events:
                mine.close()
                return seen

    with ThreadPoolExecutor(writers + 3) as threads:
        followed = [threads.submit(follow, kinds) for kinds in ((), (), ("w.b",))]
        for ended in [threads.submit(write, name) for name in range(writers)]:
            ended.result()
        done.set()
        everything = list(changes(catalogue, limit=10_000).events)
        assert len(everything) == writers * each
        assert [one.result() for one in followed] == [
            everything,
            everything,
            [event for event in everything if event.kind == "w.b"],
        ]


def test_events_kept_before_they_could_be_about_something_else_are_read_as_they_were(
    catalogue: Catalogue, database_url: str
) -> None:
    kept = paper()
    catalogue.add_batch(batch(), [kept], actor="station-1")
    told = Event("paper.stored", kept.id, NOON + dt.timedelta(seconds=1), {"a": "b"}, 1)
    with writing(catalogue.engine) as session:
        session.add(event_row(told))
    with writing(catalogue.engine) as session:
        undo(session, "0011")
    catalogue.close()
    migrated = Catalogue.open(database_url)
    assert changes(migrated).events == (told,)
    tell(migrated, "a.b")
    assert newest(migrated) == 2
    migrated.close()
