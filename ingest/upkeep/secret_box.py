"""What must not lie with the backup, in a file of its own under a passphrase: the secrets of an installation.

Without them papers are safe and can be read and verified; what needs them: finding the folder of an owner known already
(``owner-secret``), sealing with the TEST key (``development``), the access keys of the first start (``keys``). TT
47/2026/TT-BCA asks that keys are managed apart from backups.

The file is one JSON object: AES-256-GCM under a key from the passphrase by scrypt (RFC 7914).
"""

import base64
import json
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dossier.errors import AlreadyExists, BackupDamaged, PassphraseWrong

FORMAT = "sohoa-secrets-1"
PLACES = ("owner-secret", "development", "keys", "object-keys")
"""Files and folders below the data folder that are secret."""
_COST, _BLOCK, _LANES = 2**15, 8, 1
"""Of scrypt: 32 MB of memory, a tenth of a second."""


def lock_away(root: Path, file: Path, passphrase: str) -> list[str]:
    """Write the secrets below ``root`` into a file that the passphrase opens, and return their names."""
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in _secrets(root)}
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    plain = json.dumps({name: base64.b64encode(data).decode() for name, data in found.items()}).encode()
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, FORMAT.encode())
    body = {"format": FORMAT, "salt": salt.hex(), "nonce": nonce.hex(), "sealed": base64.b64encode(sealed).decode()}
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)  # of a file that was there, too
    with os.fdopen(handle, "w") as out:
        json.dump(body, out)
        out.flush()
        os.fsync(handle)
    return sorted(found)


def put_back(file: Path, root: Path, passphrase: str) -> list[str]:
    """Write the secrets in a file back to their places below ``root``, and return their names.

    Raises:
        PassphraseWrong: It does not open the file. BackupDamaged: The file is none of these, or names other places.
        AlreadyExists: Another secret is in one of the places; nothing was written.
    """
    try:
        body = json.loads(file.read_bytes())
        salt, nonce, sealed = bytes.fromhex(body["salt"]), bytes.fromhex(body["nonce"]), body["sealed"]
        plain = AESGCM(_key(passphrase, salt)).decrypt(nonce, base64.b64decode(sealed), FORMAT.encode())
        found = {name: base64.b64decode(data) for name, data in json.loads(plain).items()}
    except InvalidTag:
        raise PassphraseWrong from None
    except (ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(name=file.name, reason=type(error).__name__) from None
    if any(name.split("/")[0] not in PLACES or ".." in name.split("/") for name in found):
        raise BackupDamaged(name=file.name, reason="it names other places")
    for name, data in found.items():
        if (root / name).exists() and (root / name).read_bytes() != data:
            raise AlreadyExists(kind="file", id=name)
    for name, data in found.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_bytes(data)
    return sorted(found)


def _secrets(root: Path) -> list[Path]:
    places = [root / name for name in PLACES]
    inside = [path for place in places if place.is_dir() for path in sorted(place.rglob("*")) if path.is_file()]
    return [place for place in places if place.is_file()] + inside


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_LANES).derive(passphrase.encode())
