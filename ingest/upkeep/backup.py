"""Backup: the catalogue as it is at one moment, and every object, into a folder on another disk.

The catalogue's view comes first: what its rows name is in the store already and stays there. Work in progress, which
comes and goes, is copied next, then everything else; objects that are in the folder already are not copied again. What
is stopped is run again and goes on. What was finished after the view is left out where it would stand in the way of
being finished again: sealed files, records of days, and audit anchors, which tell of entries that the view lacks. That
is told by what the rows name, not by the clock of the store.
"""

import datetime as dt
import gzip
import json
import re
import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO

from dossier.errors import NotFound, ObjectDamaged
from ingest.house import House
from ingest.upkeep.backup_folder import CATALOGUE, OBJECTS, BackupFolder, Manifest, Record, dumped, hash_of
from ingest.upkeep.fixity import sound
from storage.objects.disk import alone, sync
from storage.objects.object_store import Listed
from storage.upkeep.dump import dump
from storage.upkeep.inventory import WORK

ACTOR = "backup"
MADE = "backup.made"
PRUNED = "backup.pruned"
"""Actions in the audit log."""
_THREADS = 8
_NUMBER = re.compile(r"\d{6,}")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made.

    Attributes:
        snapshot: Its name. manifest: What it is. sha256: Of the manifest.
        copied, copied_size: Versions whose bytes were not in the folder before, and those bytes.
    """

    snapshot: str
    manifest: Manifest
    sha256: str
    copied: int
    copied_size: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed from a backup folder.

    Attributes:
        removed: Names of the snapshots, the oldest first. freed: Bytes of the objects that no snapshot names any more.
    """

    removed: list[str]
    freed: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of reading a snapshot again.

    Attributes:
        snapshot: Its name. manifest: What it is. sha256: Of the manifest. objects: Versions read.
        damaged: Keys of the objects whose bytes are damaged or gone.
    """

    snapshot: str
    manifest: Manifest
    sha256: str
    objects: int
    damaged: list[str]


def backup(house: House, root: Path) -> Made:
    """Make a snapshot of everything; what is damaged in the store and cannot be mended is named in it.

    One run works on a folder at a time; others wait.

    Raises:
        StoreUnavailable: The store or the catalogue does not answer.
        OSError: The folder cannot be written, or has no room: free some, and run it again.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(root):
        return _backup(house, root)


def _backup(house: House, root: Path) -> Made:
    target, at = BackupFolder(root), house.catalogue.now()
    before = target.snapshot()[2] if target.snapshots() else None
    _clear_unfinished(target)
    folder = root / "snapshots" / f"{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03d}Z"
    folder.mkdir(parents=True, mode=0o700)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as named:
        dumped_rows = dump(house.catalogue, folder / CATALOGUE, named)
        named.seek(0)
        run = _Run(house, target, at, dumped_rows.entries)
        with gzip.open(folder / OBJECTS, "wt", encoding="utf-8", compresslevel=3) as lines:
            run.copy_all(named, lines)
    sync(folder)
    manifest = Manifest(
        made_at=at,
        revision=dumped_rows.revision,
        rows=dumped_rows.rows,
        entries=dumped_rows.entries,
        head_hash=dumped_rows.head_hash,
        versions=run.versions,
        size=run.size,
        sha256={name: hash_of(folder / name) for name in (CATALOGUE, OBJECTS)},
        before=before,
        lacking=sorted(set(run.lacking)),
    )
    sha256 = target.finish(folder, manifest)
    told = {"sha256": sha256, "objects": str(run.versions), "lacking": str(len(run.lacking))}
    house.catalogue.record(ACTOR, MADE, f"backup:{folder.name}", told)
    return Made(folder.name, manifest, sha256, run.copied, run.copied_size)


def prune(house: House, root: Path, made: Made, keep: int) -> Pruned:
    """Remove the oldest snapshots, all but ``keep``, once a new one is whole, and the bytes that these alone named.

    What is stopped is done by the next call. Nothing is removed where the new one lacks something, and nothing that one
    of those to be kept names.

    Args:
        house: Whose audit log tells of it.
        root: The folder.
        made: The snapshot just made.
        keep: How many are left, this one among them; at least one.

    Raises:
        BackupDamaged: A snapshot that is to be kept cannot be read: nothing is removed.
        OSError: The folder cannot be written.
    """
    with alone(root):  # what another run has copied and not named yet is not to be swept
        return _prune(house, BackupFolder(root), made, keep)


def _prune(house: House, target: BackupFolder, made: Made, keep: int) -> Pruned:
    old, kept = (names := target.snapshots())[:-keep], names[-keep:]
    if made.manifest.lacking or made.snapshot not in kept:
        return Pruned([], 0)
    wanted = {
        bytes.fromhex(record.sha256)
        for name in kept
        for _, records in target.records(target.snapshot(name)[0])
        for record in records
    }
    if old:  # told first: whatever stops it, nothing is gone without an entry
        house.catalogue.record(ACTOR, PRUNED, f"backup:{made.snapshot}", {"removed": " ".join(old)})
    for name in old:
        target.remove(name)
    return Pruned(old, target.sweep(wanted))


def verify_backup(root: Path, snapshot: str | None = None) -> Verified:
    """Read everything of a snapshot (the newest by default) again; damaged bytes are set aside for the next backup.

    Raises:
        NotFound: There is none. BackupDamaged: Its manifest, catalogue or list of objects is damaged.
    """
    target = BackupFolder(root)
    folder, manifest, sha256 = target.snapshot(snapshot)
    count, damaged, last = 0, list[str](), {"": True}
    for key, records in target.records(folder):
        for record in records:
            count += 1
            if record.sha256 not in last:
                last = {record.sha256: target.get(record.sha256) is not None}
            if not last[record.sha256]:
                damaged.append(key)
                target.set_aside(record.sha256)
    return Verified(folder.name, manifest, sha256, count, [key for key in damaged if key not in manifest.lacking])


class _Run:
    """One run over the store: what it met and what it copied."""

    def __init__(self, house: House, target: BackupFolder, at: dt.datetime, entries: int) -> None:
        self._house, self._target, self._at, self._entries = house, target, at, entries
        self.versions = self.size = self.copied = self.copied_size = 0
        self.lacking = list[str]()
        self._lock = threading.Lock()

    def copy_all(self, named: IO[str], lines: IO[str]) -> None:
        """Copy everything, work in progress first, and list it in the order of the keys."""
        for key, versions in self._groups(WORK):  # before it is gone; it is listed in its turn
            self._copy_all_of(key, versions)
        with ThreadPoolExecutor(_THREADS) as pool:
            waiting: deque[Future[list[Record]]] = deque()
            for key, versions in self._wanted(named):
                waiting.append(pool.submit(self._copy_all_of, key, versions))
                if len(waiting) > 4 * _THREADS:
                    self._list(waiting.popleft().result(), lines)
            while waiting:
                self._list(waiting.popleft().result(), lines)

    def _list(self, records: list[Record], lines: IO[str]) -> None:
        for record in records:
            self.versions, self.size = self.versions + 1, self.size + record.size
            lines.write(dumped(record))

    def _groups(self, prefix: str) -> Iterator[tuple[str, list[Listed]]]:
        found = groupby(self._house.objects.walk(prefix), key=attrgetter("key"))
        return ((key, list(same)[::-1]) for key, same in found)

    def _wanted(self, named: IO[str]) -> Iterator[tuple[str, list[Listed]]]:
        """Yield what belongs into the backup; what the rows name and is not there is noted as lacking."""
        names = ((str(key), set(versions)) for key, versions in map(json.loads, named))
        name, known_folder = next(names, None), ""
        for key, versions in self._groups(""):
            while name is not None and name[0] < key:
                self._lack(name[0])
                name = next(names, None)
            if name is not None and name[0] == key:
                if not name[1] <= {one.version for one in versions}:
                    self._lack(key)
                known_folder, name = key.rpartition("/")[0], next(names, None)
            elif not self._belongs(key, known_folder):
                continue
            yield key, [one for one in versions if not (key.startswith("audit/") and one.put_at > self._at)]
        while name is not None:
            self._lack(name[0])
            name = next(names, None)

    def _belongs(self, key: str, known_folder: str) -> bool:
        """Whether what no row names belongs to what the view of the catalogue knows."""
        room, _, rest = key.partition("/")
        if room == "papers":
            return key.rpartition("/")[0] == known_folder  # beside a sealed file that it names
        if room == "records":
            return not rest[:1].isdigit()  # what is shared by the records of days, not one of these
        if room == "audit":
            return max((int(number) for number in _NUMBER.findall(key)), default=0) <= self._entries
        return True

    def _lack(self, key: str) -> None:
        with self._lock:
            self.lacking.append(key)

    def _copy_all_of(self, key: str, versions: list[Listed]) -> list[Record]:
        return [record for listed in versions if (record := self._copy(key, listed))]

    def _copy(self, key: str, listed: Listed) -> Record | None:
        """Copy a version unless its bytes are here; ``None``: it is not listed."""
        try:
            kept = self._house.objects.kept(key, listed.version)
            record = Record(
                key, listed.version, kept.stored.sha256, kept.stored.size, kept.stored.media_type,
                kept.locked_until, kept.held,
            )  # fmt: skip
            if not self._target.has(record):
                data = sound(self._house, kept.stored)
                self._target.put(record.sha256, data)
                with self._lock:
                    self.copied, self.copied_size = self.copied + 1, self.copied_size + len(data)
        except ObjectDamaged:
            self._lack(key)
            return None
        except NotFound:
            if not key.startswith(WORK):
                self._lack(key)
            return None
        return record


def _clear_unfinished(target: BackupFolder) -> None:
    """Remove what a stopped run left of its snapshot; the objects it copied stay."""
    finished = set(target.snapshots())
    for folder in (target.root / "snapshots").glob("*"):
        if folder.name not in finished:
            shutil.rmtree(folder)
