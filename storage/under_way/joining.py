"""Joining: one new paper takes the place of parts of a split scan that were never several papers.

It is one transaction: the parts end, the scan names the new paper in their place, and nobody can confirm, split or
take in hand any of them meanwhile.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete

from dossier.errors import NotJoinable
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState, require_transition
from storage.audit_log import audit
from storage.catalogue import Catalogue, paper_row
from storage.database import writing
from storage.rows import paper_from
from storage.rules import change_told
from storage.schema import ClaimRow, PaperRow
from storage.under_way.claims import require_free

JOINED = "paper.joined"
"""Action in the audit log."""


@dataclass(frozen=True, slots=True)
class Joining:
    """That parts of a scan become one paper.

    Attributes:
        scan: The one they were split from. parts: Identifiers. into: The new paper. person: Name of who says so.
    """

    scan: PaperId
    parts: Collection[PaperId]
    into: Paper
    person: str


def join(catalogue: Catalogue, joining: Joining, *, actor: str) -> None:
    """Let a new paper take the place of parts of a scan; it stands where the first of them stood.

    Raises:
        NotFound: One of the papers is not there.
        WrongState: One of them does not wait for a person.
        ClaimedByOther: Somebody else has one of them in hand.
        NotJoinable: One of them is no part of the scan.
    """
    with writing(catalogue.engine) as session:
        scan, gone = paper_row(session, joining.scan), {part.value for part in joining.parts}
        for part in joining.parts:
            row = paper_row(session, part)
            require_transition(PaperState(row.state), PaperState.JOINED)
            require_free(session, row, actor=actor, now=catalogue.now())
            session.execute(delete(ClaimRow).where(ClaimRow.paper == row.id))
            told = _end(row, joining, catalogue)
            audit.append(session, actor=actor, action=JOINED, about=f"paper:{part}", at=catalogue.now(), detail=told)
        if not gone <= set(scan.parts):
            raise NotJoinable(reason="they are not parts of one scan", reason_vi="không được tách từ cùng một bản quét")
        first = min(scan.parts.index(part) for part in gone)
        rest = [part for part in scan.parts[first:] if part not in gone]
        scan.parts = [*scan.parts[:first], joining.into.id.value, *rest]
        session.flush()
        catalogue.insert(session, [joining.into], actor)


def _end(row: PaperRow, joining: Joining, catalogue: Catalogue) -> dict[str, str]:
    """End a part, and return what the audit log is to tell of it."""
    before = paper_from(row)
    row.state, row.joined_into = PaperState.JOINED.value, joining.into.id.value
    row.joined_by, row.joined_at = joining.person, catalogue.now()
    row.waiting = row.setback = None
    return {"into": joining.into.id.value, **change_told(before, paper_from(row))}
