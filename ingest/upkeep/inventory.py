"""The inventory is kept up: from the audit log within a minute, and from a walk through the whole store once a day.

The audit log tells which papers and days something was kept for, so that it can be copied to the replica soon. The walk
finds everything else, also what was put or deleted behind our back; it compares the store, the rows that name objects
and the inventory key by key, all three in order, in bounded memory.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

import structlog

from dossier.errors import Conflict, NotFound, ObjectDamaged, StoreUnavailable
from dossier.identifiers import PaperId
from dossier.papers import Paper, StoredObject
from ingest.house import QUARANTINE, House
from storage.audit_log import audit
from storage.objects.object_store import Listed
from storage.upkeep import inventory, references
from storage.upkeep.inventory import WORK, Entry
from storage.upkeep.references import Reference

FOLLOWED, WALKED = "inventory.followed", "inventory.walked"
"""Names of the bookmarks: entries of the audit log, and finished walks."""
_TOGETHER = 500
"""Entries of the audit log, or of the inventory, in one transaction."""
_log = structlog.get_logger(__name__)
_T = TypeVar("_T", Listed, Entry)


@dataclass(slots=True)
class Key:
    """What store, catalogue and inventory say of one key.

    Attributes:
        name: The key. listed: Its versions in the store, the newest first. named: What rows say.
        entries: What the inventory says.
    """

    name: str
    listed: list[Listed] = field(default_factory=list)
    named: list[Reference] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def compared(house: House) -> Iterator[Key]:
    """Yield every key that the store, the rows of the catalogue or the inventory know, in order.

    Raises:
        StoreUnavailable: The store or the catalogue does not answer, or the store does not tell its keys in order.
    """
    walked = _grouped(_ascending(house.objects.walk()), attrgetter("key"))
    known = _grouped(inventory.in_order(house.catalogue), attrgetter("stored.key"))
    named = references.in_order(house.catalogue)
    one, two, three = next(walked, None), next(named, None), next(known, None)
    while heads := [head[0] for head in (one, two, three) if head is not None]:
        key = Key(min(heads))
        if one is not None and one[0] == key.name:
            key.listed, one = one[1], next(walked, None)
        if two is not None and two[0] == key.name:
            key.named, two = two[1], next(named, None)
        if three is not None and three[0] == key.name:
            key.entries, three = three[1], next(known, None)
        yield key


def walk(house: House, stop: Callable[[], bool] = lambda: False) -> int | None:
    """Bring the inventory up to what is in the store; return how many versions are new, ``None`` if it was stopped.

    Raises:
        StoreUnavailable: The store or the catalogue does not answer.
    """
    new, found, gone = 0, list[Entry](), list[Entry]()
    for key in compared(house):
        if key.name.startswith(WORK):
            continue
        found += _unlisted(house, key)
        gone += _deleted(house, key)
        if len(found) >= _TOGETHER:
            new, found = new + inventory.add(house.catalogue, found), []
        if stop():
            return None
    new += inventory.add(house.catalogue, found)
    let_go(house, gone)
    inventory.keep_place(house.catalogue, WALKED, 0)
    return new


def follow(house: House, stop: Callable[[], bool] = lambda: False) -> int:
    """Bring the inventory up to what the audit log tells since the last time; return how many versions are new."""
    new, (place, _) = 0, inventory.place_of(house.catalogue, FOLLOWED) or (0, None)
    while not stop() and (entries := audit.entries(house.catalogue, after=place, limit=_TOGETHER)):
        prefixes = {p for about in dict.fromkeys(e.object for e in entries) for p in _prefixes(house, about)}
        found = [one for prefix in sorted(prefixes) for one in _described(house, house.objects.walk(prefix))]
        new += inventory.add(house.catalogue, found)
        place = entries[-1].seq
        inventory.keep_place(house.catalogue, FOLLOWED, place)
    return new


def walk_is_due(house: House, every: dt.timedelta) -> bool:
    """Whether the last walk ended longer ago than ``every``."""
    last = inventory.place_of(house.catalogue, WALKED)
    return last is None or last[1] < house.catalogue.now() - every


def described(house: House, listed: Listed, named: Sequence[Reference] = ()) -> Entry | None:
    """Return the entry of a version that was met in the store; ``None`` if it was deleted meanwhile.

    What the rows say of it counts, not what the store says: they must agree when it is read.
    """
    told = next((one for one in named if one.version == listed.version), None)
    try:
        kept = house.objects.kept(listed.key, listed.version)
        stored, locked = kept.stored, kept.locked_until
    except NotFound:
        return None
    except ObjectDamaged:
        unknown = "application/octet-stream"
        stored, locked = StoredObject(listed.key, listed.version, "", 0, unknown), None
    if told is not None:
        size = told.size if told.size is not None else stored.size
        stored = StoredObject(listed.key, listed.version, told.sha256, size, stored.media_type)
    return Entry(stored, listed.put_at, locked)


def prefixes_of(paper: Paper) -> list[str]:
    """Return where the objects lie that belong to one paper alone, its work in progress left out."""
    own = [f"originals/{paper.id}", f"{QUARANTINE}{paper.id}", f"verifications/{paper.id}/"]
    folder = paper.sealed.key.rpartition("/")[0] if paper.sealed is not None else ""  # none once it was disposed of
    return [*own, f"{folder}/"] if folder else own


def let_go(house: House, entries: Sequence[Entry]) -> None:
    """Strike out versions that were deleted as they may be, as when a paper was disposed of, and delete their twins."""
    gone = list[StoredObject]()
    for entry in entries:
        try:
            if house.replica is not None and entry.replica_version is not None:
                house.replica.delete(entry.stored.key, entry.replica_version)
        except NotFound:
            pass
        except Conflict as error:  # locked or held there for longer: tried again when it is due again
            _log.warning("twin not deleted", key=entry.stored.key, code=error.code)
            continue
        gone.append(entry.stored)
    inventory.forget(house.catalogue, gone)


def _unlisted(house: House, key: Key) -> Iterator[Entry]:
    """Yield what the inventory lacks: versions in the store, and versions that rows name and nobody has."""
    known = {entry.stored.version for entry in key.entries}
    for listed in key.listed:
        if listed.version not in known and (entry := described(house, listed, key.named)):
            yield entry
    there = known | {listed.version for listed in key.listed}
    for one in key.named:
        if one.version not in there:
            there.add(one.version)
            stored = StoredObject(one.key, one.version, one.sha256, one.size or 0, "application/pdf")
            yield Entry(stored, house.catalogue.now())


def _deleted(house: House, key: Key) -> Iterator[Entry]:
    """Yield what was deleted as it may be: no row names it, and its lock has ended."""
    listed = {one.version for one in key.listed}
    named = {one.version for one in key.named}
    for entry in key.entries:
        if entry.stored.version not in listed | named and may_be_gone(house, entry):
            yield entry


def may_be_gone(house: House, entry: Entry) -> bool:
    """Whether a version is not in the store, no row names it any more, and its lock has ended."""
    if entry.locked_until is not None and entry.locked_until > house.catalogue.now():
        return False
    try:
        house.objects.head(entry.stored.key, entry.stored.version)
    except NotFound:
        named = references.of_key(house.catalogue, entry.stored.key)
        return all(one.version != entry.stored.version for one in named)
    except ObjectDamaged:
        pass
    return False


def _described(house: House, listed: Iterator[Listed]) -> Iterator[Entry]:
    for key, versions in _grouped(listed, attrgetter("key")):
        known = {entry.stored.version for entry in inventory.of_key(house.catalogue, key)}
        new = [one for one in versions if one.version not in known]
        named = references.of_key(house.catalogue, key) if new else []
        yield from (entry for one in new if (entry := described(house, one, named)))


def _prefixes(house: House, about: str) -> Iterator[str]:
    """Yield where objects lie that belong to what an entry of the audit log is about."""
    kind, _, name = about.partition(":")
    if kind == "record":
        yield f"records/{name[:4]}/{name}"
    if kind == "paper":
        with suppress(NotFound):
            yield from prefixes_of(house.catalogue.paper(PaperId(name)))


def _grouped(found: Iterator[_T], key: Callable[[_T], str]) -> Iterator[tuple[str, list[_T]]]:
    return ((name, list(same)) for name, same in groupby(found, key=key))


def _ascending(found: Iterator[Listed]) -> Iterator[Listed]:
    last = ""
    for one in found:
        if one.key < last:
            raise StoreUnavailable(part="object store", reason="it does not tell its keys in order")
        last = one.key
        yield one
