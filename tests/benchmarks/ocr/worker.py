"""An engine in a process of its own, measured page by page: CPU time and memory, its children's included."""

import contextlib
import multiprocessing
import os
import queue
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, Self

from tests.benchmarks.ocr.engines import Engine, Outcome
from tests.benchmarks.ocr.pages import Scan
from tests.benchmarks.usage import cpu_seconds, resident_bytes

_ONE_THREAD: Final = ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_SAMPLE_S: Final = 0.02
"""How often memory is looked at."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What an engine made of a page, and what that cost.

    Attributes:
        outcome: Empty if it failed. failure: The last line of what it failed with, else empty.
        cpu_s, wall_s: Of this page. peak_bytes: Most memory of the process and its children together, sampled.
    """

    outcome: Outcome
    cpu_s: float
    wall_s: float
    peak_bytes: int
    failure: str = ""


class Worker:
    """A process that reads pages with one engine; use as a context."""

    def __init__(self, engine: Engine) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(engine, there), daemon=True)

    def __enter__(self) -> Self:
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
        self._process.start()
        self._connection.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._connection.send(None)
        self._process.join(timeout=10)

    def read(self, scan: Scan) -> Measured:
        """Read a page; an engine's failure is a result, not an error."""
        pid = self._process.pid
        assert pid is not None
        self._connection.send((scan.file, scan.dpi))
        began, peak = time.perf_counter(), 0
        while not self._connection.poll(_SAMPLE_S):
            peak = max(peak, resident_bytes(pid))
        outcome, cpu_s, failure = self._connection.recv()
        return Measured(outcome, cpu_s, time.perf_counter() - began, max(peak, resident_bytes(pid)), failure)


def _serve(engine: Engine, connection: Connection) -> None:
    import cv2  # noqa: PLC0415 - the number of threads is each process's own

    cv2.setNumThreads(1)
    connection.send("ready")
    while (task := connection.recv()) is not None:
        before = cpu_seconds()
        try:
            outcome, failure = engine(*task), ""
        except Exception:  # noqa: BLE001 - whatever an engine fails with is its result
            outcome, failure = Outcome(""), traceback.format_exc().strip().splitlines()[-1]
        connection.send((outcome, cpu_seconds() - before, failure))


ReadAll = Callable[[Sequence[Scan]], Iterator[Measured]]
"""Reads pages and gives the results in their order."""


@contextlib.contextmanager
def workers(engine: Engine, *, jobs: int, warm_up: Scan) -> Iterator[ReadAll]:
    """Start ``jobs`` workers and give what spreads pages over them.

    Each first reads ``warm_up``, unmeasured: what an engine does once per process is not a page's cost.
    """
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(Worker(engine)) for _ in range(jobs)]
        threads = stack.enter_context(ThreadPoolExecutor(jobs))
        list(threads.map(lambda worker: worker.read(warm_up), started))
        idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in started:
            idle.put(worker)

        def read(scan: Scan) -> Measured:
            worker = idle.get()
            try:
                return worker.read(scan)
            finally:
                idle.put(worker)

        yield lambda scans: threads.map(read, scans)
