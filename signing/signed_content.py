# mypy: allow-untyped-calls
# asn1crypto has no types
"""Bytes under an agency's seal: one CMS file that holds what it signs, and all that proves it (CAdES, B-LT).

Certificates and revocation evidence of signer and time-stamp authority stand in the structure's own fields (RFC 5652,
section 5.1; OCSP responses as in RFC 5940), as in evidence records, so that it is checked with the trust anchors alone.
What is said of it is what is said of signatures in a PDF.
"""

import asyncio
import datetime as dt
import hashlib
from dataclasses import dataclass

from asn1crypto import cms, core
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from dossier.errors import DamagedFile, TimestampUnavailable
from dossier.verdicts import Finding, Verdict
from signing import cades
from signing.check import about_trust, inner_timestamps
from signing.judge import (
    PADES,
    about_algorithm,
    about_attributes,
    about_purpose,
    about_revocation,
    about_time,
    about_timestamps,
    about_validity,
    common_name,
)
from signing.keys import SealKey, require_usable
from signing.precheck import CheckedTimeStamper, Holder, Prover
from signing.proof import Evidence, Integrity, integrity, standing
from signing.record_check import revocation_in
from signing.texts import finding
from signing.trust import TrustClass, TrustStore


@dataclass(frozen=True, slots=True)
class SignedContent:
    """Signed bytes, and what is to be said of their signature.

    Attributes:
        content: What was signed. verdict: Worst of the findings. findings: On its one signature.
        signer: Common name of the signer. trust_class: Of the anchor its chain ends in.
        proven: The moment at which it existed, by its time stamp.
    """

    content: bytes
    verdict: Verdict
    findings: tuple[Finding, ...]
    signer: str
    trust_class: TrustClass | None
    proven: dt.datetime | None


def sign(
    content: bytes, *, key: SealKey, time_stamper: TimeStamper, trust: TrustStore, at: dt.datetime, environment: str
) -> bytes:
    """Return ``content`` under the agency's seal with a time stamp, DER.

    Every certificate is checked before anything is signed. Runs an event loop of its own; call it from a thread without
    one.

    Args:
        content: Any bytes.
        key: The agency's.
        time_stamper: Whose time stamp goes in.
        trust: Anchors and revocation evidence that prove key and time stamper.
        at: The time of signing, aware.
        environment: ``production`` refuses test keys.

    Raises:
        SealRefused: A certificate may not be used.
        TimestampUnavailable: The authority did not answer, or with something else than a time stamp.
    """
    require_usable(key, environment=environment, at=at)
    try:
        return asyncio.run(_sign(content, key, time_stamper, Prover(trust, at)))
    except TimestampRequestError as error:
        raise TimestampUnavailable(
            reason=str(error), reason_vi="câu trả lời không phải là dấu thời gian hợp lệ"
        ) from error


async def _sign(content: bytes, key: SealKey, time_stamper: TimeStamper, prover: Prover) -> bytes:
    await prover.prove(key.certificate, Holder.AGENCY, key.signer.cert_registry)
    stamper = CheckedTimeStamper(time_stamper, prover)
    info = cms.ContentInfo.load(await cades.signed_content(key.signer, content, prover.at, stamper))
    signed, proofs = info["content"], prover.proofs.values()
    anchors = {anchor.sha256 for anchor in prover.trust.roots}
    chains = {c.sha256: c for proof in proofs for c in proof.certificates if c.sha256 not in anchors}
    lists = {one.dump(): one for proof in proofs for one in proof.crls}
    answers = {one.dump(): one for proof in proofs for one in proof.ocsps}
    signed["certificates"] = [cms.CertificateChoices("certificate", c) for c in chains.values()]
    signed["crls"] = [
        *(cms.RevocationInfoChoice("crl", one) for one in lists.values()),
        *(
            cms.RevocationInfoChoice("other", {"other_rev_info_format": "ocsp_response", "other_rev_info": one})
            for one in answers.values()
        ),
    ]
    if answers:
        signed["version"] = "v5"
    return bytes(info.dump())


def check(data: bytes, trust: TrustStore, *, at: dt.datetime, allow_test: bool = True) -> SignedContent:
    """Return what ``data`` holds and what is to be said of its signature; fetches nothing.

    Runs an event loop of its own; call it from a thread without one.

    Args:
        data: From anybody.
        trust: Whom to believe, and revocation evidence from outside.
        at: The moment of checking, aware.
        allow_test: Whether a chain that ends in a test anchor counts.

    Raises:
        DamagedFile: It is no CMS structure with content and the one signature of a signer whose certificate is there.
    """
    try:
        return asyncio.run(_check(data, trust, at, allow_test=allow_test))
    except (MemoryError, DamagedFile):
        raise
    except Exception as error:  # hostile input leads the parser anywhere; all of it means "unreadable"
        raise DamagedFile(reason="it is no signed content") from error


async def _check(data: bytes, trust: TrustStore, at: dt.datetime, *, allow_test: bool) -> SignedContent:
    signed = cms.ContentInfo.load(data, strict=True)["content"]
    inside = signed["encap_content_info"]["content"]
    if isinstance(inside, core.Void):
        raise DamagedFile(reason="what was signed is missing")
    content = bytes(inside)
    signer_info = extract_signer_info(signed)
    checked = integrity(signed, lambda name: hashlib.new(name, content).digest())
    if checked.certificate is None:
        raise DamagedFile(reason="the signer's certificate is missing")
    evidence = Evidence(tuple(trust.roots), trust.certificates, trust.crls, trust.ocsps)
    evidence = evidence.plus(checked.certificates, *revocation_in(signed))
    inner = [stamp for _, stamp in await inner_timestamps(signer_info, evidence, at)]
    proven = min((s.moment for s in inner if s.code == "timestamp-ok" and s.moment), default=None)
    stood = await standing(checked.certificate, evidence, proven or at)
    trust_class, trusted = about_trust(trust, stood, allow_test=allow_test)
    claimed = _stated(signer_info)
    findings = (
        finding(checked.code),
        *trusted,
        *about_purpose(checked.certificate),
        about_revocation(stood, claimed, proven or at),
        *about_timestamps(inner),
        *about_time(claimed, proven, stamped=bool(inner)),
        *about_validity(checked.certificate, stood, claimed, proven or at, proven=proven is not None),
        about_algorithm(checked, proven or at),
        *about_attributes(signed, PADES),
    )
    return SignedContent(content, Verdict.of(findings), findings, _name(checked), trust_class, proven)


def _stated(signer_info: cms.SignerInfo) -> dt.datetime | None:
    stated = [a["values"][0].native for a in signer_info["signed_attrs"] if a["type"].native == "signing_time"]
    return stated[0] if stated else None


def _name(checked: Integrity) -> str:
    return common_name(checked.certificate.subject) if checked.certificate is not None else ""
