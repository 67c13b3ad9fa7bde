# mypy: allow-untyped-calls
# asn1crypto has no types
"""Seal keys through one port, wherever the private key lives: in a file, in hardware, in the development CA.

A passphrase or PIN comes from the environment or a file, is handed over as a value and is kept nowhere: not in the
`SealKey`, not in a message of an error, not in a log line. Keys in hardware: `signing.hardware`.
"""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash, process_pss_params

from dossier.errors import ConfigurationError, SealRefused
from signing.trust import is_test

MIN_RSA_BITS = 2048
MIN_EC_BITS = 256

_SIGNING_USES = frozenset({"digital_signature", "non_repudiation"})
_FOREIGN_PURPOSES = frozenset({"server_auth", "code_signing", "time_stamping", "ocsp_signing"})
"""Extended key usages which, alone, say that a certificate is for something else than documents."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True, eq=False)
class SealKey:
    """A key that seals, with its certificate.

    Attributes:
        signer: Signs digests; keeps the key loaded, or the session with the hardware module open.
        certificate: Of the key.
        is_test: The certificate is marked as a test and proves nothing to anybody.
        agency: Name of the agency: the certificate's common name, else its organization.
    """

    signer: Signer
    certificate: x509.Certificate
    is_test: bool
    agency: str

    @classmethod
    def of(cls, signer: Signer) -> "SealKey":
        """Return the key that ``signer`` holds.

        Raises:
            ConfigurationError: It has no certificate.
        """
        certificate = signer.signing_cert
        if certificate is None:
            raise ConfigurationError(reason="the seal key has no certificate")
        subject = certificate.subject.native
        agency = subject.get("common_name") or subject.get("organization_name") or ""
        return cls(signer=signer, certificate=certificate, is_test=is_test(certificate), agency=str(agency))

    def days_left(self, at: dt.datetime) -> float:
        """Return how many days after the moment ``at`` the certificate ends; negative if it has."""
        end: dt.datetime = self.certificate.not_valid_after
        return (end - at) / dt.timedelta(days=1)


class LoadedSigner(Signer):
    """Signs with a private key in memory: RSASSA-PSS or ECDSA. The key is parsed once, not for every signature.

    Args:
        key: The private key. certificate: Its certificate. chain: The certificates above it, put into the signature.
    """

    def __init__(self, key: PrivateKey, certificate: x509.Certificate, chain: Iterable[x509.Certificate] = ()) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple([certificate, *chain])
        super().__init__(prefer_pss=True, signing_cert=certificate, cert_registry=registry)
        self._key = key
        self._size = signature_size(certificate)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - the library's signature
        """Return the signature over ``data``; zeros of the right length when ``dry_run`` only asks for the size."""
        if dry_run:
            return bytes(self._size)
        if isinstance(self._key, rsa.RSAPrivateKey):
            mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
            pss, digest = process_pss_params(mechanism["parameters"])
            return self._key.sign(data, pss, digest)
        return self._key.sign(data, ec.ECDSA(get_pyca_cryptography_hash(digest_algorithm)))


def signature_size(certificate: x509.Certificate) -> int:
    """Return the most bytes that a signature by the certificate's key has."""
    public = certificate.public_key
    size: int = math.ceil(public.bit_size / 8)
    # ECDSA: two integers, each with its header and perhaps a leading zero, in a sequence.
    return 2 * (size + 3) + 3 if public.algorithm == "ec" else size


def load_pkcs12(path: Path, passphrase: str | None) -> SealKey:
    """Return the seal key in the PKCS#12 file ``path``.

    Raises:
        ConfigurationError: The file is missing, the passphrase is wrong, or it holds no RSA or EC key with certificate.
    """
    secret = passphrase.encode() if passphrase is not None else None
    try:
        bundle = pkcs12.load_pkcs12(path.read_bytes(), secret)
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(
            reason=f"the seal file '{path.name}' cannot be opened: missing, damaged, or another passphrase"
        ) from error
    if not isinstance(bundle.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or bundle.cert is None:
        raise ConfigurationError(reason=f"the seal file '{path.name}' has no RSA or EC key with a certificate")
    if bundle.key.public_key() != bundle.cert.certificate.public_key():
        raise ConfigurationError(reason=f"in the seal file '{path.name}' key and certificate do not belong together")
    chain = [x509.Certificate.load(c.certificate.public_bytes(Encoding.DER)) for c in bundle.additional_certs]
    certificate = x509.Certificate.load(bundle.cert.certificate.public_bytes(Encoding.DER))
    return SealKey.of(LoadedSigner(bundle.key, certificate, chain))


def require_usable(key: SealKey, *, environment: str, at: dt.datetime) -> None:
    """Do nothing if ``key`` may seal at the moment ``at``, as far as its own certificate tells.

    Chain and revocation need the trust store; `signing.seal.seal` checks them too before it signs.

    Args:
        key: What would seal.
        environment: Name of the installation; ``production`` refuses test keys.
        at: When it would, aware.

    Raises:
        SealRefused: A test key in production; outside the validity period; the certificate is not for signing; key or
            hash is too weak (TT 15/2025/TT-BKHCN: RSA of 2048 bits, ECDSA of 256 bits, SHA-256).
    """
    certificate = key.certificate
    if key.is_test and environment == "production":
        raise SealRefused(
            reason="this is a test certificate and the environment is production",
            reason_vi="chứng thư số thử nghiệm không được dùng trong môi trường chính thức",
        )
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        start, end = certificate.not_valid_before.date(), certificate.not_valid_after.date()
        raise SealRefused(
            reason=f"the certificate is valid from {start} to {end} only",
            reason_vi=f"chứng thư số chỉ có hiệu lực từ {start:%d/%m/%Y} đến {end:%d/%m/%Y}",
        )
    if not may_sign(certificate):
        raise SealRefused(
            reason="the certificate is not meant for signing documents",
            reason_vi="chứng thư số không dùng cho mục đích ký văn bản",
        )
    if is_weak(certificate):
        raise SealRefused(
            reason="the certificate's key or hash is too weak",
            reason_vi="khóa hoặc hàm băm của chứng thư số quá yếu",
        )


def may_sign(certificate: x509.Certificate) -> bool:
    """Return whether ``certificate`` was issued for signing documents, as far as its key usages say anything."""
    uses, purposes = certificate.key_usage_value, certificate.extended_key_usage_value
    if uses is not None and not _SIGNING_USES & uses.native:
        return False
    return purposes is None or not set(purposes.native) <= _FOREIGN_PURPOSES


def is_weak(certificate: x509.Certificate) -> bool:
    """Return whether ``certificate`` has a key shorter than the standard, or was signed with SHA-1 or MD5."""
    public = certificate.public_key
    least = {"rsa": MIN_RSA_BITS, "rsassa_pss": MIN_RSA_BITS, "ec": MIN_EC_BITS}.get(public.algorithm)
    short = least is None or public.bit_size < least
    mechanism = certificate["signature_algorithm"]["algorithm"].native
    return short or mechanism.startswith(("sha1", "md5", "md2"))
