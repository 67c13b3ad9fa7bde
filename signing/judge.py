# mypy: allow-untyped-calls
# asn1crypto has no types
"""From what was found out to what is said: plain functions that choose the findings on a signature."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from asn1crypto import cms, x509
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from dossier.times import iso_local, local
from dossier.verdicts import Finding, Severity, Verdict
from signing.changes import Change, Item, Update
from signing.keys import may_sign
from signing.marks import STRICT, WITH_MARKS
from signing.proof import Chain, Integrity, Revocation, StampedTime, Standing, digest_name
from signing.strength import STRONG_DIGESTS
from signing.texts import finding
from signing.trust import TrustClass

PADES = "/ETSI.CAdES.detached"
PKCS7 = "/adbe.pkcs7.detached"

_CLOCK_TOLERANCE = dt.timedelta(minutes=5)
_CLOCK_WRONG = dt.timedelta(hours=1)
"""Clocks of signing stations were seen a quarter of an hour ahead of the time stamp; nothing is gained by that."""


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
    """Return the findings on the time stamps inside a signature that do not count, or only just."""
    findings = [about_timestamp(s) for s in inner if s.code != "timestamp-ok"]
    older = [s for s in inner if s.code == "timestamp-ok" and s.imprint not in STRONG_DIGESTS]
    return findings + [finding("timestamp-imprint-legacy", algorithm=digest_name(s.imprint)) for s in older]


def about_timestamp(stamp: StampedTime) -> Finding:
    """Return the finding on one time stamp."""
    return finding(
        stamp.code, moment=_shown(stamp), algorithm=stamp.integrity.algorithm, imprint=digest_name(stamp.imprint)
    )


def about_time(claimed: dt.datetime | None, proven: dt.datetime | None, *, stamped: bool) -> list[Finding]:
    """Return the findings on when the signature was made."""
    if proven is None:
        return [] if stamped else [finding("time-claimed")]
    findings = [finding("time-proven", moment=_time_text(proven))]
    if claimed is not None and claimed > proven + _CLOCK_WRONG:
        findings.append(finding("time-inconsistent"))
    elif claimed is not None and claimed > proven + _CLOCK_TOLERANCE:
        findings.append(finding("time-clock", minutes=round((claimed - proven).total_seconds() / 60)))
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


def about_algorithm(checked: Integrity, moment: dt.datetime) -> Finding:
    """Return the finding on the strength of the algorithm at ``moment``, a proven one or that of checking."""
    code = "algorithm-legacy" if checked.legacy else "algorithm-ok"
    if checked.weak:
        code = "algorithm-weak" if checked.weak_at(moment) else "algorithm-aged"
    return finding(code, algorithm=checked.algorithm, moment=_date_text(moment))


def about_attributes(signed_data: cms.SignedData, subfilter: str) -> list[Finding]:
    """Return a finding if the signature does not sign for its certificate (ETSI EN 319 142-1, clause 6.3, row k).

    The older kind need not (ISO 32000-1, 12.8.3.3), and Vietnam's official-duty programs do not.
    """
    attributes = signed_data["signer_infos"][0]["signed_attrs"]
    names = {a["type"].native for a in attributes}
    if subfilter == PADES and not names & {"signing_certificate", "signing_certificate_v2"}:
        return [finding("attributes-missing")]
    return []


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


_LARGE_MARK, _LARGE_TOGETHER = 0.2, 0.5
"""Shares of a page. A signature's picture covers about a twentieth of a page, an agency's seal a fiftieth."""
_WEIGHTIEST = (
    "disallowed", "unsigned", "foreign", "content", "annotations", "fields", "large", "marks", "signatures",
    "long-term", "none",
)  # fmt: skip
"""What was changed after a signature, the weightiest first; each has a finding ``changes-…``."""


_PLAIN_WORDS = {"nothing": "long-term", "signature": "signatures", "refused": "disallowed"}
"""What a change means whoever signed for it, by its weight."""


@dataclass(frozen=True, slots=True)
class Answering:
    """A signature that may answer for the changes it covers.

    Attributes:
        revision: It was made in. name: Of the signer. timestamp: It signs for nobody.
        sound: It is valid by itself, whatever came after it. trust_class: Of its anchor.
    """

    revision: int
    name: str
    timestamp: bool
    sound: bool
    trust_class: TrustClass | None


@dataclass(frozen=True, slots=True)
class Promise:
    """What a signature lets happen after it.

    Attributes:
        own: Itself. locked: Fields it locked. allowed: What it allows as a certification.
    """

    own: Answering
    locked: FieldMDPSpec | None
    allowed: MDPPerm | None


def about_changes(
    promise: Promise, last: int, update: Callable[[int], Update], others: Iterable[Answering]
) -> tuple[str, list[Finding], tuple[Change, ...]]:
    """Return what was changed after a signature: in a word, as findings, and one by one.

    A change that shows something new is accepted if a later signature covers it that is valid, of the same class of
    trust, and if it is a small mark of a known kind: its maker answers for it with his own key. What nobody signed is
    refused, and so is whatever no rule explains, signed or not.

    Args:
        promise: Of the signature.
        last: The file's last revision.
        update: Gives what a revision did.
        others: The file's signatures.
    """
    words, changes = {"none"}, []
    covered: dict[int, float] = {}
    answering = sorted(others, key=lambda a: a.revision)
    for revision in range(promise.own.revision + 1, last + 1):
        done = update(revision)
        by = next((a.name for a in answering if a.revision == revision and a.name), None)
        changes += [item.change(revision, by) for item in done.items]
        words.add(_allowed(promise, done))
        covering = [a for a in answering if a.revision >= revision and not a.timestamp]
        for item in done.items:
            words.add(_word(item, promise, covering))
            covered[item.page] = covered.get(item.page, 0.0) + item.share
    if any(share > _LARGE_TOGETHER for share in covered.values()):
        words.add("large")
    word = next(w for w in _WEIGHTIEST if w in words)
    return word, [finding(f"changes-{w}") for w in _WEIGHTIEST if w in words and (w == word or _weighs(w))], (*changes,)


def _weighs(word: str) -> bool:
    return finding(f"changes-{word}").severity is not Severity.INFO


def _allowed(promise: Promise, done: Update) -> str:
    """Return ``disallowed`` if an update is explained by no rule, or forbidden by the signature itself."""
    if not done.explained:
        return "disallowed"
    result: DiffResult | None = done.strict
    if promise.locked is not None or promise.allowed is not None or result is None:
        result = done.level(STRICT, promise.locked, promise.allowed)
        result = result or done.level(WITH_MARKS, promise.locked, promise.allowed)
    if result is None:
        return "disallowed"
    return "none" if result.modification_level is ModificationLevel.NONE else "long-term"


def _word(item: Item, promise: Promise, covering: list[Answering]) -> str:
    """Return what one change means for the signature before it."""
    if item.weight in _PLAIN_WORDS:
        return _PLAIN_WORDS[item.weight]
    if not covering:
        form = promise.allowed in {MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE} and item.kind.startswith("field-")
        return "fields" if form else "unsigned"
    own = promise.own
    if not any(a.sound and (own.timestamp or a.trust_class is own.trust_class) for a in covering):
        return "foreign"
    if item.weight == "overwrite":
        return "fields" if item.kind.startswith("field-") else "annotations"
    if item.weight == "content":
        return "content"
    return "large" if item.share > _LARGE_MARK else "marks"


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
