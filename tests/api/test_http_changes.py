"""Other systems follow the changes, by asking and by being told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.keys import Role
from dossier.times import now
from ingest.telling.courier import Courier
from ingest.telling.portal import follow as follow_for_portal
from storage.audit_log import audit
from storage.database import writing
from storage.records import Event
from storage.reports.dossiers import keep_dossier
from storage.rows import event_row
from storage.schema import WebhookRow
from storage.telling import webhooks
from storage.telling.changes import START, newest
from storage.telling.webhooks import WebhookState
from tests.api.http_service import OWNER_NAME, OWNER_NUMBER, Service, keep_paper, running
from tests.ingest.receiver import Receiver, certify, receiving
from tests.ingest.telling.test_portal import FILES, dossier, keep


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    certified = certify(tmp_path_factory.mktemp("certificates"))
    with receiving(certified.context) as running_receiver:
        vars(running_receiver)["authority"] = certified.authority
        yield running_receiver


@contextmanager
def opened(folder: Path, receiver: Receiver) -> Iterator[Service]:
    settings = {"webhook_networks": "127.0.0.0/8 ::1/128", "webhook_ca_file": vars(receiver)["authority"]}
    with running(folder / "house", **settings) as service:
        yield service


@pytest.fixture
def service(tmp_path: Path, receiver: Receiver) -> Iterator[Service]:
    receiver.taken.clear()
    with opened(tmp_path, receiver) as service:
        yield service


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Service]:
    """A service in which nothing ever happens."""
    with opened(tmp_path_factory.mktemp("quiet"), receiver) as service:
        yield service


def tell(service: Service, kind: str = "dossier.told") -> None:
    with writing(service.house.catalogue.engine) as session:
        session.add(event_row(Event(kind, None, now(), {"a": "b"}, about="dossier:H15.50.05.13-261008-0975")))


def follow(service: Service, **params: object) -> httpx.Response:
    return service.call(Role.SYSTEM, "GET", "/v1/changes", params=params)


def test_who_follows_can_witness_for_the_audit_log(service: Service) -> None:
    number, _, digest = follow(service).headers["Sohoa-Log"].partition(":")
    head = audit.check(service.house.catalogue, known={int(number): digest})
    assert (int(number), digest) == (head.entries, head.head_hash)


def test_changes_are_read_in_order_and_on_from_where_one_stopped(service: Service) -> None:
    assert follow(service).json() == {"changes": [], "next": START}
    paper = keep_paper(service)
    with writing(service.house.catalogue.engine) as session:
        session.add(event_row(Event("paper.stored", paper.id, now())))
    tell(service)
    page = follow(service, limit=1).json()
    (change,) = page["changes"]
    assert set(change) == {"id", "kind", "paper", "about", "at", "payload"}
    assert (change["paper"], change["about"]) == (paper.id.value, f"paper:{paper.id}")
    answer = follow(service, after=page["next"])
    (change,) = answer.json()["changes"]
    assert (change["paper"], change["about"]) == (None, "dossier:H15.50.05.13-261008-0975")
    assert OWNER_NUMBER not in answer.text
    assert OWNER_NAME not in answer.text
    assert follow(service, kind=["paper.stored", "paper.revoked"]).json()["changes"][0]["id"] == 1
    assert follow(service, kind="dossier.told").json()["changes"] == [change]


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"after": "0"}, 422, "request-invalid"),
        ({"after": "B" * 16}, 409, "cursor-unknown"),
        ({"wait": "31"}, 422, "request-invalid"),
        ({"wait": "-1"}, 422, "request-invalid"),
        ({"kind": "Stored"}, 422, "request-invalid"),
        ({"kinds": "paper.stored"}, 422, "request-invalid"),
        ({"limit": "201"}, 422, "request-invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(quiet: Service, params: dict[str, str], status: int, code: str) -> None:
    answer = follow(quiet, **params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_address_of_before_is_gone(quiet: Service) -> None:
    assert quiet.call(Role.SYSTEM, "GET", "/v1/events").json()["code"] == "address-unknown"


def test_many_wait_for_the_next_change_and_are_answered_when_it_comes(service: Service) -> None:
    answers: list[httpx.Response] = []
    waits = [threading.Thread(target=lambda: answers.append(follow(service, wait=30))) for _ in range(20)]
    for thread in waits:
        thread.start()
    watch = service.app.state.watch
    while watch.waiting < len(waits):
        time.sleep(0.01)
    tell(service, "other.kind")
    for thread in waits:
        thread.join(timeout=25)
    assert [[change["kind"] for change in answer.json()["changes"]] for answer in answers] == [["other.kind"]] * 20


def test_who_waits_for_one_kind_is_not_woken_by_another(service: Service) -> None:
    answers: list[httpx.Response] = []
    waits = threading.Thread(target=lambda: answers.append(follow(service, wait=30, kind="dossier.told")))
    waits.start()
    tell(service, "other.kind")
    tell(service, "dossier.told")
    waits.join(timeout=25)
    assert [change["id"] for change in answers[0].json()["changes"]] == [2]


def test_nothing_happens_while_nobody_waits_and_a_wait_ends(quiet: Service) -> None:
    page = follow(quiet, wait=1).json()
    assert page == {"changes": [], "next": START}
    watch = quiet.app.state.watch
    deadline = time.monotonic() + 20
    while watch.is_looking:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_who_waits_is_let_go_when_the_service_ends(service: Service) -> None:
    answers: list[httpx.Response] = []
    waits = threading.Thread(target=lambda: answers.append(follow(service, wait=30)))
    waits.start()
    watch = service.app.state.watch
    while not watch.waiting:
        time.sleep(0.01)
    watch.close()
    waits.join(timeout=25)
    assert answers[0].json() == {"changes": [], "next": START}


# --- webhooks --------------------------------------------------------------------------------------------------------


def subscribe(service: Service, url: str, **body: object) -> httpx.Response:
    return service.call(Role.ADMIN, "POST", "/v1/webhooks", json={"url": url, **body})


def test_a_subscription_is_made_served_listed_and_ended(service: Service, receiver: Receiver) -> None:
    tell(service)
    made = subscribe(service, receiver.url, kinds=["dossier.told"], after=START)
    assert made.status_code == 201, made.text
    one = made.json()
    listed = service.call(Role.AUDITOR, "GET", "/v1/webhooks")
    assert listed.json()["webhooks"] == [{key: value for key, value in one.items() if key != "secret"}]
    assert one["secret"] not in listed.text

    Courier.of(service.house).serve(one["id"])
    path = f"/v1/webhooks/{one['id']}"
    shown = service.call(Role.ADMIN, "GET", f"{path}/deliveries").json()
    assert [(d["event"], d["state"], d["status"]) for d in shown["deliveries"]] == [(1, "delivered", 204)]
    assert service.call(Role.ADMIN, "GET", f"{path}/deliveries", params={"after": shown["next"]}).json() == {
        "deliveries": [],
        "next": shown["next"],
    }
    change = follow(service).json()["changes"][0]
    assert receiver.taken[0].body.decode().startswith("{")
    assert httpx.Response(200, content=receiver.taken[0].body).json() == change

    assert service.call(Role.ADMIN, "DELETE", path).status_code == 204
    assert service.call(Role.ADMIN, "GET", f"{path}/deliveries").json()["code"] == "not-found"


@pytest.mark.parametrize("url", ["http://example.vn/", "https://10.0.0.1/", "https://[::ffff:10.0.0.1]/", "nothing"])
def test_addresses_inside_are_refused(quiet: Service, url: str) -> None:
    answer = subscribe(quiet, url)
    assert (answer.status_code, answer.json()["code"]) == (422, "address-refused")


def test_a_secret_is_replaced_and_shown_once(service: Service, receiver: Receiver) -> None:
    one = subscribe(service, receiver.url).json()
    path = f"/v1/webhooks/{one['id']}"
    replaced = service.call(Role.ADMIN, "POST", f"{path}/secret", json={"overlap_hours": 1}).json()
    assert replaced["secret"] != one["secret"]
    assert replaced["secret_generation"] == 2
    assert replaced["overlap_until"]
    assert service.call(Role.ADMIN, "POST", f"{path}/secret", json={"overlap_hours": 721}).status_code == 422


def test_a_suspended_subscription_shows_in_the_measurements_and_is_resumed(
    service: Service, receiver: Receiver
) -> None:
    one = subscribe(service, receiver.url).json()
    tell(service)
    catalogue = service.house.catalogue
    with writing(catalogue.engine) as session:
        session.get_one(WebhookRow, one["id"]).state = WebhookState.SUSPENDED.value
    lines = service.call(Role.ADMIN, "GET", "/v1/metrics").text.splitlines()
    assert f'sohoa_webhook_suspended{{webhook="{one["id"]}"}} 1.0' in lines
    assert f'sohoa_webhook_dead{{webhook="{one["id"]}"}} 0.0' in lines
    (behind,) = [line for line in lines if line.startswith("sohoa_webhook_behind_seconds{")]
    assert float(behind.split()[-1]) >= 0
    assert "localhost" not in "".join(lines)
    path = f"/v1/webhooks/{one['id']}"
    assert service.call(Role.ADMIN, "POST", f"{path}/resumption").json()["state"] == "active"
    assert service.call(Role.ADMIN, "POST", f"{path}/replays", json={}).json() == {"replayed": 0}
    assert service.call(Role.ADMIN, "POST", f"{path}/replays", json={"event": 1}).json()["code"] == "not-found"
    assert webhooks.subscription(catalogue, one["id"]).position == newest(catalogue) - 1


def test_how_the_national_portal_stands_shows_in_the_measurements(tmp_path: Path) -> None:
    settings = {"portal_url": "https://portal.example/", "portal_files_url": FILES}
    with running(tmp_path / "house", **settings) as service:
        keep_dossier(service.house.catalogue, dossier(), actor="one-stop")
        kept = keep(service.house)
        follow_for_portal(service.house)
        answer = service.call(Role.ADMIN, "GET", "/v1/metrics").text
    assert 'sohoa_portal_papers{state="waiting"} 1.0' in answer.splitlines()
    assert 'sohoa_portal_papers{state="dead"} 0.0' in answer.splitlines()
    (oldest,) = [line for line in answer.splitlines() if line.startswith("sohoa_portal_oldest_seconds ")]
    assert float(oldest.split()[1]) > 0
    assert kept.id.value not in answer
