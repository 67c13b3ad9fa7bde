"""A batch is followed as it gets on: through any process, from where one stopped, by many at little cost."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.http.app import create_app
from api.http.routes import follow_batch
from api.keys import Role, issue_key
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from ingest.house import House
from ingest.settings import Settings
from storage.catalogue import Catalogue
from storage.under_way.batch_progress import BatchProgress
from tests.api.http_service import Service, announce, png, running, served

Event = tuple[str, dict[str, Any], str]
"""Kind, what is told, number."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service]:
    with running(folder) as service:
        yield service


@pytest.fixture(scope="module")
def second(service: Service, folder: Path) -> Iterator[Service]:
    """Another process's application on the same catalogue."""
    with contextlib.closing(House(Settings(data_dir=folder, workers=1))) as house:
        app = create_app(house, None)
        with served(app) as url:
            yield Service(house, app, url, service.keys)


def sent(service: Service, batch: str, *shades: int) -> tuple[str, list[PaperId]]:
    """Announce a batch and send its files; return its identifier and its papers."""
    names = [f"{shade}.png" for shade in shades]
    known = announce(service, Role.STATION, batch, *names)
    answers = [
        service.call(Role.STATION, "PUT", f"/v1/batches/{known}/files/{name}", content=png(shade)).json()
        for name, shade in zip(names, shades, strict=True)
    ]
    return known, [PaperId(answer["paper"]) for answer in answers]


def move(service: Service, paper: PaperId, state: PaperState, action: str = "paper.checked") -> None:
    catalogue = service.house.catalogue
    catalogue.save(replace(catalogue.paper(paper), state=state), actor="test", action=action)


@contextlib.contextmanager
def listening(service: Service, batch: str, last: str = "") -> Iterator[Iterator[Event]]:
    """Yield the events of a batch as they come."""
    headers = {"Last-Event-ID": last} if last else {}
    with service.client(Role.STATION) as client:  # noqa: SIM117 - the stream is the client's
        with client.stream("GET", f"/v1/batches/{batch}/events", headers=headers) as answer:
            assert answer.status_code == 200
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            yield events(answer)


def events(answer: httpx.Response) -> Iterator[Event]:
    told: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name:
            told[name] = value
        elif not line and "event" in told:
            yield told["event"], json.loads(told["data"]), told.get("id", "")
            told = {}
        elif line.startswith(":"):
            yield "heartbeat", {}, ""


def until(told: Iterator[Event], kind: str) -> list[Event]:
    found = []
    for event in told:
        found.append(event)
        if event[0] == kind:
            return found
    raise AssertionError(found)


def test_it_is_followed_through_another_process_to_its_end(service: Service, second: Service) -> None:
    batch, (first, other) = sent(service, "lo-1", 1, 2)
    with listening(second, batch) as told:
        begun = until(told, "batch")
        assert [(kind, one.get("name"), one.get("state")) for kind, one, _ in begun] == [
            ("paper", "1.png", "received"),
            ("paper", "2.png", "received"),
            ("batch", None, None),
        ]
        assert begun[-1][1] == {"files": 2, "papers": 2, "states": {"received": 2}, "closed": False}
        assert [bool(number) for _, _, number in begun] == [False, False, True], "what is cut off is told again"

        move(service, first, PaperState.NEEDS_REVIEW)
        (kind, one, _), (_, counts, number) = until(told, "batch")
        assert (kind, one["paper"], one["state"], one["stored_after_s"]) == ("paper", first.value, "needs_review", None)
        assert one["checked_after_s"] >= 0
        assert counts["states"] == {"needs_review": 1, "received": 1}

    move(service, other, PaperState.REJECTED, "paper.rejected")
    with listening(second, batch, last=number) as told:
        resumed = until(told, "batch")
        assert [one["paper"] for kind, one, _ in resumed if kind == "paper"] == [other.value], "only what is new"
        move(service, first, PaperState.REJECTED, "paper.rejected")
        assert until(told, "batch")[-1][1]["states"] == {"rejected": 2}
        service.call(Role.STATION, "POST", f"/v1/batches/{batch}/receipt", json={})
        ended = until(told, "end")
        assert ended[-2][1]["closed"]
        assert list(told) == [], "nothing follows, and the line is closed"
    again = second.call(Role.STATION, "GET", f"/v1/batches/{batch}/events", headers={"Last-Event-ID": ended[-1][2]})
    assert again.status_code == 204


def test_silence_is_filled_and_what_does_not_show_is_not_told(
    service: Service, second: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_batch, "HEARTBEAT_S", 0.3)
    batch, (paper,) = sent(service, "lo-2", 3)
    with listening(second, batch) as told:
        until(told, "batch")
        service.call(Role.OFFICER, "GET", f"/v1/papers/{paper}")  # is in the audit log, and changes nothing
        assert {kind for kind, _, _ in (next(told) for _ in range(3))} == {"heartbeat"}


def test_how_a_batch_stands_is_asked_once_when_somebody_comes(
    service: Service, second: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, (paper,) = sent(service, "lo-4", 6)
    asked, ask = list[str](), follow_batch.progress

    def counted(catalogue: Catalogue, name: str) -> BatchProgress:
        asked.append(name)
        return ask(catalogue, name)

    with listening(second, batch) as told:
        number = until(told, "batch")[-1][2]
    move(service, paper, PaperState.NEEDS_REVIEW)
    monkeypatch.setattr(follow_batch, "progress", counted)
    with listening(second, batch, last=number) as told:
        assert [one["state"] for kind, one, _ in until(told, "batch") if kind == "paper"] == ["needs_review"]
        assert asked == [batch]


def soon(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_many_listeners_cost_one_look_and_are_let_go_when_the_service_ends(service: Service, folder: Path) -> None:
    sents = [sent(service, f"many-{number}", 20 + number) for number in range(3)]
    with contextlib.closing(House(Settings(data_dir=folder, workers=1))) as house:
        app = create_app(house, None)
        with served(app) as url:
            third = Service(house, app, url, service.keys)
            watch, found = app.state.batch_watch, [list[Event]() for _ in range(24)]

            def listen(batch: str, heard: list[Event]) -> None:
                with listening(third, batch) as told:
                    heard.extend(told)

            def now_ready() -> int:
                return sum(
                    any(told == "paper" and one["state"] == "ready" for told, one, _ in heard) for heard in found
                )

            threads = [
                threading.Thread(target=listen, args=(sents[number % 3][0], heard))
                for number, heard in enumerate(found)
            ]
            for thread in threads:
                thread.start()
            soon(lambda: watch.waiting == len(threads))
            before = watch.looks
            time.sleep(1.5)
            assert watch.looks - before <= 4, "one watcher looks for all of them"
            move(service, sents[0][1][0], PaperState.READY)
            soon(lambda: now_ready() == 8)
            watch.close()
            for thread in threads:
                thread.join(timeout=30)
    states = [{one["state"] for kind, one, _ in told if kind == "paper"} for told in found]
    assert states.count({"received", "ready"}) == 8
    assert states.count({"received"}) == 16


def test_a_station_follows_no_other_stations_batch(service: Service) -> None:
    batch, _ = sent(service, "lo-3", 5)
    key = issue_key(service.house.catalogue, "scanner-9", Role.STATION, actor="test")
    with service.client(None, key) as client:
        assert client.get(f"/v1/batches/{batch}/events").status_code == 404
    wrong = service.call(Role.STATION, "GET", f"/v1/batches/{batch}/events", headers={"Last-Event-ID": "x"})
    assert wrong.status_code == 422
