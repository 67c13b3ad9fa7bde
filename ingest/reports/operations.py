"""How the work goes, for the desk of figures and the screen on the wall. Counts alone: no paper, owner or person."""

import datetime as dt
import math
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from dossier import times
from storage.catalogue import Catalogue
from storage.reports import operations
from storage.reports.operations import Counts, Queue

HOURS = (24, 24 * 7)
"""Over which is counted, back from now."""
_FRESH_S, _SIZE_FRESH_S = 20.0, 600.0


@dataclass(frozen=True, slots=True)
class Window:
    """The last hours.

    Attributes:
        hours: How many. counts: What became of papers.
        p50_s, p95_s: Seconds from a paper's coming in to its being sealed, its wait for a person included: of half of
            the papers sealed, and of 95 in 100, at most; ``None`` where none was sealed.
    """

    hours: int
    counts: Counts
    p50_s: float | None
    p95_s: float | None


@dataclass(frozen=True, slots=True)
class Operations:
    """How the work goes.

    Attributes:
        made_at: When it was counted, UTC. queues: What waits, by lane. windows: The last hours, by ``HOURS``.
        objects, size: Versions in the object store by its inventory, and their bytes.
    """

    made_at: dt.datetime
    queues: tuple[Queue, ...]
    windows: tuple[Window, ...]
    objects: int
    size: int


class Watched:
    """Counts when asked, at most every ``_FRESH_S`` seconds, the store every ``_SIZE_FRESH_S``; safe from many threads.

    Args:
        catalogue: Has the papers.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue, self._lock = catalogue, threading.Lock()
        self._last: Operations | None = None
        self._size, self._sized_at = (0, 0), dt.datetime.min.replace(tzinfo=dt.UTC)

    def now(self) -> Operations:
        """Return how the work goes.

        Raises:
            StoreUnavailable: The catalogue does not answer.
        """
        with self._lock:
            moment = times.now()
            if self._last is None or (moment - self._last.made_at).total_seconds() > _FRESH_S:
                self._last = self._counted(moment)
            return self._last

    def _counted(self, moment: dt.datetime) -> Operations:
        if (moment - self._sized_at).total_seconds() > _SIZE_FRESH_S:
            self._size, self._sized_at = operations.store_size(self._catalogue), moment
        sinces = [moment - dt.timedelta(hours=hours) for hours in HOURS]
        seconds = [array("d") for _ in HOURS]
        for stored, took in operations.seconds_to_sealed(self._catalogue, min(sinces)):
            for since, found in zip(sinces, seconds, strict=True):
                if stored >= since:
                    found.append(took)
        windows = [
            Window(hours, operations.counts(self._catalogue, since), percentile(ordered, 50), percentile(ordered, 95))
            for hours, since, ordered in zip(HOURS, sinces, map(sorted, seconds), strict=True)
        ]
        return Operations(moment, tuple(operations.queues(self._catalogue)), tuple(windows), *self._size)


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the least value that so many in a hundred do not exceed (nearest rank); ``None`` of nothing."""
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None
