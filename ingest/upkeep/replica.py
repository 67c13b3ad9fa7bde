"""The replica: a second object store, into which every object is copied soon after it was kept.

A version's twin has the same key and bytes and is locked as long; its version identifier is the replica's own. The
inventory tells which versions have none yet; several processes share the work. A twin is deleted
only after its version was deleted as it may be: no row names it any more and its lock has ended (`inventory.let_go`).
"""

import datetime as dt
from collections.abc import Callable

import structlog

from dossier.errors import NotFound, ObjectDamaged
from dossier.papers import StoredObject
from ingest.house import House
from storage.objects.object_store import ObjectStore
from storage.upkeep import inventory
from storage.upkeep.inventory import Entry

_TOGETHER = 32
_HELD = dt.timedelta(minutes=30)
_log = structlog.get_logger(__name__)


def replicate(house: House, stop: Callable[[], bool] = lambda: False) -> int:
    """Copy what has no twin yet, the oldest first; return how many versions were. Nothing if no replica is set.

    Raises:
        StoreUnavailable, DiskFull: A store or the catalogue does not answer, or has no room.
    """
    copied, replica = 0, house.replica
    while replica is not None and not stop():
        taken = inventory.claim_unreplicated(house.catalogue, until=house.catalogue.now() + _HELD, limit=_TOGETHER)
        if not taken:
            break
        twins = list[tuple[StoredObject, str | None]]()
        try:
            for entry in taken:
                twins.append((entry.stored, _copy(house, replica, entry)))
        finally:
            done = {stored for stored, _ in twins}
            rest = [(entry.stored, None) for entry in taken if entry.stored not in done]
            inventory.replicated(house.catalogue, [*((s, v) for s, v in twins if v), *rest])
        copied += sum(1 for _, version in twins if version)
    return copied


def _copy(house: House, replica: ObjectStore, entry: Entry) -> str | None:
    """Return the twin of a version; ``None``, and it is left to the fixity check, if it is gone or damaged."""
    stored, at = entry.stored, house.catalogue.now()
    try:
        data = house.objects.get(stored.key, stored.version)
        locked = house.objects.retention(stored.key, stored.version)
    except (NotFound, ObjectDamaged) as error:
        _log.warning("not replicated", key=stored.key, code=error.code)
        return None
    lasting = locked if locked is not None and locked > at else None
    twin = replica.put(stored.key, data, media_type=stored.media_type, retain_until=lasting)
    if twin.sha256 != stored.sha256:
        _log.warning("not replicated", key=stored.key, code=ObjectDamaged.code)
        return None
    return twin.version


def require_answer(house: House) -> str:
    """Return what kind of store the replica is, empty if none is set.

    Raises:
        SohoaError: It does not answer.
    """
    if house.replica is not None:
        house.replica.check()
    return house.settings.replica_store
