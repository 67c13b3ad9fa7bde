"""How stored papers stand: handed over, expired, revoked; every change kept with who, since when and why.

Functions on a `Catalogue`; like its methods each is one transaction with its audit entries and events, and each may
raise ``StoreUnavailable``. What takes the place of what: ``storage.lifecycle.superseding``.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier import times
from dossier.errors import InvalidValue, WrongState
from dossier.identifiers import DossierNumber, PaperId
from dossier.papers import Paper, PaperKind, PaperState, require_transition
from dossier.standing import REVOKING, Reason, StatusChange, first_moment
from storage.audit_log import audit
from storage.catalogue import Catalogue, paper_row
from storage.database import reading, writing
from storage.rows import paper_from
from storage.schema import DossierRow, EventRow, PaperRow, StatusChangeRow

HANDED_OVER = "paper.handed-over"
"""Action in the audit log, and kind of event; so are ``paper.expired``, ``paper.superseded`` and ``paper.revoked``."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """That a paper is no longer in force, for good.

    Attributes:
        reason: One of ``REVOKING``. on: From which day on, in Vietnam; not a later one than today.
        authority: Who decided it, and by which document. person: Name of the person who tells.
    """

    reason: Reason
    on: dt.date
    authority: str
    person: str

    def __post_init__(self) -> None:
        """Check the reason.

        Raises:
            InvalidValue: It is none of a revocation.
        """
        require_reason(self.reason, REVOKING)


def require_reason(reason: Reason, known: Collection[Reason]) -> None:
    """Do nothing if a reason is one of ``known``.

    Raises:
        InvalidValue: It is not.
    """
    if reason not in known:
        named = ", ".join(known)
        raise InvalidValue(key="reason", reason=f"not one of {named}", reason_vi=f"phải là một trong: {named}")


def hand_over(catalogue: Catalogue, paper_id: PaperId, *, actor: str) -> Paper:
    """Record that a result was given to its owner, who sees it from now on; it cannot be taken back.

    A result that was handed over already, by itself or with its dossier, stays as it is.

    Raises:
        NotFound: No such paper.
        InvalidValue: It is no result: what the applicant handed in needs no handing over.
        WrongState: It is not in the store.
    """
    with writing(catalogue.engine) as session:
        row = paper_row(session, paper_id)
        if row.kind != PaperKind.RESULT.value:
            raise InvalidValue(
                key="kind", reason="only a result is handed over", reason_vi="chỉ kết quả giải quyết mới được trả"
            )
        if row.state != PaperState.STORED.value:
            raise WrongState(state=row.state, needed=PaperState.STORED.value)
        if row.handed_over_at is None and not _is_returned(session, row):
            row.handed_over_at = at = catalogue.now()
            audit.append(session, actor=actor, action=HANDED_OVER, about=f"paper:{paper_id}", at=at)
            session.add(EventRow(kind=HANDED_OVER, paper=row.id, at=at, payload={}))
            session.flush()
        return paper_from(row)


def revoke(catalogue: Catalogue, paper_id: PaperId, revocation: Revocation, *, actor: str) -> Paper:
    """Take a stored paper out of force for good; the same revocation told again changes nothing.

    Raises:
        NotFound: No such paper.
        WrongState: It is not in the store, or was revoked otherwise.
        InvalidValue: The day is still to come.
    """
    at = catalogue.now()
    if revocation.on > times.local(at).date():
        raise InvalidValue(key="on", reason="the day is still to come", reason_vi="ngày thu hồi chưa đến")
    with writing(catalogue.engine) as session:
        row = paper_row(session, paper_id)
        change = StatusChange(
            paper_id,
            at,
            first_moment(revocation.on),
            PaperState(row.state),
            PaperState.REVOKED,
            revocation.reason,
            actor,
            revocation.person,
            revocation.authority,
        )
        if not _is_told(session, row, change):
            move(session, row, change)
        return paper_from(row)


def expire(catalogue: Catalogue, on: dt.date, *, actor: str, limit: int = 100) -> list[PaperId]:
    """Mark up to ``limit`` stored papers whose last day of validity is past as expired, and return which.

    Args:
        catalogue: Where.
        on: The day in Vietnam on which they are no longer valid.
        actor: Who does it.
        limit: How many in this transaction.
    """
    due = (
        select(PaperRow)
        .where(PaperRow.state == PaperState.STORED.value, PaperRow.valid_until < on)
        .order_by(PaperRow.valid_until, PaperRow.serial)
        .limit(limit)
    )
    with reading(catalogue.engine) as session:
        if session.scalar(due.with_only_columns(PaperRow.id).limit(1)) is None:
            return []  # most often: nobody else has to wait for a look
    with writing(catalogue.engine) as session:
        at, rows = catalogue.now(), session.scalars(due).all()
        for row in rows:
            since = first_moment((row.valid_until or on) + dt.timedelta(days=1))
            stored, expired, reason = PaperState.STORED, PaperState.EXPIRED, Reason.VALIDITY_ENDED
            move(session, row, StatusChange(PaperId(row.id), at, since, stored, expired, reason, actor))
        return [PaperId(row.id) for row in rows]


def history(catalogue: Catalogue, paper_id: PaperId) -> list[StatusChange]:
    """Return every change of how a paper stands, oldest first."""
    query = select(StatusChangeRow).where(StatusChangeRow.paper == paper_id.value).order_by(StatusChangeRow.serial)
    with reading(catalogue.engine) as session:
        return [_change_from(row) for row in session.scalars(query)]


def standings(catalogue: Catalogue, papers: Collection[PaperId]) -> dict[PaperId, StatusChange]:
    """Return the last change of each of ``papers``; those in force are left out."""
    if not papers:
        return {}
    ids = [paper.value for paper in papers]
    last = (
        select(func.max(StatusChangeRow.serial)).where(StatusChangeRow.paper.in_(ids)).group_by(StatusChangeRow.paper)
    )
    with reading(catalogue.engine) as session:
        rows = session.scalars(select(StatusChangeRow).where(StatusChangeRow.serial.in_(last)))
        return {PaperId(row.paper): _change_from(row) for row in rows}


# --- within a transaction --------------------------------------------------------------------------------------------


def move(session: Session, row: PaperRow, change: StatusChange) -> None:
    """Give a stored paper another standing, with the change's row, its audit entry and its event.

    Raises:
        WrongState: The paper cannot come to stand so.
    """
    require_transition(PaperState(row.state), change.after)
    kind, successor = f"paper.{change.after.value}", change.successor.value if change.successor else None
    row.state = change.after.value
    row.superseded_by = successor or row.superseded_by
    session.add(
        StatusChangeRow(
            paper=row.id,
            at=change.at,
            since=change.since,
            before=change.before.value,
            after=change.after.value,
            reason=change.reason.value,
            by=change.by,
            person=change.person,
            authority=change.authority,
            successor=successor,
        )
    )
    told = {"reason": change.reason.value, "since": times.iso_local(change.since)}
    if successor:
        told["superseded_by"] = successor
    detail = {"from": change.before.value, "to": change.after.value, **told}
    audit.append(session, actor=change.by, action=kind, about=f"paper:{row.id}", at=change.at, detail=detail)
    session.add(EventRow(kind=kind, paper=row.id, at=change.at, payload=told))
    session.flush()


def _is_told(session: Session, row: PaperRow, change: StatusChange) -> bool:
    """Return whether the paper stands so already, by the same reason, day and authority."""
    if row.state != change.after.value:
        return False
    query = select(StatusChangeRow).where(StatusChangeRow.paper == row.id).order_by(StatusChangeRow.serial.desc())
    last = session.scalars(query.limit(1)).first()
    if last is None:
        return False
    known = _change_from(last)
    return (known.reason, known.since, known.authority) == (change.reason, change.since, change.authority)


def _is_returned(session: Session, row: PaperRow) -> bool:
    dossier = session.get(DossierRow, DossierNumber(row.dossier).canonical.value) if row.dossier else None
    return dossier is not None and dossier.returned_at is not None


def _change_from(row: StatusChangeRow) -> StatusChange:
    return StatusChange(
        PaperId(row.paper),
        row.at,
        row.since,
        PaperState(row.before),
        PaperState(row.after),
        Reason(row.reason),
        row.by,
        row.person,
        row.authority,
        PaperId(row.successor) if row.successor else None,
    )
