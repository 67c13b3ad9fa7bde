"""Duties: what a worker does from time to time beside papers, each on a thread of its own.

Every worker does them, several at once: a duty must bear being done by two processes at the same moment, and being
stopped in the middle.
"""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from dossier import times
from dossier.errors import AlreadyExists, AuditChainBroken, SohoaError
from ingest.house import House
from ingest.intake.uploads import drop_expired
from ingest.pipeline import ACTOR
from ingest.proof.day_records import make_records
from ingest.proof.status_lists import due_list
from ingest.reuse.owner_links import link_owners
from ingest.reuse.search import catch_up
from ingest.telling.courier import deliver
from ingest.telling.portal import keep_told
from ingest.upkeep import disposal
from ingest.upkeep.audit_log import anchor_tail, keep_log
from ingest.upkeep.fixity import check_due
from ingest.upkeep.inventory import follow, walk, walk_is_due
from ingest.upkeep.replica import replicate
from ingest.work_queue import forget_ended
from storage.lifecycle.standing import expire

Stop = Callable[[], bool]
"""Whether the worker is closing: a duty that takes long asks now and then, and ends."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """What is done again and again.

    Attributes:
        name: For logs and threads. every_s: Seconds between the end of one time and the beginning of the next.
        do: Does it.
    """

    name: str
    every_s: float
    do: Callable[[House, Stop], None]


def _records(house: House, stop: Stop) -> None:
    """Make the evidence records of days that are over."""
    for record in make_records(house):
        _log.info("evidence record made", day=record.day.isoformat(), files=record.files)
        if stop():
            return


def _disposal(house: House, stop: Stop) -> None:
    """Finish what the object store did not let finish, and hold what came to held papers."""
    if not stop():
        disposal.finish(house)
        disposal.hold_again(house)


def _copies(house: House, stop: Stop) -> None:
    """Learn from the audit log what was kept, and copy it to the replica."""
    follow(house, stop)
    replicate(house, stop)


def _fixity(house: House, stop: Stop) -> None:
    """Walk through the store once a day; read again what is due."""
    if walk_is_due(house, _WALK_EVERY):
        walk(house, stop)
    for _ in check_due(house, stop=stop):
        pass


def _expiry(house: House, stop: Stop) -> None:
    """Mark papers whose last day of validity is past."""
    while expired := expire(house.catalogue, times.today(), actor="expiry"):
        _log.info("papers expired", papers=len(expired))
        if stop():
            return


def _index(house: House, stop: Stop) -> None:
    """Make searchable what is stored and is not searchable yet, and take out of the index what must leave it.

    What kept a paper from the index may have kept its owner's numbers from being linked, a step before.
    """
    for paper, _ in catch_up(house):
        link_owners(house, house.catalogue.paper(paper), actor=ACTOR)
        if stop():
            return


def _log_kept(house: House, stop: Stop) -> None:
    """Keep the audit log of days that are over in the object store."""
    for key in keep_log(house):
        _log.info("audit log kept", key=key)
        if stop():
            return


def _log_anchored(house: House, stop: Stop) -> None:
    """Anchor the end of the audit log, and see that it was not cut off.

    What is logged is a witness too, wherever this process's log is sent.
    """
    try:
        if not stop() and (head := anchor_tail(house)):
            _log.info("audit log anchored", entries=head.entries, hash=head.head_hash)
    except (AlreadyExists, AuditChainBroken) as error:
        _log.error("audit log cut off or rewritten", reason=str(error))


def _status_list(house: House, stop: Stop) -> None:
    """Make the signed list of what is no longer in force, when it is time or a paper was revoked."""
    del stop
    if made := due_list(house):
        _log.info("status list made", number=made.number, entries=made.entries)


def _uploads(house: House, stop: Stop) -> None:
    """Forget what was sent in part and is not gone on with."""
    if not stop() and (dropped := drop_expired(house)):
        _log.info("unfinished uploads dropped", uploads=dropped)


def _work_forgotten(house: House, stop: Stop) -> None:
    """Forget what the queue keeps of papers that were worked on a week ago."""
    del house
    if forgotten := forget_ended(times.now() - _REMEMBERED, stop):
        _log.info("ended work forgotten", workflows=forgotten)


_WALK_EVERY = dt.timedelta(days=1)
_REMEMBERED = dt.timedelta(days=7)
DUTIES: tuple[Duty, ...] = (
    Duty("evidence-records", 600.0, _records),
    Duty("disposal", 900.0, _disposal),
    Duty("copies", 20.0, _copies),
    Duty("fixity", 60.0, _fixity),
    Duty("expiry", 600.0, _expiry),
    Duty("status-list", 10.0, _status_list),
    Duty("audit-log", 600.0, _log_kept),
    Duty("audit-anchor", 30.0, _log_anchored),
    Duty("search-index", 600.0, _index),
    Duty("uploads", 3600.0, _uploads),
    Duty("ended-work", 3600.0, _work_forgotten),
    Duty("webhooks", 2.0, deliver),
    Duty("portal", 5.0, keep_told),
)


class Duties:
    """The threads that do ``DUTIES`` for one worker."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep, args=(duty,), name=f"sohoa-{duty.name}", daemon=True) for duty in DUTIES
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Return when none is being done any more."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _keep(self, duty: Duty) -> None:
        while not self._stop.wait(duty.every_s):
            try:
                duty.do(self._house, self._stop.is_set)
            except SohoaError as error:
                _log.warning("duty failed; trying again", duty=duty.name, code=error.code, reason=str(error))
            except Exception:  # noqa: BLE001 - whatever it is, it must be done next time
                _log.exception("duty failed; trying again", duty=duty.name)
