# mypy: allow-untyped-calls
# asn1crypto and parts of pyHanko have no types
"""One run over one opened file: each signature and time stamp looked into, and what came of it put into a report."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from asn1crypto import cms, x509
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, message_imprint_checker
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from dossier.verdicts import Finding, Verdict
from signing.changes import Change, Update, reader_updates
from signing.claimed_time import claimed_time
from signing.facts import (
    Sources,
    certificate_facts,
    chain_facts,
    identifier,
    revocation_facts,
    self_contained,
    timestamp_facts,
)
from signing.held_evidence import attached_revocation
from signing.judge import (
    PADES,
    PKCS7,
    Answering,
    Promise,
    about_algorithm,
    about_attributes,
    about_changes,
    about_purpose,
    about_revocation,
    about_time,
    about_timestamp,
    about_timestamps,
    about_validity,
    common_name,
    profile,
    strength,
    verdict,
)
from signing.pdf import OpenedFile, coverage, is_timestamp
from signing.proof import (
    Chain,
    Evidence,
    Integrity,
    StampedTime,
    Standing,
    integrity,
    judge_timestamp,
    standing,
)
from signing.report import TIMESTAMP_PROFILE, SignatureReport
from signing.stamp_check import check_stamp
from signing.texts import finding
from signing.trust import TrustClass, TrustStore


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One run over one file.

    Attributes:
        opened: The file. trust: What the verifier brought. evidence: That, and what the file holds.
        at: The moment of checking. allow_test: Whether test anchors count.
        kept: The certificates in the file's document security store.
        fetched_from: Where evidence was fetched from, by its identity.
        met: The certificates of signers and time-stamp authorities that the run came across.
    """

    opened: OpenedFile
    trust: TrustStore
    evidence: Evidence
    at: dt.datetime
    allow_test: bool
    kept: tuple[x509.Certificate, ...] = ()
    fetched_from: Mapping[int, str] = field(default_factory=dict)
    met: list[x509.Certificate] = field(default_factory=list)

    async def reports(self) -> list[SignatureReport]:
        """Return the report on each signature and document time stamp, in the file's order."""
        stamps = await self.document_timestamps()
        reports = [await self.report(place, stamps) for place in range(len(self.opened.found))]
        return self.with_changes(reports)

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
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001 - a hostile token becomes a finding
                stamp = StampedTime(None, "timestamp-unreadable")
            judged[place] = stamp
            self._meet(stamp.integrity)
            if stamp.code == "timestamp-ok" and stamp.moment is not None:
                control = min(control, stamp.moment)
        return judged

    async def report(self, place: int, stamps: dict[int, StampedTime]) -> SignatureReport:
        """Return the report on the signature or document time stamp at ``place``."""
        found = self.opened.found[place]
        if found.signature is None:
            return _unread(found.field, found.problem or "signature-unreadable", offset=found.offset)
        try:
            if place in stamps:
                return await self._timestamp_report(found.field, found.signature, stamps[place])
            report = await self._signature_report(found.field, found.signature, stamps)
            return replace(report, findings=(*report.findings, *found.findings))
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a hostile signature becomes a finding
            return _unread(found.field, "signature-unreadable")

    def _place(self, signature: EmbeddedPdfSignature) -> tuple[str, str, list[Finding]]:
        """Return coverage and the finding on it; what was changed later is told by `with_changes`."""
        covered = coverage(self.opened.data, signature)
        return covered, "unknown", [finding(f"coverage-{covered}")]

    def with_changes(self, reports: list[SignatureReport]) -> list[SignatureReport]:
        """Return ``reports`` with what was changed after each signature.

        That depends on the other signatures: one that is sound answers for the marks it covers.
        """
        pairs = [
            (place, _answering(found.signature, reports[place]))
            for place, found in enumerate(self.opened.found)
            if found.signature is not None and reports[place].coverage in {"file", "revision"}
        ]
        if not pairs:
            return reports
        others = [answering for _, answering in pairs]
        update = reader_updates(self.opened.reader, min(a.revision for a in others))
        done = list(reports)
        for place, own in pairs:
            try:
                done[place] = self._with_changes(reports[place], place, own, others, update)
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001 - hostile updates lead anywhere; what cannot be looked through is unknown
                done[place] = _plus(reports[place], [finding("changes-unknown")], "unknown", ())
        return done

    def _with_changes(
        self,
        report: SignatureReport,
        place: int,
        own: Answering,
        others: list[Answering],
        update: Callable[[int], Update],
    ) -> SignatureReport:
        signature = self.opened.found[place].signature
        promise = Promise(own, signature.fieldmdp, signature.docmdp_level)  # type: ignore[union-attr]
        last = self.opened.reader.xrefs.total_revisions - 1
        word, findings, changes = about_changes(promise, last, update, others)
        return _plus(report, findings, word, changes)

    async def _timestamp_report(
        self, field: str, signature: EmbeddedPdfSignature, stamp: StampedTime
    ) -> SignatureReport:
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
            strength=strength(stamp.integrity),
            certificate=certificate_facts(certificate) if certificate else None,
            chain=chain_facts(stamp.standing),
            revocation=await revocation_facts(stamp.standing, self.evidence, stamp.moment or self.at, self._sources()),
            identifier=identifier(signature) if certificate else None,
            token_sha256=hashlib.sha256(signature.signed_data.dump()).hexdigest(),
        )

    async def _signature_report(
        self, field: str, signature: EmbeddedPdfSignature, stamps: dict[int, StampedTime]
    ) -> SignatureReport:
        subfilter = str(signature.sig_object.get("/SubFilter", ""))
        if subfilter not in {PADES, PKCS7}:
            return self._unsupported(field, signature, subfilter.lstrip("/"))
        checked = integrity(signature.signed_data, signature.compute_digest)
        covered, changed, placed = self._place(signature)
        certificate = checked.certificate
        if certificate is None:
            unread = _unread(field, checked.code)
            return replace(unread, coverage=covered, changes_after=changed, findings=(*unread.findings, *placed))
        lists, responses = attached_revocation(signature.signed_data)
        attached = (*lists, *responses)
        evidence = self.evidence.plus(checked.certificates, lists, responses)
        after = self._later(signature, stamps)
        later = [s for _, s in after if s.code == "timestamp-ok" and s.moment is not None]
        control = min([self.at, *(s.moment for s in later if s.moment)])
        inside = await inner_timestamps(signature.signer_info, evidence, control)
        inner = [stamp for _, stamp in inside]
        self._meet(checked, *(stamp.integrity for stamp in inner))
        proven = min((s.moment for s in (*inner, *later) if s.code == "timestamp-ok" and s.moment), default=None)
        stood = await standing(certificate, evidence, proven or self.at)
        says = claimed_time(signature)
        claimed = says.moment
        trust_class, trusted = self._trust(stood)
        stamped = [s.moment for s in inner]
        shown = check_stamp(
            signature, certificate, [m for m in (claimed, *says.stated, proven, *stamped) if m is not None]
        )
        findings = [
            finding(checked.code),
            *placed,
            *trusted,
            *about_purpose(certificate),
            about_revocation(stood, claimed, proven or self.at),
            *about_timestamps(inner),
            *says.findings,
            *about_time(claimed, proven, stamped=bool(inner)),
            *about_validity(certificate, stood, claimed, proven or self.at, proven=proven is not None),
            about_algorithm(checked, proven or self.at),
            *about_attributes(signature.signed_data, subfilter),
            shown.finding,
        ]
        used = await revocation_facts(stood, evidence, proven or self.at, self._sources(attached))
        has_evidence = proven is not None and self_contained(stood, used, (*self.kept, *checked.certificates))
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
            strength=strength(checked),
            certificate=certificate_facts(certificate),
            chain=chain_facts(stood),
            revocation=used,
            timestamps=timestamp_facts(inside, after),
            stamp_text=shown.text,
            identifier=identifier(signature),
        )

    def _sources(self, attached: tuple[object, ...] = ()) -> Sources:
        """Return where each piece of evidence came from; ``attached`` is what the signature holds."""
        return Sources((*self.trust.crls, *self.trust.ocsps), self.fetched_from, attached)

    def _meet(self, *signed: Integrity) -> None:
        self.met.extend(s.certificate for s in signed if s.certificate is not None)

    def _unsupported(self, field: str, signature: EmbeddedPdfSignature, named: str) -> SignatureReport:
        """Return the report on a signature of another format: what it covers can be told all the same."""
        covered, _, placed = self._place(signature)
        unread = _unread(field, "format-unsupported", format=named)
        findings = (*unread.findings, *placed)
        return replace(unread, coverage=covered, findings=findings, verdict=verdict(findings))

    def _later(
        self, signature: EmbeddedPdfSignature, stamps: dict[int, StampedTime]
    ) -> list[tuple[cms.SignedData, StampedTime]]:
        """Return the document time stamps made over ``signature``, with their tokens, in the file's order."""
        return [
            (over.signed_data, stamps[place])
            for place in sorted(stamps)
            if (over := self.opened.found[place].signature) and over.signed_revision > signature.signed_revision
        ]

    def _trust(self, stood: Standing) -> tuple[TrustClass | None, list[Finding]]:
        return about_trust(self.trust, stood, allow_test=self.allow_test)


def about_trust(trust: TrustStore, stood: Standing, *, allow_test: bool) -> tuple[TrustClass | None, list[Finding]]:
    """Return as what a chain's anchor is trusted, and the findings on the chain."""
    trust_class = trust.class_of(stood.anchor) if stood.anchor is not None else None
    match stood.chain:
        case Chain.NO_ANCHOR | Chain.BROKEN | Chain.WEAK:
            code = {Chain.NO_ANCHOR: "trust-none", Chain.BROKEN: "trust-broken", Chain.WEAK: "trust-weak"}
            return (trust_class if stood.chain is Chain.WEAK else None), [finding(code[stood.chain])]
        case _ if trust_class is None:
            return None, [finding("trust-none")]
        case _ if trust_class is TrustClass.TEST and not allow_test:
            return trust_class, [finding("trust-test-refused")]
        case _:
            return trust_class, [finding(f"trust-{trust_class.value}")]


def _answering(signature: EmbeddedPdfSignature, report: SignatureReport) -> Answering:
    """Return what weight ``signature`` has for changes that it covers."""
    timestamp = report.profile == TIMESTAMP_PROFILE
    sound = report.verdict is Verdict.VALID
    return Answering(signature.signed_revision, report.signer, timestamp, sound, report.trust_class)


def _plus(
    report: SignatureReport, findings: list[Finding], changed: str, changes: tuple[Change, ...]
) -> SignatureReport:
    """Return ``report`` with what was changed later, told after what the signature covers."""
    told = list(report.findings)
    after = next((i for i, f in enumerate(told, 1) if f.code.startswith("coverage-")), len(told))
    told[after:after] = findings
    return replace(report, findings=tuple(told), verdict=verdict(told), changes_after=changed, changes=changes)


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


async def inner_timestamps(
    signer_info: cms.SignerInfo, evidence: Evidence, control: dt.datetime
) -> list[tuple[cms.SignedData, StampedTime]]:
    """Return the time stamps inside a signature, judged."""
    imprint: Callable[[str], bytes] = message_imprint_checker(signer_info)
    return [
        (token, await judge_timestamp(token, imprint, evidence, control, over_signature=True))
        for token in extract_tst_data_iter(signer_info, signed=False)
    ]
