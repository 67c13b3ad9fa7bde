"""Trust anchors: whose certificates are believed, in classes kept apart.

A trust folder holds certificates and revocation lists as PEM or DER. The class of an anchor comes from the nearest
sub-folder, or the beginning of the file name, that is one of `TrustClass`: ``official-duty/root.pem`` and
``official-duty-root.pem`` say the same. Vietnam has two separate trees (Law 20/2023/QH15 art. 22): certificates for
official duty, and public ones under the National Root CA.

Chains are built by verifying signatures with the anchors' keys. A name decides nothing: it only narrows the search.
"""

# mypy: allow-untyped-calls
# asn1crypto has no types
import contextlib
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from asn1crypto import crl, ocsp, pem, x509

from dossier.errors import ConfigurationError

TEST_MARK = "THỬ NGHIỆM / TEST"
"""Stands in the subject of every certificate that proves nothing to anybody."""

_LOOK_AGAIN_S = 60.0
_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".crl", ".ocsp"})


class TrustClass(StrEnum):
    """What an anchor's word is worth."""

    OFFICIAL_DUTY = "official-duty"
    """Specialised signatures for official duty (chữ ký số chuyên dùng công vụ)."""
    PUBLIC = "public"
    """Public certification under the National Root CA (chữ ký số công cộng)."""
    FOREIGN = "foreign"
    """Foreign certification recognised in Vietnam."""
    TEST = "test"
    """Development and tests: no legal value."""
    UNLABELLED = "unlabelled"
    """Trusted by whoever runs the check, who did not say as what."""


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """A certificate believed without further proof, and as what."""

    certificate: x509.Certificate
    trust_class: TrustClass


@dataclass(frozen=True, slots=True, eq=False)
class TrustStore:
    """What a check may rely on besides the file itself; everything is local, nothing is fetched.

    Attributes:
        anchors: Where chains may end. certificates: Intermediate ones, believed only through a chain.
        crls, ocsps: Revocation evidence, believed only if signed by the issuer.
    """

    anchors: tuple[TrustAnchor, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    @classmethod
    def load(cls, *folders: Path) -> "TrustStore":
        """Return what ``folders`` hold, sub-folders included.

        A self-issued certificate is an anchor, and so is one whose issuer is nowhere in the folders; any other is an
        intermediate.

        Raises:
            ConfigurationError: A folder is missing, or a file is neither certificate, CRL nor OCSP response.
        """
        certificates: list[TrustAnchor] = []
        crls: list[crl.CertificateList] = []
        ocsps: list[ocsp.OCSPResponse] = []
        for folder in folders:
            if not folder.is_dir():
                raise ConfigurationError(reason=f"the trust folder '{folder}' does not exist")
            for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file()):
                for item in _read(path):
                    if isinstance(item, x509.Certificate):
                        certificates.append(TrustAnchor(item, _class_of(path, folder)))
                    elif isinstance(item, crl.CertificateList):
                        crls.append(item)
                    else:
                        ocsps.append(item)
        subjects = {c.certificate.subject.dump() for c in certificates}
        anchors = tuple(c for c in certificates if _ends_chain(c.certificate, subjects))
        known = {a.certificate.sha256 for a in anchors}
        return cls(
            anchors=anchors,
            certificates=tuple(c.certificate for c in certificates if c.certificate.sha256 not in known),
            crls=tuple(crls),
            ocsps=tuple(ocsps),
        )

    @property
    def roots(self) -> list[x509.Certificate]:
        """The anchors' certificates."""
        return [a.certificate for a in self.anchors]

    def class_of(self, root: x509.Certificate) -> TrustClass:
        """Return as what the anchor ``root`` is trusted; compared by its bytes."""
        return next((a.trust_class for a in self.anchors if a.certificate.sha256 == root.sha256), TrustClass.UNLABELLED)


class TrustFolders:
    """Trust folders whose files change: revocation lists are issued anew, authorities come and go.

    Args:
        *folders: As for `TrustStore.load`.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._seen = _state(folders)
        self._looked_at = time.monotonic()
        self._store = TrustStore.load(*folders)

    @property
    def store(self) -> TrustStore:
        """What the folders hold, looked at again after a minute; the same store as long as no file has changed."""
        if time.monotonic() > self._looked_at + _LOOK_AGAIN_S:
            seen = _state(self._folders)
            if seen != self._seen:
                self._store = TrustStore.load(*self._folders)
            self._seen, self._looked_at = seen, time.monotonic()
        return self._store


def _state(folders: Iterable[Path]) -> frozenset[tuple[Path, int, int]]:
    """Return what tells whether a file in ``folders`` is another one now."""
    seen = set()
    for path in (path for folder in folders for path in folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):  # replaced at this moment: it will be another one next time
            status = path.stat()
            seen.add((path, status.st_mtime_ns, status.st_size))
    return frozenset(seen)


def is_test(certificate: x509.Certificate) -> bool:
    """Return whether subject or issuer of ``certificate`` carries the mark of a test."""
    names = {**certificate.subject.native, "issuer": certificate.issuer.native}
    return TEST_MARK in unicodedata.normalize("NFC", str(names)).upper()


def _ends_chain(certificate: x509.Certificate, subjects: set[bytes]) -> bool:
    return certificate.self_issued or certificate.issuer.dump() not in subjects


def _class_of(path: Path, folder: Path) -> TrustClass:
    """Return the class that the file's name begins with, else that of the nearest folder so named, up to ``folder``."""
    for trust_class in TrustClass:
        if path.stem.lower().startswith(f"{trust_class}-") or path.stem.lower() == trust_class:
            return trust_class
    for name in [*reversed(path.relative_to(folder).parent.parts), folder.resolve().name]:
        if name.lower() in set(TrustClass):
            return TrustClass(name.lower())
    return TrustClass.UNLABELLED


def _read(path: Path) -> Iterator[x509.Certificate | crl.CertificateList | ocsp.OCSPResponse]:
    """Yield the certificates and revocation data in ``path``.

    Raises:
        ConfigurationError: It holds something else.
    """
    data = path.read_bytes()
    try:
        blocks = [der for _, _, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
        for der in blocks:
            yield _parse(der)
    except ValueError as error:
        raise ConfigurationError(
            reason=f"'{path.name}' in the trust folder is neither a certificate nor a CRL nor an OCSP response"
        ) from error


def _parse(der: bytes) -> x509.Certificate | crl.CertificateList | ocsp.OCSPResponse:
    """Return what ``der`` encodes; asn1crypto parses lazily, so a field of each is looked at.

    Raises:
        ValueError: None of the three.
    """
    for kind, field in (
        (x509.Certificate, "tbs_certificate"),
        (crl.CertificateList, "tbs_cert_list"),
        (ocsp.OCSPResponse, "response_status"),
    ):
        try:
            value = kind.load(der, strict=True)
            _ = value[field].native
        except (ValueError, TypeError):
            continue
        return value  # type: ignore[no-any-return]  # one of the three kinds above
    raise ValueError("unknown structure")
