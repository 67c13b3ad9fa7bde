"""What a decoder that was taken over would try from inside its child process; each says what came of it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return "done"


def connect(port: int) -> str:
    return _outcome(lambda: socket.create_connection(("127.0.0.1", port), timeout=2))


def connect_to(path: str) -> str:
    return _outcome(lambda: socket.socket(socket.AF_UNIX).connect(path))


def read(path: str) -> str:
    return _outcome(lambda: Path(path).read_bytes())


def write(path: str) -> str:
    return _outcome(lambda: Path(path).write_bytes(b"x"))


def make_folder() -> str:
    return _outcome(lambda: Path("more").mkdir())


def link_to(path: str) -> str:
    return _outcome(lambda: Path("link").symlink_to(path))


def leave_group() -> list[str]:
    return [_outcome(os.setsid), _outcome(lambda: os.setpgid(0, 0))]


def stop(process: int) -> str:
    return _outcome(lambda: os.kill(process, signal.SIGTERM))


def descriptors() -> list[int]:
    return [number for number in range(3, 256) if _outcome(lambda n=number: os.fstat(n)) == "done"]  # type: ignore[misc]


def call(number: int) -> int:
    """Return the error number of a system call without arguments."""
    kernel = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if kernel.syscall(number, 0, 0, 0, 0, 0) < 0 else 0


def start_program() -> str:
    return _outcome(lambda: subprocess.run([sys.executable, "-c", ""], check=True))


def multiply(most: int) -> int:
    """Start processes that start processes, and return how many this one could start."""
    for count in range(most):
        try:
            if os.fork() == 0:
                time.sleep(3600)
        except OSError:
            return count
    return most


def multiply_for_ever() -> None:
    """Every process starts others until all of them are stopped."""
    while True:
        try:
            os.fork()
        except OSError:
            time.sleep(0.01)
        if len(os.listdir(".")) < 200:  # noqa: PTH208 - how far it went, for whoever looks
            Path(f"process-{os.getpid()}").touch()
        else:
            time.sleep(0.01)


def fill_with_many_files() -> None:
    number = 0
    while True:
        number += 1
        Path(f"{number}").write_bytes(bytes(1 << 20))
