"""The object-store port: what every store of bytes promises, whichever disk or server stands behind it.

The promises are kept by one set of contract tests that runs against each implementation.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Protocol

from dossier.errors import InvalidIdentifier
from dossier.papers import StoredObject

MAX_KEY_LENGTH = 800
"""Characters; S3 allows 1024 bytes and a folder store appends to the last segment."""
MAX_SEGMENT_LENGTH = 200
"""Characters between two slashes; common file systems allow 255 bytes."""

_SEGMENT = rf"[a-z0-9][a-z0-9._-]{{0,{MAX_SEGMENT_LENGTH - 1}}}"
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_PREFIX = re.compile(rf"(?:{_SEGMENT}/)*(?:{_SEGMENT})?")


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

    def head(self, key: str, version: str | None = None) -> StoredObject:
        """Return what is recorded of a version (the newest by default) without reading its bytes.

        Raises:
            NotFound: No such key or version.
            ObjectDamaged: The record itself is damaged.
        """
        ...

    def versions(self, key: str) -> list[StoredObject]:
        """Return the versions of ``key``, newest first; none if the key does not exist."""
        ...

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete a version, or all of them; all or none where one of them is retained.

        Raises:
            NotFound: No such key or version.
            RetentionLocked: A version to be deleted is under retention.
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

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield in ascending order the keys that begin with ``prefix`` and have a version."""
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


def whole_second(moment: dt.datetime) -> dt.datetime:
    """Return ``moment`` in UTC rounded up to a second: S3 servers keep no more, and a lock may not come out shorter.

    Raises:
        ValueError: ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    floor = moment.astimezone(dt.UTC).replace(microsecond=0)
    return floor + dt.timedelta(seconds=1) if moment.microsecond else floor
