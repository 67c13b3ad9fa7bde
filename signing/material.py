# mypy: allow-untyped-calls
# asn1crypto has no types
"""What the verdict on a signed PDF rests on, as bytes that other programs can check.

Where in the file each signature and what it covers stand, its time stamps, and of everything that the file brings along
or the trust store holds, only what was of use: the certificates from each signer up to an anchor, and the revocation
lists (RFC 5280) and OCSP responses (RFC 6960) about them. A chain is followed by verifying signatures, never by names
alone.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from asn1crypto import cms, core, crl, ocsp, x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.held_evidence import attached_revocation, evidence_of
from signing.pdf import is_timestamp, open_file
from signing.proof import Evidence
from signing.record_check import revocation_in
from signing.trust import TrustAnchor, TrustStore

_LONGEST_CHAIN = 10
_NOT_PROVEN = (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError)

_Item = TypeVar("_Item", bound=core.Asn1Value)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes: where they begin, from 0, and how many."""

    start: int
    length: int

    def of(self, data: bytes) -> bytes:
        """Return them."""
        return data[self.start : self.start + self.length]


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """A time-stamp token (RFC 3161).

    Attributes:
        der: The CMS structure. moment: What it states. chain: Its authority's certificate and those above, as far as
            they are known. imprint: Of what was stamped, within the TSTInfo it holds. digest: That hash's name.
        is_pss: It is signed with RSASSA-PSS, which older programs do not take for a time stamp.
    """

    der: bytes
    moment: dt.datetime
    chain: tuple[x509.Certificate, ...]
    imprint: Span
    digest: str
    is_pss: bool


@dataclass(frozen=True, slots=True, eq=False)
class SignatureMaterial:
    """One signature or document time stamp of a file.

    Attributes:
        field: Name of its form field.
        covered: The two pieces of the file that were signed. contents: The signature's hex digits in the file.
        cms: What they encode, without padding. value: The signer's signature value within ``cms``.
        chain: The signer's certificate and those above, as far as they are known, an anchor last if one was reached.
        tokens: Its time stamps; a document time stamp is its own and only one.
        moment: At which its certificates are judged: the earliest that a time stamp in it, or a later one over the
            file, states; ``None`` if there is none.
    """

    field: str
    covered: tuple[Span, Span]
    contents: Span
    cms: bytes
    value: Span
    chain: tuple[x509.Certificate, ...]
    tokens: tuple[Token, ...]
    moment: dt.datetime | None
    is_timestamp: bool

    @property
    def chains(self) -> tuple[tuple[x509.Certificate, ...], ...]:
        """The signer's and those of its time-stamp authorities; empty ones left out."""
        return tuple(chain for chain in (self.chain, *(token.chain for token in self.tokens)) if chain)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Everything the verdict on one file, or on one time stamp, rests on.

    Attributes:
        signatures: Those that can be read, in the order they were made.
        chains: Of all signers and time-stamp authorities, each as in `SignatureMaterial`.
        anchors: Those in which the chains end. crls: Signed by an issuer in them. ocsps: About certificates in them.
    """

    signatures: tuple[SignatureMaterial, ...] = ()
    chains: tuple[tuple[x509.Certificate, ...], ...] = ()
    anchors: tuple[TrustAnchor, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    @classmethod
    def of(cls, trust: TrustStore, evidence: Evidence, chains: Iterable[tuple[x509.Certificate, ...]]) -> "Material":
        """Return what of ``trust`` and ``evidence`` is of use to ``chains``."""
        followed = tuple(chain for chain in chains if chain)
        known = {anchor.certificate.sha256: anchor for anchor in trust.anchors}
        issued = [pair for chain in followed for pair in pairwise(chain)]
        return cls(
            chains=followed,
            anchors=tuple(known[last.sha256] for last in _once(c[-1] for c in followed) if last.sha256 in known),
            crls=_once(one for one in evidence.crls if any(is_list_of(one, issuer) for _, issuer in issued)),
            ocsps=_once(one for one in evidence.ocsps if any(speaks_of(one, *pair) for pair in issued)),
        )

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """The certificates of all chains but the anchors, each once."""
        own = {anchor.certificate.sha256 for anchor in self.anchors}
        return _once(c for chain in self.chains for c in chain if c.sha256 not in own)

    @property
    def trust(self) -> TrustStore:
        """All of it, to reproduce the verdict with."""
        return TrustStore(self.anchors, self.certificates, self.crls, self.ocsps)

    def plus(self, other: "Material") -> "Material":
        """Return what both rest on, without the signatures of ``other``."""
        anchors = {a.certificate.sha256: a for a in (*self.anchors, *other.anchors)}
        return replace(
            self,
            chains=(*self.chains, *other.chains),
            anchors=tuple(anchors.values()),
            crls=_once((*self.crls, *other.crls)),
            ocsps=_once((*self.ocsps, *other.ocsps)),
        )


def trust_hash(trust: TrustStore) -> str:
    """Return which anchors are believed, and as what, as one SHA-256 in lower-case hex.

    It is taken over a line ``<class> <SHA-256 of the certificate>`` with a line feed for each anchor, sorted. What only
    helps to find a chain or shows a revocation is no matter of belief and does not count.
    """
    lines = sorted(f"{anchor.trust_class.value} {anchor.certificate.sha256.hex()}\n" for anchor in trust.anchors)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def material(pdf: bytes, trust: TrustStore) -> Material:
    """Return what the verdict on ``pdf`` rests on; a signature that cannot be read is left out.

    Never raises on the file's content, fetches nothing.
    """
    try:
        opened = open_file(pdf)
        evidence = evidence_of(trust, opened.reader)
        signatures = [found.signature for found in opened.found if found.signature is not None]
    except Exception:  # noqa: BLE001 - hostile input leads the parser anywhere; nothing of it is of use then
        return Material()
    for signature in signatures:
        evidence = evidence.plus(*_brought(signature))
    before = len(pdf) - len(opened.data)
    chains = _Chains(trust, evidence.certificates)
    read = [found for signature in signatures if (found := _read(signature, chains, before)) is not None]
    read = [replace(one, moment=_moment(one, read[place + 1 :])) for place, one in enumerate(read)]
    return replace(Material.of(trust, evidence, (c for one in read for c in one.chains)), signatures=tuple(read))


def token_material(der: bytes, trust: TrustStore) -> tuple[Token, Material]:
    """Return a time-stamp token, which is one of ours, taken apart, and what it rests on.

    Raises:
        ValueError: ``der`` is no time-stamp token.
    """
    signed_data = cms.ContentInfo.load(der, strict=True)["content"]
    evidence = Evidence(tuple(trust.roots), trust.certificates, trust.crls, trust.ocsps)
    certificates = [c.chosen for c in signed_data["certificates"] if c.name == "certificate"]
    evidence = evidence.plus(certificates, *revocation_in(signed_data))
    token = _token(signed_data, _Chains(trust, evidence.certificates))
    return token, Material.of(trust, evidence, (token.chain,))


def is_list_of(revocations: crl.CertificateList, issuer: x509.Certificate) -> bool:
    """Return whether ``issuer`` signed a revocation list."""
    if revocations.issuer.dump() != issuer.subject.dump():
        return False
    try:
        key = _pyca(issuer).public_key()
        return pyca.load_der_x509_crl(revocations.dump()).is_signature_valid(key)  # type: ignore[arg-type]  # any key
    except _NOT_PROVEN:
        return False


def speaks_of(answer: ocsp.OCSPResponse, subject: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether an OCSP response is about ``subject``, which ``issuer`` issued; its signature is not looked at."""
    return any(_is_about(identifier, subject, issuer) for identifier in certificate_ids(answer))


def certificate_ids(answer: ocsp.OCSPResponse) -> list[ocsp.CertId]:
    """Return whom an OCSP response is about; nobody if it is none that succeeded."""
    if answer["response_status"].native != "successful":
        return []
    return [single["cert_id"] for single in answer.response_data["responses"]]


def _is_about(identifier: ocsp.CertId, subject: x509.Certificate, issuer: x509.Certificate) -> bool:
    name = identifier["hash_algorithm"]["algorithm"].native
    try:
        issuer_key = hashlib.new(name, bytes(issuer.public_key["public_key"])).digest()
        issuer_name = hashlib.new(name, issuer.subject.dump()).digest()
    except ValueError:
        return False
    return (issuer_name, issuer_key, subject.serial_number) == (
        identifier["issuer_name_hash"].native,
        identifier["issuer_key_hash"].native,
        identifier["serial_number"].native,
    )


class _Chains:
    """Finds the certificates above one, among those of the trust store and of the file."""

    def __init__(self, trust: TrustStore, others: Iterable[x509.Certificate]) -> None:
        self._anchors = {root.sha256 for root in trust.roots}
        self._known = _once((*trust.roots, *others))

    def above(self, certificate: x509.Certificate) -> tuple[x509.Certificate, ...]:
        """Return ``certificate`` and those above it, up to an anchor or as far as they are known; anchors first."""
        chain = [certificate]
        while chain[-1].sha256 not in self._anchors and len(chain) < _LONGEST_CHAIN:
            issuer = next((c for c in self._known if _issued(c, chain[-1])), None)
            if issuer is None or issuer in chain:
                break
            chain.append(issuer)
        return tuple(chain)


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    if issuer.subject.dump() != subject.issuer.dump():
        return False
    try:
        _pyca(subject).verify_directly_issued_by(_pyca(issuer))
    except _NOT_PROVEN:
        return False
    return True


def _pyca(certificate: x509.Certificate) -> pyca.Certificate:
    return pyca.load_der_x509_certificate(certificate.dump())


def _brought(
    signature: EmbeddedPdfSignature,
) -> tuple[list[x509.Certificate], list[crl.CertificateList], list[ocsp.OCSPResponse]]:
    """Return the certificates and revocation data inside a signature and its time stamps."""
    try:
        tokens = [] if is_timestamp(signature) else list(extract_tst_data_iter(signature.signer_info, signed=False))
        structures = [signature.signed_data, *tokens]
        certificates = [c.chosen for one in structures for c in one["certificates"] if c.name == "certificate"]
        return certificates, *attached_revocation(signature.signed_data)
    except Exception:  # noqa: BLE001 - a hostile signature brings nothing
        return [], [], []


def _read(signature: EmbeddedPdfSignature, chains: _Chains, before: int) -> SignatureMaterial | None:
    """Return what a signature is made of; ``before`` counts the bytes that the file has before its header."""
    try:
        start, length, start2, length2 = (int(v) for v in signature.byte_range)
        data = cms.ContentInfo.load(signature.pkcs7_content)
        der = data.dump()
        stamped = is_timestamp(signature)
        found = [data["content"]] if stamped else extract_tst_data_iter(signature.signer_info, signed=False)
        tokens = tuple(_token(one, chains) for one in found)
        return SignatureMaterial(
            field=signature.field_name,
            covered=(Span(before + start, length), Span(before + start2, length2)),
            contents=Span(before + length + 1, 2 * len(der)),
            cms=der,
            value=_place(der, signature.signer_info["signature"].native),
            chain=() if stamped else chains.above(signature.signer_cert),
            tokens=tokens,
            moment=None,
            is_timestamp=stamped,
        )
    except Exception:  # noqa: BLE001 - a hostile signature is reported as unreadable; nothing of it is of use
        return None


def _moment(one: SignatureMaterial, later: Iterable[SignatureMaterial]) -> dt.datetime | None:
    """Return the earliest moment that a time stamp states for a signature: its own, or a later one over the file."""
    stamps = [token for signature in later if signature.is_timestamp for token in signature.tokens]
    return min((token.moment for token in (*one.tokens, *stamps)), default=None)


def _token(signed_data: cms.SignedData, chains: _Chains) -> Token:
    info = signed_data["encap_content_info"]["content"].parsed
    imprint = info["message_imprint"]
    signer = signed_data["signer_infos"][0]
    certificate = extract_certs_for_validation(signed_data).signer_cert
    return Token(
        der=cms.ContentInfo({"content_type": "signed_data", "content": signed_data}).dump(),
        moment=info["gen_time"].native,
        chain=chains.above(certificate),
        imprint=_place(info.dump(), imprint["hashed_message"].native),
        digest=imprint["hash_algorithm"]["algorithm"].native,
        is_pss=signer["signature_algorithm"].signature_algo == "rsassa_pss",
    )


def _place(data: bytes, part: bytes) -> Span:
    """Return where ``part`` stands in ``data``: bytes of this kind are too many and too random to stand there twice."""
    return Span(data.index(part), len(part))


def _once(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """Return ``items`` without those whose bytes came before."""
    return tuple({item.dump(): item for item in items}.values())
