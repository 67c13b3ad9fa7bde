"""What other systems are told: events, and how far each has followed them."""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.columns import Base, Serial


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
