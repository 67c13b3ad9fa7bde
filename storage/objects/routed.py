"""Two object stores as one: what begins with a prefix is kept apart, in a bucket or on a server of its own.

So the proofs of the audit log can lie under other hands, another retention and another quota than the papers, and the
code that writes them knows nothing of it. A key that the main store held before the other was given stays there, is
found there, and gets its new versions there.
"""

import datetime as dt
import heapq
from collections.abc import Iterator
from operator import attrgetter

from dossier.papers import StoredObject
from storage.objects.object_store import Kept, Listed, ObjectStore


class RoutedStore:
    """An ``ObjectStore`` made of two.

    Args:
        main: Keeps everything else.
        prefix: Of the keys kept apart; ends with a slash.
        apart: Keeps those.
    """

    def __init__(self, main: ObjectStore, prefix: str, apart: ObjectStore) -> None:
        self._main, self._prefix, self._apart = main, prefix, apart

    def put(
        self,
        key: str,
        data: bytes,
        *,
        media_type: str,
        retain_until: dt.datetime | None = None,
        if_absent: bool = False,
    ) -> StoredObject:
        """See ``ObjectStore.put``."""
        store = self._of(key)
        return store.put(key, data, media_type=media_type, retain_until=retain_until, if_absent=if_absent)

    def get(self, key: str, version: str | None = None) -> bytes:
        """See ``ObjectStore.get``."""
        return self._of(key).get(key, version)

    def get_range(self, key: str, start: int, end: int, version: str | None = None) -> bytes:
        """See ``ObjectStore.get_range``."""
        return self._of(key).get_range(key, start, end, version)

    def head(self, key: str, version: str | None = None) -> StoredObject:
        """See ``ObjectStore.head``."""
        return self._of(key).head(key, version)

    def kept(self, key: str, version: str | None = None) -> Kept:
        """See ``ObjectStore.kept``."""
        return self._of(key).kept(key, version)

    def versions(self, key: str) -> list[StoredObject]:
        """See ``ObjectStore.versions``."""
        return self._of(key).versions(key)

    def delete(self, key: str, version: str | None = None) -> None:
        """See ``ObjectStore.delete``."""
        self._of(key).delete(key, version)

    def clear(self, prefix: str) -> None:
        """See ``ObjectStore.clear``."""
        self._main.clear(prefix)
        if self._reaches(prefix):
            self._apart.clear(prefix)

    def retain(self, key: str, version: str, until: dt.datetime) -> None:
        """See ``ObjectStore.retain``."""
        self._of(key).retain(key, version, until)

    def retention(self, key: str, version: str | None = None) -> dt.datetime | None:
        """See ``ObjectStore.retention``."""
        return self._of(key).retention(key, version)

    def hold(self, key: str, version: str, *, on: bool) -> None:
        """See ``ObjectStore.hold``."""
        self._of(key).hold(key, version, on=on)

    def held(self, key: str, version: str | None = None) -> bool:
        """See ``ObjectStore.held``."""
        return self._of(key).held(key, version)

    def presign(self, key: str, version: str, *, seconds: int, file_name: str) -> str | None:
        """See ``ObjectStore.presign``."""
        return self._of(key).presign(key, version, seconds=seconds, file_name=file_name)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See ``ObjectStore.keys``."""
        if not self._reaches(prefix):
            return self._main.keys(prefix)
        return heapq.merge(self._main.keys(prefix), self._apart.keys(prefix))

    def walk(self, prefix: str = "") -> Iterator[Listed]:
        """See ``ObjectStore.walk``."""
        if not self._reaches(prefix):
            return self._main.walk(prefix)
        return heapq.merge(self._main.walk(prefix), self._apart.walk(prefix), key=attrgetter("key"))

    def mend(
        self, key: str, version: str, data: bytes, *, media_type: str, retain_until: dt.datetime | None = None
    ) -> StoredObject:
        """See ``ObjectStore.mend``."""
        return self._of(key).mend(key, version, data, media_type=media_type, retain_until=retain_until)

    def check(self) -> None:
        """See ``ObjectStore.check``: both can be used."""
        self._main.check()
        self._apart.check()

    def close(self) -> None:
        """See ``ObjectStore.close``."""
        self._main.close()
        self._apart.close()

    def _reaches(self, prefix: str) -> bool:
        """Whether keys that begin so may be kept apart."""
        return prefix.startswith(self._prefix) or self._prefix.startswith(prefix)

    def _of(self, key: str) -> ObjectStore:
        """Return the store that has a key, or will."""
        if not key.startswith(self._prefix):
            return self._main
        return self._main if self._main.versions(key) and not self._apart.versions(key) else self._apart
