"""What warm workers are asked to do in tests: well behaved, or not."""

import os
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

from ingest.limited.confined import WithFile
from ingest.limited.walls import standing

_prepared = b""
_seen: list[bytes] = []


def prepare(material: bytes) -> None:
    global _prepared  # noqa: PLW0603 - what a warm worker is prepared with
    _prepared = material


def refuse(material: bytes) -> None:
    raise ValueError(material)


def tell(data: bytes, *arguments: object) -> dict[str, Any]:
    return {
        "size": len(data),
        "arguments": arguments,
        "prepared": _prepared.decode(),
        "process": os.getpid(),
        "parent": os.getppid(),
    }


def remember(data: bytes) -> int:
    _seen.append(data)
    return len(_seen)


def environment(data: bytes) -> list[str]:
    del data
    return sorted(os.environ)


def eat_memory(data: bytes) -> int:
    return len(bytearray(1 << 40)) + len(data)


def hoard_memory(data: bytes) -> None:
    hoard = [data]
    while True:
        hoard.append(bytes(bytearray(1 << 24)))


def burn(data: bytes) -> None:
    while True:
        hash(data)


def sleep(data: bytes) -> None:
    time.sleep(3600 + len(data))


def be_killed(data: bytes) -> None:
    os.kill(os.getpid() + len(data), signal.SIGKILL)


def crash(data: bytes) -> None:
    os.kill(os.getpid() + len(data), signal.SIGSEGV)


def fail(data: bytes) -> None:
    raise ZeroDivisionError(data)


def leave(data: bytes) -> None:
    os._exit(len(data))


def answer_at_length(data: bytes) -> str:
    return "x" * (1 << 24) + data.decode()


def leave_helper(data: bytes) -> int:
    return subprocess.Popen(["sleep", str(3600 + len(data))]).pid


def wait_a_little(data: bytes) -> int:
    time.sleep(0.5 + len(data))
    return os.getppid()


def write_twice(data: bytes, elsewhere: str) -> list[str]:
    """Return which of two files cannot be written: one in the working folder, and one elsewhere."""
    refused = []
    for path in (Path("mine"), Path(elsewhere)):
        try:
            path.write_bytes(data)
        except PermissionError:
            refused.append(str(path))
    return refused


def walls(data: bytes) -> list[str]:
    del data
    return standing()


def where(data: bytes) -> str:
    return os.environ["TMPDIR"] + data.decode()


def fill_folder(data: bytes) -> None:
    for number in range(1000):
        Path(f"{number}").write_bytes(bytes(1 << 20) + data)
    time.sleep(3600)


def upside_down(data: bytes) -> WithFile:
    return WithFile({"size": len(data)}, data[::-1])


def open_sockets(data: bytes) -> int:
    descriptors = range(len(data), 256)
    return sum(_is_socket(descriptor) for descriptor in descriptors)


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def open_network(data: bytes) -> str:
    try:
        socket.create_connection(("127.0.0.1", 1 + len(data)), timeout=1)
    except OSError as error:
        return type(error).__name__
    return "connected"
