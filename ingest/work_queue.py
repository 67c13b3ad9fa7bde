"""The queue that all workers draw from, in the database; the one module that sets DBOS up.

Papers of a better lane are drawn first, and within a lane those that are to be finished, so that what was begun ends.
"""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, Queue, SetEnqueueOptions
from sqlalchemy import event

from dossier.lanes import Lane
from ingest.house import House
from ingest.logs import in_one_line

QUEUE = "papers"
PART = "work queue"
APPLICATION_VERSION = "3"
"""Raised when the steps' order changes: workers only take work of their own version."""
POLL_S = 0.1
"""Seconds between looks at the queue while papers come."""
ENDED = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
"""States of a workflow of which nothing more is done."""
_AT_ONCE = 500
"""Ended workflows that are forgotten in one transaction."""


def launch(house: House, executor: str, *, draws: bool, takes: Callable[[], int]) -> Queue:
    """Start DBOS with the workflows registered until now, and return the queue.

    Args:
        house: Says in which database.
        executor: Name of this process.
        draws: Whether it works on papers.
        takes: How many papers this process works on at once, at this moment. In the database DBOS keeps one number for
            all processes, whatever their machines.
    """
    dbos = DBOS(config=_configuration(house, executor))
    DBOS.listen_queues([QUEUE] if draws else [])
    DBOS.launch()
    database = dbos._sys_db  # noqa: SLF001 - see above: there is no other way to have a number of one's own
    shared = database.get_queue

    def own(name: str, **more: Any) -> Queue | None:  # noqa: ANN401 - passed through
        queue = shared(name, **more)
        if queue is not None and name == QUEUE:
            queue._worker_concurrency = takes()  # noqa: SLF001
        return queue

    database.get_queue = own  # type: ignore[method-assign]
    return DBOS.register_queue(
        QUEUE, worker_concurrency=takes(), polling_interval_sec=POLL_S, on_conflict="always_update"
    )


def forget_ended(before: dt.datetime, stop: Callable[[], bool]) -> int:
    """Delete what the queue keeps of work that was queued before a moment and has ended; return how many that were.

    What became of its paper stands in the catalogue; each paper leaves some twenty rows here, which nobody reads again.

    Args:
        before: The moment, aware.
        stop: Whether to leave the rest for another time.
    """
    forgotten = 0
    while not stop():
        ended = DBOS.list_workflows(
            status=sorted(ENDED),
            queue_name=QUEUE,
            end_time=before.astimezone(dt.UTC).isoformat(),
            limit=_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        DBOS.delete_workflows([workflow.workflow_id for workflow in ended])
        forgotten += len(ended)
        if len(ended) < _AT_ONCE:
            break
    return forgotten


def before_others(lane: Lane, *, finishing: bool) -> SetEnqueueOptions:
    """Return the context in which a paper is queued: lower numbers are drawn first, equal ones as they came."""
    return SetEnqueueOptions(priority=2 * lane.rank + (1 if finishing else 2))


def _configuration(house: House, executor: str) -> DBOSConfig:
    url = house.settings.database_url.get_secret_value()
    logging.getLogger("dbos").setLevel(logging.ERROR)
    logging.getLogger("dbos").addFilter(in_one_line)
    configuration = DBOSConfig(
        name="sohoa",
        executor_id=executor,
        application_version=APPLICATION_VERSION,
        log_level="ERROR",
        notification_listener_polling_interval_sec=1.0,
    )
    if url:
        configuration["system_database_url"] = url
    else:
        path = house.settings.root / "work.db"
        path.parent.mkdir(parents=True, exist_ok=True)
        configuration["system_database_url"] = f"sqlite:///{path}"
        configuration["system_database_engine"] = _sqlite(f"sqlite:///{path}")
    return configuration


def _sqlite(url: str) -> sa.Engine:
    """Return an engine in WAL mode (8 → 29–54 workflows per second) whose writers wait for each other."""
    engine = sa.create_engine(url)

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"  # type: ignore[attr-defined]  # a DB-API connection of sqlite3
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    return engine
