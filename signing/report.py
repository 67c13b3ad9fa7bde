"""The verification report as data: what a program matches on, and what every form of the report is made from.

A report holds words, moments and hashes only, never bytes of the file: it can be kept, sent and printed. Its other
forms are `signing.etsi_report` (XML, ETSI TS 119 102-2) and `signing.report_pdf` (a page to file).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dossier.times import iso_local
from dossier.verdicts import Finding, Severity, Verdict
from signing.changes import Change
from signing.paper_status import PaperStatus
from signing.texts import SUB_INDICATIONS
from signing.trust import TrustClass

TIMESTAMP_PROFILE = "DocTimeStamp"
"""The profile of a document time stamp: it is listed among the signatures, but signs for nobody."""
_CONSEQUENCES = frozenset({"revocation-unchecked"})
"""Findings that follow from another one, which tells more."""
REPORT_VERSION = 2
"""Of the JSON form; it grows when a key changes its meaning or goes, not when one is added."""
HARMLESS_CHANGES = frozenset({"none", "long-term", "signatures"})
"""Values of `SignatureReport.changes_after` that need not be told change by change."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says of itself.

    Attributes:
        subject: Common name, else the whole name. issuer: The same of its issuer.
        unit: The managing unit (cơ quan quản lý): organizational units and organization of the subject, from the
            nearest to the highest, joined by commas; empty if it names none.
        serial: Serial number, hexadecimal. sha256: Fingerprint, hexadecimal.
        valid_from, valid_until: Its validity period.
    """

    subject: str
    unit: str
    issuer: str
    serial: str
    sha256: str
    valid_from: dt.datetime
    valid_until: dt.datetime

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return {
            "subject": self.subject,
            "unit": self.unit,
            "issuer": self.issuer,
            "serial": self.serial,
            "sha256": self.sha256,
            "valid_from": iso_local(self.valid_from),
            "valid_until": iso_local(self.valid_until),
        }


@dataclass(frozen=True, slots=True)
class RevocationFacts:
    """The evidence that speaks for one certificate of the chain at the moment that counts.

    Attributes:
        certificate: SHA-256 of the certificate it speaks for. says: ``good`` or ``revoked``.
        kind: ``CRL`` or ``OCSP``. issuer: Who signed it.
        this_update, next_update: From when until when it is fresh; a response may leave the end open.
        sha256: Of the evidence itself.
        source: Where it was: ``signature``, ``DSS`` (the file's document security store), ``trust`` (the verifier's
            own folder) or ``online``.
        url: Where it was fetched from, if ``online``.
    """

    certificate: str
    says: str
    kind: str
    issuer: str
    this_update: dt.datetime
    next_update: dt.datetime | None
    sha256: str
    source: str
    url: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return {
            "certificate": self.certificate,
            "says": self.says,
            "kind": self.kind,
            "issuer": self.issuer,
            "this_update": iso_local(self.this_update),
            "next_update": _moment(self.next_update),
            "sha256": self.sha256,
            "source": self.source,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class TimeStampFacts:
    """A time stamp over a signature.

    Attributes:
        moment: What it states. authority: Common name of its signer.
        place: ``signature`` (inside it) or ``document`` (over the file so far, later).
        counts: Whether it proves that moment. sha256: Of the token.
    """

    moment: dt.datetime
    authority: str
    place: str
    counts: bool
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return {
            "moment": iso_local(self.moment),
            "authority": self.authority,
            "place": self.place,
            "counts": self.counts,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class SignatureIdentifier:
    """What tells this signature from any other (ETSI TS 119 102-2, clause 4.2.3).

    Attributes:
        digest_algorithm: Name of the hash, e.g. ``sha256``. signed: Digest of what the key signed, hexadecimal.
        document: Digest of the signed bytes of the file, hexadecimal. value: The signature's value, hexadecimal.
    """

    digest_algorithm: str
    signed: str
    document: str
    value: str


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature or document time stamp.

    Attributes:
        field: Name of its form field. verdict: Worst of its findings.
        signer, issuer: Common names of the signer's certificate and of its issuer, else their whole names.
        integrity: ``intact``, ``broken`` or ``unknown``.
        coverage: ``file`` (every byte), ``revision`` (every byte up to where it was made), ``partial`` or ``unknown``.
        changes_after: ``none``, ``long-term`` (validation data and time stamps), ``signatures``, ``marks`` (small, and
            signed for), ``large`` (marks that cover much of a page), ``fields`` (form values), ``annotations``,
            ``content`` (on pages), ``foreign`` (marks nobody of the same trust signed for), ``unsigned`` (what
            nobody signed for at all), ``disallowed`` or ``unknown``.
        signing_time: As the signer states it. timestamp_time: Earliest moment a trusted time stamp proves it existed.
        algorithm: E.g. ``RSASSA-PSS 2048, SHA-256``.
        profile: ``B-B``, ``B-T``, ``B-LT``, ``B-LTA`` (ETSI EN 319 142-1); ``PKCS#7`` or ``PKCS#7-T`` for the older
            kind (ISO 32000-1); ``DocTimeStamp``; ``unknown``.
        trust_class: Of the anchor its chain ends in; ``None`` if it ends in none.
        findings: One or more for each of integrity, coverage, later changes, trust, revocation, time and algorithm.
        changes: Every single change after this signature, in the order of the revisions.
        strength: Of the algorithm: ``strong``, ``legacy`` (safe, but of the older standard), ``weak``, ``unknown``.
        certificate: Of the signer. chain: The ones above it, up to the anchor, if a chain was found.
        revocation: The evidence used, one for each certificate below the anchor that has any.
        timestamps: Over this signature, in the file's order.
        stamp_text: What the visible stamp says, one line after the other; ``None`` if it says nothing readable.
        identifier: What tells this signature from others; ``None`` if it cannot be read.
        token_sha256: Of a document time stamp's token.
    """

    field: str
    verdict: Verdict
    signer: str
    issuer: str
    integrity: str
    coverage: str
    changes_after: str
    signing_time: dt.datetime | None
    timestamp_time: dt.datetime | None
    algorithm: str
    profile: str
    trust_class: TrustClass | None
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...] = ()
    strength: str = "unknown"
    certificate: CertificateFacts | None = None
    chain: tuple[CertificateFacts, ...] = ()
    revocation: tuple[RevocationFacts, ...] = ()
    timestamps: tuple[TimeStampFacts, ...] = ()
    stamp_text: str | None = None
    identifier: SignatureIdentifier | None = None
    token_sha256: str | None = None

    @property
    def is_timestamp(self) -> bool:
        """Whether it is a document time stamp, which signs for nobody."""
        return self.profile == TIMESTAMP_PROFILE

    @property
    def sub_indication(self) -> str | None:
        """The reason behind the indication (ETSI EN 319 102-1, clause 5.1.3); ``None`` if it is TOTAL-PASSED."""
        return sub_indication(self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values; times with Vietnam's offset."""
        return {
            "field": self.field,
            "verdict": self.verdict.value,
            "indication": self.verdict.indication,
            "sub_indication": self.sub_indication,
            "signer": self.signer,
            "unit": self.certificate.unit if self.certificate else "",
            "issuer": self.issuer,
            "trust_class": self.trust_class.value if self.trust_class else None,
            "integrity": self.integrity,
            "coverage": self.coverage,
            "changes_after": self.changes_after,
            "changes": [c.to_json() for c in self.changes],
            "signing_time": _moment(self.signing_time),
            "proven_time": _moment(self.timestamp_time),
            "algorithm": self.algorithm,
            "strength": self.strength,
            "profile": self.profile,
            "certificate": self.certificate.to_json() if self.certificate else None,
            "chain": [c.to_json() for c in self.chain],
            "revocation": [r.to_json() for r in self.revocation],
            "timestamps": [t.to_json() for t in self.timestamps],
            "stamp_text": self.stamp_text,
            "findings": [_finding(f) for f in self.findings],
        }


@dataclass(frozen=True, slots=True)
class AnchorFacts:
    """A certificate the check believed without proof, and as what."""

    subject: str
    sha256: str
    trust_class: TrustClass

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return {"subject": self.subject, "sha256": self.sha256, "trust_class": self.trust_class.value}


@dataclass(frozen=True, slots=True)
class FetchFacts:
    """One request to the network.

    Attributes:
        url: Where. kind: ``issuer``, ``CRL`` or ``OCSP``. outcome: ``fetched``, ``refused`` (the address is not
            allowed), ``failed`` (no answer in time, or an error) or ``unusable`` (an answer of the wrong kind or size).
    """

    url: str
    kind: str
    outcome: str

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return {"url": self.url, "kind": self.kind, "outcome": self.outcome}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and how a file was checked.

    Attributes:
        checked_at: The moment of checking: certificates are judged at it unless a time stamp proves another.
        sha256: Of the file, hexadecimal. size: Bytes.
        anchors: Where chains were allowed to end.
        online: Whether fetching was allowed. fetched: What was asked for on the network.
    """

    checked_at: dt.datetime
    sha256: str
    size: int
    anchors: tuple[AnchorFacts, ...] = ()
    online: bool = False
    fetched: tuple[FetchFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReport:
    """A whole file.

    Attributes:
        verdict: Worst of the file's own findings and of its signatures.
        findings: About the file as a whole. signatures: In the order they were made.
        circumstances: When and how it was checked; ``None`` if nothing could be checked at all.
        status: Whether the paper is in force, where that was asked.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    signatures: tuple[SignatureReport, ...]
    circumstances: Circumstances | None = None
    status: PaperStatus | None = None

    @property
    def sub_indication(self) -> str | None:
        """The reason behind the indication: the file's own, else that of the first signature with this verdict."""
        for findings in (self.findings, *(s.findings for s in self.signatures)):
            if self.verdict is Verdict.of(findings) and (reason := sub_indication(findings)):
                return reason
        return None

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        how = self.circumstances
        return {
            "verdict": self.verdict.value,
            "indication": self.verdict.indication,
            "sub_indication": self.sub_indication,
            "sha256": how.sha256 if how else None,
            "size": how.size if how else None,
            "checked_at": iso_local(how.checked_at) if how else None,
            "anchors": [a.to_json() for a in how.anchors] if how else [],
            "online": how.online if how else False,
            "fetched": [f.to_json() for f in how.fetched] if how else [],
            "status": self.status.to_json() if self.status else None,
            "findings": [_finding(f) for f in self.findings],
            "signatures": [s.to_json() for s in self.signatures],
        }


def reasons(report: FileReport) -> list[Finding]:
    """Return the findings that make the verdict what it is, the weightiest first, each sentence once."""
    everything = [*report.findings, *(f for s in report.signatures for f in s.findings)]
    weighty = [f for f in everything if f.severity is Severity.ERROR]
    weighty = weighty or [f for f in everything if f.severity is Severity.WARNING]
    return list({f.text: f for f in weighty}.values())


def sub_indication(findings: Iterable[Finding]) -> str | None:
    """Return the sub-indication of the weightiest of ``findings``: the first cause among those that weigh the same."""
    weighty = (f for f in findings if f.severity is not Severity.INFO)
    ordered = sorted(weighty, key=lambda f: (f.severity is not Severity.ERROR, f.code in _CONSEQUENCES))
    return next((SUB_INDICATIONS[f.code] for f in ordered if f.code in SUB_INDICATIONS), None)


def _moment(moment: dt.datetime | None) -> str | None:
    return iso_local(moment) if moment else None


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "text": finding.text,
        "text_en": finding.text_en,
    }
