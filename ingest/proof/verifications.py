# mypy: allow-untyped-calls
# asn1crypto has no types
"""Verdicts on a paper's signatures: made at intake, after sealing and on demand, each kept with all that it rests on.

A verification is one report and the certificates, revocation lists and OCSP responses that were of use, which many
papers share; all of it immutable, and under retention as long as the paper::

    verifications/<paper>/<SHA-256>.json    the report
    validation-data/<SHA-256>               a certificate, a CRL, an OCSP response: DER

With them a verdict can be made again as it was, whatever is trusted and published by then (TT 15/2025/TT-BKHCN asks to
keep certificate, revocation list and the result of the check).
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import crl, ocsp, x509
from pydantic import TypeAdapter, ValidationError

from dossier import times
from dossier.errors import NotSealed, ObjectDamaged
from dossier.identifiers import PaperId
from dossier.paper_types import OTHER
from dossier.papers import Paper, StoredObject
from dossier.verdicts import Finding, Severity, Verdict
from ingest.house import House
from ingest.proof.verifying import ABORTED
from ingest.upkeep.fixity import sound
from signing.material import Material, material, trust_hash
from signing.report import FileReport
from signing.trust import TrustAnchor, TrustClass, TrustStore
from storage.proof import verifications
from storage.records import Occasion, Verification

_DER = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """A file with the verdict on it.

    Attributes:
        data: Its bytes. at: The moment for which the report was made, UTC. report: What was found.
        trust: Who was believed.
    """

    data: bytes
    at: dt.datetime
    report: FileReport
    trust: TrustStore


@dataclass(frozen=True, slots=True)
class Basis:
    """What a verdict rests on, by SHA-256 of its DER.

    Attributes:
        anchors: With their classes, those in which chains ended. certificates, crls, ocsps: The rest.
    """

    anchors: tuple[tuple[TrustClass, str], ...]
    certificates: tuple[str, ...]
    crls: tuple[str, ...]
    ocsps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as it is kept.

    Attributes:
        paper, file_sha256: What was verified. at: When, UTC. occasion: Why. trust_sha256: Whom it believed.
        report: ``FileReport.to_json``. basis: What it rests on.
    """

    paper: str
    file_sha256: str
    at: dt.datetime
    occasion: Occasion
    trust_sha256: str
    report: dict[str, Any]
    basis: Basis

    @property
    def findings(self) -> dict[tuple[str | None, str], Finding]:
        """The findings by signature field, ``None`` for those about the file, and code."""
        parts = [(None, self.report), *((s["field"], s) for s in self.report["signatures"])]
        return {(field, found["code"]): _finding(found) for field, part in parts for found in part["findings"]}


_KEPT = TypeAdapter(KeptReport)


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that one of two verifications has and the other has not.

    Attributes:
        field: Name of the signature's form field; ``None`` if it is about the file. finding: What was found.
        appeared: The later one has it; else it is gone.
    """

    field: str | None
    finding: Finding
    appeared: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """A kept verification as it is shown.

    Attributes:
        verification: The row. kept: Its report.
        before: Verdict of the verification before it; ``None`` for the first.
        changes: From that one, only if the verdict is another.
    """

    verification: Verification
    kept: KeptReport
    before: Verdict | None = None
    changes: tuple[Change, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the verdict is another than the one before."""
        return self.before is not None and self.before is not self.verification.verdict


def verify(house: House, data: bytes) -> VerifiedFile:
    """Return the verdict on a file by what the house trusts now; nothing is kept."""
    moment, trust = times.now(), house.trust
    return VerifiedFile(data, moment, house.verifier.verify(data, at=moment), trust)


def keep(house: House, paper: PaperId, verified: VerifiedFile, occasion: Occasion, *, actor: str) -> None:
    """Keep the verdict on a paper's file with what it rests on; it becomes the paper's verdict.

    Args:
        house: The parts.
        paper: Whose file it is.
        verified: The file, verified a moment ago.
        occasion: Why. At intake and after sealing the first verification of a file counts; a repetition keeps nothing.
        actor: Who asked.

    Raises:
        NotFound: No such paper. StoreUnavailable: Catalogue or object store do not answer.
    """
    until = house.retain_until(verified.at)
    kept = KeptReport(
        paper=paper.value,
        file_sha256=_sha256(verified.data),
        at=verified.at,
        occasion=occasion,
        trust_sha256=trust_hash(verified.trust),
        report=verified.report.to_json(),
        basis=keep_material(house, _rests_on(verified), until),
    )
    verification = Verification(
        paper,
        verified.at,
        occasion,
        verified.report.verdict,
        kept.file_sha256,
        kept.trust_sha256,
        _put(house, kept, _report_until(house, paper, verified.at)),
    )
    verifications.add(house.catalogue, verification, actor=actor)


def _report_until(house: House, paper_id: PaperId, at: dt.datetime) -> dt.datetime:
    """Return until when a report is locked: as long as its paper, so that it can be disposed of with it."""
    paper = house.catalogue.paper(paper_id)
    return house.retain_until(paper.confirmed_at or paper.created_at, paper.paper_type or OTHER, at=at)


def reverify(house: House, paper: Paper, *, actor: str) -> Verified:
    """Verify a paper's signatures anew and keep the verdict; the verdicts before stay as they were.

    Raises:
        NotSealed: It has no signed file: it neither arrived signed nor was it sealed yet.
        ObjectDamaged: The file is no longer what was kept.
    """
    file = signed_file(paper)
    verified = verify(house, sound(house, file))
    keep(house, paper.id, verified, Occasion.DEMAND, actor=actor)
    return all_of(house, paper.id)[-1]


def all_of(house: House, paper: PaperId) -> list[Verified]:
    """Return the verifications of a paper, oldest first, each with what changed.

    Raises:
        NotFound, ObjectDamaged: A report is gone or damaged.
    """
    shown: list[Verified] = []
    for verification in verifications.of_paper(house.catalogue, paper):
        kept = _load(house, verification.report)
        last = shown[-1] if shown else None
        before = last.verification.verdict if last else None
        changes = differences(last.kept, kept) if last and before is not verification.verdict else ()
        shown.append(Verified(verification, kept, before, changes))
    return shown


def signed_file(paper: Paper) -> StoredObject:
    """Return the signed file of a paper: what was sealed, or what arrived signed.

    Raises:
        NotSealed: There is none.
    """
    if paper.sealed is not None:
        return paper.sealed
    if paper.signed_origin:
        return paper.original
    raise NotSealed(state=paper.state.value)


def differences(old: KeptReport, new: KeptReport) -> tuple[Change, ...]:
    """Return what the newer report found and the older one did not, then the other way round, by field and code."""
    new_ones = [
        Change(place[0], found, appeared=True) for place, found in new.findings.items() if place not in old.findings
    ]
    gone = [
        Change(place[0], found, appeared=False) for place, found in old.findings.items() if place not in new.findings
    ]
    return (*new_ones, *gone)


def trust_of(house: House, basis: Basis) -> TrustStore:
    """Return what a verdict rested on, to make it again.

    Raises:
        NotFound, ObjectDamaged: Some of it is gone or damaged.
    """

    def load(kind: Any, hashes: Iterable[str]) -> tuple[Any, ...]:  # noqa: ANN401 - a kind of asn1crypto
        return tuple(kind.load(house.objects.get(_data_key(one)), strict=True) for one in hashes)

    classes = [trust_class for trust_class, _ in basis.anchors]
    roots = load(x509.Certificate, (one for _, one in basis.anchors))
    return TrustStore(
        tuple(TrustAnchor(root, trust_class) for root, trust_class in zip(roots, classes, strict=True)),
        load(x509.Certificate, basis.certificates),
        load(crl.CertificateList, basis.crls),
        load(ocsp.OCSPResponse, basis.ocsps),
    )


def _rests_on(verified: VerifiedFile) -> Material:
    """Return what a verdict rests on: nothing, if the check was aborted.

    A file whose check ended within its limits is opened here too: nothing more is done with it than was done there.
    """
    aborted = ABORTED in {finding.code for finding in verified.report.findings}
    return Material() if aborted else material(verified.data, verified.trust)


def keep_material(house: House, rests_on: Material, until: dt.datetime) -> Basis:
    """Keep what a verdict rests on; what is there already is only locked for longer."""
    roots = [anchor.certificate for anchor in rests_on.anchors]
    for part in (*roots, *rests_on.certificates, *rests_on.crls, *rests_on.ocsps):
        der = part.dump()
        house.objects.put(_data_key(_sha256(der)), der, media_type=_DER, retain_until=until)
    return Basis(
        anchors=tuple((anchor.trust_class, _sha256(anchor.certificate.dump())) for anchor in rests_on.anchors),
        certificates=_hashes(rests_on.certificates),
        crls=_hashes(rests_on.crls),
        ocsps=_hashes(rests_on.ocsps),
    )


def _put(house: House, kept: KeptReport, until: dt.datetime) -> StoredObject:
    document = _KEPT.dump_json(kept)
    key = f"verifications/{kept.paper}/{_sha256(document)}.json"
    return house.objects.put(
        key, document, media_type=verifications.REPORT_MEDIA_TYPE, retain_until=until, if_absent=True
    )


def _load(house: House, report: StoredObject) -> KeptReport:
    data = house.objects.get(report.key, report.version)
    try:
        if _sha256(data) == report.sha256:
            return _KEPT.validate_json(data)
    except ValidationError:
        pass
    raise ObjectDamaged(key=report.key)


def _finding(found: dict[str, str]) -> Finding:
    return Finding(found["code"], Severity(found["severity"]), found["text"], found["text_en"])


def _hashes(parts: Sequence[Any]) -> tuple[str, ...]:
    return tuple(_sha256(part.dump()) for part in parts)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _data_key(sha256: str) -> str:
    return f"validation-data/{sha256}"
