# mypy: allow-untyped-calls
# asn1crypto has no types
"""What proves a signature: who signed (chain), that the certificate stood (revocation), and when it existed (time).

The model is the one of TT 15/2025/TT-BKHCN, Annex II, and of ETSI EN 319 102-1, clause 5.6: a certificate is judged at
the moment a trusted time stamp proves for the signature, with revocation evidence that speaks for that moment, wherever
it was kept. Without a proven moment it is judged at the moment of checking. A time stamp counts as long as its
authority's certificate has not expired, or a later time stamp over it counts (archive time stamps).
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from asn1crypto import cms, core, crl, ocsp, tsp, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.sign.general import CMSExtractionError, extract_signer_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from signing.keys import is_weak
from signing.strength import STRONG_DIGESTS, believed

_LISTS_ONLY = RevocationCheckingPolicy(RevocationCheckingRule.CRL_REQUIRED, RevocationCheckingRule.CRL_REQUIRED)


class Chain(Enum):
    """How the search for a chain to a trust anchor ended."""

    OK = auto()
    NO_ANCHOR = auto()
    BROKEN = auto()
    WEAK = auto()
    EXPIRED = auto()
    NOT_YET_VALID = auto()


class Revocation(Enum):
    """What the revocation evidence says."""

    GOOD = auto()
    MISSING = auto()
    REVOKED = auto()
    UNCHECKED = auto()
    """There is no chain, so nobody whose evidence would count."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything a check may rely on: what the trust store holds and what the file brings along."""

    anchors: tuple[x509.Certificate, ...]
    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    def plus(
        self,
        certificates: Iterable[x509.Certificate] = (),
        crls: Iterable[crl.CertificateList] = (),
        ocsps: Iterable[ocsp.OCSPResponse] = (),
    ) -> "Evidence":
        """Return this evidence and more."""
        return Evidence(self.anchors, (*self.certificates, *certificates), (*self.crls, *crls), (*self.ocsps, *ocsps))


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How a certificate stood at one moment.

    Attributes:
        chain, revocation: See there. anchor: Where the chain ends, even if something is wrong with it.
        revoked_at: When, if it was revoked before the moment. path: The chain, if there is a good one.
    """

    chain: Chain
    revocation: Revocation
    anchor: x509.Certificate | None = None
    revoked_at: dt.datetime | None = None
    path: ValidationPath | None = None


async def standing(certificate: x509.Certificate, evidence: Evidence, at: dt.datetime) -> Standing:
    """Return how ``certificate`` stood at the moment ``at``; nothing is fetched."""
    with contextlib.suppress(ValidationError, PathBuildingError):
        # Most are good: only what is not is looked at step by step.
        path = await _path(certificate, evidence, at, REQUIRE_REVINFO)
        if evidence.ocsps:
            await _contradict(certificate, evidence, at)
        return Standing(Chain.OK, Revocation.GOOD, _anchor(path), path=path)
    return await _fault(certificate, evidence, at)


async def _fault(certificate: x509.Certificate, evidence: Evidence, at: dt.datetime) -> Standing:
    """Return how a certificate that is not in order stood at the moment ``at``."""
    try:
        path = await _path(certificate, evidence, at, NO_REVOCATION)
    except ValidationError as error:
        return Standing(_chain(error), Revocation.UNCHECKED, _anchor(getattr(error, "original_path", None)))
    except PathBuildingError:
        return Standing(Chain.NO_ANCHOR, Revocation.UNCHECKED)
    anchor = _anchor(path)
    try:
        await _path(certificate, evidence, at, REQUIRE_REVINFO)
        if evidence.ocsps:
            await _contradict(certificate, evidence, at)
    except RevokedError as error:
        return Standing(Chain.OK, Revocation.REVOKED, anchor, error.revocation_dt, path)
    except InsufficientRevinfoError:
        return Standing(Chain.OK, Revocation.MISSING, anchor, path=path)
    except ValidationError as error:
        # E.g. revocation evidence signed with an algorithm no longer allowed.
        return Standing(_chain(error), Revocation.MISSING, anchor)
    return Standing(Chain.OK, Revocation.GOOD, anchor, path=path)


async def _contradict(certificate: x509.Certificate, evidence: Evidence, at: dt.datetime) -> None:
    """Do nothing unless a revocation list takes back what an OCSP response said, perhaps hours before.

    Raises:
        RevokedError: It does.
    """
    try:
        await _path(certificate, evidence, at, _LISTS_ONLY)
    except InsufficientRevinfoError:
        return


async def _path(
    certificate: x509.Certificate, evidence: Evidence, at: dt.datetime, policy: RevocationCheckingPolicy
) -> ValidationPath:
    # A list issued after the certificate's end may have dropped it: silence there proves nothing.
    crls = [c for c in evidence.crls if c["tbs_cert_list"]["this_update"].native <= certificate.not_valid_after]
    context = ValidationContext(
        trust_roots=list(evidence.anchors),
        other_certs=evidence.certificates,
        crls=crls,
        ocsps=evidence.ocsps,
        moment=at,
        # Evidence issued after the moment speaks for it too: revocations carry their own dates.
        revinfo_policy=CertRevTrustPolicy(policy, retroactive_revinfo=True),
    )
    return await CertificateValidator(certificate, validation_context=context).async_validate_path()


def _chain(error: ValidationError) -> Chain:
    match error:
        case ExpiredError():
            return Chain.EXPIRED
        case NotYetValidError():
            return Chain.NOT_YET_VALID
        case DisallowedAlgorithmError():
            return Chain.WEAK
        case PathValidationError():
            return Chain.BROKEN
        case _:
            # A self-signed certificate that is nobody's anchor.
            return Chain.NO_ANCHOR


def _anchor(path: ValidationPath | None) -> x509.Certificate | None:
    return next(iter(path.iter_certs(include_root=True)), None) if path is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class Integrity:
    """Whether a CMS signature is what its signer made.

    Attributes:
        code: ``integrity-ok``, or the code of what is wrong.
        certificate: The signer's, if it is in the signature. certificates: All that are.
        algorithm: E.g. ``RSASSA-PSS 2048, SHA-256``. weak: It is no longer safe. legacy: RSA PKCS#1 v1.5.
        hashes: Names of the hash functions it rests on. short: The key is shorter than the rules ask for.
    """

    code: str
    certificate: x509.Certificate | None = None
    certificates: tuple[x509.Certificate, ...] = ()
    algorithm: str = ""
    weak: bool = False
    legacy: bool = False
    hashes: frozenset[str] = frozenset()
    short: bool = False

    def weak_at(self, moment: dt.datetime) -> bool:
        """Return whether it was no longer safe at ``moment``, a proven one or that of checking."""
        return self.short or not all(believed(h, moment) for h in self.hashes)


def integrity(signed_data: cms.SignedData, digest: Callable[[str], bytes]) -> Integrity:
    """Return whether ``signed_data`` fits its content and its signer's key.

    Args:
        signed_data: The CMS structure.
        digest: Gives the content's digest by an algorithm's name.
    """
    signer_info = extract_signer_info(signed_data)
    try:
        certificates = extract_certs_for_validation(signed_data)
    except SignatureValidationError as error:
        missing = isinstance(error.__context__, CMSExtractionError)
        return Integrity("signature-unreadable" if missing else "certificate-substituted")
    certificate = certificates.signer_cert
    name = signer_info["digest_algorithm"]["algorithm"].native
    actual = digest(name)
    try:
        intact, valid = validate_sig_integrity(
            signer_info, certificate, signed_data["encap_content_info"]["content_type"].native, actual
        )
    except SignatureValidationError:
        intact = valid = False
        code = "attributes-wrong"
    else:
        code = ""
    if code:
        pass
    elif not intact:
        code = "integrity-broken"
    elif valid:
        code = "integrity-ok"
    else:
        code = "encoding-nonstandard" if _lacks_null(signer_info, certificate) else "signature-broken"
    scheme, used = _scheme(signer_info, certificate)
    if used != name:
        scheme += f"/{digest_name(name)}"
    return Integrity(
        code=code,
        certificate=certificate,
        certificates=(certificate, *certificates.other_certs),
        algorithm=scheme,
        weak=is_weak(certificate) or not {name, used} <= STRONG_DIGESTS,
        legacy=signer_info["signature_algorithm"].signature_algo == "rsassa_pkcs1v15",
        hashes=frozenset({name, used}),
        short=is_weak(certificate),
    )


def _scheme(signer_info: cms.SignerInfo, certificate: x509.Certificate) -> tuple[str, str]:
    """Return the signature's algorithm in words, and the name of its hash."""
    mechanism, public = signer_info["signature_algorithm"], certificate.public_key
    try:
        used = mechanism.hash_algo
    except ValueError:
        used = signer_info["digest_algorithm"]["algorithm"].native
    kind = {"rsassa_pkcs1v15": "RSA PKCS#1 v1.5", "rsassa_pss": "RSASSA-PSS", "ecdsa": "ECDSA"}.get(
        mechanism.signature_algo, mechanism.signature_algo
    )
    return f"{kind} {public.bit_size}, {digest_name(used)}", used


def digest_name(name: str) -> str:
    """Return a hash function's name as people write it."""
    return name.upper().replace("SHA3_", "SHA3-").replace("_", "/").replace("SHA", "SHA-", 1).replace("SHA-3-", "SHA3-")


def _lacks_null(signer_info: cms.SignerInfo, certificate: x509.Certificate) -> bool:
    """Return whether an RSA PKCS#1 v1.5 block has the right hash, but a DigestInfo without the NULL parameter.

    Some signing programs leave it out (RFC 8017, Appendix A.2.4 asks for it); the signature is still this key's over
    this content. The recovered block is compared whole, so nothing can hide in it.
    """
    if signer_info["signature_algorithm"].signature_algo != "rsassa_pkcs1v15":
        return False
    key = serialization.load_der_public_key(certificate.public_key.dump())
    name = signer_info["digest_algorithm"]["algorithm"]
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    digest = hashes.Hash(get_pyca_cryptography_hash(name.native))
    digest.update(signer_info["signed_attrs"].untag().dump())
    value = core.OctetString(digest.finalize()).dump()
    algorithm = core.Sequence()
    algorithm.contents = name.dump()
    expected = core.Sequence()
    expected.contents = algorithm.dump() + value
    try:
        recovered = key.recover_data_from_signature(signer_info["signature"].native, padding.PKCS1v15(), None)
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return bool(recovered == expected.dump())


@dataclass(frozen=True, slots=True, eq=False)
class StampedTime:
    """A time stamp, judged.

    Attributes:
        moment: What it states. code: ``timestamp-ok``, or the code of what is wrong.
        integrity: Of the token. standing: Of the authority's certificate at that moment.
        imprint: Name of the hash function of what was stamped, if it got as far.
    """

    moment: dt.datetime | None
    code: str
    integrity: Integrity = field(default_factory=lambda: Integrity("signature-unreadable"))
    standing: Standing = field(default_factory=lambda: Standing(Chain.NO_ANCHOR, Revocation.UNCHECKED))
    imprint: str = ""


async def judge_timestamp(
    token: cms.SignedData,
    digest: Callable[[str], bytes],
    evidence: Evidence,
    control: dt.datetime,
    *,
    over_signature: bool = False,
) -> StampedTime:
    """Return whether the time stamp ``token`` is over what ``digest`` digests and still counts at ``control``.

    Args:
        token: The CMS structure around the TSTInfo (RFC 3161).
        digest: Gives the digest of what was stamped by an algorithm's name.
        evidence: What to rely on besides the token's own certificates.
        control: The moment of checking, or of a later time stamp that counts and covers this one.
        over_signature: Whether it is a signature that was stamped, not a file or a tree of hashes.
    """
    content = token["encap_content_info"]["content"]
    info = content.parsed
    if not isinstance(info, tsp.TSTInfo):
        return StampedTime(None, "timestamp-unreadable")
    moment = info["gen_time"].native
    imprint = info["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native

    def content_digest(algorithm: str) -> bytes:
        own = hashes.Hash(get_pyca_cryptography_hash(algorithm))
        own.update(bytes(content))
        return own.finalize()

    checked = integrity(token, content_digest)
    certificate = checked.certificate
    if digest(name) != imprint["hashed_message"].native or certificate is None or checked.code != "integrity-ok":
        return StampedTime(moment, "timestamp-broken", checked)
    stood = await standing(certificate, evidence.plus(checked.certificates), moment)
    purposes = certificate.extended_key_usage_value
    if stood.chain is not Chain.OK or purposes is None or purposes.native != ["time_stamping"]:
        code = "timestamp-untrusted"
    elif stood.revocation is not Revocation.GOOD:
        code = "timestamp-revocation"
    elif certificate.not_valid_after < control:
        code = "timestamp-expired"
    elif checked.weak_at(control):
        code = "timestamp-weak"
    elif not believed(name, control, in_timestamp=over_signature):
        code = "timestamp-imprint-weak"
    else:
        code = "timestamp-ok"
    return StampedTime(moment, code, checked, stood, name)
