"""A warm child: imports once, then runs each request in a fork of itself with limits. See ``ingest.pool``.

It has one thread and never looks at the bytes of a request; only its forks do, and each sees one file. Messages come
through a socket, bytes through memory files whose descriptors travel with them.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any

from ingest.confined import limit_this_process, outcome_of, resolve

MAX_MESSAGE_BYTES = 64 * 1024
GIVEN_UP = 256
"""The status of a fork that was killed at the wall-clock limit, or because nobody waits for it any more."""


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
    resolve(request["function"])(_read(source))
    gc.collect()
    gc.freeze()  # forks share what is here already instead of copying it to count references
    return 0


def _run(channel: socket.socket, request: Mapping[str, Any], source: int, answer: int) -> int:
    """Fork for one request, wait, kill what is left of its process group; return its status, or ``GIVEN_UP``."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        channel.close()  # it speaks for the worker
        _be_the_child(parent, request, source, answer)
    descriptor = os.pidfd_open(child)
    ended, _, _ = select.select([descriptor, channel.fileno()], [], [], request["limits"]["wall_s"])
    os.close(descriptor)
    # The child is not reaped before its group is killed: until then nothing else can get its number.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if descriptor in ended else GIVEN_UP


def _be_the_child(parent: int, request: Mapping[str, Any], source: int, answer: int) -> None:
    """Do the work of one request and end."""
    status = 1
    try:
        os.setsid()
        gc.disable()  # it ends before it has much to collect
        limit_this_process(parent, request["limits"], request["function"], None)
        outcome = outcome_of(lambda: resolve(request["function"])(_read(source), *request["arguments"]))
        os.ftruncate(answer, 0)
        _write(answer, json.dumps(outcome).encode())
        status = 0
    finally:
        os._exit(status)


def _read(descriptor: int) -> bytes:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return file.read()


def _write(descriptor: int, data: bytes) -> None:
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
