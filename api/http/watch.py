"""Waiting for the next event: one look into the database serves all who wait, and nobody looks while nobody waits."""

import asyncio
import contextlib
import threading

from fastapi.concurrency import run_in_threadpool

from dossier.errors import SohoaError
from storage.catalogue import Catalogue
from storage.telling.changes import newest

_LOOK_S = 0.2
"""Seconds between looks: events come from other processes too, which cannot call."""


class Watch:
    """Tells callers of one application when there are further events. A wait holds no thread and no connection.

    Args:
        catalogue: Where the events are.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._closed = threading.Event()
        self._waiting = 0
        self._newest = 0
        self._looking: asyncio.Task[None] | None = None
        self._moved = asyncio.Condition()

    @property
    def is_closed(self) -> bool:
        """Whether the service is about to end."""
        return self._closed.is_set()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._waiting

    @property
    def is_looking(self) -> bool:
        """Whether the database is being looked into."""
        return self._looking is not None

    def close(self) -> None:
        """Let all who wait go; safe to call from a signal handler and from any thread."""
        self._closed.set()

    async def beyond(self, position: int, seconds: float) -> None:
        """Return when there is an event after number ``position``, when ``seconds`` have passed, or on closing."""
        self._waiting += 1
        try:
            if self._looking is None:
                self._looking = asyncio.create_task(self._look())
            async with self._moved:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._moved.wait_for(lambda: self._newest > position or self.is_closed)
        finally:
            self._waiting -= 1

    async def _look(self) -> None:
        """Look while anybody waits."""
        try:
            while self._waiting and not self.is_closed:
                with contextlib.suppress(SohoaError):  # whoever waits asks the database once more, and is told
                    self._newest = await run_in_threadpool(newest, self._catalogue)
                async with self._moved:
                    self._moved.notify_all()
                await asyncio.sleep(_LOOK_S)
        finally:
            self._looking = None
        async with self._moved:
            self._moved.notify_all()
