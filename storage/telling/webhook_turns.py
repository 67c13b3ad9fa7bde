"""Serving subscriptions: what is due to one, and the lease under which one worker at a time serves it.

A subscription keeps how far it has been served (``position``). The lease ends by the database's own clock where it has
one, so that workers' clocks do not matter. A worker that lost its lease cannot record anything any more.
"""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from storage.database import reading, shared_clock, writing
from storage.records import Event
from storage.rows import event_from
from storage.schema import DeliveryRow, EventRow, WebhookRow
from storage.telling.changes import events_after
from storage.telling.webhooks import Delivery, DeliveryState, Webhook, WebhookState, delivery_from, note, webhook_from

if TYPE_CHECKING:  # it is opened elsewhere
    from storage.catalogue import Catalogue


def due(catalogue: "Catalogue", webhook: str, at: dt.datetime) -> tuple[Event, Delivery | None] | None:
    """Return the event to deliver now to a subscription that is served, with its delivery if it was tried before.

    Replays come first; else it is the event after ``position``, unless that one waits for its next try.
    """
    waits = DeliveryState.WAITING.value
    with reading(catalogue.engine) as session:
        row = session.get(WebhookRow, webhook)
        if row is None or row.state != WebhookState.ACTIVE.value:
            return None
        replayed = session.scalar(
            select(DeliveryRow)
            .where(
                DeliveryRow.webhook == webhook,
                DeliveryRow.state == waits,
                DeliveryRow.event <= row.position,
                DeliveryRow.retry_at <= at,
            )
            .order_by(DeliveryRow.event)
            .limit(1)
        )
        if replayed is not None:
            event = session.get_one(EventRow, replayed.event)
            return event_from(event), delivery_from(replayed)
        for event in events_after(session, row.position, kinds=row.kinds, limit=1):
            tried = session.get(DeliveryRow, (webhook, event.id))
            if tried is None:
                return event_from(event), None
            if tried.retry_at is None or tried.retry_at <= at:
                return event_from(event), delivery_from(tried)
    return None


def take(catalogue: "Catalogue", webhook: str, *, holder: str, lease: dt.timedelta) -> Webhook | None:
    """Take the lease on a subscription that is served, or ``None`` if another worker has it."""
    with writing(catalogue.engine) as session:
        row = session.get(WebhookRow, webhook)
        now = shared_clock(session)
        if row is None or row.state != WebhookState.ACTIVE.value:
            return None
        if row.lease not in {None, holder} and row.lease_until is not None and row.lease_until > now:
            return None
        row.lease, row.lease_until = holder, now + lease
        return webhook_from(row)


def give_back(catalogue: "Catalogue", webhook: str, *, holder: str) -> None:
    """End a lease; one that was lost stays lost."""
    with writing(catalogue.engine) as session:
        mine = [WebhookRow.id == webhook, WebhookRow.lease == holder]
        session.execute(update(WebhookRow).where(*mine).values(lease=None, lease_until=None))


def settle(
    catalogue: "Catalogue",
    delivery: Delivery,
    *,
    holder: str,
    lease: dt.timedelta,
    most_dead: int,
    gone: bool = False,
) -> bool:
    """Keep what became of a try, and prolong the lease; return whether the subscription is still the holder's to serve.

    Args:
        catalogue: Where it is kept.
        delivery: As it stands after the try.
        holder: Who has the lease; if he lost it, nothing is kept, and whoever has it delivers once more.
        lease: From now on.
        most_dead: So many given up in a row suspend the subscription.
        gone: The receiver says that it takes nothing any more, which suspends it at once.
    """
    with writing(catalogue.engine) as session:
        row = session.get(WebhookRow, delivery.webhook)
        if row is None or row.lease != holder:
            return False
        session.merge(_delivery_row(delivery))
        if delivery.state is not DeliveryState.WAITING:
            row.position = max(row.position, delivery.event)
        if delivery.state is DeliveryState.DELIVERED:
            row.dead_in_a_row = 0
        row.dead_in_a_row += delivery.state is DeliveryState.DEAD
        row.lease_until = shared_clock(session) + lease
        if gone or row.dead_in_a_row >= most_dead:
            row.state = WebhookState.SUSPENDED.value
            why = {"status": str(delivery.status)} if delivery.status else {}
            note(catalogue, session, actor="worker", action="webhook.suspended", webhook=row.id, detail=why)
            return False
    return True


def _delivery_row(delivery: Delivery) -> DeliveryRow:
    return DeliveryRow(
        webhook=delivery.webhook,
        event=delivery.event,
        state=delivery.state.value,
        attempts=delivery.attempts,
        first_at=delivery.first_at,
        last_at=delivery.last_at,
        retry_at=delivery.retry_at,
        status=delivery.status,
        error=delivery.error,
    )
