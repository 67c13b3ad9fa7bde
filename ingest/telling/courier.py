"""The courier: delivers events to subscriptions, each in order, many at once, one worker at a time for each.

At least once: a worker that dies after the receiver took a delivery and before that was recorded leaves it to be made
again, under the same ``Sohoa-Delivery``. What fails is tried again after 5 s, 10 s, 20 s, … at most an hour, each made
shorter by chance so that not all come at once; after a day it is given up, and the next event has its turn. Where so
many are given up one after the other, or the receiver says that it is gone (410), the subscription is suspended.
"""

import datetime as dt
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import structlog

from dossier.errors import AddressRefused, PartFailed, SohoaError
from ingest.house import House
from ingest.telling.outward import delay_after, post
from ingest.telling.webhooks import message
from storage.records import Event
from storage.telling import webhook_turns, webhooks
from storage.telling.webhooks import Delivery, DeliveryState, Webhook

Stop = Callable[[], bool]

FIRST_DELAY = dt.timedelta(seconds=5)
MOST_DELAY = dt.timedelta(hours=1)
GIVE_UP = dt.timedelta(hours=24)
"""Since the first try."""
MOST_DEAD = 2
"""Deliveries given up in a row that suspend a subscription."""
KEEP_DELIVERED = dt.timedelta(days=30)
"""How long it can be seen what arrived."""
AT_ONCE = 8
"""Subscriptions one worker serves at the same time: a slow receiver holds up no other."""
TURN_S = 20.0
"""After so long a worker lets others serve a subscription that has more to come."""
LEASE = dt.timedelta(seconds=120)
"""Longer than any delivery takes."""
_LOOK_S = 0.5
_REST_S = 30.0
"""For so long a subscription is left alone whose delivery could not be recorded, as on a full disk."""
_TIDY_S = 3600.0
_GONE = 410
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Courier:
    """One worker's courier.

    Attributes:
        house: The parts. holder: Who he is, for leases.
    """

    house: House
    holder: str

    @classmethod
    def of(cls, house: House) -> "Courier":
        """Return a courier with a name of his own."""
        return cls(house, secrets.token_hex(8))

    def serve(self, webhook: str, stop: Stop = lambda: False) -> int:
        """Deliver what is due to one subscription, for one turn; return how many tries that took."""
        catalogue = self.house.catalogue
        if webhook_turns.due(catalogue, webhook, catalogue.now()) is None:
            return 0
        taken = webhook_turns.take(catalogue, webhook, holder=self.holder, lease=LEASE)
        ends, tries = time.monotonic() + TURN_S, 0
        while taken is not None and time.monotonic() < ends and not stop():
            found = webhook_turns.due(catalogue, webhook, catalogue.now())
            if found is None:
                break
            tries += 1
            if not self._deliver(taken, *found):
                break
        if taken is not None:
            webhook_turns.give_back(catalogue, webhook, holder=self.holder)
        return tries

    def _deliver(self, webhook: Webhook, event: Event, before: Delivery | None) -> bool:
        """Try one delivery and record what came of it; return whether the subscription is still ours to serve."""
        catalogue = self.house.catalogue
        body, headers = message(self.house, webhook, event, catalogue.now())
        status, error = None, None
        try:
            status = post(webhook.url, body, headers, self.house.webhook_rules).status
        except AddressRefused:
            error = "address refused"
        except PartFailed as failed:
            error = str(failed.details["reason"])
        if status is not None and not _is_taken(status):
            error = f"answered {status}"
        at = catalogue.now()
        following = _after_try(webhook, event, before, status=status, error=error, at=at)
        if error is not None:
            _log.warning("not delivered", webhook=webhook.id, event_id=event.id, reason=error, state=following.state)
        return webhook_turns.settle(
            catalogue, following, holder=self.holder, lease=LEASE, most_dead=MOST_DEAD, gone=status == _GONE
        )


def deliver(house: House, stop: Stop) -> None:
    """Serve all subscriptions until told to stop, or there is none: what a worker does beside papers."""
    courier = Courier.of(house)
    turns: dict[str, Future[int]] = {}
    rests: dict[str, float] = {}
    tidied = -_TIDY_S
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sohoa-courier") as threads:
        while not stop() and (subscribed := webhooks.subscriptions(house.catalogue)):
            for webhook in subscribed:
                turn = turns.get(webhook.id)
                if turn is not None and not turn.done():
                    continue
                if turn is not None and _failed(webhook.id, turn):
                    rests[webhook.id] = time.monotonic() + _REST_S
                if time.monotonic() >= rests.get(webhook.id, 0.0):
                    turns[webhook.id] = threads.submit(courier.serve, webhook.id, stop)
                else:
                    turns.pop(webhook.id, None)
            if time.monotonic() - tidied > _TIDY_S:
                webhooks.forget_delivered(house.catalogue, house.catalogue.now() - KEEP_DELIVERED)
                tidied = time.monotonic()
            time.sleep(_LOOK_S)


def _is_taken(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004 - RFC 9110, 15.3


def _after_try(
    webhook: Webhook, event: Event, before: Delivery | None, *, status: int | None, error: str | None, at: dt.datetime
) -> Delivery:
    attempts = before.attempts + 1 if before else 1
    first_at = before.first_at if before else at
    tried = Delivery(webhook.id, event.id, DeliveryState.DELIVERED, attempts, first_at, at, status=status, error=error)
    if error is None:
        return tried
    retry_at = at + delay_after(attempts, first=FIRST_DELAY, most=MOST_DELAY)
    if retry_at - first_at > GIVE_UP or status == _GONE:
        return replace(tried, state=DeliveryState.DEAD)
    return replace(tried, state=DeliveryState.WAITING, retry_at=retry_at)


def _failed(webhook: str, turn: Future[int]) -> bool:
    """Return whether a turn ended by a failure of ours, and log which; a later one begins where it stopped."""
    error = turn.exception()
    if isinstance(error, SohoaError):
        _log.warning("delivering failed; trying again", webhook=webhook, code=error.code, reason=str(error))
    elif error is not None:
        _log.error("delivering failed; trying again", webhook=webhook, kind=type(error).__name__)
    return error is not None
