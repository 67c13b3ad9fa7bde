"""Kept verifications: every verdict on a paper's signatures, with what it rested on; rows are only ever added.

A row and its audit entry are one transaction, in which the newest verdict becomes the paper's; if that is another one
than before, other systems are told by an event in the same transaction. The report itself, and the certificates and
revocation data behind it, are objects under retention: a verdict can be reproduced from them.
"""

from sqlalchemy import select

from dossier.errors import WrongState
from dossier.identifiers import PaperId
from dossier.papers import PaperState, StoredObject
from dossier.verdicts import Verdict
from storage.audit_log import audit
from storage.catalogue import Catalogue, paper_row
from storage.database import reading, writing
from storage.records import Occasion, Verification
from storage.schema import EventRow, VerificationRow

VERIFIED, CHANGED = "paper.verified", "paper.verdict-changed"
"""Action in the audit log, and kind of the event."""
REPORT_MEDIA_TYPE = "application/json"


def add(catalogue: Catalogue, verification: Verification, *, actor: str) -> bool:
    """Keep a verification, and make its verdict the paper's; return whether that is another one than before.

    A step that runs twice keeps one: of a paper and a file, the first verification at intake or after sealing counts,
    and ``False`` comes back.

    Args:
        catalogue: Where it is kept.
        verification: With its report in the object store already.
        actor: Who asked for it.

    Raises:
        NotFound: There is no such paper. WrongState: It was disposed of meanwhile.
    """
    paper, verdict = verification.paper.value, verification.verdict.value
    with writing(catalogue.engine) as session:
        row = paper_row(session, verification.paper)
        if row.state == PaperState.DISPOSED.value:
            raise WrongState(state=row.state, needed=PaperState.STORED.value)
        if verification.occasion is not Occasion.DEMAND:
            twin = select(VerificationRow.serial).where(
                VerificationRow.paper == paper,
                VerificationRow.occasion == verification.occasion.value,
                VerificationRow.file_sha256 == verification.file_sha256,
            )
            if session.scalar(twin.limit(1)) is not None:
                return False
        before, row.verdict = row.verdict, verdict
        session.add(_row(verification))
        detail = {
            "occasion": verification.occasion.value,
            "verdict": verdict,
            "report_sha256": verification.report.sha256,
            "trust_sha256": verification.trust_sha256,
        }
        changed = before is not None and before != verdict
        if before and changed:
            detail["verdict_before"] = before
            payload = {"from": before, "to": verdict}
            session.add(EventRow(kind=CHANGED, paper=paper, at=verification.at, payload=payload))
        session.flush()
        audit.append(session, actor=actor, action=VERIFIED, about=f"paper:{paper}", at=verification.at, detail=detail)
    return changed


def of_paper(catalogue: Catalogue, paper: PaperId) -> list[Verification]:
    """Return the verifications of a paper, oldest first."""
    query = select(VerificationRow).where(VerificationRow.paper == paper.value).order_by(VerificationRow.serial)
    with reading(catalogue.engine) as session:
        return [_from(row) for row in session.scalars(query)]


def _row(verification: Verification) -> VerificationRow:
    return VerificationRow(
        paper=verification.paper.value,
        at=verification.at,
        occasion=verification.occasion.value,
        verdict=verification.verdict.value,
        file_sha256=verification.file_sha256,
        trust_sha256=verification.trust_sha256,
        report_key=verification.report.key,
        report_version=verification.report.version,
        report_sha256=verification.report.sha256,
        report_size=verification.report.size,
    )


def _from(row: VerificationRow) -> Verification:
    report = StoredObject(row.report_key, row.report_version, row.report_sha256, row.report_size, REPORT_MEDIA_TYPE)
    return Verification(
        PaperId(row.paper),
        row.at,
        Occasion(row.occasion),
        Verdict(row.verdict),
        row.file_sha256,
        row.trust_sha256,
        report,
    )
