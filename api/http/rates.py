"""How often one may ask, and what becomes of knocking without a key.

Threat: a caller that runs wild keeps the others waiting; somebody without a key fills the logs, or hides in them. What
stops it: each key has an allowance of requests that fills up steadily; refusals of a wrong key, and attempts to sign
in, are counted by address and, past an allowance, told to wait; the audit log tells how many there were, at most once a
minute. A valid key is never refused because of its neighbours behind one proxy: keys cannot be guessed, so nothing is
gained by it.

Everything is kept in memory, in each process for itself, and bounded: with several processes of the API the allowances
add up. Residual risk accepted: floods below HTTP, and of whole networks, are the reverse proxy's to stop.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from dossier.errors import TooManyRequests

_MOST_NAMES = 10_000
_AUDITED_EVERY_S = 60.0


@dataclass(slots=True)
class Allowances:
    """An allowance for each name: ``burst`` at once, filled up with ``per_second``; 0: without end.

    Names that have been silent longest are forgotten when there are too many: their allowance is full again by then.
    """

    per_second: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str) -> None:
        """Take one from an allowance.

        Raises:
            TooManyRequests: There is none left; it says after how many seconds there will be.
        """
        if not self.per_second:
            return
        with self._lock:
            now = self.clock()
            left, since = self._left.pop(name, (self.burst, now))
            left = min(self.burst, left + (now - since) * self.per_second)
            self._left[name] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > _MOST_NAMES:
                self._left.popitem(last=False)
        if left < 1:
            raise TooManyRequests(seconds=max(1, math.ceil((1 - left) / self.per_second)))


class Refusals:
    """What is known of callers without a valid key.

    Args:
        allowances: By address.
        tell: Told how many there were since it was told last, at once and then at most once a minute.
    """

    def __init__(self, allowances: Allowances, tell: Callable[[int], None]) -> None:
        self._allowances, self._tell = allowances, tell
        self._count, self._told = 0, float("-inf")
        self._lock = threading.Lock()

    def note(self, address: str) -> None:
        """Count a refusal.

        Raises:
            TooManyRequests: There were too many from this address.
        """
        with self._lock:
            self._count += 1
            now = self._allowances.clock()
            due = now - self._told >= _AUDITED_EVERY_S
            count = self._count
            if due:
                self._count, self._told = 0, now
        if due:
            self._tell(count)
        self._allowances.take(address)
