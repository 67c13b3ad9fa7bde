"""Webhooks: telling other systems of events at an address of theirs, signed so that they know it was us.

Each subscription has a secret of its own. It is not kept but derived, as HMAC-SHA-256 under the house's secret of the
subscription's identifier and the secret's generation: so a copy of the database lets nobody sign, there is nothing to
encrypt, and every worker that has the house's secret can sign. Whoever reads that file can sign for all subscriptions,
as he could decrypt all if they were kept encrypted under it.

A request carries ``Sohoa-Delivery`` (the same for every try of one event), ``Sohoa-Timestamp`` (seconds since 1970) and
``Sohoa-Signature``: ``v1=<hex>``, HMAC-SHA-256 under the secret over timestamp, a dot and the body. While a secret is
being replaced there are two, parted by a comma: by the new secret and by the one before.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Sequence

from dossier import times
from dossier.identifiers import PaperId
from ingest.house import House
from ingest.telling.outward import check_url
from storage.records import Event
from storage.telling import webhooks
from storage.telling.changes import newest, position_of
from storage.telling.webhooks import Webhook

OVERLAP = dt.timedelta(hours=24)
"""How long a replaced secret also signs, if nothing else is said."""


def change_json(event: Event) -> dict[str, object]:
    """Return what another system sees of an event, in the feed and in a delivery alike: no personal data."""
    return {
        "id": event.id,
        "kind": event.kind,
        "paper": event.paper.value if event.paper else None,
        "about": event.subject,
        "at": times.iso_local(event.at),
        "payload": dict(event.payload),
    }


def subscribe(
    house: House, url: str, kinds: Sequence[str], *, after: str | None = None, actor: str
) -> tuple[Webhook, str]:
    """Return a fresh subscription and its secret, which is shown now and never again.

    Args:
        house: The parts.
        url: Where to; https.
        kinds: Of events; none means all.
        after: The feed's cursor from which on it is told; ``None``: of what happens from now on.
        actor: Who asked for it.

    Raises:
        AddressRefused: Nothing may be sent to ``url``. CursorUnknown: ``after`` is no place in the feed.
    """
    check_url(url, house.webhook_rules)
    position = newest(house.catalogue) if after is None else position_of(house.catalogue, after)
    kept = Webhook(PaperId.new().value, url, tuple(dict.fromkeys(kinds)), times.now(), position)
    webhooks.add(house.catalogue, kept, actor=actor)
    return kept, secret_of(house, kept.id, kept.generation)


def rotate(house: House, webhook: str, *, overlap: dt.timedelta = OVERLAP, actor: str) -> tuple[Webhook, str]:
    """Replace a subscription's secret; the one before also signs for ``overlap``. Return both, the secret shown once.

    Raises:
        NotFound: There is no such subscription.
    """
    until = house.catalogue.now() + overlap
    kept = webhooks.rotate(house.catalogue, webhook, overlap_until=until, actor=actor)
    return kept, secret_of(house, kept.id, kept.generation)


def secret_of(house: House, webhook: str, generation: int) -> str:
    """Return a subscription's secret of a generation: ``whsec_`` and 256 bits in base 64."""
    key = hmac.digest(house.owner_secret, f"webhook:{webhook}:{generation}".encode(), hashlib.sha256)
    return "whsec_" + base64.urlsafe_b64encode(key).decode().rstrip("=")


def message(house: House, webhook: Webhook, event: Event, at: dt.datetime) -> tuple[bytes, dict[str, str]]:
    """Return the body that tells of ``event``, and its headers, signed at ``at``."""
    body = json.dumps(change_json(event), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    generations = [webhook.generation]
    if webhook.overlap_until is not None and at < webhook.overlap_until:
        generations.append(webhook.generation - 1)
    stamp = str(int(at.timestamp()))
    signatures = (signature(secret_of(house, webhook.id, number), stamp, body) for number in generations)
    return body, {
        "Content-Type": "application/json",
        "User-Agent": "sohoa",
        "Sohoa-Delivery": f"{webhook.id}-{event.id}",
        "Sohoa-Timestamp": stamp,
        "Sohoa-Signature": ",".join(signatures),
    }


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of ``body`` at the moment ``stamp``."""
    return "v1=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
