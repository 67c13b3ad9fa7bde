"""The audit log, access keys, workers."""

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.columns import Base, Serial


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


class AuditBlockRow(Base):
    """A node of the tree over the audit log, kept so that it need not be hashed again: of a full block of entries."""

    __tablename__ = "audit_blocks"

    block: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    root: Mapped[str]


class AuditSubjectRow(Base):
    """A paper that an entry about several papers names: an index of what the chained entries themselves say."""

    __tablename__ = "audit_subjects"
    __table_args__ = (Index("ix_audit_subjects_seq", "seq"),)

    paper: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class AccessKeyRow(Base):
    """An access key; the secret itself is nowhere."""

    __tablename__ = "access_keys"

    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    former_sha256: Mapped[str | None] = mapped_column(index=True)
    former_until: Mapped[dt.datetime | None]


class HeartbeatRow(Base):
    """A worker's last sign of life."""

    __tablename__ = "heartbeats"

    executor: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
