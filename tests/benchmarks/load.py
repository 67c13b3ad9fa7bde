"""Requests over HTTP at a steady rate, whether earlier answers came or not: an open loop, as strangers call."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import aiohttp

_CONNECTIONS = 64


@dataclass
class Report:
    """What came of a run.

    Attributes:
        seconds: Of each answer, from the moment its request was due.
        statuses: How many answers had each HTTP status; 0: none came.
        late: Requests sent more than a millisecond after they were due: the sender itself was held up.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    late: int = 0

    def quantile(self, share: float) -> float:
        """Return the seconds within which this share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ask_at_rate(
    urls: Sequence[str],
    key: str,
    request: Callable[[random.Random], dict[str, Any]],
    *,
    rate: float,
    seconds: float,
    seed: int = 1,
) -> Report:
    """Send requests for ``seconds`` at ``rate`` per second on average, gaps drawn at random (Poisson arrivals).

    Args:
        urls: Where to, one after another: of each process of the service.
        key: Of the caller.
        request: Makes the JSON body.
        rate: Requests per second.
        seconds: How long.
        seed: The same seed sends the same requests at the same moments.
    """
    return asyncio.run(_ask(urls, key, request, rate, seconds, random.Random(seed)))  # noqa: S311 - no secret


async def _ask(  # noqa: PLR0917 - see ask_at_rate
    urls: Sequence[str],
    key: str,
    request: Callable[[random.Random], dict[str, Any]],
    rate: float,
    seconds: float,
    chance: random.Random,
) -> Report:
    report = Report()
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {key}"}) as session:
        loop, sent = asyncio.get_running_loop(), []
        turns = cycle(urls)
        start = due = time.perf_counter()
        while (due := due + chance.expovariate(rate)) - start < seconds:
            body = request(chance)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            report.late += time.perf_counter() - due > 0.001
            sent.append(loop.create_task(_send(session, next(turns), body, due, report)))
        await asyncio.gather(*sent)
    return report


async def _send(session: aiohttp.ClientSession, url: str, body: dict[str, Any], due: float, report: Report) -> None:
    try:
        async with session.post(url, json=body) as answer:
            await answer.read()
            status = answer.status
    except aiohttp.ClientError:
        status = 0
    report.seconds.append(time.perf_counter() - due)
    report.statuses[status] += 1
