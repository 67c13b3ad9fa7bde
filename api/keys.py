"""Access keys: whose they are and what they let their bearers do, how they are made, and the first ones.

A key is 256 random bits, shown once; only its SHA-256 is kept, which is enough because nothing of that length can be
guessed. A revoked key is unknown at once; one that is replaced goes on for
some hours, so that its sender can be changed over. Residual risk accepted: whoever copies a key can use it until then.
"""

import datetime as dt
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from api.granting import ensure_first_grant
from dossier import times
from dossier.errors import AlreadyExists, InvalidIdentifier, Unauthenticated
from ingest.house import House
from ingest.settings import Environment
from storage.catalogue import Catalogue
from storage.records import AccessKey

NAME = r"[a-z0-9][a-z0-9.-]{0,63}"
"""Form of a key's name. It stands in logs and in the audit log: it names a machine or a function, not a person."""

OWN_NAMES = frozenset({
    "access", "backup", "cli", "desk", "expiry", "first-run", "fixity", "pipeline", "records", "renew", "reread",
    "restore",
    "status-list", "storage", "worker",
})  # fmt: skip
"""Under which the audit log and batches have what is done without a key; a key of such a name would pass for it."""

TOKEN_NAMES = "oidc-"  # noqa: S105 - how names begin
"""How the names of those begin who come with a token of another issuer (``api.oidc``); no key has such a name."""


class Role(StrEnum):
    """What the bearer of a key is."""

    STATION = "station"
    """A scanner: hands in batches and sees its own."""
    OFFICER = "officer"
    """A counter of any unit: sees every paper, confirms, looks up, downloads; what persons decide comes from it."""
    SYSTEM = "system"
    """Another system: looks papers up, fetches and uses again what it was given, tells of dossiers."""
    AUDITOR = "auditor"
    """Reads everything, verifies, places legal holds and is one of the two who lift them; changes nothing else."""
    ADMIN = "admin"
    """Issues and revokes keys, grants by law, webhooks; sees no papers."""


def is_reserved(name: str) -> bool:
    """Return whether a name stands for what is done without a key, or for the bearers of tokens."""
    return name in OWN_NAMES or name.startswith(TOKEN_NAMES)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling.

    Attributes:
        name: Of the key in force, or of the account that is signed in. role: Its role.
        person: Name of the person who is signed in; ``None`` with a key, whose bearer names persons as it knows them.
    """

    name: str
    role: Role
    person: str | None = None

    @property
    def account(self) -> str | None:
        """Name of the account of the person who is signed in: no two persons have the same."""
        return self.name if self.person is not None else None


def issue_key(catalogue: Catalogue, name: str, role: Role, *, actor: str = "cli") -> str:
    """Return a fresh key; it is shown now and never again.

    Args:
        catalogue: Keeps its hash.
        name: 1 to 64 lower-case letters, digits, dots, dashes; no person's name.
        role: What its bearer may do.
        actor: Who asked for it, for the audit log.

    Raises:
        InvalidIdentifier: ``name`` has another form.
        AlreadyExists: There is a key of this name, or it is one of ``OWN_NAMES`` or of ``TOKEN_NAMES``.
    """
    key = _fresh_key()
    _add(catalogue, name, role, key, actor)
    return key


def rotate_key(catalogue: Catalogue, name: str, *, hours: float, actor: str = "cli") -> str:
    """Return a fresh secret of a key, shown now and never again; the one before stays good for so many hours.

    Raises:
        NotFound: There is no key in force of this name.
    """
    key = _fresh_key()
    until = catalogue.now() + dt.timedelta(hours=hours)
    catalogue.rotate_key(name, _digest(key), until=until, actor=actor)
    return key


def ensure_first_keys(house: House) -> dict[Role, Path]:
    """Make one key per role on the first run, each in a file only this user can read; return the files there are.

    In production only the administrator's is made. A file may be taken away: it is not made again. With the key of the
    role ``system`` comes its grant (``api.granting``), in development only.
    """
    wanted = (Role.ADMIN,) if house.settings.environment is Environment.PRODUCTION else tuple(Role)
    folder = house.settings.root / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = {key.name for key in house.catalogue.keys()}  # noqa: SIM118 - a catalogue, not a dict
    files = {role: folder / f"{role}.key" for role in wanted}
    for role, path in files.items():
        if role.value not in known:
            try:
                _add(house.catalogue, role.value, role, _kept_key(path), "first-run")
            except AlreadyExists:
                continue  # another process starting at this moment added this very key
    ensure_first_grant(house)
    return {role: path for role, path in files.items() if path.exists()}


def caller_of(catalogue: Catalogue, key: str) -> Caller:
    """Return whose key this is.

    Raises:
        Unauthenticated: Nobody's, or one that was revoked.
    """
    digest = _digest(key)
    found = catalogue.key_by_hash(digest)
    if found is None or not any(
        hmac.compare_digest(kept or "", digest) for kept in (found.sha256, found.former_sha256)
    ):
        raise Unauthenticated
    return Caller(found.name, Role(found.role))


def _add(catalogue: Catalogue, name: str, role: Role, key: str, actor: str) -> None:
    if not re.fullmatch(NAME, name):
        raise InvalidIdentifier(kind="key name", kind_vi="Tên khóa", example="station-07")
    if is_reserved(name):
        raise AlreadyExists(kind="access key", id=name)
    catalogue.add_key(AccessKey(name, role.value, _digest(key), times.now()), actor=actor)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _fresh_key() -> str:
    return f"sohoa_{secrets.token_urlsafe(32)}"


def _kept_key(path: Path) -> str:
    """Return the key in ``path``, made if missing; processes starting at once agree on one."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(_fresh_key() + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its key counts
        finally:
            draft.unlink()
    return path.read_text().strip()
