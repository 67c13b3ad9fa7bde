"""Small records of several threads kept in one transaction: what waits for the disk is written by whoever is next.

Writing transactions follow one another, and each ends when the disk has it. A thread that comes meanwhile leaves its
record with the others that wait; the first whose turn it is writes all of them, so that one slow moment of the disk
holds each caller up once, and does not make a queue (group commit: DeWitt et al., SIGMOD 1984).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from storage.direct import Direct, writing


@dataclass
class _Record:
    write: Callable[[Direct], None]
    is_done: bool = False
    error: BaseException | None = None


@dataclass
class _Queue:
    waiting: list[_Record] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)
    turn: threading.Lock = field(default_factory=threading.Lock)


_queues: "WeakKeyDictionary[Engine, _Queue]" = WeakKeyDictionary()
_guard = threading.Lock()


def write_together(engine: Engine, write: Callable[[Direct], None]) -> None:
    """Return when what ``write`` does is committed, perhaps together with what other threads write.

    Args:
        engine: The database.
        write: Raises nothing of its own, because its error would undo the others' records too, and reach them.

    Raises:
        StoreUnavailable: The database does not answer, or stayed busy. DiskFull: It has no room.
    """
    with _guard:
        queue = _queues.setdefault(engine, _Queue())
    record = _Record(write)
    with queue.guard:
        queue.waiting.append(record)
    with queue.turn:
        if not record.is_done:
            with queue.guard:
                records, queue.waiting = queue.waiting, []
            _commit(engine, records)
    if record.error is not None:
        raise record.error


def _commit(engine: Engine, records: list[_Record]) -> None:
    try:
        with writing(engine) as transaction:
            for record in records:
                record.write(transaction)
    except BaseException as error:  # noqa: BLE001 - raised again where each record came from
        for record in records:
            record.error = error
    for record in records:
        record.is_done = True
