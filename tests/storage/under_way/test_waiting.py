"""What papers wait for, on SQLite and on PostgreSQL."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from dossier.errors import KeyUnavailable, PartAway, SealMissing, TimestampUnavailable
from dossier.papers import Paper, PaperState, Waiting
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.under_way.waiting import RETRIED, count, postpone, take_due, to_be_worked_on, try_now
from tests.storage.examples import NOON, batch, paper

MINUTE = dt.timedelta(minutes=1)
AWAY = TimestampUnavailable(reason="refused", reason_vi="bị từ chối")


@pytest.fixture
def confirmed(catalogue: Catalogue) -> Paper:
    given = paper()
    catalogue.add_batch(batch(), [given], actor="station-1")
    for state in (PaperState.READY, PaperState.CONFIRMED):
        given = catalogue.save(replace(given, state=state), actor="w", action=f"paper.{state}")
    return given


def wait(catalogue: Catalogue, waits: Paper, missed: PartAway = AWAY, at: dt.datetime = NOON) -> dt.datetime:
    return postpone(catalogue.engine, waits.id, missed, at=at, delay=lambda tries: tries * MINUTE, actor="w")


def test_a_paper_that_waits_says_for_what_and_until_when(catalogue: Catalogue, confirmed: Paper) -> None:
    assert wait(catalogue, confirmed) == NOON + MINUTE
    assert wait(catalogue, confirmed, at=NOON + MINUTE) == NOON + 3 * MINUTE

    kept = catalogue.paper(confirmed.id)
    assert kept.waiting == Waiting(AWAY.code, AWAY.text_vi, AWAY.text_en, NOON, 2, NOON + 3 * MINUTE)
    assert replace(kept, waiting=None) == confirmed
    assert to_be_worked_on(catalogue.engine, [PaperState.CONFIRMED], limit=9) == []
    assert count(catalogue.engine) == {
        "disk-full": 0,
        "store-unavailable": 0,
        "timestamp-unavailable": 1,
        "key-unavailable": 0,
        "seal-missing": 0,
        "object-key-missing": 0,
        "issuer-unavailable": 0,
        "scanner-unavailable": 0,
    }


def test_only_the_beginning_of_a_wait_is_audited(catalogue: Catalogue, confirmed: Paper) -> None:
    for _ in range(3):
        wait(catalogue, confirmed)
    wait(catalogue, confirmed, KeyUnavailable(part="HSM", reason="away"))

    told = [e.detail for e in audit.entries(catalogue, limit=100) if e.action == "paper.waiting"]
    assert told == [{"for": "timestamp-unavailable"}, {"for": "key-unavailable"}]
    assert catalogue.paper(confirmed.id).waiting is not None
    audit.check(catalogue)


def test_waiting_for_something_else_is_counted_anew(catalogue: Catalogue, confirmed: Paper) -> None:
    wait(catalogue, confirmed)
    wait(catalogue, confirmed)
    wait(catalogue, confirmed, SealMissing(agency="H41.12"), at=NOON + 5 * MINUTE)

    waiting = catalogue.paper(confirmed.id).waiting
    assert waiting is not None
    assert (waiting.code, waiting.tries, waiting.since) == ("seal-missing", 1, NOON + 5 * MINUTE)


def test_a_change_of_state_ends_the_wait(catalogue: Catalogue, confirmed: Paper) -> None:
    wait(catalogue, confirmed)
    waiting = catalogue.paper(confirmed.id)
    assert catalogue.save(replace(waiting, title="Đơn"), actor="w", action="paper.titled").waiting == waiting.waiting

    failed = catalogue.save(replace(waiting, state=PaperState.FAILED), actor="w", action="paper.failed")
    assert failed.waiting is None
    assert catalogue.paper(confirmed.id).waiting is None
    assert sum(count(catalogue.engine).values()) == 0


def test_a_stale_wait_in_the_hand_changes_nothing(catalogue: Catalogue, confirmed: Paper) -> None:
    wait(catalogue, confirmed)
    before = audit.check(catalogue).entries
    assert catalogue.save(confirmed, actor="w", action="paper.saved") == catalogue.paper(confirmed.id)
    assert audit.check(catalogue).entries == before


def test_what_is_due_is_given_to_one_only(catalogue: Catalogue, confirmed: Paper) -> None:
    wait(catalogue, confirmed)
    due, again = NOON + MINUTE, NOON + 3 * MINUTE
    assert take_due(catalogue.engine, at=due - MINUTE / 60, again=again) == []

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: take_due(catalogue.engine, at=due, again=again), range(4)))

    assert sorted(map(len, taken)) == [0, 0, 0, 1]
    assert take_due(catalogue.engine, at=again, again=again + MINUTE) == [confirmed.id], "who took it may have died"


def test_what_is_to_be_worked_on_is_listed_in_pieces(catalogue: Catalogue) -> None:
    papers = [paper(b"%d" % number) for number in range(5)]
    catalogue.add_batch(batch(), papers, actor="station-1")
    catalogue.save(replace(papers[1], state=PaperState.REJECTED), actor="w", action="paper.rejected")
    wait(catalogue, papers[3])
    states = [PaperState.RECEIVED, PaperState.CONFIRMED]
    first = to_be_worked_on(catalogue.engine, states, limit=2)
    rest = to_be_worked_on(catalogue.engine, states, after=first[-1][0], limit=2)
    assert [one for _, one, _ in first + rest] == [papers[at].id for at in (0, 2, 4)]
    assert {state for _, _, state in first + rest} == {PaperState.RECEIVED}


def test_a_person_need_not_wait(catalogue: Catalogue, confirmed: Paper) -> None:
    try_now(catalogue.engine, confirmed.id, at=NOON, actor="officer-1")
    assert take_due(catalogue.engine, at=NOON, again=NOON + MINUTE) == []
    wait(catalogue, confirmed)
    try_now(catalogue.engine, confirmed.id, at=NOON, actor="officer-1")
    told = [entry for entry in audit.entries(catalogue) if entry.action == RETRIED]
    assert [(one.actor, one.object, dict(one.detail)) for one in told] == [
        ("officer-1", f"paper:{confirmed.id}", {"for": AWAY.code})
    ]
    assert take_due(catalogue.engine, at=NOON, again=NOON + MINUTE) == [confirmed.id]
