"""What keeps papers: versions of their files, proofs, objects; how they stand, and how they end."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.columns import Base, InOrder, Serial


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


class ObjectRow(Base):
    """What is known of a version in the object store, work in progress left out, and when it was last read whole.

    ``outcome`` is one of `storage.upkeep.inventory.Outcome`; ``locked_until`` the longest lock ever seen. Whoever
    reads it now has it until ``claimed_until``. ``replica_version`` is its twin in the replica store.
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


class HoldRow(Base):
    """A legal hold on a paper, from when to when and by whom.

    ``lifting_…``: who asked for it to be lifted, with which key, when, on whose order and why; ``lifted_…``: the second
    person who agreed.
    """

    __tablename__ = "holds"

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), index=True)
    person: Mapped[str]
    authority: Mapped[str]
    reason: Mapped[str]
    since: Mapped[dt.datetime]
    lifting_by: Mapped[str | None]
    lifting_with: Mapped[str | None]
    lifting_authority: Mapped[str | None]
    lifting_reason: Mapped[str | None]
    lifting_at: Mapped[dt.datetime | None]
    lifted_at: Mapped[dt.datetime | None]
    lifted_by: Mapped[str | None]
    lifted_with: Mapped[str | None]


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
