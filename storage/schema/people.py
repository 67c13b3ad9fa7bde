"""People at desks: their accounts and sessions, which papers they have in hand, and what they corrected."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.columns import Base, Serial


class AccountRow(Base):
    """A person who signs in at a desk; the password itself is nowhere.

    ``temporary``: the password was made for the person, who must choose another one on signing in.
    """

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str]
    role: Mapped[str]
    password: Mapped[str]
    temporary: Mapped[bool]
    created_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]


class SignInRow(Base):
    """How often signing in under a name failed in a row, whether there is such an account or not.

    ``name`` is a hash: people type passwords into the wrong field.
    """

    __tablename__ = "sign_ins"

    name: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(index=True)


class EntryRow(Base):
    """A browser went to the issuer to sign in there; the secret that it holds meanwhile is nowhere."""

    __tablename__ = "entries"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)


class SessionRow(Base):
    """A person signed in; the secret that the browser holds is nowhere.

    ``id_token``: what the issuer said of the person who signed in there, encrypted under that secret; it is given back
    to the issuer on signing out.
    """

    __tablename__ = "sessions"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name"), index=True)
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime] = mapped_column(index=True)
    id_token: Mapped[str | None]


class ClaimRow(Base):
    """Who has a paper in hand, until when: nobody else may confirm it meanwhile."""

    __tablename__ = "claims"

    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"), primary_key=True)
    actor: Mapped[str]
    person: Mapped[str]
    until: Mapped[dt.datetime]


class CorrectionRow(Base):
    """What a person made of a field: what was read, where, and what stands there; rows are only ever added."""

    __tablename__ = "corrections"
    __table_args__ = (Index("ix_corrections_paper", "paper", "key"),)

    serial: Mapped[int] = mapped_column(Serial, primary_key=True)
    paper: Mapped[str] = mapped_column(ForeignKey("papers.id"))
    paper_type: Mapped[str]
    key: Mapped[str]
    raw: Mapped[str]
    value: Mapped[str | None]
    source: Mapped[str | None]
    confidence: Mapped[float | None]
    corrected: Mapped[str]
    page: Mapped[int | None]
    x: Mapped[int | None]
    y: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    person: Mapped[str]
    account: Mapped[str | None]
    at: Mapped[dt.datetime]
