"""The catalogue's tables. The migrations in ``storage/migrations`` make them; a test keeps both the same."""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from dossier.errors import InvalidValue

REVISION = "0018"
"""The newest migration: a database at this one needs none."""

SEARCH_INDEX = "page_index"
"""A table that each database has in a kind of its own, so it is not declared here: see ``storage.page_index``."""

Serial = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only where the column is an INTEGER."""


class Words(TypeDecorator[str]):
    """Text that both databases can keep: PostgreSQL refuses NUL, neither takes half a surrogate pair.

    Raises:
        InvalidValue: On writing such text.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Check text on its way in."""
        del dialect
        if value is not None and ("\x00" in value or any("\ud800" <= c <= "\udfff" for c in value)):
            raise InvalidValue(key="text", reason="control character NUL or broken Unicode")
        return value


InOrder = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that both databases order by its characters, as object stores order their keys."""


class Moment(TypeDecorator[dt.datetime]):
    """An aware moment; UTC in the database and out of it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn into UTC; SQLite keeps it without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise InvalidValue(key="time", reason="a moment without a zone")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Make aware again."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """All tables of the catalogue."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Words,
        int: BigInteger,
        bool: Boolean,
        bytes: LargeBinary,
        float: Double,
        dt.datetime: Moment,
        dt.date: Date,
        dict[str, str]: JSON,
        list[str]: JSON,
    }


class OwnerRow(Base):
    """One number of a person or organisation; ``name`` is the last one a paper gave.

    ``same_as`` is the serial of the row that stands for the owner, where this is a further number of the same owner;
    that row has none itself.
    """

    __tablename__ = "owners"
    __table_args__ = (Index("uq_owners_kind_number", "kind", "number", unique=True),)

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[str]
    number: Mapped[str]
    name: Mapped[str | None]
    same_as: Mapped[int | None] = mapped_column(index=True)


class OwnerMergeRow(Base):
    """A statement that two numbers are one owner's; rows are only ever added.

    ``refused`` says why it was not followed: it waits for a person. ``paper`` is the evidence.
    """

    __tablename__ = "owner_merges"

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    first: Mapped[int] = mapped_column(ForeignKey("owners.serial"), index=True)
    second: Mapped[int] = mapped_column(ForeignKey("owners.serial"), index=True)
    source: Mapped[str]
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    person: Mapped[str | None]
    reason: Mapped[str | None]
    paper: Mapped[str | None] = mapped_column(ForeignKey("papers.id"))
    forced: Mapped[bool]
    refused: Mapped[str | None] = mapped_column(index=True)


class OwnerSplitRow(Base):
    """A merge taken back, or a refused one turned down; rows are only ever added."""

    __tablename__ = "owner_splits"

    merge: Mapped[int] = mapped_column(ForeignKey("owner_merges.serial"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    person: Mapped[str]
    reason: Mapped[str]


class DossierRow(Base):
    """A dossier, as far as its facts were told; ``number`` in its canonical form."""

    __tablename__ = "dossiers"

    number: Mapped[str] = mapped_column(primary_key=True)
    procedure: Mapped[str]
    agency: Mapped[str]
    decided_by: Mapped[str | None]
    channel: Mapped[str]
    received_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    processing_started_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None]
    returned_at: Mapped[dt.datetime | None]


class BatchRow(Base):
    """A batch; ``content_sha256`` tells a repeated request from another one under the same identifier."""

    __tablename__ = "batches"

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    station: Mapped[str]
    operator: Mapped[str | None]
    dossier: Mapped[str | None]
    procedure: Mapped[str | None]
    agency: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    manifest_sha256: Mapped[str | None]
    content_sha256: Mapped[str]


class PaperRow(Base):
    """A paper; ``serial`` is the order in which papers came in."""

    __tablename__ = "papers"
    __table_args__ = (
        Index("ix_papers_owner_type", "owner_serial", "paper_type"),
        Index("ix_papers_state", "state", "serial"),
        Index("ix_papers_validity", "state", "valid_until"),
        Index("ix_papers_batch", "batch", "serial"),
        Index("ix_papers_type_issued", "paper_type", "issued_on"),
    )

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    batch: Mapped[str] = mapped_column(ForeignKey("batches.id"))
    name: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[dt.datetime]
    owner_serial: Mapped[int | None] = mapped_column(ForeignKey("owners.serial"))
    owner_name: Mapped[str | None]
    kind: Mapped[str]
    paper_type: Mapped[str | None]
    type_confidence: Mapped[float | None]
    agency: Mapped[str | None]
    dossier: Mapped[str | None] = mapped_column(index=True)
    procedure: Mapped[str | None]
    page_count: Mapped[int | None]
    verdict: Mapped[str | None]
    signed_origin: Mapped[bool]
    grade: Mapped[str | None]
    title: Mapped[str | None]
    issued_on: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[dt.datetime | None]
    stored_at: Mapped[dt.datetime | None]
    protected_until: Mapped[dt.datetime | None] = mapped_column(index=True)
    reading_version: Mapped[int]
    problem: Mapped[str | None]
    duplicate_of: Mapped[str | None]
    split_from: Mapped[str | None]
    parts: Mapped[list[str]]
    split_by: Mapped[str | None]
    split_at: Mapped[dt.datetime | None]
    handed_over_at: Mapped[dt.datetime | None]
    superseded_by: Mapped[str | None]

    original_key: Mapped[str]
    original_version: Mapped[str]
    original_sha256: Mapped[str] = mapped_column(index=True)
    original_size: Mapped[int]
    original_media_type: Mapped[str]
    sealed_key: Mapped[str | None]
    sealed_version: Mapped[str | None]
    sealed_sha256: Mapped[str | None]
    sealed_size: Mapped[int | None]
    sealed_media_type: Mapped[str | None]

    owner: Mapped[OwnerRow | None] = relationship(lazy="joined")
    co_owners: Mapped[list["CoOwnerRow"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="CoOwnerRow.position"
    )
    fields: Mapped[list["FieldRow"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="FieldRow.position"
    )
    checks: Mapped[list["CheckRow"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="CheckRow.position"
    )
    waiting: Mapped["WaitingRow | None"] = relationship(lazy="joined", cascade="all, delete-orphan", uselist=False)


class WaitingRow(Base):
    """What a paper waits for, from the first time it was missed until the paper's state changes."""

    __tablename__ = "waiting"

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    code: Mapped[str]
    text: Mapped[str]
    text_en: Mapped[str]
    since: Mapped[dt.datetime]
    tries: Mapped[int]
    retry_at: Mapped[dt.datetime] = mapped_column(index=True)


class SealedVersionRow(Base):
    """A version of a paper's sealed file: the one that was stored, and each that renewed it.

    ``day`` is the day in whose evidence record it is; ``None`` until that day is closed.
    """

    __tablename__ = "sealed_versions"
    __table_args__ = (Index("ix_sealed_versions_day", "day", "since"),)

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    since: Mapped[dt.datetime]
    day: Mapped[dt.date | None] = mapped_column(ForeignKey("day_records.day"))


class DayRecordRow(Base):
    """The evidence record of all files sealed on one day in Vietnam."""

    __tablename__ = "day_records"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    files: Mapped[int]
    key: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str]
    made_at: Mapped[dt.datetime]
    protected_until: Mapped[dt.datetime] = mapped_column(index=True)


class ObjectRow(Base):
    """What is known of a version in the object store, work in progress left out, and when it was last read whole.

    ``outcome`` is one of `storage.inventory.Outcome`; ``locked_until`` the longest lock ever seen. Whoever reads it
    now has it until ``claimed_until``. ``replica_version`` is its twin in the replica store.
    """

    __tablename__ = "objects"

    key: Mapped[str] = mapped_column(InOrder, primary_key=True)
    version: Mapped[str] = mapped_column(InOrder, primary_key=True)
    sha256: Mapped[str]
    size: Mapped[int]
    media_type: Mapped[str]
    put_at: Mapped[dt.datetime]
    locked_until: Mapped[dt.datetime | None]
    checked_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(index=True)
    claimed_until: Mapped[dt.datetime | None]
    replica_version: Mapped[str | None]
    replicated_at: Mapped[dt.datetime | None] = mapped_column(index=True)


class BookmarkRow(Base):
    """How far a duty has come, or how much it has counted, so that it goes on there after a stop."""

    __tablename__ = "bookmarks"

    name: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    at: Mapped[dt.datetime]


class CoOwnerRow(Base):
    """A further owner of a paper, with the name it gives."""

    __tablename__ = "co_owners"

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner_serial: Mapped[int] = mapped_column(ForeignKey("owners.serial"), index=True)
    name: Mapped[str | None]

    owner: Mapped[OwnerRow] = relationship(lazy="joined")


class FieldRow(Base):
    """A field of a paper; the box is in master pixels."""

    __tablename__ = "fields"

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str]
    value: Mapped[str | None]
    raw: Mapped[str]
    page: Mapped[int | None]
    x: Mapped[int | None]
    y: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    confidence: Mapped[float]
    source: Mapped[str]
    second_raw: Mapped[str | None]


class CheckRow(Base):
    """A finding about a paper."""

    __tablename__ = "checks"

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str]
    severity: Mapped[str]
    text: Mapped[str]
    text_en: Mapped[str]
    field: Mapped[str | None]


class AccessKeyRow(Base):
    """An access key; the secret itself is nowhere."""

    __tablename__ = "access_keys"

    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class ReuseRow(Base):
    """A paper accepted into a dossier; ``dossier`` in its canonical form, ``component`` empty where it was not said.

    A row that was withdrawn stays; of those in force there is one for a paper, a dossier and a component.
    """

    __tablename__ = "reuses"
    __table_args__ = (
        Index("ix_reuses_dossier", "dossier"),
        Index("ix_reuses_paper", "paper"),
        Index(
            "uq_reuses_in_force",
            "paper",
            "dossier",
            "component",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"))
    dossier: Mapped[str]
    procedure: Mapped[str]
    component: Mapped[str]
    how: Mapped[str]
    accepted_by: Mapped[str]
    person: Mapped[str]
    purpose: Mapped[str]
    at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_person: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]


class PagePrintRow(Base):
    """What a page of a paper looks like, to know it again: see ``ingest.prints``."""

    __tablename__ = "page_prints"

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    page: Mapped[int] = mapped_column(Integer, primary_key=True)
    print: Mapped[str]


class GrantRow(Base):
    """What a consumer may be given; ``owner_serial`` is one number of the owner who consented."""

    __tablename__ = "grants"

    id: Mapped[str] = mapped_column(primary_key=True)
    consumer: Mapped[str] = mapped_column(index=True)
    basis: Mapped[str]
    citation: Mapped[str]
    purposes: Mapped[list[str]]
    paper_types: Mapped[list[str]]
    personal_fields: Mapped[list[str]]
    file: Mapped[bool]
    owner_serial: Mapped[int | None] = mapped_column(ForeignKey("owners.serial"), index=True)
    until: Mapped[dt.date | None]
    given_by: Mapped[str]
    given_at: Mapped[dt.datetime]
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[dt.datetime | None]

    owner: Mapped[OwnerRow | None] = relationship(lazy="joined")


class DisclosureRow(Base):
    """What of a paper was given to a consumer once; rows are only ever added."""

    __tablename__ = "disclosures"
    __table_args__ = (Index("ix_disclosures_paper", "paper", "consumer"),)

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"))
    consumer: Mapped[str]
    kind: Mapped[str]
    dossier: Mapped[str]
    procedure: Mapped[str]
    purpose: Mapped[str]
    note: Mapped[str]
    fields: Mapped[list[str]]
    grants: Mapped[list[str]]
    at: Mapped[dt.datetime]


class VerificationRow(Base):
    """One verification of a paper's signatures; rows are only ever added."""

    __tablename__ = "verifications"

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), index=True)
    at: Mapped[dt.datetime]
    occasion: Mapped[str]
    verdict: Mapped[str]
    file_sha256: Mapped[str]
    trust_sha256: Mapped[str]
    report_key: Mapped[str]
    report_version: Mapped[str]
    report_sha256: Mapped[str]
    report_size: Mapped[int]


class StatusChangeRow(Base):
    """One change of how a stored paper stands; rows are only ever added."""

    __tablename__ = "status_changes"

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), index=True)
    at: Mapped[dt.datetime]
    since: Mapped[dt.datetime]
    before: Mapped[str]
    after: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str]
    person: Mapped[str | None]
    authority: Mapped[str | None]
    successor: Mapped[str | None]


class StatusListRow(Base):
    """A signed list of the papers that are no longer in force; ``changes``: serial of the last change in it."""

    __tablename__ = "status_lists"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    entries: Mapped[int]
    changes: Mapped[int]
    key: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]


class EventRow(Base):
    """The outbox; ``about`` says what an event without a paper is about."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_kind_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[str]
    paper: Mapped[str | None] = mapped_column(ForeignKey("papers.id"))
    about: Mapped[str | None]
    at: Mapped[dt.datetime]
    payload: Mapped[dict[str, str]]


class IndexedRow(Base):
    """A paper whose words can be searched, by its serial; ``tokens`` are those that each of its pages has besides.

    What is searched is ``page_index``, a table of each database's own kind (:mod:`storage.page_index`), with the pages
    by their places (:mod:`storage.places`), which follow this paper's.
    """

    __tablename__ = "indexed"

    paper: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(unique=True)
    reading_version: Mapped[int]
    tokens: Mapped[list[str]]


class PageWordsRow(Base):
    """The words of a page that can be searched, packed by :mod:`storage.page_words`."""

    __tablename__ = "page_words"

    paper: Mapped[int] = mapped_column(ForeignKey("indexed.paper", ondelete="CASCADE"), primary_key=True)
    page: Mapped[int] = mapped_column(Integer, primary_key=True)
    words: Mapped[bytes]


class WebhookRow(Base):
    """A subscription: another system that is told of events at an address of its own.

    ``position`` is the last event that was dealt with; ``generation`` numbers its secrets, the one before also signs
    until ``overlap_until``. ``lease`` names the worker that delivers now, until ``lease_until``.
    """

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    kinds: Mapped[list[str]]
    state: Mapped[str]
    created_at: Mapped[dt.datetime]
    position: Mapped[int]
    generation: Mapped[int]
    overlap_until: Mapped[dt.datetime | None]
    dead_in_a_row: Mapped[int]
    lease: Mapped[str | None]
    lease_until: Mapped[dt.datetime | None]


class DeliveryRow(Base):
    """What became of one event for one subscription; there is no row before the first try."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_webhook", "webhook", "state", "event"),
        Index("ix_deliveries_state", "state", "retry_at"),
    )

    webhook: Mapped[str] = mapped_column(ForeignKey("webhooks.id"), primary_key=True)
    event: Mapped[int] = mapped_column(BigInteger, ForeignKey("events.id"), primary_key=True)
    state: Mapped[str]
    attempts: Mapped[int]
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]
    retry_at: Mapped[dt.datetime | None]
    status: Mapped[int | None]
    error: Mapped[str | None]


class PortalRow(Base):
    """What the national portal is told of a paper in one dossier.

    ``reference``: the reuse by which the paper is in that dossier, empty for its own. ``wanted``, ``known``: hashes of
    what the portal should know, and does.
    """

    __tablename__ = "portal"
    __table_args__ = (Index("ix_portal_state", "state", "retry_at"),)

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    wanted: Mapped[str]
    known: Mapped[str | None]
    attempts: Mapped[int]
    since: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime | None]
    retry_at: Mapped[dt.datetime]
    error: Mapped[str | None]


class FollowerRow(Base):
    """How far a part of ours has followed the events."""

    __tablename__ = "followers"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


class HeartbeatRow(Base):
    """A worker's last sign of life."""

    __tablename__ = "heartbeats"

    executor: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]


class AuditBlockRow(Base):
    """A node of the tree over the audit log, kept so that it need not be hashed again: of a full block of entries."""

    __tablename__ = "audit_blocks"

    block: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    root: Mapped[str]


class AuditRow(Base):
    """An entry of the audit chain; rows are only ever added."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    prev_hash: Mapped[str]
    actor: Mapped[str]
    action: Mapped[str]
    object: Mapped[str] = mapped_column(index=True)
    at: Mapped[dt.datetime]
    detail: Mapped[dict[str, str]]
    hash: Mapped[str]


class HoldRow(Base):
    """A legal hold on a paper, from when to when and by whom."""

    __tablename__ = "holds"

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), index=True)
    person: Mapped[str]
    authority: Mapped[str]
    reason: Mapped[str]
    since: Mapped[dt.datetime]
    lifted_at: Mapped[dt.datetime | None]
    lifted_by: Mapped[str | None]


class DisposalRow(Base):
    """That a paper is to be disposed of, or was: who proposed it, who agreed, and when it was gone."""

    __tablename__ = "disposals"

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_with: Mapped[str]
    proposed_at: Mapped[dt.datetime]
    approved_by: Mapped[str | None]
    approved_with: Mapped[str | None]
    approved_at: Mapped[dt.datetime | None]
    state_before: Mapped[str | None]
    disposed_at: Mapped[dt.datetime | None] = mapped_column(index=True)


class AuditSubjectRow(Base):
    """A paper that an entry about several papers names: an index of what the chained entries themselves say."""

    __tablename__ = "audit_subjects"
    __table_args__ = (Index("ix_audit_subjects_seq", "seq"),)

    paper: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
