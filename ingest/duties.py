"""Duties: what a worker does from time to time beside papers, each on a thread of its own.

Every worker does them, several at once: a duty must bear being done by two processes at the same moment, and being
stopped in the middle.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from dossier.errors import SohoaError
from ingest import disposal
from ingest.courier import deliver
from ingest.day_records import make_records
from ingest.house import House
from ingest.portal import keep_told

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


DUTIES: tuple[Duty, ...] = (
    Duty("evidence-records", 600.0, _records),
    Duty("disposal", 900.0, _disposal),
    Duty("webhooks", 1.0, deliver),
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
