"""The key file of an encrypted folder store.

A text file, readable by its owner only, one key a line: its identifier and 32 random bytes in base64. The last line is
the key under which new objects are encrypted; the ones above open what was encrypted before. A key is replaced by
adding a line (``add``), never by taking one away: without its key an object is lost. The identifier is computed from
the key, so a line that was damaged is noticed.

Threat: the file gets into the same hands as the disk, or is lost. Keep it outside the data folder, on another disk or a
secret store that is mounted at start, never in the backups of the objects, and a copy of it in a safe.
"""

import base64
import binascii
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dossier.errors import ConfigurationError, ObjectKeyMissing
from storage.objects.disk import alone, disk, replace

_SECRET_BYTES = 32
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ID_BYTES = 8
_PART = "object keys"
_HEAD = (
    "# Keys of the object store: whoever has them reads every paper, without them no paper can be read.\n"
    "# Never take a line away. The last key encrypts what is new.\n"
)


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """One key.

    Attributes:
        secret: 32 random bytes.
    """

    secret: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """Eight bytes that tell keys apart and say nothing of the key."""
        return hashlib.sha256(b"sohoa object key" + self.secret).digest()[:_ID_BYTES]


class ObjectKeys:
    """The keys in a file.

    Args:
        path: The file; made with a first key when one is needed and it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: Mapping[bytes, ObjectKey] = {}

    def newest(self) -> ObjectKey:
        """Return the key under which to encrypt, made if there is none yet.

        Raises:
            ConfigurationError: The file has no usable form, or others may read it.
            StoreUnavailable: It cannot be read or written.
        """
        if not self._read():
            with self._writing() as known:
                if not known:
                    self._append()
            self._read()
        return list(self._known.values())[-1]

    def ids(self) -> list[str]:
        """Return the identifiers of the keys there are, oldest first, lower-case hex.

        Raises:
            ConfigurationError: The file has no usable form, or others may read it.
            StoreUnavailable: It cannot be read.
        """
        return [key_id.hex() for key_id in self._read()]

    def find(self, key_id: bytes) -> ObjectKey:
        """Return the key with an identifier; the file is read again if it was added since.

        Raises:
            ObjectKeyMissing: The file has no such key.
            ConfigurationError: The file has no usable form, or others may read it.
            StoreUnavailable: It cannot be read.
        """
        if key_id not in self._known and key_id not in self._read():
            raise ObjectKeyMissing(key_id=key_id.hex())
        return self._known[key_id]

    def add(self) -> ObjectKey:
        """Add a new key, under which everything is encrypted that is put by a store opened from now on.

        Raises:
            ConfigurationError: The file has no usable form, or others may read it.
            StoreUnavailable: It cannot be read or written.
        """
        with self._writing():
            self._append()
        return self.newest()

    def _read(self) -> Mapping[bytes, ObjectKey]:
        with disk(_PART):
            try:
                with self.path.open(encoding="ascii", errors="replace") as file:
                    if os.fstat(file.fileno()).st_mode & _FOR_OTHERS:
                        raise ConfigurationError(reason=f"others may read the keys in {self.path}: chmod 600 it")
                    text = file.read()
            except FileNotFoundError:
                return {}
        lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        self._known = {key.id: key for key in map(self._parsed, lines)}
        return self._known

    def _parsed(self, words: list[str]) -> ObjectKey:
        """Return the key on a line; its words are not repeated in an error."""
        try:
            key_id, secret = words
            key = ObjectKey(base64.b64decode(secret, validate=True))
        except (ValueError, binascii.Error):
            raise ConfigurationError(reason=f"a line of {self.path} is no key") from None
        if len(key.secret) != _SECRET_BYTES or key.id.hex() != key_id:
            raise ConfigurationError(reason=f"a key in {self.path} is damaged: its identifier does not fit")
        return key

    @contextmanager
    def _writing(self) -> Iterator[Mapping[bytes, ObjectKey]]:
        """Keep other processes from writing; yields what is there."""
        with disk(_PART):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with alone(self.path.parent):
                yield self._read()

    def _append(self) -> None:
        """Write the file anew with one more key."""
        old = self.path.read_text("ascii") if self.path.exists() else _HEAD
        key = ObjectKey(secrets.token_bytes(_SECRET_BYTES))
        line = f"{key.id.hex()} {base64.b64encode(key.secret).decode()}"
        replace(self.path, f"{old.rstrip()}\n{line}\n", mode=0o600)
