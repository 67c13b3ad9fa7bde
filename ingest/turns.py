"""Turns: how many papers this process works on, and when a paper that workers were lost with has it for itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Leaving(BaseException):
    """A run ends and leaves its paper as it is, for others.

    No ``Exception``: that the queue would take for the end of the paper's work.
    """


class Turns:
    """Whose turn it is. Safe to share between threads.

    Args:
        most: Papers worked on at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._under_way = 0
        self._one_alone = self._closing = False

    def free(self) -> int:
        """Return how many papers this process may hold at this moment: none while one is to be alone, or at the end."""
        return 0 if self._closing or self._one_alone else self._most

    @property
    def closing(self) -> bool:
        """Whether this process is to end."""
        return self._closing

    @contextmanager
    def turn(self, *, alone: bool) -> Iterator[None]:
        """Count a paper as under way during the body; ``alone`` waits first until no other is.

        Raises:
            Leaving: This process is to end, or another paper is to be alone.
        """
        with self._changed:
            if self._closing or self._one_alone:
                raise Leaving
            self._under_way += 1
            self._one_alone = alone
        try:
            if alone:
                with self._changed:
                    self._changed.wait_for(lambda: self._under_way == 1 or self._closing)
                    if self._closing:
                        raise Leaving
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._one_alone = self._one_alone and not alone
                self._changed.notify_all()

    def close(self, wait_s: float) -> bool:
        """Let nothing new begin; return whether all that was under way ended within ``wait_s`` seconds."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._under_way, wait_s)
