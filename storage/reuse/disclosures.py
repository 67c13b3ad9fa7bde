"""What was given to whom: each paper given by a lookup, and each file fetched later on the strength of one.

A disclosure is kept in the transaction of its audit entry and before anything is given, so that more may be on record
than was received, and never less (Law 91/2025/QH15: the owner can be told who had his data, and why).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import CompoundSelect, func, or_, select, union
from sqlalchemy.orm import Session

from dossier import times
from dossier.errors import NoGrant, NotFound
from dossier.identifiers import DossierNumber, PaperId, ProcedureCode
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.direct import Adding, Direct
from storage.schema import CoOwnerRow, DisclosureRow, GrantRow, OwnerRow, PaperRow

GIVEN = "paper.given"
"""Action in the audit log."""
_LATEST = 100
"""Lookups of one paper by one consumer that a fetch looks back at."""
_KEEP = Adding(DisclosureRow, *(one.name for one in DisclosureRow.__table__.columns if one.name != "serial"))


class DisclosureKind(StrEnum):
    """How a paper was given."""

    LOOKUP = "lookup"
    """Fields and data of the paper, in the answer to a lookup."""
    FETCH = "fetch"
    """The sealed file."""
    PREFILL = "prefill"
    """Fields, to fill in a form."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What of one paper was given to one consumer once.

    Attributes:
        paper, consumer: Which, and to which access key. kind: How. at: UTC.
        dossier, procedure: For which it was needed. purpose: Code of the purpose. note: In free words.
        fields: Keys of the fields given. grants: Identifiers of the grants that allowed it.
    """

    paper: PaperId
    consumer: str
    kind: DisclosureKind
    dossier: DossierNumber
    procedure: ProcedureCode
    purpose: str
    note: str
    fields: tuple[str, ...]
    grants: tuple[str, ...]
    at: dt.datetime


def disclosures(catalogue: Catalogue, paper: PaperId) -> list[Disclosure]:
    """Return what was given of a paper, in order.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    query = select(DisclosureRow).where(DisclosureRow.paper == paper.value).order_by(DisclosureRow.serial)
    with reading(catalogue.engine) as session:
        return [_disclosure(row) for row in session.scalars(query)]


def keep(transaction: Session | Direct, given: Collection[Disclosure]) -> None:
    """Keep disclosures within a writing transaction."""
    rows = [
        {
            "paper": one.paper.value,
            "consumer": one.consumer,
            "kind": one.kind.value,
            "dossier": one.dossier.canonical.value,
            "procedure": one.procedure.value,
            "purpose": one.purpose,
            "note": one.note,
            "fields": list(one.fields),
            "grants": list(one.grants),
            "at": one.at,
        }
        for one in given
    ]
    Direct.of(transaction).add(_KEEP, rows)


def disclose(catalogue: Catalogue, given: Sequence[Disclosure]) -> None:
    """Keep what is given to one consumer for one dossier, with one audit entry that names the papers.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    if not given:
        return
    first, shown = given[0], dict.fromkeys(one.paper.value for one in given)
    detail = {"dossier": str(first.dossier), "procedure": str(first.procedure), "purpose": first.purpose}
    about = f"dossier:{first.dossier.canonical}"
    with writing(catalogue.engine) as session:
        keep(session, given)
        audit.append(session, actor=first.consumer, action=GIVEN, about=about, at=first.at, detail=detail, shown=shown)


def note_fetch(catalogue: Catalogue, paper: PaperId, consumer: str) -> None:
    """Keep that a consumer fetches the file of a paper that a lookup of its own gave it.

    Raises:
        NotFound: No lookup gave it: whether there is such a paper is not told.
        NoGrant: One did, but no grant that lets the file be fetched stands any more; this is in the audit log.
        StoreUnavailable: The catalogue does not answer.
    """
    at = catalogue.now()
    with writing(catalogue.engine) as session:
        lookups = _lookups(session, paper, consumer)
        if not lookups:
            raise NotFound(kind="paper", id=paper)
        grants = {grant for one in lookups for grant in one.grants}
        files = _grants_of_files(session, paper, grants, times.local(at).date())
        fetch = next((_fetch(one, files, at) for one in lookups if files.intersection(one.grants)), None)
        if fetch:
            keep(session, [fetch])
        else:
            about = f"paper:{paper}"
            audit.append(session, actor=consumer, action="paper.fetch-refused", about=about, at=at)
    if fetch is None:
        raise NoGrant


def _lookups(session: Session, paper: PaperId, consumer: str) -> list[Disclosure]:
    """Return the lookups that gave the paper to the consumer, the latest first."""
    query = select(DisclosureRow).where(
        DisclosureRow.paper == paper.value,
        DisclosureRow.consumer == consumer,
        DisclosureRow.kind == DisclosureKind.LOOKUP.value,
    )
    return [_disclosure(row) for row in session.scalars(query.order_by(DisclosureRow.serial.desc()).limit(_LATEST))]


def _grants_of_files(session: Session, paper: PaperId, ids: Iterable[str], on: dt.date) -> set[str]:
    """Return those of the grants that are in force, let the file be fetched, and were not given by another owner."""
    standing = (GrantRow.revoked_at.is_(None), or_(GrantRow.until.is_(None), GrantRow.until >= on))
    whose: CompoundSelect[Any] = union(
        select(PaperRow.owner_serial).where(PaperRow.id == paper.value),
        select(CoOwnerRow.owner_serial).where(CoOwnerRow.paper == paper.value),
    )
    head = func.coalesce(OwnerRow.same_as, OwnerRow.serial)
    giver = select(head).where(OwnerRow.serial == GrantRow.owner_serial).scalar_subquery()
    theirs = giver.in_(select(head).where(OwnerRow.serial.in_(whose)))  # numbers may have been parted since the lookup
    of_it = or_(GrantRow.owner_serial.is_(None), theirs)
    return set(session.scalars(select(GrantRow.id).where(GrantRow.id.in_(ids), GrantRow.file, *standing, of_it)))


def _fetch(lookup: Disclosure, files: set[str], at: dt.datetime) -> Disclosure:
    allowing = tuple(grant for grant in lookup.grants if grant in files)
    return replace(lookup, kind=DisclosureKind.FETCH, fields=(), grants=allowing, at=at)


def _disclosure(row: DisclosureRow) -> Disclosure:
    return Disclosure(
        paper=PaperId(row.paper),
        consumer=row.consumer,
        kind=DisclosureKind(row.kind),
        dossier=DossierNumber(row.dossier),
        procedure=ProcedureCode(row.procedure),
        purpose=row.purpose,
        note=row.note,
        fields=tuple(row.fields),
        grants=tuple(row.grants),
        at=row.at,
    )
