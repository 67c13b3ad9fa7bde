# mypy: allow-untyped-calls
# asn1crypto and parts of pyHanko have no types
"""Verification: a verdict on every signature of a PDF, offline, with a finding for everything that was looked at.

Verdicts follow ETSI EN 319 102-1 and fail closed: an error makes a signature invalid, a doubt undetermined, and only a
signature without either is valid. A file is as good as the worst of its signatures. Choices the standard leaves open:

- no signature at all: undetermined; bytes that are no readable PDF: invalid;
- a signature whose data this program cannot parse: undetermined, for that proves no forgery;
- revocation or expiry before the proven moment: invalid if the signer himself states a later time, else undetermined,
  because a time stamp shows only that the signature is not younger.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from asn1crypto import cms, core, crl, ocsp, x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_signer_info, find_cms_attribute_iter
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, message_imprint_checker
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from dossier.times import now
from dossier.verdicts import Finding, Verdict
from signing.judge import (
    PADES,
    PKCS7,
    about_algorithm,
    about_purpose,
    about_revocation,
    about_time,
    about_timestamp,
    about_timestamps,
    about_validity,
    common_name,
    profile,
    verdict,
)
from signing.pdf import OpenedFile, changes_after, coverage, is_timestamp, open_file
from signing.proof import (
    Chain,
    Evidence,
    Integrity,
    Revocation,
    StampedTime,
    Standing,
    integrity,
    judge_timestamp,
    standing,
)
from signing.report import TIMESTAMP_PROFILE, FileReport, SignatureReport
from signing.texts import finding
from signing.trust import TrustClass, TrustStore

_Asn1 = TypeVar("_Asn1", bound=core.Asn1Value)


def validate(pdf: bytes, trust: TrustStore, *, at: dt.datetime | None = None, allow_test: bool = True) -> FileReport:
    """Return the verdict on ``pdf`` and on each of its signatures; never raises on its content, fetches nothing.

    Runs an event loop of its own; call it from a thread without one.

    Args:
        pdf: The file's bytes.
        trust: Whom to believe, and revocation evidence from outside the file.
        at: The moment of checking, aware; now if ``None``.
        allow_test: Whether a chain that ends in a test anchor counts.
    """
    return asyncio.run(_validate(pdf, trust, at or now(), allow_test=allow_test))


async def _validate(pdf: bytes, trust: TrustStore, at: dt.datetime, *, allow_test: bool) -> FileReport:
    try:
        opened = open_file(pdf)
        evidence = evidence_of(trust, opened.reader)
    except Exception:  # noqa: BLE001 - hostile input leads the parser anywhere; all of it means "unreadable"
        return _file_report((finding("unreadable"),), ())
    check = _Check(opened, trust, evidence, at, allow_test)
    stamps = await check.document_timestamps()
    reports = [await check.report(place, stamps) for place in range(len(opened.found))]
    return _file_report(opened.findings, tuple(reports))


def _file_report(findings: tuple[Finding, ...], signatures: tuple[SignatureReport, ...]) -> FileReport:
    own = [verdict(findings)] if findings or not signatures else []
    return FileReport(Verdict.worst([*own, *(s.verdict for s in signatures)]), findings, signatures)


def evidence_of(trust: TrustStore, reader: PdfFileReader) -> Evidence:
    """Return what the trust store and the file's document security store (ETSI EN 319 142-1, 5.4) hold."""
    evidence = Evidence(tuple(trust.roots), trust.certificates, trust.crls, trust.ocsps)
    if reader.encrypted or "/DSS" not in reader.root:
        return evidence
    store = reader.root["/DSS"]

    def read(key: str, kind: type[_Asn1], purpose: DecodePurpose) -> Iterator[_Asn1]:
        for reference in store.get(key, ()):
            try:
                value = kind.load(reference.get_object().read_data(purpose), strict=True)
                _ = value.native
            except (ValueError, TypeError, KeyError, AttributeError, PdfError):
                # A part that cannot be read proves nothing; its absence shows in the findings.
                continue
            yield value

    return evidence.plus(
        read("/Certs", x509.Certificate, DecodePurpose.CERTIFICATE),
        read("/CRLs", crl.CertificateList, DecodePurpose.CRL),
        read("/OCSPs", ocsp.OCSPResponse, DecodePurpose.OCSP_RESPONSE),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Check:
    """One run over one file."""

    opened: OpenedFile
    trust: TrustStore
    evidence: Evidence
    at: dt.datetime
    allow_test: bool

    async def document_timestamps(self) -> dict[int, StampedTime]:
        """Return the document time stamps by their place in `OpenedFile.found`, judged from the last to the first.

        Each that counts takes over from the moment of checking as the moment at which the one before must still count.
        """
        judged: dict[int, StampedTime] = {}
        control = self.at
        for place, found in reversed(list(enumerate(self.opened.found))):
            signature = found.signature
            if signature is None:
                continue
            try:
                if not is_timestamp(signature):
                    continue
                stamp = await judge_timestamp(signature.signed_data, signature.compute_digest, self.evidence, control)
                if coverage(self.opened.data, signature) == "partial":
                    stamp = replace(stamp, code="timestamp-broken")
            except Exception:  # noqa: BLE001 - a hostile token becomes a finding
                stamp = StampedTime(None, "timestamp-unreadable")
            judged[place] = stamp
            if stamp.code == "timestamp-ok" and stamp.moment is not None:
                control = min(control, stamp.moment)
        return judged

    async def report(self, place: int, stamps: dict[int, StampedTime]) -> SignatureReport:
        """Return the report on the signature or document time stamp at ``place``."""
        found = self.opened.found[place]
        if found.signature is None:
            return _unread(found.field, found.problem or "signature-unreadable")
        try:
            if place in stamps:
                return self._timestamp_report(found.field, found.signature, stamps[place])
            return await self._signature_report(found.field, found.signature, stamps)
        except Exception:  # noqa: BLE001 - a hostile signature becomes a finding
            return _unread(found.field, "signature-unreadable")

    def _place(self, signature: EmbeddedPdfSignature) -> tuple[str, str, list[Finding]]:
        """Return coverage, later changes, and the findings on them."""
        covered = coverage(self.opened.data, signature)
        if covered == "partial":
            return covered, "unknown", [finding("coverage-partial")]
        changed = changes_after(signature, frozenset(f.field for f in self.opened.found))
        return covered, changed, [finding(f"coverage-{covered}"), finding(f"changes-{changed}")]

    def _timestamp_report(self, field: str, signature: EmbeddedPdfSignature, stamp: StampedTime) -> SignatureReport:
        covered, changed, placed = self._place(signature)
        trust_class, trusted = self._trust(stamp.standing)
        findings = [
            about_timestamp(stamp),
            *placed,
            *(trusted if stamp.code == "timestamp-ok" else ()),
        ]
        certificate = stamp.integrity.certificate
        return SignatureReport(
            field=field,
            verdict=verdict(findings),
            signer=common_name(certificate.subject) if certificate else "",
            issuer=common_name(certificate.issuer) if certificate else "",
            integrity="broken" if stamp.code == "timestamp-broken" else "intact" if stamp.moment else "unknown",
            coverage=covered,
            changes_after=changed,
            signing_time=stamp.moment,
            timestamp_time=stamp.moment if stamp.code == "timestamp-ok" else None,
            algorithm=stamp.integrity.algorithm,
            profile=TIMESTAMP_PROFILE,
            trust_class=trust_class,
            findings=tuple(findings),
        )

    async def _signature_report(
        self, field: str, signature: EmbeddedPdfSignature, stamps: dict[int, StampedTime]
    ) -> SignatureReport:
        subfilter = str(signature.sig_object.get("/SubFilter", ""))
        if subfilter not in {PADES, PKCS7}:
            return _unread(field, "format-unsupported", format=subfilter.lstrip("/"))
        checked = integrity(signature.signed_data, signature.compute_digest)
        covered, changed, placed = self._place(signature)
        certificate = checked.certificate
        if certificate is None:
            unread = _unread(field, checked.code)
            return replace(unread, coverage=covered, changes_after=changed, findings=(*unread.findings, *placed))
        evidence = self.evidence.plus(checked.certificates, *attached_revocation(signature.signed_data))
        later = [s for s in self._later(signature, stamps) if s.code == "timestamp-ok" and s.moment is not None]
        control = min([self.at, *(s.moment for s in later if s.moment)])
        inner = await _inner_timestamps(signature, evidence, control)
        proven = min((s.moment for s in (*inner, *later) if s.code == "timestamp-ok" and s.moment), default=None)
        stood = await standing(certificate, evidence, proven or self.at)
        claimed = _claimed_time(signature)
        trust_class, trusted = self._trust(stood)
        findings = [
            finding(checked.code),
            *placed,
            *trusted,
            *about_purpose(certificate),
            about_revocation(stood, claimed, proven or self.at),
            *about_timestamps(inner),
            *about_time(claimed, proven, stamped=bool(inner)),
            *about_validity(certificate, stood, claimed, proven or self.at, proven=proven is not None),
            about_algorithm(checked),
        ]
        has_evidence = await self._self_contained(certificate, checked, proven)
        return SignatureReport(
            field=field,
            verdict=verdict(findings),
            signer=common_name(certificate.subject),
            issuer=common_name(certificate.issuer),
            integrity="intact" if checked.code in {"integrity-ok", "encoding-nonstandard"} else "broken",
            coverage=covered,
            changes_after=changed,
            signing_time=claimed or proven,
            timestamp_time=proven,
            algorithm=checked.algorithm,
            profile=profile(subfilter, proven=proven is not None, evidence=has_evidence, archived=bool(later)),
            trust_class=trust_class,
            findings=tuple(findings),
        )

    def _later(self, signature: EmbeddedPdfSignature, stamps: dict[int, StampedTime]) -> list[StampedTime]:
        """Return the document time stamps made over ``signature``."""
        return [
            stamp
            for place, stamp in stamps.items()
            if (over := self.opened.found[place].signature) and over.signed_revision > signature.signed_revision
        ]

    async def _self_contained(
        self, certificate: x509.Certificate, checked: Integrity, proven: dt.datetime | None
    ) -> bool:
        """Return whether the file alone, given the anchors, proves the certificate at the moment ``proven``."""
        if proven is None:
            return False
        anchors_only = TrustStore(anchors=self.trust.anchors)
        alone = evidence_of(anchors_only, self.opened.reader).plus(checked.certificates)
        stood = await standing(certificate, alone, proven)
        return stood.revocation is Revocation.GOOD

    def _trust(self, stood: Standing) -> tuple[TrustClass | None, list[Finding]]:
        """Return as what the chain's anchor is trusted, and the findings on the chain."""
        trust_class = self.trust.class_of(stood.anchor) if stood.anchor is not None else None
        match stood.chain:
            case Chain.NO_ANCHOR | Chain.BROKEN | Chain.WEAK:
                code = {Chain.NO_ANCHOR: "trust-none", Chain.BROKEN: "trust-broken", Chain.WEAK: "trust-weak"}
                return (trust_class if stood.chain is Chain.WEAK else None), [finding(code[stood.chain])]
            case _ if trust_class is None:
                return None, [finding("trust-none")]
            case _ if trust_class is TrustClass.TEST and not self.allow_test:
                return trust_class, [finding("trust-test-refused")]
            case _:
                return trust_class, [finding(f"trust-{trust_class.value}")]


def _unread(field: str, code: str, **details: object) -> SignatureReport:
    """Return the report on a signature that could not be looked into."""
    findings = (finding(code, **details),)
    return SignatureReport(
        field=field,
        verdict=verdict(findings),
        signer="",
        issuer="",
        integrity="unknown",
        coverage="unknown",
        changes_after="unknown",
        signing_time=None,
        timestamp_time=None,
        algorithm="",
        profile="unknown",
        trust_class=None,
        findings=findings,
    )


async def _inner_timestamps(
    signature: EmbeddedPdfSignature, evidence: Evidence, control: dt.datetime
) -> list[StampedTime]:
    """Return the time stamps inside the signature, judged."""
    imprint: Callable[[str], bytes] = message_imprint_checker(signature.signer_info)
    return [
        await judge_timestamp(token, imprint, evidence, control)
        for token in extract_tst_data_iter(signature.signer_info, signed=False)
    ]


def attached_revocation(
    signed_data: cms.SignedData,
) -> tuple[list[crl.CertificateList], list[ocsp.OCSPResponse]]:
    """Return the revocation data inside the signature: among its CRLs, or as Adobe's signed attribute."""
    crls = [c.chosen for c in signed_data["crls"] if isinstance(c.chosen, crl.CertificateList)]
    ocsps: list[ocsp.OCSPResponse] = []
    signed_attributes = extract_signer_info(signed_data)["signed_attrs"]
    for archive in find_cms_attribute_iter(signed_attributes, "adobe_revocation_info_archival"):
        crls.extend(archive["crl"])
        ocsps.extend(archive["ocsp"])
    return crls, ocsps


def _claimed_time(signature: EmbeddedPdfSignature) -> dt.datetime | None:
    """Return the time the signer states; one that cannot be read, or has no zone, states nothing."""
    try:
        claimed = signature.self_reported_timestamp
    except (ValueError, PdfError):
        return None
    return claimed if claimed is not None and claimed.tzinfo is not None else None
