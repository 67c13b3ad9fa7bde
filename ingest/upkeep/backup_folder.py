"""How a backup lies in its folder.

::

    objects/ab/abcdef…                       the bytes of an object, under their SHA-256, each once
    snapshots/20261129T193554Z/
        catalogue.jsonl.gz                   all tables at one moment (`storage.upkeep.dump`)
        objects.jsonl.gz                     every version in the store: a list in the order of the keys, oldest first
        manifest.json                        what it is, and the SHA-256 of both; written last

A snapshot without a manifest was not finished. Manifests are chained by SHA-256, and that of the newest is in the audit
log of the installation. A snapshot is removed manifest first, so that none that is half removed is taken for whole;
bytes that no snapshot names are removed last.
"""

import datetime as dt
import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Container, Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from dossier.errors import BackupDamaged, NotFound
from dossier.papers import StoredObject
from storage.objects.disk import sync

CATALOGUE, OBJECTS, MANIFEST = "catalogue.jsonl.gz", "objects.jsonl.gz", "manifest.json"
_CHUNK = 1 << 20
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Record:
    """A version in the list of objects.

    Attributes:
        key, version, sha256, size, media_type: As `StoredObject`.
        locked_until: End of its lock, UTC. held: Under legal hold.
    """

    key: str
    version: str
    sha256: str
    size: int
    media_type: str
    locked_until: dt.datetime | None = None
    held: bool = False

    @property
    def stored(self) -> StoredObject:
        """The version."""
        return StoredObject(self.key, self.version, self.sha256, self.size, self.media_type)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is.

    Attributes:
        made_at: The moment of the catalogue's view, UTC. revision: Its migration. rows: Of each table.
        entries, head_hash: Of the audit log at that moment. versions, size: How many objects, and their bytes.
        sha256: Of the other files, by name. before: Of the manifest of the snapshot before.
        lacking: Keys of objects that were damaged or gone and could not be mended.
    """

    made_at: dt.datetime
    revision: str
    rows: dict[str, int]
    entries: int
    head_hash: str
    versions: int
    size: int
    sha256: dict[str, str]
    before: str | None = None
    lacking: list[str] = field(default_factory=list)
    format: int = 1


_MANIFEST = TypeAdapter(Manifest)
_RECORD = TypeAdapter(Record)


class BackupFolder:
    """A folder with backups; nothing of it is read when it is opened.

    Args:
        root: The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def snapshots(self) -> list[str]:
        """Return the names of the finished snapshots, the oldest first."""
        return sorted(path.parent.name for path in (self.root / "snapshots").glob(f"*/{MANIFEST}"))

    def snapshot(self, name: str | None = None) -> tuple[Path, Manifest, str]:
        """Return the folder of a snapshot (the newest by default), its manifest, and the SHA-256 of that.

        Raises:
            NotFound: There is none. BackupDamaged: The manifest or a file it names is not what it was.
        """
        names = self.snapshots()
        if not names or name not in (None, *names):
            raise NotFound(kind="file", id=str(self.root / "snapshots" / (name or "*") / MANIFEST))
        folder = self.root / "snapshots" / (name or names[-1])
        data = (folder / MANIFEST).read_bytes()
        try:
            manifest = _MANIFEST.validate_json(data)
        except ValidationError:
            raise BackupDamaged(name=f"{folder.name}/{MANIFEST}", reason="it cannot be read") from None
        for file, sha256 in manifest.sha256.items():
            if not (folder / file).is_file() or hash_of(folder / file) != sha256:
                raise BackupDamaged(name=f"{folder.name}/{file}", reason="it has another SHA-256")
        return folder, manifest, hashlib.sha256(data).hexdigest()

    def finish(self, folder: Path, manifest: Manifest) -> str:
        """Write a snapshot's manifest, which finishes it, and return its SHA-256."""
        data = json.dumps(asdict(manifest), indent=1, sort_keys=True, default=dt.datetime.isoformat).encode()
        write_whole(folder / MANIFEST, data)
        return hashlib.sha256(data).hexdigest()

    def records(self, folder: Path) -> Iterator[tuple[str, list[Record]]]:
        """Yield each key of a snapshot with its versions, the oldest first."""
        try:
            with gzip.open(folder / OBJECTS, "rt", encoding="utf-8") as lines:
                found = (_RECORD.validate_json(line) for line in lines)
                yield from ((key, list(same)) for key, same in groupby(found, key=lambda record: record.key))
        except (OSError, EOFError, ValidationError) as error:
            raise BackupDamaged(name=f"{folder.name}/{OBJECTS}", reason=type(error).__name__) from error

    def has(self, record: Record) -> bool:
        """Whether the bytes of a version are here, as far as their length tells."""
        try:
            return self._blob(record.sha256).stat().st_size == record.size
        except FileNotFoundError:
            return False

    def put(self, sha256: str, data: bytes) -> None:
        """Keep bytes under their SHA-256."""
        write_whole(self._blob(sha256), data)

    def get(self, sha256: str) -> bytes | None:
        """Return the bytes with this SHA-256; ``None`` if they are gone or damaged."""
        try:
            data = self._blob(sha256).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def set_aside(self, sha256: str) -> None:
        """Move damaged bytes out of the way, so that the next backup writes them anew."""
        blob = self._blob(sha256)
        if blob.exists():
            blob.rename(blob.with_name(f"{sha256}.damaged"))

    def remove(self, name: str) -> None:
        """Remove a snapshot; the bytes that it alone names stay until they are swept."""
        folder = self.root / "snapshots" / name
        (folder / MANIFEST).unlink()
        sync(folder)
        shutil.rmtree(folder)

    def sweep(self, wanted: Container[bytes]) -> int:
        """Remove all bytes but those with one of these SHA-256, and return how many bytes that freed."""
        freed = 0
        for blob in (self.root / "objects").glob("*/*"):
            name = blob.name.partition(".")[0]  # what was set aside has a suffix, a draft of a stopped run no name
            if name == "" or (_SHA256.fullmatch(name) and bytes.fromhex(name) not in wanted):
                freed += blob.stat().st_size
                blob.unlink()
        return freed

    def _blob(self, sha256: str) -> Path:
        return self.root / "objects" / sha256[:2] / sha256


def dumped(record: Record) -> str:
    """Return a version as a line of the list."""
    return _RECORD.dump_json(record).decode() + "\n"


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, lower-case hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, whatever moment the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        Path(draft).rename(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    sync(path.parent)
