"""Files that survive a crash: written, flushed and renamed into place; failures of the disk turned into ours."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dossier.errors import DiskFull, StoreUnavailable


@contextmanager
def disk(part: str) -> Iterator[None]:
    """Turn failures of the disk into ours.

    Args:
        part: What is on it, for the reader of the error.

    Raises:
        DiskFull: No room is left. StoreUnavailable: It is read-only, gone, or failed.
    """
    try:
        yield
    except OSError as error:
        if DiskFull.is_meant_by(error):
            raise DiskFull from error
        raise StoreUnavailable(part=part, reason=error.strerror or "the file system failed") from error


def write(path: Path, parts: Iterable[bytes], *, mode: int = 0o400) -> None:
    """Write a new file, flushed to the disk and by default read-only."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(handle)


def replace(path: Path, text: str, *, mode: int = 0o400) -> None:
    """Give a small file new content at one stroke; the caller keeps others from doing so at the same time."""
    new = path.with_name(f".{path.name}")
    new.unlink(missing_ok=True)
    write(new, [text.encode()], mode=mode)
    new.rename(path)
    sync(path.parent)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep others who ask the same of a folder waiting meanwhile; the lock ends with the process."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def sync(folder: Path) -> None:
    """Flush a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
