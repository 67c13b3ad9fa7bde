"""The object-store port: what every store of bytes promises, whichever disk or server stands behind it.

The promises are kept by one set of contract tests that runs against each implementation.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from dossier.errors import InvalidIdentifier
from dossier.papers import StoredObject

MAX_KEY_LENGTH = 800
"""Characters; S3 allows 1024 bytes and a folder store appends to the last segment."""
MAX_SEGMENT_LENGTH = 200
"""Characters between two slashes; common file systems allow 255 bytes."""
MAX_LINK_S = 900
"""Longest life of a URL that needs no key, seconds."""

_SEGMENT = rf"[a-z0-9][a-z0-9._-]{{0,{MAX_SEGMENT_LENGTH - 1}}}"
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_PREFIX = re.compile(rf"(?:{_SEGMENT}/)*(?:{_SEGMENT})?")


@dataclass(frozen=True, slots=True)
class Listed:
    """A version as a walk through a store meets it: nothing of it was read.

    Attributes:
        key: Its key. version: The store's version identifier. put_at: When it was kept, by the store's clock, UTC.
    """

    key: str
    version: str
    put_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A version and what keeps it from being deleted.

    Attributes:
        stored: The version. locked_until: End of its lock, UTC; ``None`` if it never had one. held: Under legal hold.
    """

    stored: StoredObject
    locked_until: dt.datetime | None
    held: bool


class ObjectStore(Protocol):
    """A versioned store of immutable objects under retention.

    A key has versions; a version's bytes never change. Every method may raise ``StoreUnavailable``, and every method
    that takes a key ``InvalidIdentifier``. Keys must hold no personal data.
    """

    def put(
        self,
        key: str,
        data: bytes,
        *,
        media_type: str,
        retain_until: dt.datetime | None = None,
        if_absent: bool = False,
    ) -> StoredObject:
        """Keep ``data`` as the newest version of ``key``; when this returns, it survives a crash.

        Putting the very bytes of the newest version again returns that version, its retention extended where
        ``retain_until`` is later, so that a step may safely be run twice.

        Args:
            key: Relative path of lower-case letters, digits, ``.``, ``_`` and ``-``, segments parted by slashes.
            data: The whole object.
            media_type: E.g. ``application/pdf``.
            retain_until: Aware moment before which the version can be neither deleted nor overwritten, rounded up to a
                second.
            if_absent: Refuse to add a second version.

        Raises:
            AlreadyExists: ``if_absent``, and the key has other content.
        """
        ...

    def get(self, key: str, version: str | None = None) -> bytes:
        """Return the bytes of a version (the newest by default), their SHA-256 checked.

        Raises:
            NotFound: No such key or version.
            ObjectDamaged: The bytes are not those that were put.
        """
        ...

    def get_range(self, key: str, start: int, end: int, version: str | None = None) -> bytes:
        """Return a part of a version (the newest by default), reading little more than that part.

        The SHA-256 is of the whole, so a part cannot be held against it: only ``get`` notices every damage. A folder
        store that encrypts proves each part all the same.

        Args:
            key: Of the object.
            start: First byte, at least 0.
            end: Byte after the last, at least ``start``. What lies beyond the end of the object is left out.
            version: Which.

        Raises:
            NotFound: No such key or version.
            ObjectDamaged: Damage shows in what was read.
        """
        ...

    def head(self, key: str, version: str | None = None) -> StoredObject:
        """Return what is recorded of a version (the newest by default) without reading its bytes.

        Raises:
            NotFound: No such key or version.
            ObjectDamaged: The record itself is damaged.
        """
        ...

    def kept(self, key: str, version: str | None = None) -> Kept:
        """Return what ``head``, ``retention`` and ``held`` tell, asked for at once.

        Raises:
            NotFound: No such key or version.
            ObjectDamaged: The record itself is damaged.
        """
        ...

    def versions(self, key: str) -> list[StoredObject]:
        """Return the versions of ``key``, newest first; none if the key does not exist."""
        ...

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete a version, or all of them; all or none where one of them is retained or held.

        Raises:
            NotFound: No such key or version.
            RetentionLocked: A version to be deleted is under retention.
            ObjectHeld: A version to be deleted is under legal hold.
        """
        ...

    def clear(self, prefix: str) -> None:
        """Delete every version of the keys that begin with ``prefix``, in few calls; others may do so meanwhile.

        Raises:
            RetentionLocked: One of them is under retention; those that nothing keeps are gone.
            ObjectHeld: One is under legal hold; likewise.
            ValueError: ``prefix`` is empty.
        """
        ...

    def retain(self, key: str, version: str, until: dt.datetime) -> None:
        """Lock a version until ``until`` (aware, rounded up to a second).

        Raises:
            NotFound: No such key or version.
            RetentionLocked: It is already locked for longer: a lock can only be extended.
        """
        ...

    def retention(self, key: str, version: str | None = None) -> dt.datetime | None:
        """Return until when a version (the newest by default) is locked, UTC; ``None`` if it never was.

        Raises:
            NotFound: No such key or version.
        """
        ...

    def hold(self, key: str, version: str, *, on: bool) -> None:
        """Put a version under legal hold, or lift that; as often as one likes.

        A held version cannot be deleted, whatever its retention, until the hold is lifted.

        Raises:
            NotFound: No such key or version.
        """
        ...

    def held(self, key: str, version: str | None = None) -> bool:
        """Return whether a version (the newest by default) is under legal hold.

        Raises:
            NotFound: No such key or version.
        """
        ...

    def presign(self, key: str, version: str, *, seconds: int, file_name: str) -> str | None:
        """Return a URL at which whoever has it can fetch this one version until it expires, without a key of ours.

        Nothing is asked of the store: the URL of a version that is not there leads nowhere.

        Args:
            key: Of the object.
            version: Which.
            seconds: How long the URL works, 1 to ``MAX_LINK_S``.
            file_name: Under which the file is offered; no personal data.

        Returns:
            The URL; ``None`` from a store that serves nobody but this process, such as a folder.
        """
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield in ascending order the keys that begin with ``prefix`` and have a version."""
        ...

    def walk(self, prefix: str = "") -> Iterator[Listed]:
        """Yield every version of the keys that begin with ``prefix``: the keys in order, of a key the newest first.

        It takes no more memory for many objects than for few.
        """
        ...

    def mend(
        self, key: str, version: str, data: bytes, *, media_type: str, retain_until: dt.datetime | None = None
    ) -> StoredObject:
        """Keep ``data`` in the place of a version that is damaged or gone, and return where it is now.

        A store that never overwrites a version keeps it as a further one; what was the newest content stays that.

        Args:
            key: Of the object.
            version: What is damaged or gone.
            data: The bytes that were kept once, known to be right.
            media_type: E.g. ``application/pdf``.
            retain_until: The lock it had; one that is there and longer stays.
        """
        ...

    def check(self) -> None:
        """Do nothing if the store can be used.

        Raises:
            StoreUnavailable: It cannot; the reason says why.
        """
        ...

    def close(self) -> None:
        """Let go of connections; the store is not used afterwards."""
        ...


def checked_key(key: str) -> str:
    """Return ``key`` if it is a valid object key.

    Raises:
        InvalidIdentifier: It is empty, absolute, climbs (``..``), is too long or has other characters.
    """
    if len(key) > MAX_KEY_LENGTH or not _KEY.fullmatch(key):
        raise InvalidIdentifier(kind="object key", kind_vi="Khóa đối tượng", example="papers/3f9k2m7x8c4v5b6n/seal.pdf")
    return key


def checked_prefix(prefix: str) -> str:
    """Return ``prefix`` if a valid object key can begin with it.

    Raises:
        InvalidIdentifier: None can.
    """
    if len(prefix) > MAX_KEY_LENGTH or not _PREFIX.fullmatch(prefix):
        raise InvalidIdentifier(kind="key prefix", kind_vi="Phần đầu khóa đối tượng", example="papers/3f9k")
    return prefix


def checked_some(prefix: str) -> str:
    """Return ``prefix`` if a valid object key can begin with it, and not every one does.

    Raises:
        InvalidIdentifier: None can. ValueError: It is empty.
    """
    if not prefix:
        raise ValueError("a whole store is never cleared")
    return checked_prefix(prefix)


def checked_range(start: int, end: int) -> None:
    """Do nothing if these can be the bounds of a part.

    Raises:
        ValueError: They are negative or the wrong way round.
    """
    if not 0 <= start <= end:
        raise ValueError("a part needs 0 <= start <= end")


def checked_life(seconds: int) -> int:
    """Return ``seconds`` if a URL without a key may live so long.

    Raises:
        ValueError: It may not.
    """
    if not 1 <= seconds <= MAX_LINK_S:
        raise ValueError(f"a link lives 1 to {MAX_LINK_S} seconds")
    return seconds


def whole_second(moment: dt.datetime) -> dt.datetime:
    """Return ``moment`` in UTC rounded up to a second: S3 servers keep no more, and a lock may not come out shorter.

    Raises:
        ValueError: ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    floor = moment.astimezone(dt.UTC).replace(microsecond=0)
    return floor + dt.timedelta(seconds=1) if moment.microsecond else floor
