"""Several threads' records in one transaction, on SQLite and on PostgreSQL."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text

from dossier.errors import StoreUnavailable
from storage import together
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.direct import Direct
from storage.together import write_together
from tests.storage.examples import NOON


def note(catalogue: Catalogue, action: str) -> None:
    def write(turn: Direct) -> None:
        audit.append(turn, actor="a", action=action, about="x:1", at=NOON)

    write_together(catalogue.engine, write)


def test_what_waits_is_committed_at_once_and_every_record_is_kept(catalogue: Catalogue) -> None:
    turns: list[object] = []
    event.listen(catalogue.engine, "checkin", lambda connection, _: turns.append(connection))
    first_is_in, go_on = threading.Event(), threading.Event()

    def hold(turn: Direct) -> None:
        audit.append(turn, actor="a", action="first", about="x:1", at=NOON)
        first_is_in.set()
        assert go_on.wait(30)

    with ThreadPoolExecutor(9) as pool:
        held = pool.submit(write_together, catalogue.engine, hold)
        assert first_is_in.wait(30)
        others = [pool.submit(note, catalogue, f"later-{n}") for n in range(8)]
        queue = together._queues[catalogue.engine]  # noqa: SLF001 - what waits shows nowhere else
        while len(queue.waiting) < 8:
            time.sleep(0.005)
        go_on.set()
        for future in (held, *others):
            future.result()
    assert len(turns) == 2
    kept = [e.action for e in audit.entries(catalogue)]
    assert kept[0] == "first"
    assert sorted(kept[1:]) == [f"later-{n}" for n in range(8)]
    audit.check(catalogue)


def test_a_failure_reaches_its_caller_and_the_next_goes_on(catalogue: Catalogue) -> None:
    def fail(turn: Direct) -> None:
        audit.append(turn, actor="a", action="lost", about="x:1", at=NOON)
        raise StoreUnavailable(part="catalogue", reason="test")

    with pytest.raises(StoreUnavailable):
        write_together(catalogue.engine, fail)
    note(catalogue, "kept")
    assert [e.action for e in audit.entries(catalogue)] == ["kept"]
    with catalogue.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit")) == 1
