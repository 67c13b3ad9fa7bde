"""A warm child: imports once, then runs each request in a fork of itself with limits. See ``ingest.limited.pool``.

It has one thread and never looks at the bytes of a request; only its forks do, and each sees one file. Messages come
through a socket, bytes through memory files whose descriptors travel with them. An answer is one line of JSON, after
which the bytes of a file may follow.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.limited.child import FOLDER, LOOK_S, WALL, bytes_in
from ingest.limited.confined import WithFile, limit_this_process, outcome_of, resolve

MAX_MESSAGE_BYTES = 64 * 1024


def main(channel: socket.socket) -> None:
    """Serve requests until the other side closes the channel."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, MAX_MESSAGE_BYTES, 2)
        if not message:
            return
        request = json.loads(message)
        status = _prepare(request, descriptors[0]) if request["prepare"] else _run(channel, request, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        channel.send(json.dumps({"status": status}).encode())


def _prepare(request: Mapping[str, Any], source: int) -> int:
    """Run a function of ours in this process, on bytes of ours, so that every fork has what it leaves."""
    resolve(request["function"])(read_whole(source))
    gc.collect()
    gc.freeze()  # forks share what is here already instead of copying it to count references
    return 0


def _run(channel: socket.socket, request: Mapping[str, Any], source: int, answer: int) -> int:
    """Fork for one request, wait, kill what is left of its process group; return its status.

    ``WALL`` if it was killed at the wall-clock limit, or because nobody waits for it any more; ``FOLDER`` if it wrote
    too much.
    """
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        channel.close()  # it speaks for the worker
        _be_the_child(parent, request, source, answer)
    stopped = _watch(child, channel, request)
    # The child is not reaped before its group is killed: until then nothing else can get its number.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return stopped or os.waitstatus_to_exitcode(status)


def _watch(child: int, channel: socket.socket, request: Mapping[str, Any]) -> int:
    """Wait for a fork to end; return 0, or ``WALL`` or ``FOLDER`` if it must be stopped."""
    limits, folder = request["limits"], request["folder"]
    descriptor, deadline = os.pidfd_open(child), time.monotonic() + limits["wall_s"]
    try:
        while (left := deadline - time.monotonic()) > 0:
            most_s = min(LOOK_S, left) if folder else left
            ended, _, _ = select.select([descriptor, channel.fileno()], [], [], most_s)
            if ended:
                return 0 if descriptor in ended else WALL
            if folder and bytes_in(Path(folder)) > limits["folder_bytes"]:
                return FOLDER
    finally:
        os.close(descriptor)
    return WALL


def _be_the_child(parent: int, request: Mapping[str, Any], source: int, answer: int) -> None:
    """Do the work of one request and end."""
    status = 1
    try:
        os.setsid()
        gc.disable()  # it ends before it has much to collect
        folder = _in_its_folder(request["folder"])
        limit_this_process(parent, request["limits"], request["function"], folder)
        outcome = outcome_of(lambda: resolve(request["function"])(read_whole(source), *request["arguments"]))
        file = b""
        if isinstance(result := outcome.get("result"), WithFile):
            outcome, file = {"result": result.value}, result.file
        os.ftruncate(answer, 0)
        _write(answer, json.dumps(outcome).encode() + b"\n" + file)
        status = 0
    finally:
        os._exit(status)


def _in_its_folder(folder: str | None) -> Path | None:
    """Go to the folder in which this process may write, if it has one."""
    if folder is None:
        return None
    os.chdir(folder)
    os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = folder
    return Path(folder)


def read_whole(descriptor: int) -> bytes:
    """Return all bytes of a memory file, which stays open."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return file.read()


def _write(descriptor: int, data: bytes) -> None:
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
