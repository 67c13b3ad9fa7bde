# mypy: allow-untyped-calls
# asn1crypto has no types
"""A certificate authority for development and demonstrations, made on first use; every name it signs says TEST.

What it keeps in its folder::

    authority/   root.pem root.key tsa.pem tsa.key     private keys have mode 0600
    seals/<hash of the agency's name>/                 seal.pem seal.key
    trust/test/  root.pem root.crl                     give trust/ to a verifier

Residual risk accepted: the keys lie unencrypted beside the data. They prove nothing to anybody, and a test key is
refused when the environment is ``production``.
"""

import datetime as dt
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import TimeStamper

from dossier.errors import ConfigurationError
from dossier.times import now
from signing.keys import LoadedSigner, PrivateKey, SealKey
from signing.timestamps import LocalTimeStamper
from signing.trust import TEST_MARK, TrustStore

DEFAULT_AGENCY = "Trung tâm Phục vụ hành chính công"

_ROOT_LIFE = dt.timedelta(days=20 * 365)
_TSA_LIFE = dt.timedelta(days=10 * 365)
_SEAL_LIFE = dt.timedelta(days=5 * 365)
_CRL_LIFE = dt.timedelta(days=30)
_CRL_RENEWAL = dt.timedelta(days=1)
_COMMON_NAME_BYTES = 64
_BACKDATE = dt.timedelta(hours=1)
"""Certificates begin this long before their making, so that a machine whose clock is a little behind accepts them."""


@dataclass(frozen=True)
class DevelopmentAuthority:
    """The development CA, TSA and seals kept in one folder. Make one with `open`."""

    folder: Path

    @classmethod
    def open(cls, folder: Path, *, at: dt.datetime | None = None) -> "DevelopmentAuthority":
        """Return the authority in ``folder``, made if it is not there; several processes may do so at once.

        Args:
            folder: Where it lives; made if missing.
            at: Present moment, aware; the clock's if ``None``.
        """
        moment = at or now()
        authority = cls(folder)
        _make_once(folder / "authority", lambda place: _make_authority(place, moment))
        _make_once(folder / "trust" / "test", lambda place: _make_trust(place, folder / "authority" / "root.pem"))
        authority.renew_crl(moment)
        return authority

    @property
    def trust_folder(self) -> Path:
        """The folder to trust in order to verify what this authority sealed."""
        return self.folder / "trust"

    @cached_property
    def _root(self) -> tuple[PrivateKey, x509.Certificate]:
        return _load(self.folder / "authority", "root")

    def seal_key(self, agency: str = DEFAULT_AGENCY, *, at: dt.datetime | None = None) -> SealKey:
        """Return the seal key of ``agency``, made on first use (RSA 2048 bits, valid for five years from ``at``)."""
        place = self.folder / "seals" / hashlib.sha256(agency.encode()).hexdigest()[:16]
        _make_once(place, lambda new: self._make_seal(new, agency, at or now()))
        key, certificate = _load(place, "seal")
        return SealKey.of(LoadedSigner(key, _asn1(certificate), [_asn1(self._root[1])]))

    def time_stamper(self, clock: Callable[[], dt.datetime] = now) -> TimeStamper:
        """Return the authority's time stamper; ``clock`` tells the time it states."""
        key, certificate = _load(self.folder / "authority", "tsa")
        return LocalTimeStamper(key, _asn1(certificate), [_asn1(self._root[1])], clock)

    def trust(self, at: dt.datetime | None = None) -> TrustStore:
        """Return the root and a revocation list fresh at ``at``, for sealing and verifying."""
        self.renew_crl(at or now())
        return TrustStore.load(self.trust_folder)

    def renew_crl(self, at: dt.datetime) -> None:
        """Write a new revocation list if the present one is more than a day old at ``at``."""
        path = self.folder / "trust" / "test" / "root.crl"
        if path.exists():
            present = x509.load_pem_x509_crl(path.read_bytes())
            if at < present.last_update_utc + _CRL_RENEWAL:
                return
        key, root = self._root
        crl = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(root.subject)
            .last_update(at - _BACKDATE)
            .next_update(at + _CRL_LIFE)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
            .sign(key, hashes.SHA256())
        )
        _replace(path, crl.public_bytes(Encoding.PEM))

    def _make_seal(self, place: Path, agency: str, at: dt.datetime) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        builder = _certificate(_name(agency), self._root[1].subject, key, at, _SEAL_LIFE).add_extension(
            _key_usage(digital_signature=True, content_commitment=True), critical=True
        )
        _store(place, "seal", key, _issue(builder, self._root[0]))


def _make_trust(place: Path, root: Path) -> None:
    """Write the public part into the empty folder ``place``, for everybody to read."""
    shutil.copy(root, place)
    place.chmod(0o755)


def _make_authority(place: Path, at: dt.datetime) -> None:
    """Write root and time-stamp authority into the empty folder ``place``."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = _name("Root CA")
    root = (
        _certificate(root_name, root_name, root_key, at, _ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    )
    _store(place, "root", root_key, _issue(root, root_key))
    tsa_key = ec.generate_private_key(ec.SECP256R1())
    # RFC 3161, 2.3: the extended key usage is there, critical, and alone.
    tsa = (
        _certificate(_name("Time-Stamp Authority"), root_name, tsa_key, at, _TSA_LIFE)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    )
    _store(place, "tsa", tsa_key, _issue(tsa, root_key))


def _name(common: str) -> x509.Name:
    """Return a subject that says that this is a test: in its organization, and in its common name if there is room."""
    marked = f"{common} ({TEST_MARK})"
    fits = len(marked.encode()) <= _COMMON_NAME_BYTES
    short = common.encode()[:_COMMON_NAME_BYTES].decode(errors="ignore").rstrip()
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{common} - {TEST_MARK}"),
            x509.NameAttribute(NameOID.COMMON_NAME, marked if fits else short),
        ]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, at: dt.datetime, life: dt.timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _BACKDATE)
        .not_valid_after(at + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _issue(builder: x509.CertificateBuilder, issuer_key: PrivateKey) -> x509.Certificate:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return builder.add_extension(identifier, critical=False).sign(issuer_key, hashes.SHA256())


def _key_usage(**uses: bool) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{use: uses.get(use, False) for use in every})


def _store(place: Path, name: str, key: PrivateKey, certificate: x509.Certificate) -> None:
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(place / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    (place / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def _load(place: Path, name: str) -> tuple[PrivateKey, x509.Certificate]:
    """Return key and certificate ``name`` in ``place``.

    Raises:
        ConfigurationError: They are missing or damaged.
    """
    try:
        key = load_pem_private_key((place / f"{name}.key").read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate((place / f"{name}.pem").read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError(reason=f"the development key '{name}' is missing or damaged") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ConfigurationError(reason=f"the development key '{name}' is of an unknown kind")
    return key, certificate


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    loaded: asn1_x509.Certificate = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    return loaded


def _make_once(place: Path, fill: Callable[[Path], object]) -> None:
    """Make the folder ``place`` with what ``fill`` writes into it, whole or not at all.

    It is filled under another name and renamed; renaming onto a folder with files in it fails, so whoever comes second
    throws its own away and uses the first one's.
    """
    if place.is_dir():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    try:
        fill(new)
        new.rename(place)
    except OSError:
        if not place.is_dir():
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _replace(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` such that a reader sees the old or the new bytes, never a part."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).chmod(0o644)
    Path(name).replace(path)
