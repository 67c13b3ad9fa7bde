# mypy: allow-untyped-calls
# asn1crypto has no types
"""How long algorithms hold: the table of their ends, and what a signature or time stamp rests on.

The table is data (``algorithms.toml``), each entry with its source. A date in it is a forecast: it decides when
something is renewed. Only a date that a person confirmed may change a verdict.
"""

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from asn1crypto import cms, tsp, x509

from dossier.errors import ConfigurationError

_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PREFERRED = ("sha256", "sha512", "sha3_512")
"""Hash functions new time stamps may be over, the most widely understood first."""


@dataclass(frozen=True, slots=True)
class Sunset:
    """How long one algorithm holds.

    Attributes:
        until: The first moment it no longer counts, UTC; ``None`` if no end is foreseen.
        confirmed: A person compared the date with its source.
        source: Where it comes from.
    """

    until: dt.datetime | None
    confirmed: bool
    source: str


_UNKNOWN = Sunset(_NEVER, confirmed=False, source="in no table")


@dataclass(frozen=True, slots=True)
class Used:
    """What a signature or time stamp rests on.

    Attributes:
        hashes: Names of hash functions, as ``sha256``. key: ``rsa`` or ``ec``. bits: Length of the key.
        scheme: As ``rsassa_pss``.
    """

    hashes: frozenset[str]
    key: str
    bits: int
    scheme: str


@dataclass(frozen=True, slots=True)
class Sunsets:
    """The table.

    Attributes:
        hashes, schemes: By name. keys: By kind and least length in bits.
    """

    hashes: Mapping[str, Sunset]
    keys: Mapping[tuple[str, int], Sunset]
    schemes: Mapping[str, Sunset]

    @classmethod
    def load(cls, text: str) -> "Sunsets":
        """Return the table written in ``text``, of the form of ``algorithms.toml``."""
        table = tomllib.loads(text)
        return cls(
            {name: _sunset(entry) for name, entry in table.get("hash", {}).items()},
            {(entry["kind"], entry["bits"]): _sunset(entry) for entry in table.get("key", ())},
            {name: _sunset(entry) for name, entry in table.get("scheme", {}).items()},
        )

    def of_hash(self, name: str) -> Sunset:
        """Return how long a hash function holds; one in no table holds nothing."""
        return self.hashes.get(name, _UNKNOWN)

    def of_key(self, kind: str, bits: int) -> Sunset:
        """Return how long a key of a kind and length holds; one in no table holds nothing."""
        fitting = [least for of, least in self.keys if of == kind and least <= bits]
        return self.keys[kind, max(fitting)] if fitting else _UNKNOWN

    def end(self, used: Used) -> dt.datetime | None:
        """Return the first moment at which something of ``used`` no longer counts; ``None`` if none is foreseen."""
        return min((s.until for s in self._of(used) if s.until is not None), default=None)

    def ended(self, used: Used, at: dt.datetime) -> bool:
        """Return whether, by dates that a person confirmed, something of ``used`` no longer counts at ``at``."""
        return any(s.until is not None and s.confirmed and s.until <= at for s in self._of(used))

    def hash_for(self, through: dt.datetime) -> str:
        """Return the hash function for time stamps that must hold through the moment ``through``.

        Raises:
            ConfigurationError: None that is known holds so long.
        """
        for name in _PREFERRED:
            until = self.of_hash(name).until
            if until is None or until > through:
                return name
        raise ConfigurationError(reason="no hash function in signing/algorithms.toml holds long enough")

    def _of(self, used: Used) -> Iterator[Sunset]:
        yield from map(self.of_hash, used.hashes)
        yield self.of_key(used.key, used.bits)
        if used.scheme in self.schemes:
            yield self.schemes[used.scheme]


def _sunset(entry: Mapping[str, Any]) -> Sunset:
    last: dt.date | None = entry.get("until")
    end = dt.datetime.combine(last, dt.time(), dt.UTC) + dt.timedelta(days=1) if last else None
    return Sunset(end, entry["confirmed"], entry["source"])


def used_by(signer_info: cms.SignerInfo, certificate: x509.Certificate, hashes: Iterable[str] = ()) -> Used:
    """Return what a CMS signature rests on.

    Args:
        signer_info: Of the signature.
        certificate: The signer's.
        hashes: Further hash functions that it takes to tie the signature to the document.
    """
    mechanism, public = signer_info["signature_algorithm"], certificate.public_key
    digest = signer_info["digest_algorithm"]["algorithm"].native
    try:
        used = mechanism.hash_algo
    except ValueError:
        used = digest
    kind = {"rsassa_pss": "rsa"}.get(public.algorithm, public.algorithm)
    return Used(frozenset({digest, used, *hashes}), kind, public.bit_size, mechanism.signature_algo)


def used_by_timestamp(token: cms.SignedData, certificate: x509.Certificate) -> Used:
    """Return what a time stamp (RFC 3161) rests on: its signature, and the hash of what it stamps.

    Raises:
        ValueError: It holds no TSTInfo.
    """
    info = token["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo):
        raise ValueError("no TSTInfo")  # noqa: TRY004 - the content is wrong, not the caller's type
    imprint = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    return used_by(token["signer_infos"][0], certificate, [imprint])


SUNSETS = Sunsets.load(files("signing").joinpath("algorithms.toml").read_text("utf-8"))
"""The table that comes with this version."""
