"""Owners, and which of their numbers were said to be one owner's."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.columns import Base, Serial


class OwnerRow(Base):
    """One number of a person or organisation.

    ``name`` is the last one a paper gave; it goes when a paper of this number is disposed of, which may be that one.
    ``same_as`` is the serial of the row that stands for the owner, where this is a further number of the same owner;
    that row has none itself. ``codes_gone`` is the highest running number in the codes of papers of this number that
    were disposed of: it tells of none of them, and is not given again.
    """

    __tablename__ = "owners"
    __table_args__ = (Index("uq_owners_kind_number", "kind", "number", unique=True),)

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[str]
    number: Mapped[str]
    name: Mapped[str | None]
    same_as: Mapped[int | None] = mapped_column(index=True)
    codes_gone: Mapped[int] = mapped_column(server_default="0")


class OwnerMergeRow(Base):
    """A statement that two numbers are one owner's; rows are only ever added.

    ``refused`` says why it was not followed: it waits for a person. ``paper`` is the evidence, until it is disposed of.
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
