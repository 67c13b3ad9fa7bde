"""What a check of signatures gives: a verdict for the file and for each signature, with every finding behind it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dossier.times import iso_local
from dossier.verdicts import Finding, Verdict
from signing.trust import TrustClass

TIMESTAMP_PROFILE = "DocTimeStamp"
"""The profile of a document time stamp: it is listed among the signatures, but signs for nobody."""


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature or document time stamp.

    Attributes:
        field: Name of its form field. verdict: Worst of its findings.
        signer, issuer: Common names of the signer's certificate and of its issuer, else their whole names.
        integrity: ``intact``, ``broken`` or ``unknown``.
        coverage: ``file`` (every byte), ``revision`` (every byte up to where it was made), ``partial`` or ``unknown``.
        changes_after: ``none``, ``long-term`` (validation data and time stamps), ``signatures``, ``fields`` (form
            values), ``annotations``, ``disallowed`` or ``unknown``.
        signing_time: As the signer states it. timestamp_time: Earliest moment a trusted time stamp proves it existed.
        algorithm: E.g. ``RSASSA-PSS 2048, SHA-256``.
        profile: ``B-B``, ``B-T``, ``B-LT``, ``B-LTA`` (ETSI EN 319 142-1); ``PKCS#7`` or ``PKCS#7-T`` for the older
            kind (ISO 32000-1); ``DocTimeStamp``; ``unknown``.
        trust_class: Of the anchor its chain ends in; ``None`` if it ends in none.
        findings: One or more for each of integrity, coverage, later changes, trust, revocation, time and algorithm.
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

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values; times with Vietnam's offset."""
        return {
            "field": self.field,
            "verdict": self.verdict.value,
            "signer": self.signer,
            "issuer": self.issuer,
            "integrity": self.integrity,
            "coverage": self.coverage,
            "changes_after": self.changes_after,
            "signing_time": iso_local(self.signing_time) if self.signing_time else None,
            "algorithm": self.algorithm,
            "profile": self.profile,
            "findings": [_finding(f) for f in self.findings],
        }


@dataclass(frozen=True, slots=True)
class FileReport:
    """A whole file.

    Attributes:
        verdict: Worst of the file's own findings and of its signatures.
        findings: About the file as a whole. signatures: In the order they were made.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    signatures: tuple[SignatureReport, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "verdict": self.verdict.value,
            "findings": [_finding(f) for f in self.findings],
            "signatures": [s.to_json() for s in self.signatures],
        }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "text": finding.text,
        "text_en": finding.text_en,
    }
