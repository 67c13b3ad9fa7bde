"""Seals: of which agencies this service seals papers, with which keys, and from when to when.

One agency needs the settings alone. Several are declared in a file (``SOHOA_SEALS_FILE``), which holds no secret, only
where each comes from. A paper is sealed by its own agency or not at all: without a seal in force it waits.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dossier.errors import AgencyForbidden, ConfigurationError, InvalidIdentifier, KeyUnavailable, SealMissing
from dossier.identifiers import AgencyCode
from dossier.text import nfc
from dossier.times import local
from dossier.toml_tables import Table
from ingest.secret_files import Secret
from ingest.settings import Settings
from signing.development import DevelopmentAuthority
from signing.hardware import HardwareToken
from signing.keys import SealKey, load_pkcs12


@dataclass(frozen=True, slots=True)
class Pkcs12:
    """A key in a file."""

    path: Path
    secret: Secret

    def __str__(self) -> str:
        return f"PKCS#12 {self.path.name}"


@dataclass(frozen=True, slots=True)
class Pkcs11:
    """A key in a hardware module; the secret is the PIN of the token."""

    module: Path
    token: str
    label: str
    secret: Secret

    def __str__(self) -> str:
        return f"PKCS#11 {self.token} / {self.label}"


@dataclass(frozen=True, slots=True)
class Development:
    """A TEST key made on first use, refused in production."""

    def __str__(self) -> str:
        return "development"


KeySource = Pkcs12 | Pkcs11 | Development


@dataclass(frozen=True, slots=True)
class Official:
    """A person who compares scans with originals, and whose own key signs what he or she confirmed.

    Attributes:
        name: As it stands in a paper's ``confirmed_by``. source: Of the key.
    """

    name: str
    source: KeySource


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal of an agency.

    Attributes:
        agency: Its code. name: As the stamp says it. source: Of the key.
        officials: Those who sign beside it. stations: Names of the access keys that may send its papers; any if empty.
        first_day, last_day: From when to when it is used, in Vietnam; ``None``: without end.
    """

    agency: AgencyCode
    name: str
    source: KeySource
    officials: tuple[Official, ...] = ()
    stations: tuple[str, ...] = ()
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    def is_in_force(self, day: dt.date) -> bool:
        """Return whether it is used on that day."""
        return (self.first_day or dt.date.min) <= day <= (self.last_day or dt.date.max)

    def official(self, name: str | None) -> Official | None:
        """Return the official of that name, however it is spaced and capitalized; most people are none."""
        wanted = _same(name or "")
        return next((one for one in self.officials if _same(one.name) == wanted), None)


class Seals:
    """The seals, their keys loaded once per process. Safe to share between threads.

    Args:
        seals: As declared.
        development: Gives the TEST authority, or refuses it in production.
    """

    def __init__(self, seals: Sequence[Seal], development: Callable[[], DevelopmentAuthority]) -> None:
        self.declared = tuple(seals)
        self._development = development
        self._keys: dict[Seal | Official, SealKey] = {}
        self._tokens: dict[tuple[Path, str], HardwareToken] = {}

    def of(self, agency: AgencyCode, at: dt.datetime) -> Seal:
        """Return the seal that ``agency`` uses at the moment ``at``.

        Raises:
            SealMissing: It has none here, or none in force.
        """
        day = local(at).date()
        for seal in self.declared:
            if seal.agency.is_same(agency) and seal.is_in_force(day):
                return seal
        raise SealMissing(agency=agency.value)

    def require_sender(self, agency: AgencyCode, station: str) -> None:
        """Do nothing if ``station`` may send papers that get the seal of ``agency``.

        Raises:
            AgencyForbidden: The agency names its stations, and this is none of them.
        """
        for seal in self.declared:
            if seal.agency.is_same(agency) and seal.stations and station not in seal.stations:
                raise AgencyForbidden(agency=agency.value)

    def holders(self, at: dt.datetime) -> Iterator[tuple[Seal, Seal | Official]]:
        """Yield everybody whose key signs, or will, with the seal it belongs to; those in the past are left out."""
        day = local(at).date()
        for seal in self.declared:
            if seal.last_day is None or day <= seal.last_day:
                yield seal, seal
                yield from ((seal, official) for official in seal.officials)

    def key(self, holder: Seal | Official) -> SealKey:
        """Return the key of an agency or an official, loaded when first asked for.

        Raises:
            KeyUnavailable: It cannot be loaded now.
        """
        if holder not in self._keys:
            try:
                self._keys[holder] = self._load(holder)
            except ConfigurationError as error:
                raise KeyUnavailable(part=str(holder.source), reason=str(error.details["reason"])) from error
        return self._keys[holder]

    def _load(self, holder: Seal | Official) -> SealKey:
        match holder.source:
            case Pkcs12(path, secret):
                return load_pkcs12(path, secret.read() or None)
            case Pkcs11(module, token, label, secret):
                # Kept even if it cannot be opened: it remembers which PIN was refused.
                return self._tokens.setdefault((module, token), HardwareToken(module, token, secret.read)).key(label)
            case Development():
                return self._development().seal_key(holder.name)


def declared_seals(settings: Settings) -> tuple[Seal, ...]:
    """Return the seals that the settings or their file declare.

    Raises:
        ConfigurationError: Both do, or the file is missing or wrong.
    """
    single = settings.seal_pkcs12 or settings.seal_pkcs11_module
    if settings.seals_file is not None:
        if single:
            raise ConfigurationError(reason="seals_file and seal_pkcs12 or seal_pkcs11_module exclude each other")
        return load_seals(settings.seals_file)
    secret = Secret(file=settings.seal_passphrase_file, setting=settings.seal_passphrase)
    source: KeySource = Development()
    if settings.seal_pkcs11_module:
        source = Pkcs11(settings.seal_pkcs11_module, settings.seal_pkcs11_token, settings.seal_pkcs11_label, secret)
    elif settings.seal_pkcs12:
        source = Pkcs12(settings.seal_pkcs12, secret)
    return (Seal(AgencyCode.parse(settings.agency_code), settings.agency_name, source),)


def load_seals(path: Path) -> tuple[Seal, ...]:
    """Return the seals declared in the file ``path``; paths in it are relative to its folder.

    Raises:
        ConfigurationError: It is missing or wrong; two seals of one agency are in force on the same day.
    """
    try:
        top = Table.of_file(path)
    except OSError:
        raise ConfigurationError(reason=f"the file of the seals '{path}' cannot be read") from None
    seals = tuple(_seal(table, path.parent) for table in top.tables("agency"))
    top.finish()
    if not seals:
        raise top.fault("agency", "is missing: one [[agency]] for each seal")
    for one, other in itertools.combinations(seals, 2):
        if one.agency.is_same(other.agency) and _overlap(one, other):
            raise top.fault("agency", f"{one.agency} has two seals in force on the same day")
    return seals


def _seal(table: Table, folder: Path) -> Seal:
    try:
        agency = AgencyCode.parse(table.text("code"))
    except InvalidIdentifier as error:
        raise table.fault("code", f"must look like {AgencyCode.example}") from error
    seal = Seal(
        agency=agency,
        name=nfc(table.text("name")),
        source=_source(table, folder),
        officials=tuple(_official(one, folder) for one in table.tables("official")),
        stations=table.texts("stations"),
        first_day=table.date("first_day"),
        last_day=table.date("last_day"),
    )
    table.finish()
    if (seal.first_day or dt.date.min) > (seal.last_day or dt.date.max):
        raise table.fault("last_day", "lies before first_day")
    if len({_same(one.name) for one in seal.officials}) < len(seal.officials):
        raise table.fault("official", "names a person twice")
    return seal


def _official(table: Table, folder: Path) -> Official:
    official = Official(nfc(table.text("name")), _source(table, folder))
    table.finish()
    return official


def _source(table: Table, folder: Path) -> KeySource:
    pkcs12, module = table.optional_text("pkcs12"), table.optional_text("pkcs11_module")
    file, variable = table.optional_text("secret_file"), table.optional_text("secret_variable")
    if (pkcs12 and module) or (file and variable):
        raise table.fault("pkcs12" if pkcs12 and module else "secret_file", "excludes the other way")
    secret = Secret(file=folder / file if file else None, variable=variable or "")
    if module:
        return Pkcs11(folder / module, table.text("pkcs11_token"), table.text("pkcs11_label"), secret)
    if pkcs12:
        return Pkcs12(folder / pkcs12, secret)
    return Development()


def _overlap(one: Seal, other: Seal) -> bool:
    return (one.first_day or dt.date.min) <= (other.last_day or dt.date.max) and (other.first_day or dt.date.min) <= (
        one.last_day or dt.date.max
    )


def _same(name: str) -> str:
    return " ".join(nfc(name).split()).casefold()
