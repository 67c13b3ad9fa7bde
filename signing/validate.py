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
import hashlib
from dataclasses import replace

from pyhanko.pdf_utils.misc import PdfDecodeLimitError

from dossier.times import now
from dossier.verdicts import Finding, Verdict
from signing.check import Check
from signing.facts import anchor_facts
from signing.held_evidence import evidence_of
from signing.judge import verdict
from signing.limits import TooComplex
from signing.online import FetchRules, complete
from signing.pdf import open_file
from signing.report import Circumstances, FileReport, SignatureReport
from signing.texts import finding
from signing.trust import TrustStore

_WANTING = frozenset(
    {"trust-none", "revocation-missing", "revocation-unchecked", "timestamp-untrusted", "timestamp-revocation"}
)
"""Findings that more evidence might take away."""


def validate(
    pdf: bytes,
    trust: TrustStore,
    *,
    at: dt.datetime | None = None,
    allow_test: bool = True,
    online: FetchRules | None = None,
) -> FileReport:
    """Return the verdict on ``pdf`` and on each of its signatures; raises nothing on its content.

    Runs an event loop of its own; call it from a thread without one.

    Args:
        pdf: The file's bytes.
        trust: Whom to believe, and revocation evidence from outside the file.
        at: The moment of checking, aware; now if ``None``.
        allow_test: Whether a chain that ends in a test anchor counts.
        online: What may be fetched where evidence is missing; nothing if ``None``.

    Raises:
        MemoryError: There is no more memory, which says nothing of the file.
    """
    return asyncio.run(_validate(pdf, trust, at or now(), allow_test=allow_test, online=online))


async def _validate(
    pdf: bytes, trust: TrustStore, at: dt.datetime, *, allow_test: bool, online: FetchRules | None
) -> FileReport:
    how = Circumstances(at, hashlib.sha256(pdf).hexdigest(), len(pdf), anchor_facts(trust), online is not None)
    try:
        opened = open_file(pdf)
        evidence = evidence_of(trust, opened.reader)
    except MemoryError:
        raise
    except TooComplex as error:
        return _file_report((finding(error.code, **error.details),), (), how)
    except RecursionError:
        return _file_report((finding("too-deep"),), (), how)
    except PdfDecodeLimitError:
        return _file_report((finding("stream-too-large"),), (), how)
    except Exception:  # noqa: BLE001 - hostile input leads the parser anywhere; all of it means "unreadable"
        return _file_report((finding("unreadable"),), (), how)
    check = Check(opened, trust, evidence, at, allow_test, kept=evidence.certificates[len(trust.certificates) :])
    reports = await check.reports()
    if online is not None and any(f.code in _WANTING for r in reports for f in r.findings):
        fetched = complete(check.met, evidence, online)
        how = replace(how, fetched=tuple(fetched.facts))
        more = evidence.plus(fetched.certificates, fetched.crls, fetched.ocsps)
        reports = await replace(check, evidence=more, fetched_from=fetched.urls).reports()
    refused = opened.budget.refused
    findings = (*opened.findings, finding(refused.code, **refused.details)) if refused else opened.findings
    return _file_report(findings, tuple(reports), how)


def _file_report(
    findings: tuple[Finding, ...], signatures: tuple[SignatureReport, ...], how: Circumstances
) -> FileReport:
    own = [verdict(findings)] if findings or not signatures else []
    return FileReport(Verdict.worst([*own, *(s.verdict for s in signatures)]), findings, signatures, how)
