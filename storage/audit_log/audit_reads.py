"""Who read whose papers, from the audit log: written paper by paper or list by list, and told to the owner who asks.

An entry about one paper has it as its object. An entry about several, as of a list that was shown, names them in its
detail, ``{"shown": "3f9k2m7x8c4v5b6n …"}``, so that a list that is looked at every minute does not fill the log; the
table ``audit_subjects`` finds such entries by paper. That table proves nothing: `storage.audit_log.audit.check`
compares it with the entries.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from dossier.identifiers import OwnerNumber, PaperId
from storage.audit_log import audit
from storage.catalogue import Catalogue, is_of, owner_group
from storage.database import reading, writing
from storage.people.owners import LOOKED_UP
from storage.schema import AccessKeyRow, AccountRow, AuditRow, AuditSubjectRow, PaperRow

LISTED = "papers.listed"
SEARCHED = "papers.searched"
READINGS = frozenset(
    {
        "paper.read",
        "paper.fetched",
        "paper.original-fetched",
        "paper.record-fetched",
        "paper.evidence-exported",
        "paper.given",
        LISTED,
        SEARCHED,
    }
)
"""Actions by which somebody sees what a paper says, and changes nothing."""
READS_SHOWN = "owner.reads-shown"
READS_REFUSED = "owner.reads-refused"
"""Somebody asked for an owner's reads whom no grant lets know them."""
OWNER_READ = frozenset({LOOKED_UP, READS_SHOWN})
"""Actions by which somebody sees what is known of an owner, no paper itself."""


@dataclass(frozen=True, slots=True)
class Read:
    """One time that an owner's papers were read.

    Attributes:
        seq: Of the audit entry. at: UTC. paper: Which; ``None`` if it was what is known of the owner as a whole.
        paper_type: Of the paper. actor: Name of the access key or account, ``cli`` on the machine itself. role: Its.
        person: Name of the person whose account it is.
        action: E.g. ``"paper.fetched"``. purpose: In words, where one was asked for. dossier: For which, if for one.
    """

    seq: int
    at: dt.datetime
    paper: PaperId | None
    paper_type: str | None
    actor: str
    role: str | None
    person: str | None
    action: str
    purpose: str | None
    dossier: str | None


def record_reads(
    catalogue: Catalogue,
    papers: Iterable[PaperId],
    *,
    actor: str,
    action: str = LISTED,
    about: str = "papers",
    detail: Mapping[str, str] | None = None,
) -> None:
    """Record in one entry that somebody was shown several papers; nothing if there are none.

    Args:
        catalogue: Where.
        papers: Which.
        actor: Who.
        action: One of ``READINGS``.
        about: What they were shown as, e.g. ``"batch:…"``.
        detail: No personal data.
    """
    shown = list(dict.fromkeys(paper.value for paper in papers))
    if not shown:
        return
    with writing(catalogue.engine) as session:
        at = catalogue.now()
        audit.append(session, actor=actor, action=action, about=about, at=at, detail=detail, shown=shown)


def record_owner_read(
    catalogue: Catalogue, number: OwnerNumber, *, actor: str, action: str, detail: Mapping[str, str] | None = None
) -> None:
    """Record that somebody was shown what is known of an owner, or was not.

    Of a number that nobody has only that is recorded.

    Args:
        catalogue: Where.
        number: Any of the owner's.
        actor: Who.
        action: One of ``OWNER_READ``, or ``READS_REFUSED``.
        detail: No personal data.
    """
    with writing(catalogue.engine) as session:
        serials = owner_group(session, number)
        about = f"owner:{min(serials)}" if serials else "owner:unknown"
        audit.append(session, actor=actor, action=action, about=about, at=catalogue.now(), detail=detail)


def reads(
    catalogue: Catalogue,
    number: OwnerNumber,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    paper_types: Collection[str] | None = None,
    limit: int = 100,
) -> list[Read]:
    """Return the newest ``limit`` reads of the papers of the owner who has a number, the newest first.

    Args:
        catalogue: Where.
        number: Any of the owner's.
        since: From this moment on.
        until: Before this one.
        paper_types: Of papers of these types alone, and of what is known of the owner as a whole; ``None``: of any.
        limit: How many at most.
    """
    span = [AuditRow.at >= since] if since else []
    span += [AuditRow.at < until] if until else []
    with reading(catalogue.engine) as session:
        serials = owner_group(session, number)
        theirs = [is_of(serials), *([PaperRow.paper_type.in_(paper_types)] if paper_types is not None else [])]
        about_one = select(AuditRow, PaperRow.id, PaperRow.paper_type).join(
            PaperRow, AuditRow.object == literal("paper:") + PaperRow.id
        )
        about_many = (
            select(AuditRow, PaperRow.id, PaperRow.paper_type)
            .join(AuditSubjectRow, AuditSubjectRow.seq == AuditRow.seq)
            .join(PaperRow, PaperRow.id == AuditSubjectRow.paper)
        )
        found = [
            (row, PaperId(paper), paper_type)
            for query in (about_one.where(AuditRow.action.in_(READINGS)), about_many)
            for row, paper, paper_type in session.execute(
                query.where(*theirs, *span).order_by(AuditRow.seq.desc()).limit(limit)
            )
        ]
        about_owner = select(AuditRow).where(
            AuditRow.object.in_([f"owner:{serial}" for serial in serials]), AuditRow.action.in_(OWNER_READ), *span
        )
        whole = [(row, None, None) for row in session.scalars(about_owner.order_by(AuditRow.seq.desc()).limit(limit))]
        newest = sorted([*found, *whole], key=lambda one: (-one[0].seq, one[1].value if one[1] else ""))[:limit]
        return _told(session, newest)


def _told(session: Session, found: Sequence[tuple[AuditRow, PaperId | None, str | None]]) -> list[Read]:
    """Return the reads with roles and persons of their actors, keys or accounts: no name is both."""
    actors = {row.actor for row, _, _ in found}
    keys = select(AccessKeyRow.name, AccessKeyRow.role, literal("")).where(AccessKeyRow.name.in_(actors))
    accounts = select(AccountRow.name, AccountRow.role, AccountRow.person).where(AccountRow.name.in_(actors))
    nobody: tuple[str | None, str | None] = (None, None)
    known = dict.fromkeys(actors, nobody)
    known |= {name: (role, person or None) for name, role, person in session.execute(union_all(keys, accounts))}
    return [
        Read(
            row.seq,
            row.at,
            paper,
            paper_type,
            row.actor,
            *known[row.actor],
            row.action,
            row.detail.get("purpose"),
            row.detail.get("dossier"),
        )
        for row, paper, paper_type in found
    ]
