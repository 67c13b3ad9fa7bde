"""The gate: stations are asked to come back later while the queue is long or the disk almost full.

What is refused here was not taken: the station keeps it and sends it again. Papers that somebody waits for are let in
longer than others, old files not so long (`dossier.lanes.Lane.headroom`).
"""

import shutil
import threading
import time
from pathlib import Path

from dossier.errors import DiskLow, QueueFull
from dossier.lanes import Lane
from storage.catalogue import Catalogue

_KEPT_S = 1.0
"""For so long what was looked at counts: a burst of requests costs one look."""
_MB = 1_000_000


class Gate:
    """What is let in. Safe to share between threads.

    Args:
        catalogue: Counts the papers under way.
        folder: On the disk that must not become full; it must be there.
        most: Papers under way, 0 for any number.
        free_mb: Megabytes (10⁶ bytes) that stay free, 0 for none.
    """

    def __init__(self, catalogue: Catalogue, folder: Path, *, most: int, free_mb: int) -> None:
        self._catalogue, self._folder = catalogue, folder
        self._most, self._free = most, free_mb * _MB
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._under_way = self._left = 0

    def require_room(self, lane: Lane) -> None:
        """Do nothing if papers of ``lane`` are let in at this moment.

        Raises:
            QueueFull: So many papers are under way that others would wait too long.
            DiskLow: Little is free on the disk.
            StoreUnavailable: The catalogue does not answer.
        """
        under_way, left = self._look()
        if self._most and under_way >= self._most * lane.headroom:
            raise QueueFull(papers=under_way)
        if left < self._free / lane.headroom:
            raise DiskLow(free=left // _MB)

    def _look(self) -> tuple[int, int]:
        with self._lock:
            if time.monotonic() - self._looked_at > _KEPT_S:
                self._under_way = self._catalogue.count_under_way() if self._most else 0
                self._left = shutil.disk_usage(self._folder).free
                self._looked_at = time.monotonic()
            return self._under_way, self._left
