"""The object store of a single machine: a folder.

Layout below the root, with one folder per version, so that a version appears and vanishes by one rename::

    objects/<key>~/00000001/data        the bytes, read-only; data.enc if encrypted
    objects/<key>~/00000001/meta.json   {"media_type", "sha256", "size"}, read-only; meta.json.enc if encrypted
    objects/<key>~/00000001/retain      lock, ISO 8601, if the version was ever locked
    objects/<key>~/00000001/hold        empty, while the version is under legal hold
    objects/<key>~/floor                highest number ever deleted: version numbers are never given twice
    tmp/                                versions being written or removed
    keys-used                           identifiers of the keys under which something was encrypted

``~`` occurs in no key, so a key can also be the first part of another. A version is written and fsynced in ``tmp/``,
then renamed into place and the folder fsynced: whatever moment the power fails, there is the old state or the new one.
Writers of one key exclude each other by a lock on its folder, which the kernel drops when a process dies.

Given keys, it encrypts what is put (``storage.objects.encryption``); what was put before stays as it is and readable.
A store whose keys are not all there does not open: otherwise a new key would be made in silence where the old one was
lost.

Threat: a program that deletes or overwrites locked papers. This class refuses, and the files are read-only. Residual
risk accepted: an administrator of the machine can still remove files; where that matters, use S3 Object Lock on another
machine.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from dossier import times
from dossier.errors import (
    AlreadyExists,
    NotFound,
    ObjectDamaged,
    ObjectHeld,
    ObjectKeyMissing,
    RetentionLocked,
)
from dossier.papers import StoredObject
from storage.objects.disk import alone, disk, replace, sync, write
from storage.objects.encryption import NotAuthentic, decrypted, encrypted
from storage.objects.object_keys import ObjectKey, ObjectKeys
from storage.objects.object_store import (
    Kept,
    Listed,
    checked_key,
    checked_life,
    checked_prefix,
    checked_range,
    checked_some,
    whole_second,
)

_PART = "object folder"
STALE_AFTER = dt.timedelta(hours=1)
"""Age after which an unfinished version in ``tmp/`` is rubbish of a crash: writing one takes seconds."""


class FolderStore:
    """An ``ObjectStore`` in a folder of a local file system.

    Args:
        root: The folder; made if missing, readable by this user only; all of it on one file system.
        keys: Under which to encrypt; without them objects are kept as they are, and no encrypted one can be read.
        clock: Tells the present moment, for the ends of locks.

    Raises:
        StoreUnavailable: The folder cannot be made or written.
        ObjectKeyMissing: ``keys`` lack one that was used here.
    """

    def __init__(
        self, root: Path, *, keys: ObjectKeys | None = None, clock: Callable[[], dt.datetime] = times.now
    ) -> None:
        self._objects = root / "objects"
        self._tmp = root / "tmp"
        self._clock = clock
        with disk(_PART):
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._objects.mkdir(exist_ok=True, mode=0o700)
            self._tmp.mkdir(exist_ok=True, mode=0o700)
            self._sweep()
        self._keys = keys
        self._key = _newest(keys, root / "keys-used") if keys else None

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
        until = whole_second(retain_until) if retain_until else None
        sha256 = hashlib.sha256(data).hexdigest()
        with disk(_PART):
            self._folder(key).mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._locked(key) as folder:
                numbers = _numbers(folder)
                if numbers:
                    latest = self._read_meta(key, numbers[-1])
                    if latest.sha256 == sha256:
                        self._extend(folder / latest.version, until)
                        return latest
                    if if_absent:
                        raise AlreadyExists(kind="object", id=key)
                version = _name(max(numbers[-1] if numbers else 0, _floor(folder)) + 1)
                stored = StoredObject(key, version, sha256, len(data), media_type)
                self._write_version(folder / version, stored, data, until)
                if not numbers:
                    for parent in folder.relative_to(self._objects).parents:
                        sync(self._objects / parent)
        return stored

    def get(self, key: str, version: str | None = None) -> bytes:
        """See ``ObjectStore.get``."""
        with disk(_PART):
            meta = self._find(key, version)
            data = self._read_data(meta)
        if hashlib.sha256(data).hexdigest() != meta.sha256:
            raise ObjectDamaged(key=key)
        return data

    def get_range(self, key: str, start: int, end: int, version: str | None = None) -> bytes:
        """See ``ObjectStore.get_range``."""
        checked_range(start, end)
        with disk(_PART):
            meta = self._find(key, version)
            data = self._read_data(meta, start, min(end, meta.size))
        if len(data) < min(end, meta.size) - start:
            raise ObjectDamaged(key=key)
        return data

    def head(self, key: str, version: str | None = None) -> StoredObject:
        """See ``ObjectStore.head``."""
        with disk(_PART):
            return self._find(key, version)

    def kept(self, key: str, version: str | None = None) -> Kept:
        """See ``ObjectStore.kept``."""
        with disk(_PART):
            stored = self._find(key, version)
            folder = self._folder(key) / stored.version
            return Kept(stored, _retention(folder), _is_held(folder))

    def versions(self, key: str) -> list[StoredObject]:
        """See ``ObjectStore.versions``."""
        with disk(_PART):
            return [self._read_meta(key, number) for number in reversed(_numbers(self._folder(key)))]

    def delete(self, key: str, version: str | None = None) -> None:
        """See ``ObjectStore.delete``."""
        with disk(_PART), self._locked(key) as folder:
            numbers = _numbers(folder)
            doomed = [n for n in numbers if version in (None, _name(n))]
            if not doomed:
                raise NotFound(kind="object", id=key)
            for number in doomed:
                self._require_free(folder / _name(number))
            if doomed[-1] == numbers[-1]:
                replace(folder / "floor", str(doomed[-1]))
            for number in doomed:
                dead = Path(tempfile.mkdtemp(dir=self._tmp)) / "version"
                (folder / _name(number)).rename(dead)
                sync(folder)
                shutil.rmtree(dead.parent)

    def clear(self, prefix: str) -> None:
        """See ``ObjectStore.clear``."""
        kept = list[RetentionLocked | ObjectHeld]()
        for found in list(self.walk(checked_some(prefix))):
            try:
                self.delete(found.key, found.version)
            except NotFound:
                pass
            except (RetentionLocked, ObjectHeld) as error:
                kept.append(error)
        if kept:
            raise kept[0]

    def retain(self, key: str, version: str, until: dt.datetime) -> None:
        """See ``ObjectStore.retain``."""
        wanted = whole_second(until)
        with disk(_PART), self._locked(key) as folder:
            meta = self._find(key, version)
            present = _retention(folder / meta.version)
            if present and wanted < present:
                raise RetentionLocked(until=times.iso_local(present))
            self._extend(folder / meta.version, wanted)

    def retention(self, key: str, version: str | None = None) -> dt.datetime | None:
        """See ``ObjectStore.retention``."""
        with disk(_PART):
            return _retention(self._folder(key) / self._find(key, version).version)

    def hold(self, key: str, version: str, *, on: bool) -> None:
        """See ``ObjectStore.hold``."""
        with disk(_PART), self._locked(key) as folder:
            mark = folder / self._find(key, version).version / "hold"
            if on and not mark.exists():
                write(mark, [])
            elif not on:
                mark.unlink(missing_ok=True)
            sync(mark.parent)

    def held(self, key: str, version: str | None = None) -> bool:
        """See ``ObjectStore.held``."""
        with disk(_PART):
            return _is_held(self._folder(key) / self._find(key, version).version)

    def presign(self, key: str, version: str, *, seconds: int, file_name: str) -> None:
        """See ``ObjectStore.presign``: nobody but this process reads a folder."""
        del version, file_name
        checked_key(key)
        checked_life(seconds)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See ``ObjectStore.keys``."""
        for key, _ in self._walk(checked_prefix(prefix)):
            yield key

    def walk(self, prefix: str = "") -> Iterator[Listed]:
        """See ``ObjectStore.walk``."""
        for key, numbers in self._walk(checked_prefix(prefix)):
            for number in reversed(numbers):
                written = self._written_at(self._folder(key) / _name(number))
                if written is not None:
                    yield Listed(key, _name(number), written)

    def mend(
        self, key: str, version: str, data: bytes, *, media_type: str, retain_until: dt.datetime | None = None
    ) -> StoredObject:
        """See ``ObjectStore.mend``: the version keeps its number; what was damaged is moved away whole first."""
        until = whole_second(retain_until) if retain_until else None
        stored = StoredObject(key, version, hashlib.sha256(data).hexdigest(), len(data), media_type)
        with disk(_PART):
            self._folder(key).mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._locked(key) as folder:
                target = folder / version
                if not target.exists():
                    self._write_version(target, stored, data, until)
                else:
                    self._exchange(target, stored, data, until)
                for parent in folder.relative_to(self._objects).parents:
                    sync(self._objects / parent)
        return stored

    def check(self) -> None:
        """See ``ObjectStore.check``: writes and removes a file."""
        with disk(_PART), tempfile.NamedTemporaryFile(dir=self._tmp) as probe:
            probe.write(b"sohoa")
            probe.flush()
            os.fsync(probe.fileno())

    def close(self) -> None:
        """See ``ObjectStore.close``: nothing is held open."""

    def _written_at(self, version_folder: Path) -> dt.datetime | None:
        """Return when a version was written, ``None`` if it was deleted since its folder was listed."""
        for path in (version_folder / "meta.json", version_folder / "meta.json.enc", version_folder):
            with disk(_PART), suppress(FileNotFoundError):
                return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        return None

    def _walk(self, prefix: str) -> Iterator[tuple[str, list[int]]]:
        """Yield the keys that have versions, in order, with the numbers of these; names of one way down are held."""
        start = prefix.rpartition("/")[0]
        ways = [(start, self._names(start, prefix))]
        while ways:
            base, names = ways[-1]
            if not names:
                ways.pop()
                continue
            path = f"{base}/{names.pop()}".lstrip("/")
            if not path.endswith("~"):
                ways.append((path, self._names(path, prefix)))
            elif path[:-1].startswith(prefix) and (numbers := self._versions_in(path)):
                yield path[:-1], numbers

    def _names(self, base: str, prefix: str) -> list[str]:
        """Return what is in a folder of keys and can lead to a wanted one, in falling order of the keys behind it."""
        with disk(_PART):
            try:
                names = os.listdir(self._objects / base)  # noqa: PTH208 - a folder may have a million names
            except (FileNotFoundError, NotADirectoryError):
                return []  # emptied since its parent was listed, or none of ours
        stem = f"{base}/" if base else ""
        if not stem.startswith(prefix):
            names = [n for n in names if (reach := stem + _reach(n)).startswith(prefix) or prefix.startswith(reach)]
        names.sort(key=_reach, reverse=True)
        return names

    def _versions_in(self, base: str) -> list[int]:
        with disk(_PART):
            return _numbers(self._objects / base)

    def _folder(self, key: str) -> Path:
        return self._objects / (checked_key(key) + "~")

    @contextmanager
    def _locked(self, key: str) -> Iterator[Path]:
        folder = self._folder(key)
        with ExitStack() as held:
            try:
                held.enter_context(alone(folder))
            except FileNotFoundError:
                raise NotFound(kind="object", id=key) from None
            yield folder

    def _find(self, key: str, version: str | None) -> StoredObject:
        numbers = _numbers(self._folder(key))
        number = next((n for n in reversed(numbers) if version in (None, _name(n))), None)
        if number is None:
            raise NotFound(kind="object", id=key)
        return self._read_meta(key, number)

    def _read_meta(self, key: str, number: int) -> StoredObject:
        version = _name(number)
        try:
            meta = json.loads(self._read(key, version, "meta.json"))
            return StoredObject(key, version, meta["sha256"], meta["size"], meta["media_type"])
        except FileNotFoundError:
            # Deleted since the folder was listed: versions appear and vanish whole.
            raise NotFound(kind="object", id=key) from None
        except (ValueError, KeyError, TypeError):
            raise ObjectDamaged(key=key) from None

    def _read_data(self, stored: StoredObject, start: int = 0, end: int | None = None) -> bytes:
        try:
            return self._read(stored.key, stored.version, "data", start, end)
        except FileNotFoundError:
            raise ObjectDamaged(key=stored.key) from None

    def _read(self, key: str, version: str, name: str, start: int = 0, end: int | None = None) -> bytes:
        """Return a part of a file of a version, decrypted if it was encrypted."""
        folder = self._folder(key) / version
        try:
            with (folder / f"{name}.enc").open("rb") as file:
                return decrypted(file, self._find_key, _place(key, version, name), start, end)
        except NotAuthentic:
            raise ObjectDamaged(key=key) from None
        except FileNotFoundError:
            with (folder / name).open("rb") as file:
                file.seek(start)
                return file.read(-1 if end is None else max(0, end - start))

    def _find_key(self, key_id: bytes) -> ObjectKey:
        if self._keys is None:
            raise ObjectKeyMissing(key_id=key_id.hex())
        return self._keys.find(key_id)

    def _write_file(self, folder: Path, stored: StoredObject, name: str, data: bytes) -> None:
        """Write a file of a new version, encrypted if there is a key."""
        if self._key:
            place = _place(stored.key, stored.version, name)
            write(folder / f"{name}.enc", encrypted(data, self._key, place))
        else:
            write(folder / name, [data])

    def _write_version(
        self, target: Path, stored: StoredObject, data: bytes, until: dt.datetime | None, *, held: bool = False
    ) -> None:
        staging = Path(tempfile.mkdtemp(dir=self._tmp))
        try:
            self._write_file(staging, stored, "data", data)
            meta = {"media_type": stored.media_type, "sha256": stored.sha256, "size": stored.size}
            self._write_file(staging, stored, "meta.json", json.dumps(meta, sort_keys=True).encode())
            if until:
                write(staging / "retain", [until.isoformat().encode()])
            if held:
                write(staging / "hold", [b""])
            sync(staging)
            staging.rename(target)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        sync(target.parent)

    def _exchange(self, target: Path, stored: StoredObject, data: bytes, until: dt.datetime | None) -> None:
        """Write a version anew, locked and held as it was, or for longer."""
        present = _retention(target)
        until = max(until, present) if until and present else until or present
        dead = Path(tempfile.mkdtemp(dir=self._tmp)) / "version"
        target.rename(dead)
        try:
            self._write_version(target, stored, data, until, held=_is_held(dead))
        except BaseException:
            dead.rename(target)
            raise
        shutil.rmtree(dead.parent)

    def _extend(self, version_folder: Path, until: dt.datetime | None) -> None:
        present = _retention(version_folder)
        if until and (present is None or until > present):
            replace(version_folder / "retain", until.isoformat())

    def _require_free(self, version_folder: Path) -> None:
        if _is_held(version_folder):
            raise ObjectHeld
        until = _retention(version_folder)
        if until and until > self._clock():
            raise RetentionLocked(until=times.iso_local(until))

    def _sweep(self) -> None:
        oldest = (self._clock() - STALE_AFTER).timestamp()
        for path in self._tmp.iterdir():
            # Another process may finish or sweep it meanwhile.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _reach(name: str) -> str:
    """Return what the keys behind a name in a folder begin with: the key itself, or a part of it and a slash."""
    return name[:-1] if name.endswith("~") else f"{name}/"


def _name(number: int) -> str:
    return f"{number:08d}"


def _numbers(folder: Path) -> list[int]:
    """Return the version numbers present in a key's folder, ascending."""
    try:
        return sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())
    except FileNotFoundError:
        return []


def _floor(folder: Path) -> int:
    try:
        return int((folder / "floor").read_text())
    except FileNotFoundError:
        return 0


def _retention(version_folder: Path) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat((version_folder / "retain").read_text())
    except FileNotFoundError:
        return None


def _is_held(version_folder: Path) -> bool:
    return (version_folder / "hold").exists()


def _newest(keys: ObjectKeys, used_file: Path) -> ObjectKey:
    """Return the key under which to encrypt, after making sure that none is missing."""
    with disk(_PART):
        used = used_file.read_text().split() if used_file.exists() else []
        for key_id in used:
            keys.find(bytes.fromhex(key_id))
        newest = keys.newest()
        if newest.id.hex() not in used:
            # Appended, not replaced: another process may be opening the store as well.
            with used_file.open("a") as file:
                file.write(newest.id.hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
            sync(used_file.parent)
    return newest


def _place(key: str, version: str, name: str) -> str:
    """Return where a file is kept, which is bound to what is encrypted in it; ``~`` occurs in no key."""
    return f"{key}~/{version}/{name}"
