"""Running code on untrusted bytes in a limited child process: the one module that starts such a process.

What runs in the child is ``ingest.limited.confined``.

Threat
    Decoders of PDF, TIFF, JPEG and PNG are large C and C++ libraries fed by strangers. A file may be made to exhaust
    memory, processor or disk, to hang, to crash the decoder, or to take it over.

Defence
    - The work runs in a fresh interpreter (no fork of a process with threads), in a session of its own; when it ends,
      or at the wall-clock limit, its whole process group is killed, so that programs it started end with it. It also
      dies with the process that started it (``PR_SET_PDEATHSIG``).
    - ``setrlimit`` before anything is decoded: address space, processor time, size of each written file, open files,
      no core dump. Programs it starts inherit these.
    - Its environment is built from nothing: no keys, tokens or addresses of the parent. Standard streams lead
      nowhere. Its working and temporary folder is one folder, made for it, mode 0700, removed by ``workplace``
      whatever happens.
    - Walls (``ingest.limited.walls``), as many as the kernel offers: no network, no files but programs, our code and
      its own folder, no system calls that decoders have no use for, no second process where none is needed, no way out
      of the process group. ``sohoa doctor`` tells which walls stand.
    - What comes back is never code: one JSON answer of bounded size, and files that the parent opens without
      following links and reads only if they are regular and within the expected size. An error that comes back is one
      of a few known classes with short scalar details.

Residual risks accepted
    - A decoder that is taken over still sees the paper it decodes, and may answer with another picture than the file
      holds; a person compares scan and original before anything is sealed.
    - The memory and processor limits count per process, not per tree; the wall clock bounds the tree. As root, where
      ``nobody`` cannot read Python, the number of processes of the one decoder that needs several is not counted.
    - Files in the folder are counted five times a second: what is written within one fifth may exceed the limit.
    - ``kill -9`` of the parent leaves the folder behind until the next child of any process starts and sweeps.
    - Memory exhausted inside a C++ library that aborts instead of raising is reported as damage, not as a limit.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from dossier.errors import DamagedFile, DiskFull, LimitExceeded, PartFailed
from ingest.limited.confined import ANSWER, NO_ROOM, REQUEST, RETURNABLE
from ingest.limited.limits import Limits

FOLDER_PREFIX = "sohoa-child-"
"""How the names of the children's folders begin."""

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Of the JSON in an answer."""
_MAX_DETAIL_CHARACTERS = 200
_ROOT = Path(__file__).resolve().parents[2]
_ENDED_BY_LIMIT = {signal.SIGXCPU: "processor time", signal.SIGXFSZ: "file size", signal.SIGKILL: "memory"}


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """Give an empty folder (mode 0700) for one child's files, and remove it with everything in it afterwards.

    Raises:
        DiskFull: There is no room for it, or for what is written into it meanwhile.
    """
    sweep()
    try:
        with tempfile.TemporaryDirectory(prefix=f"{FOLDER_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        if DiskFull.is_meant_by(error):
            raise DiskFull from error
        raise


def sweep() -> None:
    """Remove the folders of processes that were killed: they hold people's papers."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        owner = left.name.removeprefix(FOLDER_PREFIX).partition("-")[0]
        if owner.isdecimal() and not _lives(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def run_limited(function: Callable[..., Any], *arguments: object, limits: Limits, folder: Path) -> Any:  # noqa: ANN401
    """Run ``function(*arguments)`` in a limited child process and return what it returns.

    Args:
        function: A public or private function at the top level of an importable module.
        *arguments: Values JSON can express.
        limits: What the child may use.
        folder: From ``workplace``; the child's working folder, where both sides put files by agreed names.

    Returns:
        The function's result as JSON gives it back: lists for tuples, plain dicts. The caller checks it: the child
        had to do with hostile bytes.

    Raises:
        LimitExceeded: The child hit its memory, processor, file-size or wall-clock limit.
        DamagedFile: The decoder crashed, or the function said so.
        DiskFull: There is no room for what it answers.
        PartFailed: The function failed in an unexpected way.
        SohoaError: Any other error of ours that the function raised.
    """
    request = {
        "function": f"{function.__module__}:{function.__qualname__}",
        "arguments": arguments,
        "limits": asdict(limits),
    }
    answer = folder / ANSWER
    answer.unlink(missing_ok=True)
    (folder / REQUEST).unlink(missing_ok=True)  # whatever a child before may have put there, and where it leads
    (folder / REQUEST).write_text(json.dumps(request), encoding="utf-8")
    require_ended_well(_run_to_its_end(folder, limits))
    if not answer.exists():
        raise PartFailed(part="decoder", reason="it left no answer")
    return result_of(read_output(folder, ANSWER, max_bytes=MAX_ANSWER_BYTES))


def require_ended_well(status: int) -> None:
    """Do nothing if a child ended by itself.

    Args:
        status: Its exit status, negative for a signal, or ``WALL`` if it was killed because it took too long.

    Raises:
        LimitExceeded, DamagedFile, DiskFull, PartFailed: As `run_limited` says.
    """
    if status == NO_ROOM:
        raise DiskFull
    if status in _STATUS_OF_LIMIT:
        raise LimitExceeded(limit=_STATUS_OF_LIMIT[status])
    if status < 0:
        raise DamagedFile(reason=f"the decoder crashed with signal {-status}")
    if status != 0:
        raise PartFailed(part="decoder", reason=f"it ended with status {status} and no answer")


def read_output(folder: Path, name: str, *, max_bytes: int) -> bytes:
    """Return the bytes of a file a child left in its folder, trusting neither its kind nor its size.

    Raises:
        DamagedFile: It is missing, not a regular file of one name, or longer than ``max_bytes``.
    """
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise DamagedFile(reason="the decoder left no result") from None
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1 or facts.st_size > max_bytes:
            raise DamagedFile(reason="the decoder left a result of the wrong kind or size")
        return file.read(max_bytes)


WALL: Final = 256
"""Stands for the wall-clock limit; a child's own status is 0 to 255, or negative for a signal."""
FOLDER: Final = 257
"""Stands for too many bytes in the working folder."""
LOOK_S = 0.2
"""Seconds between two looks at what a child has written."""
_BLOCK = 512
_STATUS_OF_LIMIT = {WALL: "wall-clock time", FOLDER: "folder size"} | {
    -number: name for number, name in _ENDED_BY_LIMIT.items()
}


def _run_to_its_end(folder: Path, limits: Limits) -> int:
    """Start the child, wait, kill what is left of its process group; return its status, ``WALL`` or ``FOLDER``."""
    process = subprocess.Popen(  # noqa: S603 - the interpreter itself; the argument is a folder of ours
        [sys.executable, "-P", "-s", "-m", "ingest.limited.confined", str(os.getpid())],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        # The child is not reaped before its group is killed: until then nothing else can get its number.
        stopped = _watch(process.pid, folder, limits)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        status = process.wait()
    return stopped or status


def _watch(process: int, folder: Path, limits: Limits) -> int:
    """Wait for a child to end; return 0, or ``WALL`` or ``FOLDER`` if it must be stopped."""
    descriptor = os.pidfd_open(process)
    deadline = time.monotonic() + limits.wall_s
    try:
        while not select.select([descriptor], [], [], max(0.0, min(LOOK_S, deadline - time.monotonic())))[0]:
            if time.monotonic() >= deadline:
                return WALL
            if bytes_in(folder) > limits.folder_bytes:
                return FOLDER
    finally:
        os.close(descriptor)
    return 0


def bytes_in(folder: Path) -> int:
    """Return what the files of a folder take on the disk."""
    total = 0
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                total += entry.stat(follow_symlinks=False).st_blocks * _BLOCK
    return total


def environment(folder: Path) -> dict[str, str]:
    """Return all the child gets to know: where programs and our code are, one thread per library, its folder."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_THREAD_LIMIT": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def result_of(answer: bytes) -> object:
    """Return the result in a child's answer, or raise the error in it."""
    if len(answer) > MAX_ANSWER_BYTES:
        raise PartFailed(part="decoder", reason="its answer is too long")
    try:
        outcome = json.loads(answer)
        if "result" in outcome:
            return outcome["result"]
        kind, details = RETURNABLE[outcome["error"]], outcome["details"]
        error = kind(**{name: _scalar(value) for name, value in details.items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PartFailed(part="decoder", reason="its answer makes no sense") from None
    raise error


def _scalar(value: object) -> object:
    """Return a detail as it may go into a message."""
    return value if isinstance(value, int) else str(value)[:_MAX_DETAIL_CHARACTERS]
