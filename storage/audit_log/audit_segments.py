"""Closed segments of the audit log in the object store, from which the whole log can be read without the database.

A segment is the lines of successive entries (`storage.audit_log.audit_lines`), each with a line feed, packed with gzip
without a time or a name in it; its key tells the first entry's number::

    audit/segments/000000000001.jsonl.gz

They follow each other without a gap: each begins where the one before it ends. The SHA-256 of a line is the hash of its
entry, and the next line holds that: whoever has the segments needs nothing else to prove them (``proven_lines``).
"""

import datetime as dt
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dossier.errors import AlreadyExists, AuditChainBroken, ObjectDamaged
from storage.audit_log.audit_lines import lines
from storage.database import reading
from storage.objects.object_store import ObjectStore

if TYPE_CHECKING:  # the catalogue appends to the log
    from storage.catalogue import Catalogue

SEGMENTS = "audit/segments/"
LONGEST = 10_000
"""Entries in a segment."""


def write_segments(
    catalogue: "Catalogue", store: ObjectStore, *, up_to: int, retain_until: dt.datetime
) -> Iterator[tuple[int, int]]:
    """Write the entries up to ``up_to`` that no segment has yet; yield the first and the last of each segment written.

    It may be stopped at any moment and run again, in several processes at once.

    Raises:
        ObjectDamaged: The newest segment is no segment. StoreUnavailable: The database or the store does not answer.
    """
    end = covered(store)
    while end < up_to:
        with reading(catalogue.engine) as session:
            found = list(lines(session, after=end, up_to=min(up_to, end + LONGEST)))
        if not found or found[0].seq != end + 1:
            return  # the log is not what it was: it is for its check to say so
        data = gzip.compress(b"".join(line.data + b"\n" for line in found), mtime=0)
        try:
            store.put(key_of(end + 1), data, media_type="application/gzip", retain_until=retain_until, if_absent=True)
        except AlreadyExists:  # another process was first, perhaps with fewer or more
            end = covered(store)
            continue
        yield found[0].seq, found[-1].seq
        end = found[-1].seq


def covered(store: ObjectStore) -> int:
    """Return the last entry that a segment has; 0 if there is none.

    Raises:
        ObjectDamaged: The newest segment is no segment.
    """
    keys = list(store.keys(SEGMENTS))
    return _first(keys[-1]) + len(_unpacked(store, keys[-1])) - 1 if keys else 0


def kept_lines(store: ObjectStore) -> Iterator[tuple[int, bytes]]:
    """Yield every entry that the segments have: its number by its place, and its line.

    Raises:
        AuditChainBroken: A segment is missing. ObjectDamaged: One is no segment.
    """
    seq = 0
    for key in store.keys(SEGMENTS):
        if _first(key) != seq + 1:
            raise AuditChainBroken(seq=seq + 1, reason="its segment is missing")
        for line in _unpacked(store, key):
            seq += 1
            yield seq, line


def proven_lines(store: ObjectStore) -> Iterator[bytes]:
    """Yield every entry's line from the segments alone, having proven that each follows the one before.

    Raises:
        AuditChainBroken: One does not, or is none. ObjectDamaged: A segment is none.
    """
    previous = "0" * 64
    for seq, line in kept_lines(store):
        try:
            entry = json.loads(line)
            place = (entry["seq"], entry["prev_hash"])
        except (ValueError, KeyError, TypeError):
            raise AuditChainBroken(seq=seq, reason="its line is no entry") from None
        if place != (seq, previous):
            raise AuditChainBroken(seq=seq, reason="it does not follow the entry before")
        previous = hashlib.sha256(line).hexdigest()
        yield line


def key_of(first: int) -> str:
    """Return the key of the segment that begins with entry ``first``."""
    return f"{SEGMENTS}{first:012d}.jsonl.gz"


def _first(key: str) -> int:
    name = key.removeprefix(SEGMENTS).partition(".")[0]
    if not name.isdecimal() or key_of(int(name)) != key:
        raise ObjectDamaged(key=key)
    return int(name)


def _unpacked(store: ObjectStore, key: str) -> list[bytes]:
    try:
        found = gzip.decompress(store.get(key)).split(b"\n")
    except (OSError, EOFError, zlib.error):
        raise ObjectDamaged(key=key) from None
    if found.pop() or not found:
        raise ObjectDamaged(key=key)
    return found
