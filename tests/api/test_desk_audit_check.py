"""How far a check of the audit log is, is told while it goes on: by events, and at the auditor's desk."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser

from api.http.routes import check_audit_log as route
from api.keys import Role
from ingest.house import House
from ingest.upkeep.audit_log import LogReport, Progress, check_log
from storage.audit_log import audit
from tests.api.desks import at_desk, needs_browser, peopled
from tests.api.http_service import Service

PATIENCE_S = 300
STREAM = {"Accept": "text/event-stream"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with peopled(tmp_path_factory.mktemp("house"), working=False) as service:
        yield service


@dataclass
class Held:
    """A check of a long log, which goes on when it is let."""

    let: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __call__(self, house: House, *, heard: Callable[[Progress], None], **how: Any) -> LogReport:
        try:
            while not self.let.wait(0.02):
                heard(Progress(5000, 20_000))
        except Exception:
            self.stopped.set()
            raise
        return check_log(house, heard=heard, **how)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    held = Held()
    monkeypatch.setattr(route, "check_log", held)
    yield held
    held.let.set()


def told(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in lines:
        if line.startswith("event: "):
            yield line.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))


def test_events_tell_how_far_it_is_and_what_came_of_it(service: Service, held: Held) -> None:
    with service.client(Role.AUDITOR) as client:
        with client.stream("POST", "/v1/audit-checks", json={}, headers=STREAM) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            events = told(answer.iter_lines())
            assert next(one for one in events if one[1]["entries"]) == (
                "progress",
                {"entries": 5000, "of": 20_000, "stamps": 0},
            )
            again = service.call(Role.AUDITOR, "POST", "/v1/audit-checks", json={})
            assert again.json()["code"] == "too-many-requests"
            held.let.set()
            kind, end = list(events)[-1]
        assert kind == "end"
        plain = client.post("/v1/audit-checks", json={}).json()
    assert plain["whole"]["entries"] == end["whole"]["entries"] + 1, "a check is an entry"


def test_a_check_that_nobody_listens_to_ends(service: Service, held: Held) -> None:
    before = audit.check(service.house.catalogue).entries
    with (
        service.client(Role.AUDITOR) as client,
        client.stream("POST", "/v1/audit-checks", json={}, headers=STREAM) as answer,
    ):
        next(told(answer.iter_lines()))
    assert held.stopped.wait(PATIENCE_S)
    assert audit.check(service.house.catalogue).entries == before


def test_all_entries_are_told_of(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_HEARD_EVERY", 1)
    heard: list[tuple[int, int]] = []
    report = audit.check(service.house.catalogue, heard=lambda done, of: heard.append((done, of)))
    assert heard == [(number, report.entries) for number in range(1, report.entries + 1)]


@needs_browser
def test_the_desk_shows_how_far_it_is(service: Service, browser: Browser, held: Held) -> None:
    with at_desk(service, browser, "thanhtra", "audit") as desk:
        page = desk.page
        page.click("#check-log")
        page.get_by_text("Đã xem 5.000/20.000 mục").wait_for()
        assert page.evaluate("document.getElementById('log-bar').position") == 0.25
        desk.audit()
        page.locator("#log-heading").scroll_into_view_if_needed()
        desk.show("desk-audit-progress")
        held.let.set()
        page.wait_for_selector("#log-verdict .tag.good")
        assert page.is_hidden("#log-progress")
