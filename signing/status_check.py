"""Whether a genuine paper is still in force: a store's signed list of those that are not, held beside a report.

A signature says who made a paper, never whether it still holds. The signatures' verdicts therefore stay as they are; it
is the file that is not to be used, and its verdict says so: undetermined, with a finding of its own
(``SIG_CONSTRAINTS_FAILURE``, ETSI EN 319 102-1: genuine, and not what the verifier asks for). Only a list that is
whole, trusted, fresh and that speaks for whoever signed the paper can say that it is in force; anything less leaves the
file undetermined too.

Threat: a list is altered, kept back, or made by somebody to have another's paper refused. What stops it: its signature,
its ``next`` moment, and that its signer's chain ends in an anchor of the same class as the paper's. Residual risk
accepted: within a class one agency can list a file of another's; the finding and the report name whose list it is.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dossier.errors import DamagedFile
from dossier.status_lists import StatusEntry, StatusList, one_line, parse_status_list
from dossier.times import iso_local
from dossier.verdicts import Finding, Verdict
from signing.paper_status import ListFacts, PaperStatus
from signing.report import FileReport
from signing.signed_content import SignedContent, check
from signing.texts import finding
from signing.trust import TrustStore

_IN_FORCE, _UNKNOWN = "in-force", "unknown"


@dataclass(frozen=True, slots=True)
class CheckedList:
    """A status list as it was found.

    Attributes:
        at: The moment of checking. findings: On the list itself.
        content: What it says; ``None`` unless its signature is valid. signed: Who says so.
    """

    at: dt.datetime
    findings: tuple[Finding, ...]
    content: StatusList | None = None
    signed: SignedContent | None = None

    @property
    def verdict(self) -> Verdict:
        """Valid if it can be relied on at the moment of checking; what is stale proves nothing either way."""
        return Verdict.of(self.findings)

    @property
    def is_fresh(self) -> bool:
        """Whether no newer list was due by the moment of checking."""
        return self.content is not None and self.at <= self.content.next_at


def check_status_list(data: bytes, trust: TrustStore, *, at: dt.datetime, allow_test: bool = True) -> CheckedList:
    """Return a signed status list, checked offline; raises nothing on its content.

    Args:
        data: The file.
        trust: Whom to believe, and revocation evidence from outside the list.
        at: The moment of checking, aware: the list must not be older than it says of itself.
        allow_test: Whether a chain that ends in a test anchor counts.
    """
    try:
        signed = check(data, trust, at=at, allow_test=allow_test)
        if signed.verdict is not Verdict.VALID:
            code = "status-list-untrusted"
            if {"integrity-broken", "signature-broken", "attributes-wrong"} & {f.code for f in signed.findings}:
                code = "status-list-altered"
            return CheckedList(at, (finding(code),), signed=signed)
        content = parse_status_list(signed.content)
    except DamagedFile:
        return CheckedList(at, (finding("status-list-unreadable"),))
    made = iso_local(content.made_at)
    findings = [finding("status-list-ok", count=content.number, agency=signed.signer, moment=made)]
    if at > content.next_at:
        findings.append(finding("status-list-stale", moment=iso_local(content.next_at)))
    return CheckedList(at, tuple(findings), content, signed)


def with_status_list(report: FileReport, checked: CheckedList) -> FileReport:
    """Return a file's report with what the list says of the file."""
    content, signed = checked.content, checked.signed
    if content is None or signed is None or report.circumstances is None:
        return _with(report, PaperStatus(_UNKNOWN), checked.findings)
    facts = ListFacts(content.number, str(content.agency), signed.signer, content.made_at, content.next_at)
    signers = [s for s in report.signatures if not s.is_timestamp]
    same_class = [s for s in signers if s.trust_class is signed.trust_class]
    speaks = [s for s in same_class if one_line(s.signer) in content.seals]
    entry = content.by_hash.get(report.circumstances.sha256) if same_class else None
    if entry is not None and entry.since <= checked.at:
        return _with(report, _ended(entry, facts), (*checked.findings, _about(entry)))
    if not speaks:
        foreign = finding("status-list-foreign", agency=signed.signer)
        return _with(report, PaperStatus(_UNKNOWN, of_list=facts), (*checked.findings, foreign))
    if not checked.is_fresh:
        return _with(report, PaperStatus(_UNKNOWN, of_list=facts), checked.findings)
    in_force = finding("paper-in-force", moment=iso_local(content.made_at))
    return _with(report, PaperStatus(_IN_FORCE, of_list=facts), (*checked.findings, in_force))


def with_standing(report: FileReport, entry: StatusEntry | None) -> FileReport:
    """Return the report on a file of a store's own with how it stands there; ``None``: in force."""
    if entry is not None:
        return _with(report, _ended(entry), (_about(entry),))
    moment = iso_local(report.circumstances.checked_at) if report.circumstances else ""
    return _with(report, PaperStatus(_IN_FORCE), (finding("paper-in-force", moment=moment),))


def _about(entry: StatusEntry) -> Finding:
    """Return the finding on a paper that is no longer in force."""
    return finding(
        f"paper-{entry.state.value}",
        moment=iso_local(entry.since),
        reason=entry.reason.text_en,
        reason_vi=entry.reason.text,
        actual=entry.successor or "-",
    )


def _ended(entry: StatusEntry, facts: ListFacts | None = None) -> PaperStatus:
    return PaperStatus(entry.state.value, entry.since, entry.reason.value, entry.successor, facts)


def _with(report: FileReport, status: PaperStatus, findings: Iterable[Finding]) -> FileReport:
    own = (*report.findings, *findings)
    worst = Verdict.worst([report.verdict, Verdict.of(own)])
    return replace(report, verdict=worst, findings=own, status=status)
