"""Fixity: every object is read again and held against its SHA-256, what is damaged is mended from the replica.

TT 47/2026/TT-BCA, 2.2.5.4.4, asks that a document that lost its integrity is recovered by itself. A sound object must
be what store and catalogue both say it is, and locked for as long as it ever was and as its paper needs; its twin in
the replica store is read too. What cannot be mended is told (log, event, audit log, metrics, ``sohoa doctor``, exit
code 9) and not served. Several processes share the work: each takes some of what was read longest ago for itself.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog

from dossier.errors import NotFound, ObjectDamaged, SohoaError
from dossier.identifiers import PaperId
from dossier.paper_types import OTHER
from dossier.papers import Paper, StoredObject
from ingest.house import House
from ingest.upkeep.backup_folder import BackupFolder
from ingest.upkeep.inventory import let_go, may_be_gone, prefixes_of
from storage.lifecycle.disposal import is_disposed
from storage.objects.object_store import ObjectStore
from storage.upkeep import inventory
from storage.upkeep.inventory import LOST, Entry, Outcome

ACTOR = "fixity"
LOCK_RESTORED = "object.lock-restored"
"""Action in the audit log: a lock was gone, or shorter than it had been."""
_TOGETHER = 32
"""Versions a process takes at once."""
_HELD = dt.timedelta(minutes=30)
"""For how long a process has what it took: many times what reading it takes."""
_EARLY = 0.8
"""Part of the days after which a version is read again, so that all are within them."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of reading a version.

    Attributes:
        stored: What it should be. outcome: What is known of it now.
        mended_from: What it, or its twin, was mended from; ``None`` if there was nothing to mend.
        lock_restored: Its lock was gone or too short. size: Bytes that were read.
    """

    stored: StoredObject
    outcome: Outcome
    mended_from: str | None = None
    lock_restored: bool = False
    size: int = 0


def check_due(house: House, *, now: bool = False, stop: Callable[[], bool] = lambda: False) -> Iterator[Checked]:
    """Read what is due, the longest unread first, and yield what came of each; mends what can be mended.

    It may be stopped at any moment and run again, by several processes at once.

    Args:
        house: The parts.
        now: Read everything that was not read since this call began, not only what is due.
        stop: Asked before each version.

    Raises:
        StoreUnavailable: The store or the catalogue does not answer. DiskFull: Nothing can be mended for want of room.
    """
    began, pace = house.catalogue.now(), _Pace(house.settings.fixity_mb_s * 1e6)
    age = dt.timedelta(0) if now else dt.timedelta(days=house.settings.fixity_days * _EARLY)
    while not stop():
        until = house.catalogue.now() + _HELD
        taken = inventory.claim(house.catalogue, began - age, until=until, limit=_TOGETHER)
        if not taken:
            return
        yield from _check_all(house, taken, stop, pace)


def check_paper(house: House, paper: Paper) -> Iterator[Checked]:
    """Read everything that is kept for one paper, and yield what came of each."""
    keys = {key for prefix in prefixes_of(paper) for key in house.objects.keys(prefix)}
    keys |= {stored.key for stored in (paper.original, paper.sealed) if stored is not None}
    for key in sorted(keys):
        entries = [e for e in inventory.of_key(house.catalogue, key) if e.outcome is not Outcome.REPLACED]
        yield from _check_all(house, entries, lambda: False, _Pace(house.settings.fixity_mb_s * 1e6))


def sound(house: House, stored: StoredObject) -> bytes:
    """Return the bytes of an object that the catalogue names, mended from the replica if that must and can be.

    Of several who meet the same damage one mends it, and it is told once.

    Raises:
        NotFound, ObjectDamaged: They are gone or damaged, and there is no twin.
    """
    try:
        return _read(house.objects, stored)
    except (NotFound, ObjectDamaged):
        found = _twin(house, Entry(stored, house.catalogue.now()))
        if found is None:
            raise
        data, source = found
        _mend_once(house, stored, data, source)
        return data


def require_sound(house: House, stored: StoredObject) -> None:
    """Do nothing unless an object is known to be damaged or gone, for those who give it out without reading all of it.

    Raises:
        ObjectDamaged: It is.
    """
    for entry in inventory.of_key(house.catalogue, stored.key):
        if entry.stored.version == stored.version and entry.outcome in LOST:
            raise ObjectDamaged(key=stored.key)


def mend(house: House, stored: StoredObject, backup: BackupFolder | None = None) -> str | None:
    """Mend an object that the catalogue names; return what from, ``None`` if its bytes are nowhere.

    Args:
        house: The parts.
        stored: What it should be.
        backup: Asked where neither the replica nor another version has them.
    """
    known = {entry.stored.version: entry for entry in inventory.of_key(house.catalogue, stored.key)}
    entry = known.get(stored.version, Entry(stored, house.catalogue.now()))
    found = _twin(house, entry)
    if found is None and backup is not None and not _is_disposed(house, stored.key):
        data = backup.get(stored.sha256)
        found = (data, "backup") if data is not None else None
    if found is None:
        return None
    _mend(house, entry, *found)
    return found[1]


def paper_of(key: str) -> str | None:
    """Return the identifier of the paper to which an object of this key belongs; ``None`` if it belongs to none."""
    room, *rest = key.split("/")
    place = {"originals": 0, "quarantine": 0, "verifications": 0, "papers": 1}.get(room)
    if place is None or len(rest) <= place:
        return None
    try:
        return PaperId.parse(rest[place]).value
    except SohoaError:
        return None


def _check_all(house: House, entries: Sequence[Entry], stop: Callable[[], bool], pace: "_Pace") -> Iterator[Checked]:
    well, counted = list[Entry](), 0
    try:
        for entry in entries:
            if stop():
                return
            checked, as_it_was = _check(house, entry)
            counted += checked.size
            if as_it_was is not None:
                well.append(as_it_was)
            yield checked
            pace.wait_after(checked.size)
    finally:
        if well:
            inventory.found_sound(house.catalogue, well, counted=counted)


def _check(house: House, entry: Entry) -> tuple[Checked, Entry | None]:
    """Return what came of one version and, if it need not be mended, its entry with the lock it has now."""
    stored = entry.stored
    try:
        data = _read(house.objects, stored)
    except (NotFound, ObjectDamaged) as error:
        return _lost(house, entry, Outcome.MISSING if isinstance(error, NotFound) else Outcome.DAMAGED), None
    locked, restored = _lock(house, entry)
    mended, size = _check_twin(house, entry, data, locked)
    checked = Checked(stored, Outcome.SOUND, "store" if mended else None, restored, len(data) + size)
    return checked, replace(entry, locked_until=locked)


def _lost(house: House, entry: Entry, outcome: Outcome) -> Checked:
    stored, paper = entry.stored, paper_of(entry.stored.key)
    if outcome is Outcome.MISSING and may_be_gone(house, entry):
        let_go(house, [entry])
        return Checked(stored, Outcome.REPLACED)
    found = _twin(house, entry)
    if found is not None:
        data, source = found
        _mend(house, entry, data, source)
        return Checked(stored, Outcome.SOUND, source, size=2 * len(data))
    if inventory.found_lost(house.catalogue, stored, outcome, paper, actor=ACTOR):
        _log.error("object lost", key=stored.key, version=stored.version, outcome=outcome.value, paper=paper)
    return Checked(stored, outcome)


def _mend_once(house: House, stored: StoredObject, data: bytes, source: str) -> None:
    """Mend a version, unless somebody else does or has done so."""
    at = house.catalogue.now()
    if not inventory.take(house.catalogue, stored, until=at + _HELD):
        return
    try:
        _read(house.objects, stored)
    except (NotFound, ObjectDamaged):
        _mend(house, Entry(stored, at), data, source)
    else:
        inventory.give_back(house.catalogue, stored)


def _mend(house: House, entry: Entry, data: bytes, source: str) -> None:
    """Put ``data`` in the place of a version, and see that it is there."""
    stored, locked = entry.stored, max((m for m in (entry.locked_until, needed_lock(house, entry.stored.key)) if m),
                                       default=None)  # fmt: skip
    lasting = locked if locked is not None and locked > house.catalogue.now() else None
    mended = house.objects.mend(stored.key, stored.version, data, media_type=stored.media_type, retain_until=lasting)
    _read(house.objects, replace(stored, version=mended.version))
    inventory.found_mended(house.catalogue, stored, mended, source, paper_of(stored.key), actor=ACTOR)
    _log.warning("object mended", key=stored.key, version=mended.version, source=source)


def _twin(house: House, entry: Entry) -> tuple[bytes, str] | None:
    """Return the bytes of a version from the replica, or from another version of the same key, and from which.

    None of a paper that was disposed of: the replica has its objects for a day longer, and they stay gone.
    """
    if _is_disposed(house, entry.stored.key):
        return None
    wanted = entry.stored.sha256
    stores = [("replica", house.replica), ("store", house.objects)]
    for name, store in stores:
        for twin in _versions(store, entry.stored.key) if store else ():
            if twin.sha256 == wanted and (name, twin.version) != ("store", entry.stored.version):
                try:
                    return _read(store, twin), name  # type: ignore[arg-type]  # there are no versions of no store
                except (NotFound, ObjectDamaged):
                    continue
    return None


def _is_disposed(house: House, key: str) -> bool:
    paper = paper_of(key)
    return paper is not None and is_disposed(house.catalogue, PaperId(paper))


def _versions(store: ObjectStore | None, key: str) -> Iterator[StoredObject]:
    """Yield the versions of a key whose records can be read."""
    for listed in store.walk(key) if store else ():
        if listed.key == key:
            try:
                yield store.head(key, listed.version)  # type: ignore[union-attr]  # see above
            except (NotFound, ObjectDamaged):
                continue


def _check_twin(house: House, entry: Entry, data: bytes, locked: dt.datetime | None) -> tuple[bool, int]:
    """Read the twin in the replica too; return whether it was mended, and how many bytes were read."""
    replica, stored = house.replica, entry.stored
    if replica is None or entry.replica_version is None:
        return False, 0
    twin = replace(stored, version=entry.replica_version)
    lasting = locked if locked is not None and locked > house.catalogue.now() else None
    try:
        _read(replica, twin)
    except (NotFound, ObjectDamaged):
        mended = replica.mend(stored.key, twin.version, data, media_type=stored.media_type, retain_until=lasting)
        inventory.replicated(house.catalogue, [(stored, mended.version)])
        _log.warning("twin mended", key=stored.key, version=mended.version)
        return True, len(data)
    if lasting is not None:
        present = replica.retention(twin.key, twin.version)
        if present is None or present < lasting:
            replica.retain(twin.key, twin.version, lasting)
    return False, len(data)


def _lock(house: House, entry: Entry) -> tuple[dt.datetime | None, bool]:
    """Lock a version for as long as it ever was and must be; return until when, and whether that was less before."""
    stored, at = entry.stored, house.catalogue.now()
    present = house.objects.retention(stored.key, stored.version)
    needed = needed_lock(house, stored.key)
    wanted = max((moment for moment in (entry.locked_until, needed) if moment is not None), default=None)
    if wanted is None or wanted <= at or (present is not None and present >= wanted):
        return present, False
    house.objects.retain(stored.key, stored.version, wanted)
    shortened = entry.locked_until is not None and (present is None or present < entry.locked_until)
    if shortened:
        paper = paper_of(stored.key)
        about = f"paper:{paper}" if paper else f"object:{stored.key}"
        house.catalogue.record(ACTOR, LOCK_RESTORED, about, {"key": stored.key, "until": wanted.isoformat()})
        _log.warning("lock restored", key=stored.key, version=stored.version)
    return wanted, shortened


def needed_lock(house: House, key: str) -> dt.datetime | None:
    """Return until when an object that a stored paper consists of must be locked; ``None``: it need not be.

    The lock of a paper that is kept permanently is made longer here, again and again.
    """
    paper_id = paper_of(key)
    if paper_id is None or not key.startswith(("papers/", "originals/")):
        return None
    since = inventory.kept_since(house.catalogue, paper_id)
    if since is None:
        return None
    began, paper_type = since
    return house.retain_until(began, paper_type or OTHER, at=house.catalogue.now())


def _read(store: ObjectStore, stored: StoredObject) -> bytes:
    """Return the bytes of a version if they are what ``stored`` says.

    Raises:
        NotFound: They are gone. ObjectDamaged: They are others.
    """
    data = store.get(stored.key, stored.version)
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        raise ObjectDamaged(key=stored.key)
    return data


class _Pace:
    """Keeps reading below a number of bytes per second."""

    def __init__(self, rate: float) -> None:
        self._rate, self._next = rate, time.monotonic()

    def wait_after(self, size: int) -> None:
        """Wait as long as reading ``size`` bytes must take at least."""
        self._next = max(self._next, time.monotonic() - 1.0) + size / self._rate
        time.sleep(max(0.0, self._next - time.monotonic()))
