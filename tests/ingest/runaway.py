"""Functions that misbehave in a child process, each in one way."""

import errno
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from dossier.errors import DamagedFile, WrongState


def add(left: int, right: int) -> dict[str, Any]:
    return {"sum": left + right, "folder": str(Path.cwd())}


def environment() -> dict[str, str]:
    return dict(os.environ)


def eat_memory() -> int:
    return len(bytearray(1 << 40))


def hoard_memory() -> int:
    hoard = []
    while True:
        hoard.append(bytearray(1 << 24))


def burn() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(3600)


def fill_disk() -> None:
    with Path("big").open("wb") as file:
        while True:
            file.write(bytes(1 << 20))


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    raise ZeroDivisionError("Nguyễn Văn A, 001190012345")


def say_damaged() -> None:
    raise DamagedFile(reason="x" * 5000)


def say_unexpected() -> None:
    raise WrongState(state="a", needed="b")


def leave_helper() -> int:
    return subprocess.Popen(["sleep", "3600"]).pid


def exit_silently() -> None:
    os._exit(3)


def leave_no_room() -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    Path.write_text = full  # type: ignore[assignment,method-assign]


def answer_nonsense() -> None:
    Path("answer.json").write_text('{"error": "no-such-error", "details": {}}')
    os._exit(0)


def answer_at_length() -> None:
    Path("answer.json").write_bytes(b" " * (5 << 20))
    os._exit(0)


def open_many_files() -> None:
    for _ in range(10_000):
        os.open(os.devnull, os.O_RDONLY)
