"""Subscriptions and deliveries."""

import datetime as dt

from api.shapes import Json
from dossier import times
from storage.telling.webhooks import Delivery, Webhook


def webhook_json(webhook: Webhook) -> Json:
    """Return a subscription without its secret."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "kinds": list(webhook.kinds),
        "state": webhook.state.value,
        "created_at": times.iso_local(webhook.created_at),
        "position": webhook.position,
        "secret_generation": webhook.generation,
        "overlap_until": _moment(webhook.overlap_until),
    }


def delivery_json(delivery: Delivery) -> Json:
    """Return what became of one delivery."""
    return {
        "event": delivery.event,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "first_at": times.iso_local(delivery.first_at),
        "last_at": times.iso_local(delivery.last_at),
        "retry_at": _moment(delivery.retry_at),
        "status": delivery.status,
        "error": delivery.error,
    }


def _moment(moment: dt.datetime | None) -> str | None:
    return times.iso_local(moment) if moment else None
