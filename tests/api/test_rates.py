"""Who asks too often waits; who has a valid key never waits for others; what is refused is on record, and bounded."""

from collections.abc import Iterator

import httpx
import pytest

from api.http.rates import Allowances, Refusals
from api.keys import Role, issue_key
from dossier.errors import TooManyRequests
from storage.audit_log import audit
from tests.api.http_service import Service, running


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_allowance_fills_up_again() -> None:
    clock = Clock()
    allowances = Allowances(2.0, 3.0, clock)
    for _ in range(3):
        allowances.take("a")
    with pytest.raises(TooManyRequests) as caught:
        allowances.take("a")
    assert caught.value.details["seconds"] == 1
    allowances.take("b")
    clock.now += 0.5
    allowances.take("a")
    with pytest.raises(TooManyRequests):
        allowances.take("a")


def test_no_limit_where_none_is_set() -> None:
    allowances = Allowances(0.0, 0.0)
    for _ in range(1000):
        allowances.take("a")


def test_names_are_forgotten_before_memory_fills() -> None:
    allowances = Allowances(1.0, 1.0, Clock())
    for number in range(10_100):
        allowances.take(str(number))
    assert len(allowances._left) == 10_000  # noqa: SLF001 - what is remembered


def test_refusals_are_told_at_once_and_then_once_a_minute() -> None:
    clock, told = Clock(), list[int]()
    refusals = Refusals(Allowances(0.0, 0.0, clock), told.append)
    for _ in range(100):
        refusals.note("a")
    assert told == [1]
    clock.now += 60
    refusals.note("a")
    assert told == [1, 100]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("rates"), rate_per_key=0.01, refusals_per_minute=3) as service:
        yield service


def status(service: Service, key: str) -> httpx.Response:
    return httpx.get(service.url + "/v1/batches", headers={"Authorization": f"Bearer {key}"})


def test_too_many_requests_are_told_when_to_come_back(service: Service) -> None:
    assert status(service, service.keys[Role.OFFICER]).status_code == 200
    answer = status(service, service.keys[Role.OFFICER])
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == answer.json()["seconds"] > 0
    assert answer.json()["code"] == "too-many-requests"
    assert httpx.get(service.url + "/v1/health").status_code == 200


def test_knocking_without_a_key_is_on_record_without_who_it_was(service: Service) -> None:
    found = [status(service, "sohoa_guess").status_code for _ in range(6)]
    assert found == [401] * 3 + [429] * 3
    entries = [e for e in audit.entries(service.house.catalogue, limit=1000) if e.action == "access.refused"]
    assert [(entry.actor, entry.object, entry.detail) for entry in entries] == [("access", "service", {"count": "1"})]


def test_who_shows_nothing_guesses_nothing(service: Service) -> None:
    asked = [httpx.get(service.url + path) for path in ("/v1/batches", "/desk/review") for _ in range(5)]
    assert [answer.status_code for answer in asked] == [401] * 5 + [303] * 5


def test_a_valid_key_passes_where_its_neighbours_were_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("neighbours"), refusals_per_minute=1) as service:
        assert [status(service, "guess").status_code for _ in range(3)] == [401, 429, 429]
        key = issue_key(service.house.catalogue, "counter-1", Role.OFFICER)
        assert status(service, key).status_code == 200
