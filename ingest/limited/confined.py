"""What runs in a limited child process: see ``ingest.limited.child``.

It imports little, since it starts anew for every file; what it is asked to run imports the rest.
"""

import ctypes
import errno
import importlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dossier.errors import (
    ActiveContent,
    DamagedFile,
    DiskFull,
    EncryptedFile,
    LimitExceeded,
    NotSplittable,
    ObjectDamaged,
    PageTooLarge,
    PartFailed,
    PartMissing,
    SecrecyMark,
    SohoaError,
    TooManyPages,
    UnsupportedType,
)
from ingest.limited.walls import raise_walls

REQUEST, ANSWER = "request.json", "answer.json"
"""Names of the files in the working folder through which parent and child speak."""
NO_ROOM = 28
"""Status with which a child ends that has no room to say anything."""
RETURNABLE: Mapping[str, type[SohoaError]] = {
    error.code: error
    for error in (
        ActiveContent,
        DamagedFile,
        DiskFull,
        EncryptedFile,
        LimitExceeded,
        NotSplittable,
        ObjectDamaged,
        PageTooLarge,
        PartFailed,
        PartMissing,
        SecrecyMark,
        TooManyPages,
        UnsupportedType,
    )
}
"""What may come back, by code."""

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class WithFile:
    """What a function of a warm child returns to answer with the bytes of a file beside what JSON can express."""

    value: object
    file: bytes


def main(parent: int) -> None:
    """Serve one request found in the working folder: limit this process, run the function, leave the answer."""
    request = json.loads(Path(REQUEST).read_text(encoding="utf-8"))
    limit_this_process(parent, request["limits"], request["function"], Path())
    outcome = outcome_of(lambda: resolve(request["function"])(*request["arguments"]))
    try:
        Path(ANSWER).write_text(json.dumps(outcome), encoding="utf-8")
    except OSError as error:
        sys.exit(NO_ROOM if DiskFull.is_meant_by(error) else 1)


def outcome_of(work: Callable[[], object]) -> dict[str, object]:
    """Return what ``work`` returns, or the error that it ends with, as it goes back to the parent."""
    try:
        return {"result": work()}
    except MemoryError:
        return _refusal(LimitExceeded(limit="memory"))
    except OSError as error:
        return _refusal(_of_os(error))
    except SohoaError as error:
        return _refusal(error if error.code in RETURNABLE else PartFailed(part="decoder", reason=error.code))
    except Exception as error:  # noqa: BLE001 - whatever a decoder throws becomes an answer, without its message
        return _refusal(PartFailed(part="decoder", reason=type(error).__name__))


def limit_this_process(parent: int, limits: Mapping[str, int], function: str, folder: Path | None) -> None:
    """Lower this process's limits and raise walls around it; nothing it starts can undo either.

    Args:
        parent: The process that asked; this one ends with it.
        limits: As `Limits` has them.
        function: Name of what is to be run.
        folder: Its working folder, if it has one.
    """
    package = function.partition(":")[0].partition(".")[0]
    raise_walls(package, folder, processes=limits["processes"], network=bool(limits["network"]))
    # After the walls: becoming somebody else takes it off.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the process that asked is gone")
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["output_bytes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    # One second between the two lets the signal that names the cause come before the one that does not.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_s"], limits["cpu_s"] + 1))


def resolve(name: str) -> Callable[..., object]:
    """Return the function called ``module:name``."""
    module, _, function = name.partition(":")
    resolved: Callable[..., object] = getattr(importlib.import_module(module), function)
    return resolved


def _of_os(error: OSError) -> SohoaError:
    """Return what an operating system error in the child means."""
    if error.errno == errno.EFBIG:
        return LimitExceeded(limit="file size")
    if error.errno == errno.ENOMEM:
        return LimitExceeded(limit="memory")
    if DiskFull.is_meant_by(error):
        return DiskFull()
    return PartFailed(part="decoder", reason=f"operating system error {error.errno}")


def _refusal(error: SohoaError) -> dict[str, object]:
    """Return the answer that carries an error."""
    return {"error": error.code, "details": error.details}


if __name__ == "__main__":
    main(int(sys.argv[1]))
