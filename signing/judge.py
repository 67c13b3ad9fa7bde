# mypy: allow-untyped-calls
# asn1crypto has no types
"""From what was found out to what is said: plain functions that choose the findings on a signature."""

import datetime as dt
from collections.abc import Iterable

from asn1crypto import x509

from dossier.times import iso_local, local
from dossier.verdicts import Finding, Verdict
from signing.keys import may_sign
from signing.proof import Chain, Integrity, Revocation, StampedTime, Standing
from signing.texts import finding

PADES = "/ETSI.CAdES.detached"
PKCS7 = "/adbe.pkcs7.detached"

_CLOCK_TOLERANCE = dt.timedelta(minutes=5)


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict that ``findings`` lead to."""
    return Verdict.of(findings)


def about_purpose(certificate: x509.Certificate) -> list[Finding]:
    """Return a finding if the certificate was issued for something else than signing documents."""
    return [] if may_sign(certificate) else [finding("trust-purpose")]


def about_revocation(stood: Standing, claimed: dt.datetime | None, moment: dt.datetime) -> Finding:
    """Return the finding on revocation at ``moment``, given the time the signer claims."""
    match stood.revocation:
        case Revocation.GOOD:
            return finding("revocation-ok", moment=_time_text(moment))
        case Revocation.MISSING:
            return finding("revocation-missing", moment=_time_text(moment))
        case Revocation.REVOKED if stood.revoked_at is not None:
            admitted = claimed is not None and claimed >= stood.revoked_at
            return finding("revoked" if admitted else "revoked-unproven", moment=_time_text(stood.revoked_at))
        case _:
            return finding("revocation-unchecked")


def about_timestamps(inner: list[StampedTime]) -> list[Finding]:
    """Return the findings on the time stamps inside a signature that do not count."""
    return [about_timestamp(s) for s in inner if s.code != "timestamp-ok"]


def about_timestamp(stamp: StampedTime) -> Finding:
    """Return the finding on one time stamp."""
    return finding(stamp.code, moment=_shown(stamp), algorithm=stamp.integrity.algorithm)


def about_time(claimed: dt.datetime | None, proven: dt.datetime | None, *, stamped: bool) -> list[Finding]:
    """Return the findings on when the signature was made."""
    if proven is None:
        return [] if stamped else [finding("time-claimed")]
    findings = [finding("time-proven", moment=_time_text(proven))]
    if claimed is not None and claimed > proven + _CLOCK_TOLERANCE:
        findings.append(finding("time-inconsistent"))
    return findings


def about_validity(
    certificate: x509.Certificate, stood: Standing, claimed: dt.datetime | None, moment: dt.datetime, *, proven: bool
) -> list[Finding]:
    """Return what is wrong with the validity periods at ``moment``: the signer's own, else one above it."""
    start, end = certificate.not_valid_before, certificate.not_valid_after
    if stood.chain not in {Chain.EXPIRED, Chain.NOT_YET_VALID}:
        return []
    if moment > end:
        admitted = claimed is not None and claimed > end
        return [finding("expired" if admitted else "expired-unproven", moment=_date_text(end))]
    if moment < start and proven:
        return [finding("not-yet-valid", moment=_date_text(start))]
    return [finding("chain-expired")]


def about_algorithm(checked: Integrity) -> Finding:
    """Return the finding on the strength of the algorithm."""
    code = {"weak": "algorithm-weak", "legacy": "algorithm-legacy", "strong": "algorithm-ok"}[strength(checked)]
    return finding(code, algorithm=checked.algorithm)


def strength(checked: Integrity) -> str:
    """Return how strong the algorithm is; see `SignatureReport.strength`."""
    return "weak" if checked.weak else "legacy" if checked.legacy else "strong"


def profile(subfilter: str, *, proven: bool, evidence: bool, archived: bool) -> str:
    """Return the level reached (ETSI EN 319 142-1, clause 6)."""
    if subfilter == PKCS7:
        return "PKCS#7-T" if proven else "PKCS#7"
    if not proven:
        return "B-B"
    if not evidence:
        return "B-T"
    return "B-LTA" if archived else "B-LT"


def _shown(stamp: StampedTime) -> str:
    """Return the moment a finding on a time stamp names: its own, or the end of its authority's certificate."""
    if stamp.code == "timestamp-expired" and stamp.integrity.certificate is not None:
        return _date_text(stamp.integrity.certificate.not_valid_after)
    return _time_text(stamp.moment) if stamp.moment is not None else ""


def _time_text(moment: dt.datetime) -> str:
    return iso_local(moment)


def _date_text(moment: dt.datetime) -> str:
    return f"{local(moment):%d/%m/%Y}"


def common_name(name: x509.Name) -> str:
    """Return the last common name in ``name``, else the whole of it."""
    common = name.native.get("common_name")
    if isinstance(common, list):
        common = common[-1]
    return str(common or name.human_friendly)
