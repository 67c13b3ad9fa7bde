"""Subscriptions of other systems to events, and what became of each delivery.

How they are served is in `storage.telling.webhook_turns`. Subscribing, rotating, suspending, resuming, replaying and
removing go into the audit log; single deliveries do not.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from dossier.errors import NotFound
from storage.audit_log import audit
from storage.database import reading, writing
from storage.schema import DeliveryRow, WebhookRow
from storage.telling.changes import events_after

if TYPE_CHECKING:  # it is opened elsewhere
    from storage.catalogue import Catalogue

_NONE: Mapping[str, str] = MappingProxyType({})


class WebhookState(StrEnum):
    """Whether a subscription is served."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """It failed too long: nothing is sent until somebody resumes it; nothing is lost meanwhile."""


class DeliveryState(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    """It failed and is tried again."""
    DELIVERED = "delivered"
    DEAD = "dead"
    """It was given up; it can be replayed."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription.

    Attributes:
        id: 16 letters and digits. url: Where to. kinds: Of events; empty means all.
        created_at: UTC. position: Number of the last event that was dealt with.
        generation: Of its secret, from 1. overlap_until: Until when the secret before also signs, UTC.
        dead_in_a_row: Deliveries given up since the last that arrived.
    """

    id: str
    url: str
    kinds: tuple[str, ...]
    created_at: dt.datetime
    position: int
    state: WebhookState = WebhookState.ACTIVE
    generation: int = 1
    overlap_until: dt.datetime | None = None
    dead_in_a_row: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one event for one subscription.

    Attributes:
        webhook, event: Which. attempts: How often it was tried, at least 1; counted anew on a replay.
        first_at, last_at: Of these tries, UTC. retry_at: When it is tried again, UTC; ``None`` once it ended.
        status: Of HTTP, of the last answer. error: Why the last try failed.
    """

    webhook: str
    event: int
    state: DeliveryState
    attempts: int
    first_at: dt.datetime
    last_at: dt.datetime
    retry_at: dt.datetime | None = None
    status: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subscription stands, for measurements.

    Attributes:
        webhook: Which. dead, waiting: Deliveries given up, and tried again.
        oldest: When the oldest event that is yet to be delivered happened; ``None`` if there is none.
    """

    webhook: Webhook
    dead: int
    waiting: int
    oldest: dt.datetime | None


# --- subscriptions ---------------------------------------------------------------------------------------------------


def add(catalogue: "Catalogue", webhook: Webhook, *, actor: str) -> None:
    """Keep a subscription."""
    with writing(catalogue.engine) as session:
        session.add(
            WebhookRow(
                id=webhook.id,
                url=webhook.url,
                kinds=list(webhook.kinds),
                state=webhook.state.value,
                created_at=webhook.created_at,
                position=webhook.position,
                generation=webhook.generation,
                overlap_until=webhook.overlap_until,
                dead_in_a_row=webhook.dead_in_a_row,
            )
        )
        note(catalogue, session, actor=actor, action="webhook.added", webhook=webhook.id)


def subscriptions(catalogue: "Catalogue") -> list[Webhook]:
    """Return all subscriptions, oldest first."""
    with reading(catalogue.engine) as session:
        rows = session.scalars(select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.id))
        return [webhook_from(row) for row in rows]


def subscription(catalogue: "Catalogue", webhook: str) -> Webhook:
    """Return a subscription.

    Raises:
        NotFound: There is none of this identifier.
    """
    with reading(catalogue.engine) as session:
        return webhook_from(_row(session, webhook))


def remove(catalogue: "Catalogue", webhook: str, *, actor: str) -> None:
    """End a subscription and forget its deliveries.

    Raises:
        NotFound: There is none of this identifier.
    """
    with writing(catalogue.engine) as session:
        row = _row(session, webhook)
        session.execute(delete(DeliveryRow).where(DeliveryRow.webhook == webhook))
        session.delete(row)
        note(catalogue, session, actor=actor, action="webhook.removed", webhook=webhook)


def rotate(catalogue: "Catalogue", webhook: str, *, overlap_until: dt.datetime, actor: str) -> Webhook:
    """Let the next secret sign, and the present one too until ``overlap_until``.

    Raises:
        NotFound: There is none of this identifier.
    """
    with writing(catalogue.engine) as session:
        row = _row(session, webhook)
        row.generation += 1
        row.overlap_until = overlap_until
        note(catalogue, session, actor=actor, action="webhook.secret-rotated", webhook=webhook)
        return webhook_from(row)


def resume(catalogue: "Catalogue", webhook: str, *, actor: str) -> Webhook:
    """Serve a suspended subscription again, from where it stopped; of one that is served nothing changes.

    Raises:
        NotFound: There is none of this identifier.
    """
    with writing(catalogue.engine) as session:
        row = _row(session, webhook)
        if row.state == WebhookState.SUSPENDED.value:
            row.state, row.dead_in_a_row = WebhookState.ACTIVE.value, 0
            note(catalogue, session, actor=actor, action="webhook.resumed", webhook=webhook)
        return webhook_from(row)


# --- deliveries ------------------------------------------------------------------------------------------------------


def deliveries(
    catalogue: "Catalogue", webhook: str, *, state: DeliveryState | None = None, after: int = 0, limit: int = 100
) -> list[Delivery]:
    """Return up to ``limit`` deliveries of events with a number above ``after``, in order.

    Raises:
        NotFound: There is no such subscription.
    """
    query = select(DeliveryRow).where(DeliveryRow.webhook == webhook, DeliveryRow.event > after)
    if state is not None:
        query = query.where(DeliveryRow.state == state.value)
    with reading(catalogue.engine) as session:
        _row(session, webhook)
        return [delivery_from(row) for row in session.scalars(query.order_by(DeliveryRow.event).limit(limit))]


def replay(catalogue: "Catalogue", webhook: str, event: int | None, *, actor: str) -> int:
    """Make one delivery that was given up, or all of them, due again; return how many.

    Raises:
        NotFound: There is no such subscription, or the one event was not given up.
    """
    dead = [DeliveryRow.webhook == webhook, DeliveryRow.state == DeliveryState.DEAD.value]
    if event is not None:
        dead.append(DeliveryRow.event == event)
    with writing(catalogue.engine) as session:
        _row(session, webhook)
        at = catalogue.now()
        anew = {"state": DeliveryState.WAITING.value, "attempts": 0, "first_at": at, "retry_at": at}
        count = len(session.scalars(update(DeliveryRow).where(*dead).values(anew).returning(DeliveryRow.event)).all())
        if event is not None and not count:
            raise NotFound(kind="dead delivery", id=event)
        note(
            catalogue,
            session,
            actor=actor,
            action="webhook.replayed",
            webhook=webhook,
            detail={"deliveries": str(count)},
        )
    return count


def forget_delivered(catalogue: "Catalogue", before: dt.datetime) -> int:
    """Forget deliveries that arrived before a moment; return how many."""
    old = [DeliveryRow.state == DeliveryState.DELIVERED.value, DeliveryRow.last_at < before]
    with reading(catalogue.engine) as session:
        if session.scalar(select(DeliveryRow.event).where(*old).limit(1)) is None:
            return 0  # most often: nobody else has to wait for a look
    with writing(catalogue.engine) as session:
        return len(session.scalars(delete(DeliveryRow).where(*old).returning(DeliveryRow.event)).all())


def standings(catalogue: "Catalogue") -> list[Standing]:
    """Return how each subscription stands, oldest first."""
    with reading(catalogue.engine) as session:
        counted = select(DeliveryRow.webhook, DeliveryRow.state, func.count()).where(
            DeliveryRow.state != DeliveryState.DELIVERED.value
        )
        numbers = {
            (webhook, state): count
            for webhook, state, count in session.execute(counted.group_by(DeliveryRow.webhook, DeliveryRow.state))
        }
        rows = session.scalars(select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.id)).all()
        return [
            Standing(
                webhook_from(row),
                numbers.get((row.id, DeliveryState.DEAD.value), 0),
                numbers.get((row.id, DeliveryState.WAITING.value), 0),
                next((e.at for e in events_after(session, row.position, kinds=row.kinds, limit=1)), None),
            )
            for row in rows
        ]


def note(
    catalogue: "Catalogue",
    session: Session,
    *,
    actor: str,
    action: str,
    webhook: str,
    detail: Mapping[str, str] = _NONE,
) -> None:
    """Append to the audit log, in the transaction of the change, what was done to a subscription."""
    session.flush()
    audit.append(session, actor=actor, action=action, about=f"webhook:{webhook}", at=catalogue.now(), detail=detail)


def _row(session: Session, webhook: str) -> WebhookRow:
    row = session.get(WebhookRow, webhook)
    if row is None:
        raise NotFound(kind="webhook", id=webhook)
    return row


def webhook_from(row: WebhookRow) -> Webhook:
    """Return the subscription a row stands for."""
    return Webhook(
        row.id,
        row.url,
        tuple(row.kinds),
        row.created_at,
        row.position,
        WebhookState(row.state),
        row.generation,
        row.overlap_until,
        row.dead_in_a_row,
    )


def delivery_from(row: DeliveryRow) -> Delivery:
    """Return the delivery a row stands for."""
    return Delivery(
        row.webhook,
        row.event,
        DeliveryState(row.state),
        row.attempts,
        row.first_at,
        row.last_at,
        row.retry_at,
        row.status,
        row.error,
    )
