"""Waiting for a batch to get on: one look into the catalogue serves all who listen, whatever batches they listen to."""

import asyncio
import contextlib
import threading
from collections import Counter

from fastapi.concurrency import run_in_threadpool

from dossier.errors import SohoaError
from storage.catalogue import Catalogue
from storage.under_way.batch_progress import touched

_LOOK_S = 0.5
"""Seconds between looks: changes come from other processes too, which cannot call."""


class BatchWatch:
    """Tells listeners of one application when something about their batch has changed.

    A wait holds no thread and no connection of the database, and nobody looks while nobody waits.

    Args:
        catalogue: Where the changes are.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._closed = threading.Event()
        self._listeners = Counter[str]()
        self._newest: dict[str, int] = {}
        self._position = 0
        self._looking: asyncio.Task[None] | None = None
        self._moved = asyncio.Condition()
        self.looks = 0
        """How often the catalogue was looked into."""

    @property
    def is_closed(self) -> bool:
        """Whether the service is about to end."""
        return self._closed.is_set()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._listeners.total()

    @property
    def is_looking(self) -> bool:
        """Whether the catalogue is being looked into."""
        return self._looking is not None

    def close(self) -> None:
        """Let all who wait go; safe to call from a signal handler and from any thread."""
        self._closed.set()

    async def beyond(self, batch: str, position: int, seconds: float) -> None:
        """Return when an audit entry after number ``position`` is about ``batch``, or after ``seconds``, or on closing.

        Args:
            batch: Its identifier.
            position: As the catalogue gave it a moment ago.
            seconds: At most.
        """
        self._listeners[batch] += 1
        try:
            if self._looking is None:
                self._position = position
                self._looking = asyncio.create_task(self._look())
            self._position = min(self._position, position)  # seen again does no harm, overlooked would
            async with self._moved:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._moved.wait_for(lambda: self._newest.get(batch, 0) > position or self.is_closed)
        finally:
            self._listeners[batch] -= 1
            if not self._listeners[batch]:
                del self._listeners[batch]
                self._newest.pop(batch, None)

    async def _look(self) -> None:
        """Look while anybody waits."""
        try:
            while self._listeners and not self.is_closed:
                with contextlib.suppress(SohoaError):  # whoever waits asks the catalogue once more, and is told
                    self.looks += 1
                    asked = self._position
                    newest, found = await run_in_threadpool(touched, self._catalogue, asked)
                    if self._position == asked:
                        self._position = newest
                    self._newest |= {batch: entry for batch, entry in found.items() if batch in self._listeners}
                async with self._moved:
                    self._moved.notify_all()
                await asyncio.sleep(_LOOK_S)
        finally:
            self._looking = None
        async with self._moved:
            self._moved.notify_all()
