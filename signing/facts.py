# mypy: allow-untyped-calls
# asn1crypto has no types
"""From what was checked to what is told of it: plain facts on certificates, revocation evidence and time stamps."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import (
    CRLValidationError,
    OCSPValidationError,
    PathBuildingError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, CertRevTrustPolicy
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

from signing.judge import common_name
from signing.proof import Evidence, Revocation, StampedTime, Standing
from signing.report import AnchorFacts, CertificateFacts, RevocationFacts, SignatureIdentifier, TimeStampFacts
from signing.trust import TrustStore

_MOST_CANDIDATES = 12
"""Pieces of evidence tried for one certificate: a hostile file may bring thousands."""

_Piece = crl.CertificateList | ocsp.OCSPResponse


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Where each piece of evidence came from; what is in none of the groups came with the file.

    Attributes:
        trust: What the verifier brought. online: What was fetched, and from where. attached: What the signature holds.
    """

    trust: tuple[object, ...]
    online: Mapping[int, str]
    attached: tuple[object, ...]

    def of(self, piece: object) -> tuple[str, str | None]:
        """Return the source of ``piece``, and its address if it was fetched."""
        url = self.online.get(id(piece))
        if url is not None:
            return "online", url
        if any(piece is held for held in self.attached):
            return "signature", None
        return ("trust" if any(piece is held for held in self.trust) else "DSS"), None


_RANK = ("DSS", "signature", "trust", "online")
"""What the file keeps goes before what only this check has."""


def certificate_facts(certificate: x509.Certificate) -> CertificateFacts:
    """Return what ``certificate`` says of itself."""
    return CertificateFacts(
        subject=common_name(certificate.subject),
        unit=", ".join(_units(certificate.subject)),
        issuer=common_name(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        sha256=certificate.sha256.hex(),
        valid_from=certificate.not_valid_before,
        valid_until=certificate.not_valid_after,
    )


def _units(name: x509.Name) -> Iterator[str]:
    """Yield the organizational units of ``name`` from the lowest up, then its organization."""
    for key in ("organizational_unit_name", "organization_name"):
        values = name.native.get(key) or ()
        yield from reversed([values] if isinstance(values, str) else values)


def self_contained(stood: Standing, used: tuple[RevocationFacts, ...], kept: Iterable[x509.Certificate]) -> bool:
    """Return whether the file's own store proves the certificate, given the anchors (B-LT, ETSI EN 319 142-1, 6.3).

    Args:
        stood: How it stood.
        used: The evidence that speaks for its chain.
        kept: The certificates in the file and in the signature.
    """
    if stood.path is None or stood.revocation is not Revocation.GOOD:
        return False
    below = list(stood.path.iter_certs(include_root=False))
    known = {c.sha256 for c in kept}
    return len(used) == len(below) and all(u.source == "DSS" for u in used) and all(c.sha256 in known for c in below)


def chain_facts(stood: Standing) -> tuple[CertificateFacts, ...]:
    """Return the certificates above the one that ``stood``, the nearest first."""
    if stood.path is None:
        return ()
    return tuple(certificate_facts(c) for c in reversed(list(stood.path.iter_certs(include_root=True))[:-1]))


def anchor_facts(trust: TrustStore) -> tuple[AnchorFacts, ...]:
    """Return the anchors of ``trust``."""
    return tuple(
        AnchorFacts(common_name(a.certificate.subject), a.certificate.sha256.hex(), a.trust_class)
        for a in trust.anchors
    )


def timestamp_facts(
    inside: Iterable[tuple[cms.SignedData, StampedTime]], after: Iterable[tuple[cms.SignedData, StampedTime]]
) -> tuple[TimeStampFacts, ...]:
    """Return the facts on the time stamps in a signature and over it, tokens with their judgement."""
    placed = [("signature", token, stamp) for token, stamp in inside]
    placed += [("document", token, stamp) for token, stamp in after]
    return tuple(
        TimeStampFacts(
            moment=stamp.moment,
            authority=common_name(stamp.integrity.certificate.subject) if stamp.integrity.certificate else "",
            place=place,
            counts=stamp.code == "timestamp-ok",
            sha256=hashlib.sha256(token.dump()).hexdigest(),
        )
        for place, token, stamp in placed
        if stamp.moment is not None
    )


def identifier(signature: EmbeddedPdfSignature) -> SignatureIdentifier | None:
    """Return what tells ``signature`` from any other; ``None`` without signed attributes, or with an unknown hash."""
    signer_info = extract_signer_info(signature.signed_data)
    algorithm = signer_info["digest_algorithm"]["algorithm"].native
    try:
        signed = hashlib.new(algorithm, signer_info["signed_attrs"].untag().dump())
    except (ValueError, AttributeError):
        return None
    return SignatureIdentifier(
        digest_algorithm=algorithm,
        signed=signed.hexdigest(),
        document=signature.compute_digest(algorithm).hex(),
        value=signer_info["signature"].native.hex(),
    )


async def revocation_facts(
    stood: Standing, evidence: Evidence, moment: dt.datetime, sources: Sources
) -> tuple[RevocationFacts, ...]:
    """Return the evidence that speaks for each certificate of the chain at ``moment``, tried piece by piece.

    What the file keeps goes before what the verifier had, and that before what was fetched.
    """
    if stood.path is None or stood.revocation not in {Revocation.GOOD, Revocation.REVOKED}:
        return ()
    facts = []
    for certificate in stood.path.iter_certs(include_root=False):
        spoken = None
        for piece in _candidates(certificate, evidence, sources):
            says = await _says(piece, certificate, stood.path, evidence, moment)
            if says == "revoked" or (says and spoken is None):
                spoken = _revocation(piece, certificate, says, sources)
            if says == "revoked" or (says and stood.revocation is Revocation.GOOD):
                break
        if spoken is not None:
            facts.append(spoken)
    return tuple(reversed(facts))


def _candidates(certificate: x509.Certificate, evidence: Evidence, sources: Sources) -> list[_Piece]:
    """Return the evidence that names ``certificate`` or its issuer, in the order of its sources, the newest first."""
    everything: tuple[_Piece, ...] = (*evidence.ocsps, *evidence.crls)
    pieces = [p for p in everything if _is_about(p, certificate)]
    newest_first = sorted(pieces, key=lambda p: _period(p)[0], reverse=True)
    return sorted(newest_first, key=lambda p: _RANK.index(sources.of(p)[0]))[:_MOST_CANDIDATES]


def _is_about(piece: _Piece, certificate: x509.Certificate) -> bool:
    """Return whether ``piece`` could say something of ``certificate``; what cannot be read says nothing."""
    try:
        start, _ = _period(piece)
        if isinstance(piece, crl.CertificateList):
            # A list issued after the certificate's end may leave it out.
            return bool(start <= certificate.not_valid_after and piece.issuer == certificate.issuer)
        serials = {a["cert_id"]["serial_number"].native for a in piece.response_data["responses"]}
        return bool(certificate.ocsp_urls) and certificate.serial_number in serials
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False


def _period(piece: _Piece) -> tuple[dt.datetime, dt.datetime | None]:
    """Return from when until when ``piece`` is fresh."""
    if isinstance(piece, crl.CertificateList):
        return piece["tbs_cert_list"]["this_update"].native, piece["tbs_cert_list"]["next_update"].native
    content = piece.response_data["responses"][0]
    return content["this_update"].native, content["next_update"].native


async def _says(
    piece: _Piece, certificate: x509.Certificate, path: ValidationPath, evidence: Evidence, moment: dt.datetime
) -> str | None:
    """Return what ``piece``, taken alone, says of ``certificate``: ``good``, ``revoked``, or nothing that counts."""
    is_list = isinstance(piece, crl.CertificateList)
    context = ValidationContext(
        trust_roots=list(evidence.anchors),
        other_certs=evidence.certificates,
        crls=[piece] if isinstance(piece, crl.CertificateList) else evidence.crls,
        ocsps=[piece] if isinstance(piece, ocsp.OCSPResponse) else [],
        moment=moment,
        # The chain has been checked, and so who may speak; evidence issued after the moment speaks for it too.
        revinfo_policy=CertRevTrustPolicy(NO_REVOCATION, retroactive_revinfo=True),
    )
    try:
        await (verify_crl if is_list else verify_ocsp_response)(certificate, path, context)
    except RevokedError:
        return "revoked"
    except (CRLValidationError, OCSPValidationError, ValidationError, PathBuildingError):
        return None
    return "good"


def _revocation(piece: _Piece, certificate: x509.Certificate, says: str, sources: Sources) -> RevocationFacts:
    source, url = sources.of(piece)
    start, end = _period(piece)
    is_list = isinstance(piece, crl.CertificateList)
    return RevocationFacts(
        certificate=certificate.sha256.hex(),
        says=says,
        kind="CRL" if is_list else "OCSP",
        issuer=_spoken_by(piece),
        this_update=start,
        next_update=end,
        sha256=hashlib.sha256(piece.dump()).hexdigest(),
        source=source,
        url=url,
    )


def _spoken_by(piece: _Piece) -> str:
    """Return who signed it; of a responder known by its key only, whose certificate it sends along, else nobody."""
    if isinstance(piece, crl.CertificateList):
        return common_name(piece.issuer)
    identity = piece.response_data["responder_id"]
    if identity.name == "by_name":
        return common_name(identity.chosen)
    certificates = piece.basic_ocsp_response["certs"]
    return common_name(certificates[0].subject) if len(certificates) else ""
