"""Batches and papers, with all that a paper holds."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.schema.columns import Base, Serial
from storage.schema.owners import OwnerRow


class BatchRow(Base):
    """A batch; ``content_sha256`` tells a repeated request from another one under the same identifier."""

    __tablename__ = "batches"

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    station: Mapped[str]
    operator: Mapped[str | None]
    employer: Mapped[str | None]
    dossier: Mapped[str | None]
    procedure: Mapped[str | None]
    agency: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    manifest_sha256: Mapped[str | None]
    content_sha256: Mapped[str]
    lane: Mapped[str] = mapped_column(server_default="counter")


class UnfinishedUploadRow(Base):
    """A file that a station has begun to send in pieces and not finished."""

    __tablename__ = "unfinished_uploads"

    upload: Mapped[str] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    begun_at: Mapped[dt.datetime]


class PaperRow(Base):
    """A paper; ``serial`` is the order in which papers came in."""

    __tablename__ = "papers"
    __table_args__ = (
        Index("ix_papers_owner_type", "owner_serial", "paper_type"),
        Index("ix_papers_state", "state", "serial"),
        Index("ix_papers_validity", "state", "valid_until"),
        Index("ix_papers_batch", "batch", "serial"),
        Index("ix_papers_type_issued", "paper_type", "issued_on"),
        Index(
            "ix_papers_waiting",
            "lane",
            "serial",
            sqlite_where=text("state IN ('ready', 'needs_review')"),
            postgresql_where=text("state IN ('ready', 'needs_review')"),
        ),
    )

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    batch: Mapped[str] = mapped_column(ForeignKey("batches.id"))
    name: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    owner_serial: Mapped[int | None] = mapped_column(ForeignKey("owners.serial"))
    owner_name: Mapped[str | None]
    kind: Mapped[str]
    paper_type: Mapped[str | None]
    type_confidence: Mapped[float | None]
    agency: Mapped[str | None]
    dossier: Mapped[str | None] = mapped_column(index=True)
    procedure: Mapped[str | None]
    page_count: Mapped[int | None]
    hidden_pages: Mapped[list[int]]
    verdict: Mapped[str | None]
    signed_origin: Mapped[bool]
    grade: Mapped[str | None]
    title: Mapped[str | None]
    issued_on: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[dt.datetime | None]
    stored_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    protected_until: Mapped[dt.datetime | None] = mapped_column(index=True)
    reading_version: Mapped[int]
    problem: Mapped[str | None]
    duplicate_of: Mapped[str | None]
    split_from: Mapped[str | None]
    parts: Mapped[list[str]]
    split_by: Mapped[str | None]
    split_at: Mapped[dt.datetime | None]
    joined_into: Mapped[str | None]
    joined_by: Mapped[str | None]
    joined_at: Mapped[dt.datetime | None]
    handed_over_at: Mapped[dt.datetime | None]
    superseded_by: Mapped[str | None]
    lane: Mapped[str] = mapped_column(server_default="counter")

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
    setback: Mapped["SetbackRow | None"] = relationship(lazy="joined", cascade="all, delete-orphan", uselist=False)


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


class SetbackRow(Base):
    """What went wrong last with a paper under way; ``losses`` counts the workers that ended in that step.

    ``alone``: its last try has begun, with a worker that holds no other paper.
    """

    __tablename__ = "setbacks"

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    step: Mapped[str]
    trace: Mapped[str]
    losses: Mapped[int]
    alone: Mapped[bool]
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


class PagePrintRow(Base):
    """What a page of a paper looks like, to know it again: see ``ingest.scan.prints``."""

    __tablename__ = "page_prints"

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    page: Mapped[int] = mapped_column(Integer, primary_key=True)
    print: Mapped[str]
