"""What happens when: drawn from a seed, so that the same seed brings the same misfortunes at the same seconds."""

import random
from dataclasses import dataclass

KINDS = (
    "kill worker 1",
    "kill worker 2",
    "kill API",
    "kill PostgreSQL",
    "kill SeaweedFS",
    "cut line to PostgreSQL",
    "cut line to SeaweedFS",
    "disk full",
    "slow store",
)
_PAUSE_S = (2.0, 12.0)
_LASTS_S = (1.0, 10.0)


@dataclass(frozen=True, slots=True)
class Misfortune:
    """One thing that happens.

    Attributes:
        at: Seconds after the beginning. kind: What. ends: When it is mended, seconds after the beginning.
    """

    at: float
    kind: str
    ends: float


def drawn(seed: int, seconds: float, *, pace: float = 1.0) -> list[Misfortune]:
    """Return what happens within ``seconds``: each kind once in a random order, again and again.

    The same part is not struck again before it was mended.

    Args:
        seed: The same brings the same.
        seconds: How long things happen.
        pace: By which all pauses are multiplied, where the machine is slow or busy.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    found, at, left = list[Misfortune](), 0.0, list[str]()
    busy: dict[str, float] = {}
    while True:
        left = left or chance.sample(KINDS, len(KINDS))
        kind = left.pop()
        at = max(at + pace * chance.uniform(*_PAUSE_S), busy.get(_part(kind), 0.0))
        if at > seconds:
            return found
        found.append(Misfortune(at, kind, at + chance.uniform(*_LASTS_S)))
        busy[_part(kind)] = found[-1].ends


def _part(kind: str) -> str:
    return kind.rpartition(" to ")[2].removeprefix("kill ")
