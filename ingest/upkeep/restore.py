"""Restore: a backup into an empty installation, of either kind of catalogue and either kind of object store.

Objects come first, then the catalogue in one transaction, in which its rows follow to the versions that the store gave.
A mark in the store tells which backup is being restored: what was stopped is run again and goes on. The bytes of every
object are held against their SHA-256; locks and legal holds are set as they were. The work queue is not in a backup:
workers find what was under way by the papers' states, and a paper whose work in progress was gone begins anew. What a
later snapshot in the same folder tells was disposed of since is disposed of again.
"""

import datetime as dt
import json
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import IO

import structlog

from dossier.errors import BackupDamaged, NotEmpty
from dossier.identifiers import PaperId
from dossier.papers import StoredObject
from ingest.house import House
from ingest.upkeep import disposal
from ingest.upkeep.backup_folder import CATALOGUE, BackupFolder, Manifest, Record
from ingest.upkeep.consistency import reopen_without_work
from storage.audit_log import audit
from storage.audit_log.audit import AuditReport
from storage.database import reading, writing
from storage.lifecycle.disposal import Disposal, follow
from storage.upkeep import inventory, references
from storage.upkeep.dump import is_empty, load, rows_of
from storage.upkeep.inventory import WORK, Entry
from storage.upkeep.references import batched

ACTOR = "restore"
RESTORED = "backup.restored"
"""Action in the audit log."""
_MARKS = "restoring/"
_THREADS = 8
_TOGETHER = 1000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restore.

    Attributes:
        snapshot: Its name. manifest: What it is. objects, size: Versions restored, and their bytes.
        lacking: Keys of objects that the backup lacks, or has damaged; everything else is restored.
        disposed: Papers that were disposed of after the snapshot was made, and are again.
        audit: The audit log, checked.
    """

    snapshot: str
    manifest: Manifest
    objects: int
    size: int
    lacking: list[str]
    disposed: int
    audit: AuditReport


def restore(house: House, root: Path, snapshot: str | None = None) -> Restored:
    """Restore a snapshot (the newest by default) into an empty installation.

    Raises:
        NotFound: There is no such snapshot. NotEmpty: The installation has something already.
        BackupDamaged: The manifest, the catalogue or the list of objects is damaged; nothing was restored.
        AuditChainBroken: The audit log in the backup is broken; everything is restored.
        StoreUnavailable, DiskFull: A part is away or full: run it again, and it goes on.
    """
    source = BackupFolder(root)
    folder, manifest, sha256 = source.snapshot(snapshot)
    again = _mark(house, f"{_MARKS}{sha256}")
    with tempfile.TemporaryFile("w+", encoding="utf-8") as moved:
        run = _Run(house, source, moved, again=again)
        run.put_all(folder)
        moved.seek(0)
        _load(house, folder / CATALOGUE, manifest, moved)
    disposed = _dispose_again(house, source, folder.name)
    detail = {"sha256": sha256, "objects": str(run.objects), "lacking": str(len(run.lacking))}
    house.catalogue.record(ACTOR, RESTORED, f"backup:{folder.name}", detail)
    house.objects.delete(f"{_MARKS}{sha256}")
    reopen_without_work(house)
    disposal.finish(house)  # after the mark: what is run again would put back what is deleted here
    checked = audit.check(house.catalogue, house.objects)
    lacking = sorted({*run.lacking, *manifest.lacking})
    return Restored(folder.name, manifest, run.objects, run.size, lacking, disposed, checked)


def _mark(house: House, mark: str) -> bool:
    """Mark the store as being restored; return whether it was already.

    Raises:
        NotEmpty: There is something in the store or in the catalogue.
    """
    if any(key == mark for key in house.objects.keys(_MARKS)):
        return True
    with reading(house.catalogue.engine) as session:
        if not is_empty(session):
            raise NotEmpty(part="catalogue")
    if next(iter(house.objects.keys()), None) is not None:
        raise NotEmpty(part="object store")
    house.objects.put(mark, b"{}", media_type="application/json")
    return False


def _load(house: House, dumped: Path, manifest: Manifest, moved: IO[str]) -> None:
    """Fill the catalogue, its rows following to where the objects are now, unless an earlier run did."""
    with writing(house.catalogue.engine) as session:
        if not is_empty(session):
            return
        load(session, dumped, manifest.revision)
        for some in batched(_entries(house, moved), _TOGETHER):
            inventory.add_within(session, some)
        references.follow_all(session, _moves(moved))


def _dispose_again(house: House, source: BackupFolder, restored: str) -> int:
    """Bury what the newest snapshot that can be read tells was disposed of since; return how many papers that were."""
    for name in reversed([name for name in source.snapshots() if name > restored]):
        try:
            folder, _, _ = source.snapshot(name)
            agreed = list(_agreed(folder / CATALOGUE))
        except BackupDamaged as error:
            _log.warning("disposals not read", snapshot=name, reason=str(error))
            continue
        return follow(house.catalogue, agreed, actor=ACTOR)
    return 0


def _agreed(dumped: Path) -> Iterator[Disposal]:
    """Yield the disposals on which two persons had agreed when a catalogue was dumped."""
    names = [one.name for one in fields(Disposal)]
    for row in rows_of(dumped, "disposals"):
        if row["approved_at"] is not None:
            yield Disposal(**{name: row[name] for name in names} | {"paper": PaperId(row["paper"])})


def _entries(house: House, moved: IO[str]) -> Iterator[Entry]:
    at = house.catalogue.now()
    for line in moved:
        key, _, version, sha256, size, media_type, locked = json.loads(line)
        if not key.startswith(WORK):
            until = dt.datetime.fromisoformat(locked) if locked else None
            yield Entry(StoredObject(key, version, sha256, size, media_type), at, until)
    moved.seek(0)


def _moves(moved: IO[str]) -> Iterator[tuple[str, str, str]]:
    for line in moved:
        key, before, after, *_ = json.loads(line)
        if before != after:
            yield key, before, after


@dataclass
class _Run:
    """One run over the list of objects.

    Attributes:
        house, source: To and from where. moved: Takes a line for each version: where it was and where it is.
        again: An earlier run may have put some of them.
    """

    house: House
    source: BackupFolder
    moved: IO[str]
    again: bool
    objects: int = 0
    size: int = 0
    lacking: list[str] = field(default_factory=list)

    def put_all(self, folder: Path) -> None:
        """Put everything, the keys in order, several at once."""
        with ThreadPoolExecutor(_THREADS) as pool:
            waiting: deque[Future[list[tuple[Record, StoredObject | None]]]] = deque()
            for _, records in self.source.records(folder):
                waiting.append(pool.submit(self._put_key, records))
                if len(waiting) > 4 * _THREADS:
                    self._note(waiting.popleft().result())
            while waiting:
                self._note(waiting.popleft().result())

    def _note(self, put: list[tuple[Record, StoredObject | None]]) -> None:
        for record, stored in put:
            if stored is None:
                self.lacking.append(record.key)
                continue
            self.objects, self.size = self.objects + 1, self.size + record.size
            place = (record.key, record.version, stored.version, record.sha256, record.size, record.media_type)
            locked = record.locked_until.isoformat() if record.locked_until else None
            self.moved.write(json.dumps([*place, locked]) + "\n")

    def _put_key(self, records: list[Record]) -> list[tuple[Record, StoredObject | None]]:
        """Put the versions of one key in their order; what an earlier run put is found there."""
        key = records[0].key
        there = deque(reversed(self.house.objects.versions(key))) if self.again else deque[StoredObject]()
        done = list[tuple[Record, StoredObject | None]]()
        for record in records:
            if there and there[0].sha256 == record.sha256:
                stored: StoredObject | None = there.popleft()
                self._lock(record, there_is=stored)
            else:
                stored = self._put(record)
            if stored is not None and record.held:
                self.house.objects.hold(stored.key, stored.version, on=True)
            done.append((record, stored))
        return done

    def _put(self, record: Record) -> StoredObject | None:
        data, until = self.source.get(record.sha256), self._lasting(record)
        if data is None:
            return None
        return self.house.objects.put(record.key, data, media_type=record.media_type, retain_until=until)

    def _lock(self, record: Record, *, there_is: StoredObject | None) -> None:
        """Lock what an earlier run put as it was."""
        until = self._lasting(record)
        if until is not None and there_is is not None:
            present = self.house.objects.retention(there_is.key, there_is.version)
            if present is None or present < until:
                self.house.objects.retain(there_is.key, there_is.version, until)

    def _lasting(self, record: Record) -> dt.datetime | None:
        """Return the end of a version's lock if it has not ended."""
        until = record.locked_until
        return until if until is not None and until > self.house.catalogue.now() else None
