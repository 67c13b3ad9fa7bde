"""Two people never have the same paper in hand."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import event

from dossier.errors import ClaimedByOther, WrongState
from dossier.identifiers import PaperId
from dossier.lanes import Lane
from dossier.papers import Paper, PaperState
from dossier.verdicts import Finding, Severity
from storage.catalogue import Catalogue
from storage.under_way import claims
from tests.storage.examples import NOON, Clock, batch, paper


@pytest.fixture
def catalogue(database_url: str, clock: Clock) -> Iterator[Catalogue]:
    opened = Catalogue.open(database_url, clock=clock)
    yield opened
    opened.close()


def waiting(catalogue: Catalogue, count: int, state: PaperState = PaperState.READY) -> list[Paper]:
    papers = [paper(str(number).encode()) for number in range(count)]
    catalogue.add_batch(batch(), papers, actor="station-1")
    return [catalogue.save(replace(one, state=state), actor="w", action="test") for one in papers]


def test_each_gets_another_paper_the_oldest_first(catalogue: Catalogue) -> None:
    papers = waiting(catalogue, 3)
    taken = [
        claims.claim_next(catalogue, states=claims.WAITING, actor=who, person=who.upper()) for who in ("a", "b", "c")
    ]
    assert [claim.paper for claim in taken if claim] == [one.id for one in papers]
    assert claims.claim_next(catalogue, states=claims.WAITING, actor="d", person="D") is None
    assert [(one.id, one.claim.person) for one in claims.queue(catalogue, limit=9) if one.claim] == list(
        zip([one.id for one in papers], "ABC", strict=True)
    )


def test_what_somebody_waits_for_goes_first(catalogue: Catalogue) -> None:
    papers = [replace(paper(lane.value.encode()), lane=lane) for lane in (Lane.BACKLOG, Lane.COUNTER, Lane.ON_THE_SPOT)]
    catalogue.add_batch(batch(), papers, actor="station-1")
    old, usual, first = (
        catalogue.save(replace(one, state=PaperState.READY), actor="w", action="test") for one in papers
    )
    assert [one.id for one in claims.queue(catalogue, limit=9)] == [first.id, usual.id, old.id]
    claim = claims.claim_next(catalogue, states=claims.WAITING, actor="a", person="A")
    assert claim
    assert claim.paper == first.id


def test_whoever_wants_one_lane_gets_its_papers_alone(catalogue: Catalogue) -> None:
    papers = [replace(paper(str(n).encode()), lane=lane) for n, lane in enumerate((Lane.COUNTER, Lane.BACKLOG) * 2)]
    catalogue.add_batch(batch(), papers, actor="station-1")
    for one in papers:
        catalogue.save(replace(one, state=PaperState.READY), actor="w", action="test")
    old = [papers[1].id, papers[3].id]
    assert [one.id for one in claims.queue(catalogue, limit=9, lanes=[Lane.BACKLOG])] == old
    asked = partial(claims.claim_next, catalogue, states=claims.WAITING, actor="a", person="A", lanes=[Lane.BACKLOG])
    claim = asked()
    assert claim
    assert claim.paper == old[0]
    assert asked(skip=old) is None


def test_many_at_once_never_get_the_same(catalogue: Catalogue) -> None:
    waiting(catalogue, 20)

    def take(who: int) -> PaperId | None:
        claim = claims.claim_next(catalogue, states=claims.WAITING, actor=f"reviewer-{who}", person="")
        return claim.paper if claim else None

    with ThreadPoolExecutor(20) as threads:
        taken = list(threads.map(take, range(20)))
    assert None not in taken
    assert len(set(taken)) == 20


def test_a_paper_in_hand_is_refused_to_others_until_it_is_laid_back_or_time_is_up(
    catalogue: Catalogue, clock: Clock
) -> None:
    (one,) = waiting(catalogue, 1)
    claims.claim(catalogue, one.id, actor="a", person="A")
    with pytest.raises(ClaimedByOther):
        claims.claim(catalogue, one.id, actor="b", person="B")
    claims.release(catalogue, one.id, actor="b")
    with pytest.raises(ClaimedByOther):
        claims.claim(catalogue, one.id, actor="b", person="B")
    claims.release(catalogue, one.id, actor="a")
    until = claims.claim(catalogue, one.id, actor="b", person="B").until
    clock.now = until + dt.timedelta(seconds=1)
    assert claims.queue(catalogue, limit=9)[0].claim is None
    assert claims.claim(catalogue, one.id, actor="a", person="A").actor == "a"


def test_papers_laid_aside_or_of_another_state_are_not_next(catalogue: Catalogue) -> None:
    first, second = waiting(catalogue, 2)
    asked = partial(claims.claim_next, catalogue, states=claims.WAITING, actor="a", person="A")
    claim = asked(skip=[first.id])
    assert claim
    assert claim.paper == second.id
    assert asked(states=(PaperState.NEEDS_REVIEW,)) is None


def test_only_who_has_it_decides_and_then_it_is_in_nobodys_hand(catalogue: Catalogue) -> None:
    (one,) = waiting(catalogue, 1)
    claims.claim(catalogue, one.id, actor="a", person="A")
    confirmed = replace(one, state=PaperState.CONFIRMED, confirmed_by="B", confirmed_at=NOON)
    with pytest.raises(ClaimedByOther):
        catalogue.save(confirmed, actor="b", action="test", also=claims.unclaimed_by_others(catalogue, "b"))
    assert catalogue.paper(one.id) == one, "nothing of it was kept"
    catalogue.save(confirmed, actor="a", action="test", also=claims.unclaimed_by_others(catalogue, "a"))
    with pytest.raises(WrongState):
        claims.claim(catalogue, one.id, actor="a", person="A")
    assert claims.queue(catalogue, limit=9) == []
    assert claims.count(catalogue) == dict.fromkeys(claims.WAITING, 0)


def test_the_queue_shows_the_first_of_a_state_and_how_many_doubts_each_has(catalogue: Catalogue) -> None:
    ready = waiting(catalogue, 1)
    doubtful = replace(paper(b"doubtful"), checks=(Finding("a", Severity.ERROR, "A"), Finding("b", Severity.INFO, "B")))
    later = replace(batch(), id="station-1.later")
    catalogue.add_batch(later, [replace(doubtful, batch=later.id)], actor="station-1")
    shown = replace(doubtful, batch=later.id, state=PaperState.NEEDS_REVIEW)
    catalogue.save(shown, actor="w", action="test")
    assert [one.id for one in claims.queue(catalogue, limit=1)] == [ready[0].id]
    (found,) = claims.queue(catalogue, limit=9, states=(PaperState.NEEDS_REVIEW,))
    assert (found.id, found.doubts, found.state, found.name) == (shown.id, 1, shown.state, shown.name)


def test_what_waits_is_found_by_its_index(catalogue: Catalogue) -> None:
    waiting(catalogue, 1)
    if catalogue.engine.dialect.name == "sqlite":  # PostgreSQL reads so small a table as a whole
        asked: list[str] = []
        event.listen(catalogue.engine, "before_cursor_execute", lambda *_: asked.append(_[2]))
        claims.queue(catalogue, limit=9)
        (query, *_) = [one for one in asked if "FROM papers" in one]
        with catalogue.engine.connect() as connection:
            values = tuple(0 for _ in range(query.count("?")))
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all())
        assert "ix_papers_waiting" in plan
        assert "TEMP B-TREE" not in plan
