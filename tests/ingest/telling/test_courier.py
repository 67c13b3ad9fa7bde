"""Deliveries: signed, in order, at least once; a receiver that is away, slow or hostile harms nobody else."""

import datetime as dt
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text, update

from dossier.errors import DiskFull, NotFound
from dossier.times import now
from ingest.duties import DUTIES
from ingest.house import House
from ingest.settings import Settings
from ingest.telling import courier
from ingest.telling.courier import FIRST_DELAY, GIVE_UP, MOST_DEAD, MOST_DELAY, Courier, deliver
from ingest.telling.outward import delay_after
from ingest.telling.webhooks import rotate, secret_of, subscribe
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import writing
from storage.records import Event
from storage.rows import event_row
from storage.schema import WebhookRow
from storage.telling import webhook_turns, webhooks
from storage.telling.changes import START
from storage.telling.webhooks import DeliveryState, Webhook, WebhookState
from tests.ingest.receiver import Certified, Receiver, Taken, certify, drip, receiving

GUIDE = Path(__file__).parents[3] / "docs" / "changes.md"
NETWORKS = "127.0.0.0/8 ::1/128"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = now().replace(microsecond=0)

    def __call__(self) -> dt.datetime:
        return self.moment

    def move(self, by: dt.timedelta) -> None:
        self.moment += by


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    return certify(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(certified: Certified) -> Iterator[Receiver]:
    with receiving(certified.context) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = f"sqlite:///{tmp_path / 'data' / 'catalogue.db'}"
    return path if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def opened(folder: Path, url: str, authority: Path, clock: Callable[[], dt.datetime] = now) -> Iterator[House]:
    house = House(
        Settings(data_dir=folder, webhook_networks=NETWORKS, webhook_ca_file=authority, webhook_timeout_s=1.0)
    )
    vars(house)["catalogue"] = Catalogue.open(url, clock=clock)
    try:
        yield house
    finally:
        house.close()


@pytest.fixture
def house(tmp_path: Path, database_url: str, certified: Certified, clock: Clock) -> Iterator[House]:
    with opened(tmp_path / "data", database_url, certified.authority, clock) as house:
        yield house


def tell(house: House, *kinds: str) -> None:
    for kind in kinds:
        with writing(house.catalogue.engine) as session:
            about = "dossier:H15.50.05.13-261008-0975"
            session.add(event_row(Event(kind, None, house.catalogue.now(), {"ok": "có"}, about=about)))


def stands(house: House, webhook: Webhook) -> Webhook:
    return webhooks.subscription(house.catalogue, webhook.id)


def kept(house: House, webhook: Webhook, state: DeliveryState | None = None) -> list[int]:
    return [one.event for one in webhooks.deliveries(house.catalogue, webhook.id, state=state)]


def refuses(*events: int, status: int = 500) -> Callable[[Taken, BaseHTTPRequestHandler], int]:
    return lambda taken, _: status if json.loads(taken.body)["id"] in events else 204


def failing(_taken: Taken, _handler: BaseHTTPRequestHandler) -> int:
    return 503


# --- the way of a delivery -----------------------------------------------------------------------------------------


def test_events_are_delivered_in_order_and_once(house: House, receiver: Receiver) -> None:
    tell(house, "paper.stored")
    one, _ = subscribe(house, receiver.url, ["paper.stored", "paper.revoked"], actor="admin")
    tell(house, "paper.stored", "paper.renewed", "paper.revoked", "paper.stored")
    assert Courier.of(house).serve(one.id) == 3
    assert Courier.of(house).serve(one.id) == 0
    assert [json.loads(taken.body)["id"] for taken in receiver.taken] == [2, 4, 5]
    assert receiver.identifiers() == [f"{one.id}-{event}" for event in (2, 4, 5)]
    assert json.loads(receiver.taken[0].body) == {
        "id": 2,
        "kind": "paper.stored",
        "paper": None,
        "about": "dossier:H15.50.05.13-261008-0975",
        "at": house.catalogue.now().astimezone(dt.timezone(dt.timedelta(hours=7))).isoformat(),
        "payload": {"ok": "có"},
    }
    assert kept(house, one, DeliveryState.DELIVERED) == [2, 4, 5]
    assert stands(house, one).position == 5


def test_a_subscription_may_begin_with_what_happened_before(house: House, receiver: Receiver) -> None:
    tell(house, "a.b", "a.b")
    one, _ = subscribe(house, receiver.url, [], after=START, actor="admin")
    assert Courier.of(house).serve(one.id) == 2


def receiver_check() -> Callable[[str, dict[str, str], bytes], bool]:
    """Return the check that the guide gives to receivers."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Callable[[str, dict[str, str], bytes], bool]] = {}
    exec(textwrap.dedent(code), names)  # type: ignore[arg-type]  # noqa: S102 - our own guide is what is tested
    return names["is_genuine"]


def test_the_documented_receiver_believes_ours_and_nothing_else(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, secret = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b")
    Courier.of(house).serve(one.id)
    (taken,) = receiver.taken
    genuine = receiver_check()
    assert genuine(secret, taken.headers, taken.body)
    stamp = taken.headers["Sohoa-Timestamp"]
    by_hand = hmac.new(secret.encode(), stamp.encode() + b"." + taken.body, hashlib.sha256).hexdigest()
    assert taken.headers["Sohoa-Signature"] == f"v1={by_hand}"
    assert not genuine(secret + "x", taken.headers, taken.body)
    assert not genuine(secret, taken.headers, taken.body + b" ")
    assert not genuine(secret, {**taken.headers, "Sohoa-Timestamp": str(int(stamp) + 1)}, taken.body)
    monkeypatch.setattr(time, "time", lambda: int(stamp) + 301)
    assert not genuine(secret, taken.headers, taken.body), "an old one sent again"


def test_a_replaced_secret_signs_beside_the_new_one_for_a_while(
    house: House, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: clock().timestamp())
    one, old = subscribe(house, receiver.url, [], actor="admin")
    _, new = rotate(house, one.id, overlap=dt.timedelta(hours=2), actor="admin")
    assert old != new
    genuine = receiver_check()
    believed = []
    for _ in range(2):
        tell(house, "a.b")
        Courier.of(house).serve(one.id)
        taken = receiver.taken[-1]
        believed.append([genuine(secret, taken.headers, taken.body) for secret in (old, new)])
        clock.move(dt.timedelta(hours=2))
    assert believed == [[True, True], [False, True]]


def test_secrets_are_nowhere_in_the_database(house: House, receiver: Receiver, tmp_path: Path) -> None:
    one, secret = subscribe(house, receiver.url, [], actor="admin")
    other, another = subscribe(house, receiver.url, [], actor="admin")
    assert len({secret, another, secret_of(house, one.id, 2)}) == 3
    assert secret == secret_of(house, one.id, 1)
    assert other.id != one.id
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()


# --- what fails ------------------------------------------------------------------------------------------------------


def test_what_fails_holds_up_what_follows_and_is_tried_again(house: House, receiver: Receiver, clock: Clock) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b", "a.b")
    receiver.behaviour = failing
    carrier = Courier.of(house)
    assert (carrier.serve(one.id), carrier.serve(one.id)) == (1, 0)
    (waits,) = webhooks.deliveries(house.catalogue, one.id)
    assert (waits.state, waits.attempts, waits.status) == (DeliveryState.WAITING, 1, 503)
    assert waits.error == "answered 503"
    receiver.behaviour = refuses()
    clock.move(FIRST_DELAY)
    assert carrier.serve(one.id) == 2
    assert receiver.identifiers() == [f"{one.id}-{event}" for event in (1, 1, 2)]
    assert [d.attempts for d in webhooks.deliveries(house.catalogue, one.id)] == [2, 1]


def test_a_poisoned_event_is_given_up_after_a_day_and_the_others_arrive(
    house: House, receiver: Receiver, clock: Clock
) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b", "a.b", "a.b")
    receiver.behaviour = refuses(2)
    carrier, began = Courier.of(house), clock()
    while not kept(house, one, DeliveryState.DEAD):
        carrier.serve(one.id)
        clock.move(dt.timedelta(minutes=30))
    assert dt.timedelta(hours=22) < clock() - began < GIVE_UP + dt.timedelta(hours=1)
    assert kept(house, one, DeliveryState.DELIVERED) == [1, 3]
    assert stands(house, one).state is WebhookState.ACTIVE
    assert webhooks.standings(house.catalogue)[0].dead == 1

    receiver.behaviour = refuses()
    with pytest.raises(NotFound):
        webhooks.replay(house.catalogue, one.id, 3, actor="admin")
    assert webhooks.replay(house.catalogue, one.id, 2, actor="admin") == 1
    tell(house, "a.b")
    assert carrier.serve(one.id) == 2
    assert receiver.identifiers()[-2:] == [f"{one.id}-2", f"{one.id}-4"]
    assert kept(house, one, DeliveryState.DEAD) == []


def test_a_subscription_that_keeps_failing_is_suspended_loses_nothing_and_is_resumed(
    house: House, receiver: Receiver, clock: Clock
) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, *["a.b"] * (MOST_DEAD + 2))
    receiver.behaviour = failing
    carrier = Courier.of(house)
    while stands(house, one).state is WebhookState.ACTIVE:
        carrier.serve(one.id)
        clock.move(dt.timedelta(hours=1))
    assert kept(house, one, DeliveryState.DEAD) == list(range(1, MOST_DEAD + 1))
    tries = len(receiver.taken)
    assert carrier.serve(one.id) == 0
    assert len(receiver.taken) == tries
    assert "webhook.suspended" in {entry.action for entry in audit.entries(house.catalogue)}

    receiver.behaviour = refuses()
    assert webhooks.replay(house.catalogue, one.id, None, actor="admin") == MOST_DEAD
    webhooks.resume(house.catalogue, one.id, actor="admin")
    assert carrier.serve(one.id) == MOST_DEAD + 2
    assert kept(house, one, DeliveryState.DELIVERED) == list(range(1, MOST_DEAD + 3))


def test_a_receiver_that_says_it_is_gone_is_suspended_at_once(house: House, receiver: Receiver) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b")
    receiver.behaviour = refuses(1, status=410)
    Courier.of(house).serve(one.id)
    assert stands(house, one).state is WebhookState.SUSPENDED


@pytest.mark.parametrize("attempts", [1, 2, 5, 11, 40, 1000])
def test_delays_double_up_to_an_hour_and_are_shortened_by_chance(attempts: int) -> None:
    full = min(FIRST_DELAY * 2 ** min(attempts - 1, 30), MOST_DELAY)
    delays = {delay_after(attempts, first=FIRST_DELAY, most=MOST_DELAY) for _ in range(50)}
    assert all(full / 2 <= delay <= full for delay in delays)
    assert len(delays) > 40


def test_an_address_that_became_a_private_one_is_not_asked(
    house: House, receiver: Receiver, tmp_path: Path, database_url: str, certified: Certified
) -> None:
    """The rule is looked at with every delivery, not only when somebody subscribes."""
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b")
    strict = House(Settings(data_dir=tmp_path / "data", webhook_ca_file=certified.authority))
    vars(strict)["catalogue"] = house.catalogue
    Courier.of(strict).serve(one.id)
    (waits,) = webhooks.deliveries(house.catalogue, one.id)
    assert (waits.state, waits.status, waits.error) == (DeliveryState.WAITING, None, "address refused")
    assert receiver.taken == []
    assert database_url


# --- several workers, and workers that die ---------------------------------------------------------------------------


def test_one_worker_at_a_time_serves_a_subscription(house: House, receiver: Receiver) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, *["a.b"] * 12)
    threads = [threading.Thread(target=Courier.of(house).serve, args=(one.id,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while Courier.of(house).serve(one.id):
        pass
    assert receiver.identifiers() == [f"{one.id}-{event}" for event in range(1, 13)]


def test_a_lease_that_ran_out_is_taken_over_and_the_slow_worker_records_nothing(
    house: House, receiver: Receiver
) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b")
    slow, quick = Courier.of(house), Courier.of(house)

    def dawdles(_taken: Taken, _handler: BaseHTTPRequestHandler) -> int:
        receiver.behaviour = refuses()
        assert quick.serve(one.id) == 0, "the lease holds"
        with writing(house.catalogue.engine) as session:
            session.execute(update(WebhookRow).values(lease_until=now() - dt.timedelta(seconds=1)))
        assert quick.serve(one.id) == 1, "the lease ran out"
        return 500

    receiver.behaviour = dawdles
    slow.serve(one.id)
    (delivery,) = webhooks.deliveries(house.catalogue, one.id)
    assert (delivery.state, delivery.status) == (DeliveryState.DELIVERED, 204)
    assert receiver.identifiers() == [f"{one.id}-1"] * 2


def test_leases_do_not_depend_on_the_workers_clocks(house: House, receiver: Receiver, clock: Clock) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    lease = dt.timedelta(seconds=60)
    assert webhook_turns.take(house.catalogue, one.id, holder="a", lease=lease) is not None
    clock.move(dt.timedelta(days=3))
    assert webhook_turns.take(house.catalogue, one.id, holder="b", lease=lease) is None
    webhook_turns.give_back(house.catalogue, one.id, holder="b")
    assert webhook_turns.take(house.catalogue, one.id, holder="b", lease=lease) is None
    webhook_turns.give_back(house.catalogue, one.id, holder="a")
    assert webhook_turns.take(house.catalogue, one.id, holder="b", lease=lease) is not None


KILLED = """
import os, signal, sys
from pathlib import Path
from ingest.telling import courier
from tests.ingest.telling.test_courier import opened
with opened(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])) as house:
    if sys.argv[5] == "die":
        courier.webhook_turns.settle = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
    courier.Courier(house, "w").serve(sys.argv[4])
"""


def test_a_worker_killed_between_delivery_and_record_delivers_again_under_the_same_identifier(
    house: House, receiver: Receiver, tmp_path: Path, database_url: str, certified: Certified
) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b", "a.b")
    arguments = [str(tmp_path / "data"), database_url, str(certified.authority), one.id]
    for how, code in (("die", -signal.SIGKILL), ("live", 0)):
        ended = subprocess.run([sys.executable, "-c", KILLED, *arguments, how], check=False, env={**os.environ})
        assert ended.returncode == code
    assert receiver.identifiers() == [f"{one.id}-{event}" for event in (1, 1, 2)]
    assert kept(house, one, DeliveryState.DELIVERED) == [1, 2]


# --- the duty --------------------------------------------------------------------------------------------------------


def test_slow_and_hostile_receivers_hold_up_nobody_else(house: House, receiver: Receiver, certified: Certified) -> None:
    with receiving(certified.context) as hostile:
        hostile.behaviour = drip
        slow, _ = subscribe(house, hostile.url, [], actor="admin")
        one, _ = subscribe(house, receiver.url, [], actor="admin")
        tell(house, *["a.b"] * 3)
        ends = time.monotonic() + 60
        deliver(house, lambda: len(receiver.taken) >= 3 or time.monotonic() > ends)
    assert receiver.identifiers() == [f"{one.id}-{event}" for event in (1, 2, 3)]
    assert stands(house, slow).position == 0
    assert "webhooks" in {duty.name for duty in DUTIES}


def test_a_full_disk_is_no_reason_to_deliver_without_end(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b")

    def full(*_: object, **__: object) -> bool:
        raise DiskFull

    turns = SimpleNamespace(
        **{name: getattr(webhook_turns, name) for name in ("due", "take", "give_back")}, settle=full
    )
    monkeypatch.setattr(courier, "webhook_turns", turns)
    ends = time.monotonic() + 2.0
    deliver(house, lambda: time.monotonic() > ends)
    assert receiver.identifiers() == [f"{one.id}-1"]
    assert kept(house, one) == []


def test_what_arrived_long_ago_is_forgotten(house: House, receiver: Receiver, clock: Clock) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b")
    Courier.of(house).serve(one.id)
    assert webhooks.forget_delivered(house.catalogue, clock() - dt.timedelta(days=1)) == 0
    assert webhooks.forget_delivered(house.catalogue, clock() + dt.timedelta(days=1)) == 1
    assert kept(house, one) == []


def test_a_removed_subscription_is_served_no_more(house: House, receiver: Receiver) -> None:
    one, _ = subscribe(house, receiver.url, [], actor="admin")
    tell(house, "a.b", "a.b")

    def removes(_taken: Taken, _handler: BaseHTTPRequestHandler) -> int:
        webhooks.remove(house.catalogue, one.id, actor="admin")
        return 204

    receiver.behaviour = removes
    assert Courier.of(house).serve(one.id) == 1
    with pytest.raises(NotFound):
        stands(house, one)
    with house.catalogue.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 0
