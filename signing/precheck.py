# mypy: allow-untyped-calls
# asn1crypto and parts of pyHanko have no types
"""Before a seal: everybody whose certificate goes into it proves himself, or nothing is signed.

Chain, validity and revocation are judged as verification judges them (`signing.proof`), so nothing is sealed that would
not verify. What proved a certificate is kept with it, and only that goes into the file: of a trust store with the lists
of many authorities, the one or two that speak for this chain.

A proof is used again for a minute, with the same trust store and never beyond the evidence it rests on. A trust store
cannot be changed, only replaced; with another one everything is proven anew, so a revocation counts at once.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from weakref import WeakKeyDictionary

from asn1crypto import cms, crl, ocsp, tsp, x509
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, dummy_digest
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from dossier.errors import SealRefused
from signing.keys import is_weak
from signing.proof import Chain, Evidence, Revocation, Standing, integrity, standing
from signing.trust import TrustStore

_HOLDS = dt.timedelta(seconds=60)
_NAME_HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})
_SIGNING_USES = frozenset({"digital_signature", "non_repudiation"})


class Holder(Enum):
    """Whose certificate it is: in English and in Vietnamese."""

    AGENCY = ("the agency", "của cơ quan")
    OFFICIAL = ("the official", "của người đối chiếu")
    TIME_STAMPER = ("the time-stamp authority", "của máy chủ dấu thời gian")


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """What proves a certificate: the whole chain, root included, and the revocation evidence on it."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()


@dataclass(slots=True)
class Prover:
    """Proves the certificates of one seal, and keeps the proofs for its document security store.

    Attributes:
        trust: Anchors, intermediates and revocation evidence. at: The time of signing, aware.
        proofs: Those given so far, by the certificate's SHA-256.
    """

    trust: TrustStore
    at: dt.datetime
    proofs: dict[bytes, Proof] = field(default_factory=dict)

    async def prove(
        self, certificate: x509.Certificate, holder: Holder, intermediates: Iterable[x509.Certificate] = ()
    ) -> None:
        """Do nothing if ``certificate`` stands at the time of signing.

        Args:
            certificate: Of a signer or of a time-stamp authority.
            holder: Whose it is.
            intermediates: Certificates above it that came along with it.

        Raises:
            SealRefused: No chain to an anchor, not valid at that time, revoked, or not proven not to be.
        """
        if certificate.sha256 not in self.proofs:
            proof = _remembered(self.trust, certificate, self.at)
            if proof is None:
                proof = await _prove(certificate, holder, tuple(intermediates), self.trust, self.at)
                _remember(self.trust, certificate, self.at, proof)
            self.proofs[certificate.sha256] = proof

    def keep_in(self, writer: IncrementalPdfFileWriter) -> None:
        """Put all proofs into the document security store of the file that ``writer`` appends to."""
        proofs = self.proofs.values()
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            sig_contents=None,
            certs=[c for proof in proofs for c in proof.certificates],
            ocsps=[o for proof in proofs for o in proof.ocsps],
            crls=[c for proof in proofs for c in proof.crls],
        )


class CheckedTimeStamper(TimeStamper):
    """Asks a time-stamp authority and believes no token whose authority does not prove itself.

    Args:
        inner: Asks the authority. prover: Proves its certificate.

    Attributes:
        grew: A token was longer than any before, perhaps than the room it was given.
    """

    def __init__(self, inner: TimeStamper, prover: Prover) -> None:
        super().__init__()
        self._inner = inner
        self._prover = prover
        self.grew = False

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        """Return a token for its size, the longest there was; asks for one only if none is known that still counts.

        Raises:
            SealRefused: The authority's certificate may not be used.
            TimestampUnavailable, TimestampRequestError: There is no answer, or it is no time stamp.
        """
        if (known := _known.get(self._inner)) is None:
            with _answer_expected():
                token = await self._inner.async_dummy_response(md_algorithm)
                known = _known[self._inner] = _Known(_signer_of(token), token)
        try:
            await self._prover.prove(known.signer.certificate, Holder.TIME_STAMPER, known.signer.certificates)
        except SealRefused:
            # It may have another certificate by now: a new answer tells.
            await self.async_timestamp(dummy_digest(md_algorithm), md_algorithm)
        return _known[self._inner].longest

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return a token over ``message_digest``.

        Raises:
            SealRefused: The authority's certificate may not be used.
            TimestampUnavailable, TimestampRequestError: There is no answer, or it is no time stamp over this digest.
        """
        with _answer_expected():
            token = await self._inner.async_timestamp(message_digest, md_algorithm)
            signer = _signer_of(token)
            _require_over(token, message_digest, md_algorithm)
        await self._prover.prove(signer.certificate, Holder.TIME_STAMPER, signer.certificates)
        longest = known.longest if (known := _known.get(self._inner)) is not None else token
        longer = len(longest.dump()) < len(token.dump())
        self.grew |= longer
        _known[self._inner] = _Known(signer, token if longer else longest)
        return token


@dataclass(frozen=True, slots=True, eq=False)
class _Signer:
    """Who signed a token, with the certificates that came along."""

    certificate: x509.Certificate
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What was seen of an authority: who signed last, and its longest token."""

    signer: _Signer
    longest: cms.ContentInfo


_known: WeakKeyDictionary[TimeStamper, _Known] = WeakKeyDictionary()


@contextmanager
def _answer_expected() -> Iterator[None]:
    """Name what asn1crypto comes to with an answer that is something else.

    Raises:
        TimestampRequestError: It is.
    """
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise TimestampRequestError("the answer is no time stamp") from error


def _signer_of(token: cms.ContentInfo) -> _Signer:
    """Return whose ``token`` it is, once it is known to be whole.

    Raises:
        TimestampRequestError: It is not.
        SealRefused: The authority's certificate is not meant for time stamps.
    """
    content = token["content"]["encap_content_info"]["content"]

    def content_digest(name: str) -> bytes:
        own = hashes.Hash(get_pyca_cryptography_hash(name))
        own.update(bytes(content))
        return own.finalize()

    checked = integrity(token["content"], content_digest)
    certificate = checked.certificate
    if certificate is None or checked.code != "integrity-ok" or not isinstance(content.parsed, tsp.TSTInfo):
        raise TimestampRequestError("the time stamp is broken, or lacks its authority's certificate")
    if checked.weak or not _may_stamp(certificate):
        raise SealRefused(
            reason="the certificate of the time-stamp authority is too weak or not meant for time stamps",
            reason_vi="chứng thư số của máy chủ dấu thời gian quá yếu hoặc không dùng cho dấu thời gian",
        )
    return _Signer(certificate, checked.certificates)


def _require_over(token: cms.ContentInfo, digest: bytes, algorithm: str) -> None:
    """Do nothing if ``token`` is over ``digest``.

    Raises:
        TimestampRequestError: It is over something else.
    """
    imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
    if (imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native) != (algorithm, digest):
        raise TimestampRequestError("the time stamp is over something else")


def _may_stamp(certificate: x509.Certificate) -> bool:
    """Return whether ``certificate`` was issued for time stamps and nothing else (RFC 3161, 2.3)."""
    uses, purposes = certificate.key_usage_value, certificate.extended_key_usage_value
    if is_weak(certificate) or (uses is not None and not _SIGNING_USES & uses.native):
        return False
    return purposes is not None and purposes.native == ["time_stamping"]


async def _prove(
    certificate: x509.Certificate,
    holder: Holder,
    intermediates: tuple[x509.Certificate, ...],
    trust: TrustStore,
    at: dt.datetime,
) -> Proof:
    """Return what proves ``certificate`` at the moment ``at``.

    Raises:
        SealRefused: Nothing does.
    """
    known = Evidence(tuple(trust.roots), (*trust.certificates, *intermediates), trust.crls, trust.ocsps)
    _require_good(await standing(certificate, known, at), holder)
    context = ValidationContext(trust_roots=trust.roots, other_certs=known.certificates, moment=at)
    path = await CertificateValidator(certificate, validation_context=context).async_validate_path()
    chain = tuple(path.iter_certs(include_root=True))
    proof = Proof(chain, tuple(_newest(trust.crls, chain)), tuple(o for o in trust.ocsps if _speaks_for(o, chain)))
    alone = await standing(certificate, Evidence(known.anchors, chain, proof.crls, proof.ocsps), at)
    # Lists signed by somebody outside the chain: rare, so everything is kept rather than followed.
    return proof if alone.revocation is Revocation.GOOD else Proof(chain, trust.crls, trust.ocsps)


def _newest(crls: Iterable[crl.CertificateList], chain: Iterable[x509.Certificate]) -> Iterator[crl.CertificateList]:
    """Yield the latest of each kind of list that an authority of the chain has issued, with the key it has there."""
    issuers = {(c.subject.dump(), key) for c in chain for key in (c.key_identifier, None)}
    latest: dict[tuple[bytes, bytes, bool], crl.CertificateList] = {}
    for one in crls:
        scope = one.issuing_distribution_point_value
        kind = one.issuer.dump(), scope.dump() if scope is not None else b"", one.delta_crl_indicator_value is not None
        if (kind[0], one.authority_key_identifier) not in issuers:
            continue
        if kind not in latest or _issued(latest[kind]) < _issued(one):
            latest[kind] = one
    yield from latest.values()


def _issued(one: crl.CertificateList) -> dt.datetime:
    moment: dt.datetime = one["tbs_cert_list"]["this_update"].native
    return moment


def _speaks_for(response: ocsp.OCSPResponse, chain: Iterable[x509.Certificate]) -> bool:
    """Return whether an OCSP ``response`` names a certificate of the chain, by its issuer and serial number."""
    if response["response_status"].native != "successful":
        return False
    names = {(c.issuer.dump(), c.serial_number) for c in chain}
    return any(
        _name_hash(named, issuer) == named["issuer_name_hash"].native
        for named in (answer["cert_id"] for answer in response.response_data["responses"])
        for issuer, serial in names
        if serial == named["serial_number"].native
    )


def _name_hash(named: ocsp.CertId, issuer: bytes) -> bytes | None:
    """Return the hash of an ``issuer`` by the algorithm of ``named``; ``None`` if it is none of RFC 6960's and ours."""
    name = named["hash_algorithm"]["algorithm"].native
    return hashlib.new(name, issuer).digest() if name in _NAME_HASHES else None


def _require_good(stood: Standing, holder: Holder) -> None:
    """Do nothing if the chain holds and nobody in it is revoked.

    Raises:
        SealRefused: It does not.
    """
    whose, whose_vi = holder.value
    match stood.chain, stood.revocation:
        case Chain.OK, Revocation.GOOD:
            return
        case Chain.OK, Revocation.REVOKED:
            reason = f"the certificate of {whose}, or one above it, is revoked"
            reason_vi = f"chứng thư số {whose_vi}, hoặc chứng thư số cấp trên, đã bị thu hồi"
        case Chain.OK, _:
            reason = f"the revocation state of the certificate of {whose} cannot be proven"
            reason_vi = f"không chứng minh được tình trạng thu hồi của chứng thư số {whose_vi}"
        case ((Chain.EXPIRED | Chain.NOT_YET_VALID), _):
            reason = f"the certificate of {whose}, or one above it, is not valid at this time"
            reason_vi = f"chứng thư số {whose_vi}, hoặc chứng thư số cấp trên, không có hiệu lực vào lúc này"
        case Chain.WEAK, _:
            reason = f"the chain of the certificate of {whose} uses an algorithm that is too weak"
            reason_vi = f"đường dẫn chứng thực của chứng thư số {whose_vi} dùng thuật toán quá yếu"
        case _:
            reason = f"no chain leads from the certificate of {whose} to a trusted root"
            reason_vi = f"không có đường dẫn tin cậy từ chứng thư số {whose_vi} đến tổ chức chứng thực gốc"
    raise SealRefused(reason=reason, reason_vi=reason_vi)


# --- proofs that still hold ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Held:
    """A proof and from when to when it holds."""

    proof: Proof
    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True, eq=False)
class _Memory:
    """The proofs that rest on one trust store."""

    trust: TrustStore
    held: dict[bytes, _Held] = field(default_factory=dict)


_memory = _Memory(TrustStore())


def _remembered(trust: TrustStore, certificate: x509.Certificate, at: dt.datetime) -> Proof | None:
    memory = _memory
    held = memory.held.get(certificate.sha256) if memory.trust is trust else None
    return held.proof if held is not None and held.since <= at <= held.until else None


def _remember(trust: TrustStore, certificate: x509.Certificate, at: dt.datetime, proof: Proof) -> None:
    global _memory  # noqa: PLW0603 - one memory in a process; replaced whole, so threads see the old one or the new one
    memory = _memory
    if memory.trust is not trust:
        memory = _memory = _Memory(trust)
    memory.held[certificate.sha256] = _Held(proof, at, min([at + _HOLDS, *_ends(proof)]))


def _ends(proof: Proof) -> Iterator[dt.datetime]:
    """Yield until when each part of ``proof`` speaks."""
    yield from (c.not_valid_after for c in proof.certificates)
    for one in proof.crls:
        if (until := one["tbs_cert_list"]["next_update"].native) is not None:
            yield until
    for response in proof.ocsps:
        for answer in response.response_data["responses"]:
            if (until := answer["next_update"].native) is not None:
                yield until
