"""``python -m tests.benchmarks.soak --pages 5000``: does anything grow, and what is a second worker worth?

A station sends papers of four drawn pages each to an API with PostgreSQL and SeaweedFS. One worker works on a few of
them, with all else on one and the same processor; then two on the rest, with twice the processors: a second worker
shall be worth what it costs, its share of the servers included. Each works on one paper at a time. Memory, descriptors
and processor time of our processes are looked at every few seconds, with those of the children they had. Meanwhile
somebody follows a batch, which tells how quick the state calls are while the workers leave nothing idle. Needs to be
root, as ``tests.chaos``.
"""

import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
import psutil
import typer

from station.agent import Agent
from station.server import Server
from tests.benchmarks.usage import cpu_seconds_of, machine
from tests.chaos.campaign import filled
from tests.chaos.scans import paper
from tests.chaos.town import Town, town

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOK_S = 4.0
_ASK_S = 1.0
_SAY_S = 60.0
_PAGES = 4
"""Of each paper."""
_TENTHS = 10
_FEW = 150
"""Papers for one worker, of many; a third of few."""
_MB = 1_000_000
_VOLUME_MB = 1024
"""As large as volumes of SeaweedFS can be where several buckets share what a small disk has left."""


@dataclass(frozen=True)
class Sample:
    """One look.

    Attributes:
        at: Seconds since the beginning. stored: Pages until then. sent: Batches until then.
        cpu_s: Of all workers and their children.
        around_s: Processor seconds of all else: API, servers, the station and whoever asks.
        memory, descriptors: Of each process of ours, in bytes and in number.
    """

    at: float
    stored: int
    sent: int
    cpu_s: float
    around_s: float
    memory: dict[str, int]
    descriptors: dict[str, int]


@dataclass
class Asked:
    """How long state calls took, seconds; ``failed`` had no answer."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def told(self) -> str:
        """Return the quantiles for people."""
        ordered = sorted(self.seconds)
        quantiles = (f"p{100 * q:.0f} {1000 * ordered[int(q * (len(ordered) - 1))]:.0f} ms" for q in (0.5, 0.95, 0.99))
        return f"{len(ordered)} calls, {', '.join(quantiles)}, no answer {self.failed}"


def main(
    pages: Annotated[int, typer.Option(min=120, help="Pages in all")] = 5000,
    seed: Annotated[int, typer.Option(help="Of the pages")] = 1,
    minutes: Annotated[float, typer.Option(help="Of both parts at most; pages that are left then are left")] = 180,
) -> None:
    """Work through the pages with one worker, then with two, and print the verdict."""
    print(machine(), flush=True)
    few = min(_FEW, pages // _PAGES // 3)
    with _processors(1):
        one, _ = _worked_off(few, seed, workers=1, seconds=60 * minutes)
    with _processors(2):
        left = 60 * minutes - one[-1].at
        two, asked = _worked_off(pages // _PAGES - few, seed + 1, workers=2, seconds=left)
    hours = (one[-1].at + two[-1].at) / 3600
    print(f"\npages {one[-1].stored + two[-1].stored} in {hours:.2f} hours")
    print(f"{_per_minute(one):.1f} pages a minute with one worker, {_per_minute(two):.1f} with two")
    print(f"throughput 1 → 2 workers, one processor each: × {_per_minute(two) / _per_minute(one):.2f}")
    for number, part in ((1, one), (2, two)):
        done = part[-1].stored - part[0].stored
        cpu, around = ((part[-1].cpu_s - part[0].cpu_s) / done, (part[-1].around_s - part[0].around_s) / done)
        print(f"CPU seconds a page with {number}: {cpu:.2f} of the workers, {around:.2f} of all else")
    costs = _costs(two)
    print("CPU seconds a page, by tenths: " + " ".join(f"{cost:.2f}" for cost in costs))
    print(f"cost of the last tenth ÷ the first: {costs[-1] / costs[0]:.3f}")
    print(f"state calls while the workers work: {asked.told()}\n")
    print("| process | MB early | MB late | growth | descriptors early | late |\n|---|---|---|---|---|---|")
    for name in two[-1].memory:
        early, late = two[len(two) // 5 : len(two) // 5 * 2], two[-(len(two) // 5) :]
        mb = [statistics.median(one.memory.get(name, 0) for one in part) / _MB for part in (early, late)]
        fds = [statistics.median(one.descriptors.get(name, 0) for one in part) for part in (early, late)]
        print(
            f"| {name} | {mb[0]:.0f} | {mb[1]:.0f} | {100 * (mb[1] / mb[0] - 1):+.1f} % | {fds[0]:.0f} | {fds[1]:.0f} |"
        )


@contextmanager
def _processors(count: int) -> "Iterator[None]":
    """Let what is started meanwhile run on so many processors only."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(every)[:count]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)


def _worked_off(papers: int, seed: int, *, workers: int, seconds: float) -> tuple[list[Sample], Asked]:
    """Send papers and return what was seen until all were stored or time was up, from the first one stored on."""
    asked, stop, samples = Asked(), threading.Event(), list[Sample]()
    with (
        tempfile.TemporaryDirectory(prefix="sohoa-soak-") as name,
        town(Path(name), with_lines=False, volume_mb=_VOLUME_MB) as place,
    ):
        place.start(workers, workers=1)
        station = filled(Path(name) / "station", (paper(seed, number, _PAGES) for number in range(papers)), ".tif")
        server = Server(f"http://127.0.0.1:{place.port}", place.key("station"))
        agent = Agent(station, server, say=lambda _: None)
        began = time.monotonic()
        threads = [
            threading.Thread(target=agent.run, kwargs={"until": stop.is_set}, daemon=True),
            threading.Thread(target=_follow, args=(place, asked, stop), daemon=True),
        ]
        for thread in threads:
            thread.start()
        with _metrics(place) as stored:
            while not samples or (samples[-1].stored < _PAGES * papers and samples[-1].at < seconds):
                time.sleep(_LOOK_S)
                samples.append(_seen(place, time.monotonic() - began, _PAGES * stored()))
                if samples[-1].at // _SAY_S > (samples[-2].at // _SAY_S if samples[1:] else 0):
                    print(f"{samples[-1].stored} pages after {samples[-1].at:.0f} s", file=sys.stderr, flush=True)
        stop.set()
        for thread in threads:
            thread.join(60)
        for process in place.processes.values():
            process.end()
    return [one for one in samples if one.stored], asked


@contextmanager
def _metrics(place: Town) -> "Iterator[object]":
    """Give a function that returns how many papers are stored, and confirms what a person would."""
    headers = {"Authorization": f"Bearer {place.key('officer')}"}
    admin = {"Authorization": f"Bearer {place.key('admin')}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{place.port}", headers=headers, timeout=60) as client:

        def stored() -> int:
            for state in ("ready", "needs_review"):
                for one in client.get("/v1/papers", params={"state": state, "limit": 200}).json()["papers"]:
                    client.post(f"/v1/papers/{one['id']}/confirmation", json={"by": "Soak"})
            lines = client.get("/v1/metrics", headers=admin).text.splitlines()
            return int(
                float(next(line for line in lines if line.startswith('sohoa_papers{state="stored"}')).split()[1])
            )

        yield stored


def _follow(place: Town, asked: Asked, stop: threading.Event) -> None:
    """Ask for the state of some batch and of its papers again and again, as a station does."""
    headers = {"Authorization": f"Bearer {place.key('station')}"}
    chance = random.Random(1)  # noqa: S311 - no secret
    with httpx.Client(base_url=f"http://127.0.0.1:{place.port}", headers=headers, timeout=60) as client:
        while not stop.wait(_ASK_S):
            batches = [path.name for path in (place.folder / "station" / "done").glob("*") if path.is_dir()]
            if not batches:
                continue
            batch = f"station.{chance.choice(batches)}"
            for path in (f"/v1/batches/{batch}", f"/v1/papers?batch={batch}"):
                began = time.perf_counter()
                try:
                    client.get(path).raise_for_status()
                except httpx.HTTPError:
                    asked.failed += 1
                asked.seconds.append(time.perf_counter() - began)


def _seen(place: Town, at: float, stored: int) -> Sample:
    memory, descriptors, cpu_s = dict[str, int](), dict[str, int](), 0.0
    for name, process in place.processes.items():
        assert process.process is not None
        running = psutil.Process(process.process.pid)
        memory[name], descriptors[name] = running.memory_info().rss, running.num_fds()
        if name.startswith("worker"):
            cpu_s += cpu_seconds_of(running)
    every_s = cpu_seconds_of(psutil.Process()) + cpu_seconds_of(psutil.Process(place.postgres.server.get_pid()))
    sent = sum(path.is_dir() for path in (place.folder / "station" / "done").glob("*"))
    return Sample(at, stored, sent, cpu_s, every_s - cpu_s, memory, descriptors)


def _per_minute(samples: Sequence[Sample]) -> float:
    """Return pages a minute from when the station has sent everything: until then it takes a part of the processors."""
    last = samples[-1]
    first = next(one for one in samples if one.sent == last.sent)
    return 60 * (last.stored - first.stored) / (last.at - first.at)


def _costs(samples: Sequence[Sample]) -> list[float]:
    """Return processor seconds a page for each tenth of the pages."""
    first, last = samples[0].stored, samples[-1].stored
    edges = [first + (last - first) * tenth / _TENTHS for tenth in range(_TENTHS + 1)]
    at = [min(samples, key=lambda one: abs(one.stored - edge)) for edge in edges]
    return [(b.cpu_s - a.cpu_s) / max(1, b.stored - a.stored) for a, b in pairwise(at)]


if __name__ == "__main__":
    typer.run(main)
