"""Dossiers, and who was given or used papers for them, by which grant."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.schema.columns import Base, Serial
from storage.schema.owners import OwnerRow


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
