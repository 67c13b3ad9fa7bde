"""Legal holds: placed by one person, lifted by two.

Functions on a `Catalogue`; each is one transaction with its audit entry, and each may raise ``StoreUnavailable``. That
the objects are held too is for ``ingest.upkeep.disposal``.

Threat: somebody lifts a hold by mistake or will, and the evidence is destroyed. What stops it: a second person, with
another access key, must agree to what the first one asked for, reason and authority with it, and only those holds are
lifted that stood when it was asked for.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dossier.errors import NotFound, WrongState
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from storage.audit_log import audit
from storage.catalogue import Catalogue, paper_row
from storage.database import reading, writing
from storage.rules import require_second_person
from storage.schema import HoldRow


@dataclass(frozen=True, slots=True)
class Lifting:
    """That a hold is to be lifted.

    Attributes:
        person: Who asked for it. key: With which access key. authority: On whose order. reason: Why. at: UTC.
    """

    person: str
    key: str
    authority: str
    reason: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: the paper may not be disposed of while it lasts.

    Attributes:
        person: Who placed it. authority: Who ordered it. reason: Why. since: UTC.
        lifting: That somebody asked for it to be lifted. lifted_at, lifted_by: When and by which second person it was.
    """

    paper: PaperId
    person: str
    authority: str
    reason: str
    since: dt.datetime
    lifting: Lifting | None = None
    lifted_at: dt.datetime | None = None
    lifted_by: str | None = None


def place_hold(catalogue: Catalogue, hold: Hold, *, actor: str) -> None:
    """Place a hold; a paper may be under several.

    Raises:
        NotFound: No such paper. WrongState: It is disposed of.
    """
    with writing(catalogue.engine) as session:
        row = paper_row(session, hold.paper)
        if row.state == PaperState.DISPOSED.value:
            raise WrongState(state=row.state, needed="stored")
        session.add(
            HoldRow(
                paper=hold.paper.value,
                person=hold.person,
                authority=hold.authority,
                reason=hold.reason,
                since=hold.since,
            )
        )
        _audit(session, catalogue, actor, "paper.held", hold.paper)


def propose_lifting(catalogue: Catalogue, paper: PaperId, lifting: Lifting) -> int:
    """Ask that the holds under which a paper is be lifted; return how many of them nobody had asked it for before.

    What was asked for before stays as it was asked.

    Raises:
        NotFound: No such paper.
    """
    with writing(catalogue.engine) as session:
        paper_row(session, paper)
        rows = session.scalars(holding(paper).where(HoldRow.lifting_at.is_(None))).all()
        for row in rows:
            row.lifting_by, row.lifting_with, row.lifting_at = lifting.person, lifting.key, lifting.at
            row.lifting_authority, row.lifting_reason = lifting.authority, lifting.reason
        if rows:
            _audit(session, catalogue, lifting.key, "paper.hold-lifting-proposed", paper)
        return len(rows)


def withdraw_lifting(catalogue: Catalogue, paper: PaperId, *, actor: str) -> None:
    """Take it back that the holds of a paper be lifted.

    Raises:
        NotFound: Nobody asks for it.
    """
    with writing(catalogue.engine) as session:
        for row in _to_be_lifted(session, paper):
            row.lifting_by = row.lifting_with = row.lifting_at = row.lifting_authority = row.lifting_reason = None
        _audit(session, catalogue, actor, "paper.hold-lifting-withdrawn", paper)


def approve_lifting(catalogue: Catalogue, paper: PaperId, *, person: str, actor: str, at: dt.datetime) -> int:
    """Agree, as the second person, to what was asked for, and return how many holds are lifted by it.

    A hold that came since stays. Agreeing again, when no hold is left, changes nothing.

    Raises:
        NotFound: Nobody asks for it. SamePerson: Who asked for it cannot agree, nor can the same access key.
    """
    with writing(catalogue.engine) as session:
        lifted = select(HoldRow.serial).where(HoldRow.paper == paper.value, HoldRow.lifted_at.is_not(None)).limit(1)
        if session.scalar(holding(paper).limit(1)) is None and session.scalar(lifted) is not None:
            return 0
        rows = _to_be_lifted(session, paper)
        for row in rows:
            require_second_person(person, actor, first=row.lifting_by or "", first_key=row.lifting_with or "")
            row.lifted_at, row.lifted_by, row.lifted_with = at, person, actor
        _audit(session, catalogue, actor, "paper.hold-lifted", paper)
        return len(rows)


def holds_of(catalogue: Catalogue, paper: PaperId) -> list[Hold]:
    """Return the holds of a paper, lifted ones too, oldest first."""
    query = select(HoldRow).where(HoldRow.paper == paper.value).order_by(HoldRow.serial)
    with reading(catalogue.engine) as session:
        return [_hold(row) for row in session.scalars(query)]


def held_papers(catalogue: Catalogue) -> list[PaperId]:
    """Return the papers that are under a hold."""
    query = select(HoldRow.paper).where(HoldRow.lifted_at.is_(None)).distinct().order_by(HoldRow.paper)
    with reading(catalogue.engine) as session:
        return [PaperId(paper) for paper in session.scalars(query)]


def holding(paper: PaperId) -> Select[HoldRow]:
    """Return the query for the holds under which a paper is now, oldest first."""
    return select(HoldRow).where(HoldRow.paper == paper.value, HoldRow.lifted_at.is_(None)).order_by(HoldRow.serial)


def _to_be_lifted(session: Session, paper: PaperId) -> list[HoldRow]:
    rows = list(session.scalars(holding(paper).where(HoldRow.lifting_at.is_not(None))))
    if not rows:
        raise NotFound(kind="hold lifting", id=paper)
    return rows


def _hold(row: HoldRow) -> Hold:
    lifting = None
    if row.lifting_at is not None:
        lifting = Lifting(
            row.lifting_by or "",
            row.lifting_with or "",
            row.lifting_authority or "",
            row.lifting_reason or "",
            row.lifting_at,
        )
    return Hold(
        PaperId(row.paper), row.person, row.authority, row.reason, row.since, lifting, row.lifted_at, row.lifted_by
    )


def _audit(session: Session, catalogue: Catalogue, actor: str, action: str, paper: PaperId) -> None:
    audit.append(session, actor=actor, action=action, about=f"paper:{paper}", at=catalogue.now())
