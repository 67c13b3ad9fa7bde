"""Accepted reuses: a stored paper that stands in a later dossier, with its audit entry and its event.

What a lookup gave may be used or not; this is what was used, so the figures count it (decision 766/QD-TTg, 4.3).
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.accepted import Reuse, Use
from dossier.errors import InvalidValue, NotFound, NotReusable
from dossier.identifiers import DossierNumber, PaperId, ProcedureCode, ReuseReference
from dossier.paper_types import PaperType
from dossier.papers import Paper
from dossier.reuse import Hindrance, hindrance
from storage.audit_log import audit
from storage.catalogue import Catalogue, paper_row
from storage.database import reading, writing
from storage.rows import dossier_from, paper_from, reuse_from
from storage.schema import DisclosureRow, DossierRow, EventRow, PaperRow, ReuseRow

REUSED, WITHDRAWN = "paper.reused", "paper.reuse-withdrawn"
"""Kinds of events, and actions in the audit log."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What somebody wants accepted; see :class:`dossier.accepted.Reuse`.

    Attributes:
        paper, dossier, procedure, component, how, person, purpose: As there.
        paper_type: The paper's type, as the catalogue of types has it today; ``None`` if it has none.
        on: The day in Vietnam.
    """

    paper: PaperId
    dossier: DossierNumber
    procedure: ProcedureCode
    component: str | None
    how: Use
    person: str
    purpose: str
    paper_type: PaperType | None
    on: dt.date


def accept(catalogue: Catalogue, wanted: Acceptance, *, consumer: str, given_only: bool) -> Reuse:
    """Accept a paper into a dossier and return its reuse; asked again for the same, return the same.

    Args:
        catalogue: Where.
        wanted: What.
        consumer: Name of the access key that asks.
        given_only: Whether it may accept only what was given to it before.

    Raises:
        NotFound: There is no such paper, or ``consumer`` was never given it: which of the two is not told.
        NotReusable: The paper cannot be used again.
        InvalidValue: It was handed in with this very dossier.
        StoreUnavailable: The catalogue does not answer.
    """
    number = wanted.dossier.canonical
    with writing(catalogue.engine) as session:
        paper = paper_from(paper_row(session, wanted.paper))
        if given_only and not given_before(session, wanted.paper, consumer):
            raise NotFound(kind="paper", id=wanted.paper)
        known = session.scalar(
            select(ReuseRow).where(
                ReuseRow.paper == wanted.paper.value,
                ReuseRow.dossier == number.value,
                ReuseRow.component == (wanted.component or ""),
                ReuseRow.withdrawn_at.is_(None),
            )
        )
        if known:
            return reuse_from(known)
        _require_reusable(session, paper, wanted)
        row = ReuseRow(
            reference=ReuseReference.new().value,
            paper=wanted.paper.value,
            dossier=number.value,
            procedure=wanted.procedure.value,
            component=wanted.component or "",
            how=wanted.how.value,
            accepted_by=consumer,
            person=wanted.person,
            purpose=wanted.purpose,
            at=catalogue.now(),
        )
        session.add(row)
        _tell(catalogue, session, reuse_from(row), REUSED, consumer)
        return reuse_from(row)


def given_before(session: Session, paper: PaperId, consumer: str) -> bool:
    """Return whether a lookup, or a form filled in, gave this paper to this consumer."""
    query = select(DisclosureRow.serial).where(DisclosureRow.paper == paper.value, DisclosureRow.consumer == consumer)
    return session.scalar(query.limit(1)) is not None


def withdraw(
    catalogue: Catalogue, reference: ReuseReference, *, consumer: str, own_only: bool, person: str, reason: str
) -> Reuse:
    """Take back a reuse that was accepted by mistake; it stays on record. Taken back again, it stays as it is.

    Args:
        catalogue: Where.
        reference: Which.
        consumer: Name of the access key that asks.
        own_only: Whether it may take back only what it accepted itself.
        person: Name of the person.
        reason: In words, without personal data.

    Raises:
        NotFound: There is no such reuse, or it is another consumer's: which of the two is not told.
        StoreUnavailable: The catalogue does not answer.
    """
    with writing(catalogue.engine) as session:
        row = session.scalar(select(ReuseRow).where(ReuseRow.reference == reference.value))
        if row is None or (own_only and row.accepted_by != consumer):
            raise NotFound(kind="reuse", id=reference)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by = catalogue.now(), consumer
            row.withdrawn_person, row.withdrawal_reason = person, reason
            _tell(catalogue, session, reuse_from(row), WITHDRAWN, consumer)
        return reuse_from(row)


def reuses_in(
    catalogue: Catalogue, dossier: DossierNumber, *, consumer: str | None = None
) -> list[tuple[Reuse, Paper]]:
    """Return the papers accepted into a dossier, withdrawn ones too, in the order in which they were.

    Args:
        catalogue: Where.
        dossier: Into which, in either form.
        consumer: Only what this access key accepted.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    query = (
        select(ReuseRow, PaperRow)
        .join(PaperRow, PaperRow.id == ReuseRow.paper)
        .where(ReuseRow.dossier == dossier.canonical.value)
        .order_by(ReuseRow.serial)
    )
    if consumer is not None:
        query = query.where(ReuseRow.accepted_by == consumer)
    with reading(catalogue.engine) as session:
        return [(reuse_from(reuse), paper_from(paper)) for reuse, paper in session.execute(query)]


def reuses_of(catalogue: Catalogue, paper: PaperId) -> list[Reuse]:
    """Return every reuse of a paper, withdrawn ones too, in the order in which they were accepted.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    query = select(ReuseRow).where(ReuseRow.paper == paper.value).order_by(ReuseRow.serial)
    with reading(catalogue.engine) as session:
        return [reuse_from(row) for row in session.scalars(query)]


def _require_reusable(session: Session, paper: Paper, wanted: Acceptance) -> None:
    own = paper.dossier.canonical if paper.dossier else None
    if own == wanted.dossier.canonical:
        raise InvalidValue(
            key="dossier",
            reason="the paper was handed in with this very dossier",
            reason_vi="giấy tờ này được nộp trong chính hồ sơ đó",
        )
    row = session.get(DossierRow, own.value) if own else None
    why = hindrance(paper, wanted.paper_type, dossier_from(row) if row else None, wanted.on)
    if why is not None:
        raise not_reusable(why)


def not_reusable(why: Hindrance) -> NotReusable:
    """Return the error that tells why a paper cannot be used again."""
    return NotReusable(hindrance=why.value, reason=why.text_en, reason_vi=why.text)


def _tell(catalogue: Catalogue, session: Session, reuse: Reuse, action: str, actor: str) -> None:
    """Add the audit entry and the event, neither with names or free words."""
    told = {
        "reference": reuse.reference.value,
        "dossier": reuse.dossier.value,
        "procedure": reuse.procedure.value,
        "component": reuse.component or "",
        "how": reuse.how.value,
    }
    at = catalogue.now()
    audit.append(session, actor=actor, action=action, about=f"paper:{reuse.paper}", at=at, detail=told)
    session.add(EventRow(kind=action, paper=reuse.paper.value, at=at, payload=told))
