"""Warm limited children: for work on untrusted bytes that is shorter than the start of an interpreter.

Threat and defence are those of ``ingest.limited.child``, with three differences. Each worker is a fresh interpreter
that imports what is needed and then forks for every request (``ingest.limited.warm``): a file still has a process of
its own, with its own limits, and what it does to that process touches no other file. Bytes go to and fro in memory
files, so a folder is needed only where a program is started that wants files. And the worker keeps what it was prepared
with, which must be ours.

Residual risk accepted: forks share the addresses of the worker's memory, so one that is taken over knows where
everything lies in the next.
"""

import json
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dossier.errors import PartFailed, PartMissing
from ingest.limited.child import MAX_ANSWER_BYTES, environment, require_ended_well, result_of, workplace
from ingest.limited.limits import Limits
from ingest.limited.warm import MAX_MESSAGE_BYTES, read_whole

_START_S = 60.0
"""Seconds a worker may take to start: an interpreter and its imports on a busy machine."""
_MORE_S = 5.0
"""Seconds after the wall-clock limit at which a worker that says nothing is given up."""
_NOWHERE = Path("/nonexistent")


@dataclass(slots=True)
class _Worker:
    process: "subprocess.Popen[bytes]"
    channel: socket.socket
    prepared: int
    """With which of the pool's materials."""

    def ask(self, request: dict[str, Any], data: bytes, most_s: float, most_bytes: int) -> tuple[int, bytes]:
        """Return the status of the request and the answer it left; none if that is longer than ``most_bytes``.

        Raises:
            PartFailed: The worker is gone.
        """
        source, answer = _memory_file(data), _memory_file(b"")
        try:
            self.channel.settimeout(most_s)
            socket.send_fds(self.channel, [json.dumps(request).encode()], [source, answer])
            reply = self.channel.recv(MAX_MESSAGE_BYTES)
            if not reply:
                raise PartFailed(part="worker", reason="it ended")
            size = os.fstat(answer).st_size
            left = read_whole(answer) if size <= most_bytes else b""
        except OSError as error:
            raise PartFailed(part="worker", reason=type(error).__name__) from None
        finally:
            os.close(source)
            os.close(answer)
        return int(json.loads(reply)["status"]), left

    def stop(self) -> None:
        """End the worker and what it runs."""
        self.channel.close()  # it ends by itself then, and kills what it runs
        try:
            self.process.wait(timeout=_MORE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class WarmPool:
    """A number of warm workers; each serves one request at a time.

    Args:
        prepare: A function at the top level of an importable module, run once in every worker with ``material``.
        material: Bytes of ours.
        size: Most workers at once, at least 1; they start when they are needed.
        limits: What each request may use.
        with_folder: Whether each request has a folder of its own for the programs it starts.
    """

    def __init__(
        self,
        prepare: Callable[[bytes], None],
        material: bytes,
        *,
        size: int,
        limits: Limits,
        with_folder: bool = False,
    ) -> None:
        self._prepare, self._limits = prepare, limits
        self._folder = workplace if with_folder else nullcontext
        self._material, self._materials = material, 0
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(max(size, 1)):
            self._idle.put(None)
        self.size = max(size, 1)
        self._closed = threading.Event()

    def renew(self, material: bytes) -> None:
        """Prepare every worker with other ``material`` before its next request."""
        self._material, self._materials = material, self._materials + 1

    def run(self, function: Callable[..., Any], data: bytes, *arguments: object) -> Any:  # noqa: ANN401 - what JSON can express
        """Run ``function(data, *arguments)`` in a limited process and return what it returns, as JSON gives it back.

        Safe to call from many threads; waits while all workers are busy.

        Raises:
            LimitExceeded: It hit its memory, processor, file-size or wall-clock limit.
            DamagedFile: It crashed, or said so.
            PartFailed: It failed in an unexpected way.
            PartMissing: No worker can be started.
            SohoaError: Any other error of ours that it raised.
        """
        return self.run_for_file(function, data, *arguments)[0]

    def run_for_file(self, function: Callable[..., Any], data: bytes, *arguments: object) -> tuple[Any, bytes]:
        """Do the same, and return also the file with which it answers (``confined.WithFile``), if it does."""
        with self._folder() as folder, self._worker() as worker:
            request = {
                "prepare": False,
                "function": _name(function),
                "arguments": arguments,
                "limits": asdict(self._limits),
                "folder": str(folder) if folder else None,
            }
            status, answer = worker.ask(request, data, self._limits.wall_s + _MORE_S, self._limits.output_bytes)
        require_ended_well(status)
        said, _, file = answer.partition(b"\n")
        return result_of(said), file

    @contextmanager
    def _worker(self) -> Iterator[_Worker]:
        """Lend a worker; one that failed is replaced the next time."""
        worker = self._idle.get()
        try:
            if worker is not None and worker.process.poll() is not None:
                worker.stop()
                worker = None
            worker = worker or self._start()
            if worker.prepared != self._materials:
                self._make_ready(worker)
            yield worker
        except PartFailed:
            if worker is not None:
                worker.stop()
            worker = None
            raise
        finally:
            if worker is not None and self._closed.is_set():
                worker.stop()
                worker = None
            self._idle.put(worker)

    def _start(self) -> _Worker:
        """Start and prepare a worker.

        Raises:
            PartMissing: It cannot be started or prepared.
        """
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            process = subprocess.Popen(  # noqa: S603 - the interpreter itself; the argument is a number of ours
                [sys.executable, "-P", "-s", "-m", "ingest.limited.warm", str(its.fileno())],
                env=environment(_NOWHERE),
                cwd="/",
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        worker = _Worker(process, ours, prepared=-1)
        try:
            self._make_ready(worker)
        except PartFailed:
            worker.stop()
            raise PartMissing(part="worker") from None
        return worker

    def _make_ready(self, worker: _Worker) -> None:
        """Give ``worker`` the present material.

        Raises:
            PartFailed: The worker is gone.
        """
        number = self._materials
        worker.ask({"prepare": True, "function": _name(self._prepare)}, self._material, _START_S, MAX_ANSWER_BYTES)
        worker.prepared = number

    def close(self) -> None:
        """End all workers; those at work end when they are done."""
        self._closed.set()
        workers = []
        while True:
            try:
                workers.append(self._idle.get_nowait())
            except queue.Empty:
                break
        for worker in workers:
            if worker is not None:
                worker.stop()
            self._idle.put(None)


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}:{function.__qualname__}"


def _memory_file(data: bytes) -> int:
    descriptor = os.memfd_create("sohoa", os.MFD_CLOEXEC)
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    return descriptor
