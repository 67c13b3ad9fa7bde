"""Grants kept: given, listed, revoked. Which apply to a lookup, ``storage.reuse.lookups`` asks."""

from dataclasses import replace

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from dossier.errors import AlreadyExists, NotFound
from dossier.grants import Basis, Grant
from storage.audit_log import audit
from storage.catalogue import Catalogue, owner_row
from storage.database import reading, writing
from storage.rows import grant_from
from storage.schema import GrantRow


def give(catalogue: Catalogue, grant: Grant, *, actor: str) -> Grant:
    """Keep a grant and return it as kept.

    Raises:
        AlreadyExists: There is one of this identifier, revoked or not.
        StoreUnavailable: The catalogue does not answer.
    """
    grant = replace(grant, given_by=actor, given_at=catalogue.now(), revoked_by=None, revoked_at=None)
    with writing(catalogue.engine) as session:
        if session.get(GrantRow, grant.id):
            raise AlreadyExists(kind="grant", id=grant.id)
        session.add(_row(session, grant))
        session.flush()
        cited = {"citation": grant.citation} if grant.basis is Basis.LAW else {}
        purposes = " ".join(grant.purposes)
        _note(
            catalogue,
            session,
            grant,
            "grant.given",
            consumer=grant.consumer,
            basis=grant.basis.value,
            purposes=purposes,
            **cited,
        )
    return grant


def revoke(catalogue: Catalogue, grant_id: str, *, actor: str) -> None:
    """Take a grant out of force, from now on; a revoked one stays as it is.

    Raises:
        NotFound: There is none of this identifier. StoreUnavailable: The catalogue does not answer.
    """
    with writing(catalogue.engine) as session:
        row = _known(session, grant_id)
        if row.revoked_at is None:
            row.revoked_at, row.revoked_by = catalogue.now(), actor
            _note(catalogue, session, grant_from(row), "grant.revoked", consumer=row.consumer)


def grant(catalogue: Catalogue, grant_id: str) -> Grant:
    """Return a grant, revoked or not.

    Raises:
        NotFound: There is none of this identifier. StoreUnavailable: The catalogue does not answer.
    """
    with reading(catalogue.engine) as session:
        return grant_from(_known(session, grant_id))


def grants(catalogue: Catalogue, *, limit: int | None = None, after: str | None = None) -> list[Grant]:
    """Return grants, revoked ones too, in the order in which they were given.

    Args:
        catalogue: Where they are kept.
        limit: How many at most; ``None``: all.
        after: Only those that follow the grant of this identifier in the list.

    Raises:
        NotFound: There is no grant ``after``. StoreUnavailable: The catalogue does not answer.
    """
    query = select(GrantRow).order_by(GrantRow.given_at, GrantRow.id).limit(limit)
    with reading(catalogue.engine) as session:
        if after is not None:
            edge = _known(session, after)
            query = query.where(tuple_(GrantRow.given_at, GrantRow.id) > (edge.given_at, edge.id))
        return [grant_from(row) for row in session.scalars(query)]


def _known(session: Session, grant_id: str) -> GrantRow:
    row = session.get(GrantRow, grant_id)
    if row is None:
        raise NotFound(kind="grant", id=grant_id)
    return row


def _note(catalogue: Catalogue, session: Session, grant: Grant, action: str, **detail: str) -> None:
    actor = grant.revoked_by or grant.given_by
    audit.append(session, actor=actor, action=action, about=f"grant:{grant.id}", at=catalogue.now(), detail=detail)


def _row(session: Session, grant: Grant) -> GrantRow:
    return GrantRow(
        id=grant.id,
        consumer=grant.consumer,
        basis=grant.basis.value,
        citation=grant.citation,
        purposes=list(grant.purposes),
        paper_types=list(grant.paper_types),
        personal_fields=list(grant.personal_fields),
        file=grant.file,
        owner=owner_row(session, grant.owner) if grant.owner else None,
        until=grant.until,
        given_by=grant.given_by,
        given_at=grant.given_at,
    )
