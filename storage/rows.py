"""Rows of the catalogue to domain values and back."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row

from dossier.accepted import Reuse, Use, Withdrawal
from dossier.dossiers import Channel, Dossier, Outcome
from dossier.grants import Basis, Grant
from dossier.identifiers import (
    OWNER_NUMBER_KINDS,
    AgencyCode,
    DossierNumber,
    PaperId,
    ProcedureCode,
    ReuseReference,
)
from dossier.lanes import Lane
from dossier.owners import Owner
from dossier.papers import (
    Box,
    Field,
    FieldSource,
    Paper,
    PaperKind,
    PaperState,
    Setback,
    SourceGrade,
    StoredObject,
    Waiting,
)
from dossier.verdicts import Finding, Severity, Verdict
from storage.records import AccessKey, AuditEntry, Batch, Event
from storage.schema import (
    AccessKeyRow,
    AuditRow,
    BatchRow,
    CheckRow,
    CoOwnerRow,
    DossierRow,
    EventRow,
    FieldRow,
    GrantRow,
    OwnerRow,
    PaperRow,
    ReuseRow,
    SetbackRow,
    WaitingRow,
)

BareRow = Row[*tuple[Any, ...]]
"""Columns read without an object of their table: the quicker way."""


def paper_from(row: PaperRow) -> Paper:
    """Return the paper a row, its fields and its checks stand for."""
    sealed = None
    if row.sealed_key is not None:
        sealed = StoredObject(
            row.sealed_key,
            row.sealed_version or "",
            row.sealed_sha256 or "",
            row.sealed_size or 0,
            row.sealed_media_type or "",
        )
    return Paper(
        id=PaperId(row.id),
        batch=row.batch,
        name=row.name,
        state=PaperState(row.state),
        created_at=row.created_at,
        original=StoredObject(
            row.original_key, row.original_version, row.original_sha256, row.original_size, row.original_media_type
        ),
        owner=_owner_from(row.owner, row.owner_name) if row.owner else None,
        co_owners=tuple(_owner_from(one.owner, one.name) for one in row.co_owners),
        kind=PaperKind(row.kind),
        paper_type=row.paper_type,
        type_confidence=row.type_confidence,
        agency=AgencyCode(row.agency) if row.agency else None,
        dossier=DossierNumber(row.dossier) if row.dossier else None,
        procedure=ProcedureCode(row.procedure) if row.procedure else None,
        sealed=sealed,
        page_count=row.page_count,
        hidden_pages=tuple(row.hidden_pages),
        fields=tuple(field_from(field) for field in row.fields),
        checks=tuple(_check_from(check) for check in row.checks),
        verdict=Verdict(row.verdict) if row.verdict else None,
        signed_origin=row.signed_origin,
        grade=SourceGrade(row.grade) if row.grade else None,
        title=row.title,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        stored_at=row.stored_at,
        protected_until=row.protected_until,
        reading_version=row.reading_version,
        problem=row.problem,
        duplicate_of=PaperId(row.duplicate_of) if row.duplicate_of else None,
        code=row.code,
        split_from=PaperId(row.split_from) if row.split_from else None,
        parts=tuple(map(PaperId, row.parts)),
        split_by=row.split_by,
        split_at=row.split_at,
        joined_into=PaperId(row.joined_into) if row.joined_into else None,
        joined_by=row.joined_by,
        joined_at=row.joined_at,
        handed_over_at=row.handed_over_at,
        superseded_by=PaperId(row.superseded_by) if row.superseded_by else None,
        waiting=_waiting_from(row.waiting) if row.waiting else None,
        lane=Lane(row.lane),
        setback=setback_from(row.setback) if row.setback else None,
    )


def write_paper(row: PaperRow, paper: Paper, owner_row: Callable[[Owner], OwnerRow]) -> None:
    """Give ``row`` all values of ``paper``; ``owner_row`` finds or makes the row of an owner."""
    row.id = paper.id.value
    row.code = paper.code
    row.batch = paper.batch
    row.name = paper.name
    row.state = paper.state.value
    row.created_at = paper.created_at
    row.owner = owner_row(paper.owner) if paper.owner else None
    row.owner_name = paper.owner.name if paper.owner else None
    row.kind = paper.kind.value
    row.paper_type = paper.paper_type
    row.type_confidence = paper.type_confidence
    row.agency = paper.agency.value if paper.agency else None
    row.dossier = paper.dossier.value if paper.dossier else None
    row.procedure = paper.procedure.value if paper.procedure else None
    row.page_count = paper.page_count
    row.hidden_pages = list(paper.hidden_pages)
    row.verdict = paper.verdict.value if paper.verdict else None
    row.signed_origin = paper.signed_origin
    row.grade = paper.grade.value if paper.grade else None
    row.title = paper.title
    row.issued_on = paper.issued_on
    row.valid_until = paper.valid_until
    row.confirmed_by = paper.confirmed_by
    row.confirmed_at = paper.confirmed_at
    row.stored_at = paper.stored_at
    row.protected_until = paper.protected_until
    row.reading_version = paper.reading_version
    row.problem = paper.problem
    row.duplicate_of = paper.duplicate_of.value if paper.duplicate_of else None
    row.split_from = paper.split_from.value if paper.split_from else None
    row.parts = [part.value for part in paper.parts]
    row.split_by = paper.split_by
    row.split_at = paper.split_at
    row.joined_into = paper.joined_into.value if paper.joined_into else None
    row.joined_by = paper.joined_by
    row.joined_at = paper.joined_at
    row.handed_over_at = paper.handed_over_at
    row.superseded_by = paper.superseded_by.value if paper.superseded_by else None
    row.lane = paper.lane.value
    _write_objects(row, paper)
    if tuple(_owner_from(one.owner, one.name) for one in row.co_owners) != paper.co_owners:
        row.co_owners = [
            CoOwnerRow(position=position, owner=owner_row(one), name=one.name)
            for position, one in enumerate(paper.co_owners)
        ]
    if tuple(field_from(field) for field in row.fields) != paper.fields:
        row.fields = [_field_row(position, field) for position, field in enumerate(paper.fields)]
    if tuple(_check_from(check) for check in row.checks) != paper.checks:
        row.checks = [_check_row(position, check) for position, check in enumerate(paper.checks)]


def _write_objects(row: PaperRow, paper: Paper) -> None:
    row.original_key = paper.original.key
    row.original_version = paper.original.version
    row.original_sha256 = paper.original.sha256
    row.original_size = paper.original.size
    row.original_media_type = paper.original.media_type
    row.sealed_key = paper.sealed.key if paper.sealed else None
    row.sealed_version = paper.sealed.version if paper.sealed else None
    row.sealed_sha256 = paper.sealed.sha256 if paper.sealed else None
    row.sealed_size = paper.sealed.size if paper.sealed else None
    row.sealed_media_type = paper.sealed.media_type if paper.sealed else None


def batch_from(row: BatchRow) -> Batch:
    """Return the batch a row stands for."""
    return Batch(
        id=row.id,
        station=row.station,
        created_at=row.created_at,
        operator=row.operator,
        employer=row.employer,
        dossier=DossierNumber(row.dossier) if row.dossier else None,
        procedure=ProcedureCode(row.procedure) if row.procedure else None,
        agency=AgencyCode(row.agency) if row.agency else None,
        manifest_sha256=row.manifest_sha256,
        lane=Lane(row.lane),
    )


def batch_row(batch: Batch, content_sha256: str) -> BatchRow:
    """Return a new row for a batch."""
    return BatchRow(
        id=batch.id,
        station=batch.station,
        operator=batch.operator,
        employer=batch.employer,
        dossier=batch.dossier.value if batch.dossier else None,
        procedure=batch.procedure.value if batch.procedure else None,
        agency=batch.agency.value if batch.agency else None,
        created_at=batch.created_at,
        manifest_sha256=batch.manifest_sha256,
        content_sha256=content_sha256,
        lane=batch.lane.value,
    )


def key_from(row: AccessKeyRow | BareRow) -> AccessKey:
    """Return the access key that a row, whole or bare columns, stands for."""
    return AccessKey(
        row.name, row.role, row.sha256, row.created_at, row.revoked_at, row.former_sha256, row.former_until
    )


def reuse_from(row: ReuseRow) -> Reuse:
    """Return the reuse a row stands for."""
    withdrawn = None
    if row.withdrawn_at is not None:
        withdrawn = Withdrawal(
            row.withdrawn_at, row.withdrawn_by or "", row.withdrawn_person or "", row.withdrawal_reason or ""
        )
    return Reuse(
        reference=ReuseReference(row.reference),
        paper=PaperId(row.paper),
        dossier=DossierNumber(row.dossier),
        procedure=ProcedureCode(row.procedure),
        component=row.component or None,
        how=Use(row.how),
        accepted_by=row.accepted_by,
        person=row.person,
        purpose=row.purpose,
        at=row.at,
        withdrawn=withdrawn,
    )


def dossier_from(row: DossierRow | BareRow) -> Dossier:
    """Return the dossier a row stands for."""
    return Dossier(
        number=DossierNumber(row.number),
        procedure=ProcedureCode(row.procedure),
        agency=AgencyCode(row.agency),
        decided_by=AgencyCode(row.decided_by) if row.decided_by else None,
        channel=Channel(row.channel),
        received_at=row.received_at,
        processing_started_at=row.processing_started_at,
        ended_at=row.ended_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        returned_at=row.returned_at,
    )


def write_dossier(row: DossierRow, dossier: Dossier) -> None:
    """Give ``row`` all values of ``dossier`` but its number."""
    row.procedure = dossier.procedure.value
    row.agency = dossier.agency.value
    row.decided_by = dossier.decided_by.value if dossier.decided_by else None
    row.channel = dossier.channel.value
    row.received_at = dossier.received_at
    row.processing_started_at = dossier.processing_started_at
    row.ended_at = dossier.ended_at
    row.outcome = dossier.outcome.value if dossier.outcome else None
    row.returned_at = dossier.returned_at


def grant_from(row: GrantRow | BareRow) -> Grant:
    """Return the grant a row stands for; of bare columns, without its owner."""
    owner = row.owner if isinstance(row, GrantRow) else None
    return Grant(
        id=row.id,
        consumer=row.consumer,
        basis=Basis(row.basis),
        citation=row.citation,
        purposes=tuple(row.purposes),
        paper_types=tuple(row.paper_types),
        personal_fields=tuple(row.personal_fields),
        file=row.file,
        owner=OWNER_NUMBER_KINDS[owner.kind](owner.number) if owner else None,
        until=row.until,
        given_by=row.given_by,
        given_at=row.given_at,
        revoked_by=row.revoked_by,
        revoked_at=row.revoked_at,
    )


def event_from(row: EventRow) -> Event:
    """Return the event a row stands for."""
    paper = PaperId(row.paper) if row.paper else None
    return Event(row.kind, paper, row.at, row.payload, row.id, row.about or "")


def event_row(event: Event) -> EventRow:
    """Return the row that keeps an event; the database gives it its ``id``."""
    return EventRow(
        kind=event.kind,
        paper=event.paper.value if event.paper else None,
        about=event.about or None,
        at=event.at,
        payload=dict(event.payload),
    )


def field_from(row: FieldRow | BareRow) -> Field:
    """Return the field that a row, whole or bare columns, stands for."""
    box = None
    if row.x is not None and row.y is not None and row.width is not None and row.height is not None:
        box = Box(row.x, row.y, row.width, row.height)
    return Field(row.key, row.value, row.raw, row.page, box, row.confidence, FieldSource(row.source), row.second_raw)


def audit_entry_from(row: AuditRow) -> AuditEntry:
    """Return the audit entry a row stands for, unchecked."""
    return AuditEntry(row.seq, row.prev_hash, row.actor, row.action, row.object, row.at, row.detail, row.hash)


def setback_from(row: SetbackRow) -> Setback:
    """Return what went wrong with a paper, as a row tells it."""
    return Setback(row.step, row.trace, row.losses, row.at)


def _waiting_from(row: WaitingRow) -> Waiting:
    return Waiting(row.code, row.text, row.text_en, row.since, row.tries, row.retry_at)


def _owner_from(row: OwnerRow, name: str | None) -> Owner:
    return Owner(OWNER_NUMBER_KINDS[row.kind](row.number), name)


def _field_row(position: int, field: Field) -> FieldRow:
    return FieldRow(
        position=position,
        key=field.key,
        value=field.value,
        raw=field.raw,
        page=field.page,
        x=field.box.x if field.box else None,
        y=field.box.y if field.box else None,
        width=field.box.width if field.box else None,
        height=field.box.height if field.box else None,
        confidence=field.confidence,
        source=field.source.value,
        second_raw=field.second_raw,
    )


def _check_from(row: CheckRow) -> Finding:
    return Finding(row.code, Severity(row.severity), row.text, row.text_en, row.field)


def _check_row(position: int, check: Finding) -> CheckRow:
    return CheckRow(
        position=position,
        code=check.code,
        severity=check.severity.value,
        text=check.text,
        text_en=check.text_en,
        field=check.field,
    )
