"""A scan of several papers is split over HTTP, and its batch shows what became of it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.keys import Role
from dossier.papers import PaperState
from tests.api.http_service import Service, announce, keep_paper, running
from tests.generator.render import Kind
from tests.generator.several import scan_together

BY = {"by": "Trần Văn Bình"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house"), working=True) as service:
        yield service


def waiting(service: Service, paper: str) -> dict[str, Any]:
    """Return a paper once it waits for a person."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        (shown,) = service.call(Role.OFFICER, "GET", f"/v1/papers/{paper}").json()["papers"]
        if shown["state"] != "received":
            break
        time.sleep(0.2)
    assert shown["state"] in {"ready", "needs_review"}, shown
    return dict(shown)


def test_a_scan_is_split_where_an_officer_says(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "ho-so.pdf"
    scan_together(path, [Kind.APPLICATION, Kind.IDENTITY_CARD])
    batch = announce(service, Role.STATION, "split.1", path.name, confirmed_by="Trần Văn Bình")
    sent = service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/{path.name}", content=path.read_bytes())
    scan = waiting(service, sent.json()["paper"])
    assert "several-papers" in {check["code"] for check in scan["checks"]}
    where = f"/v1/papers/{scan['id']}/split"

    proposal = service.call(Role.STATION, "GET", where).json()["proposed"]
    assert [(part["first_page"], part["pages"], part["paper_type"]) for part in proposal] == [
        (1, [1], "general-application"),
        (2, [2], "identity-card"),
    ]
    assert all(part["evidence"] and part["confidence"] > 0.5 for part in proposal)

    for wrong in ([], [1], [3], [0], ["2"], None):
        answer = service.call(Role.OFFICER, "POST", where, json={**BY, "first_pages": wrong})
        assert answer.status_code == 422, wrong
    assert service.call(Role.OFFICER, "POST", where, json={"first_pages": [2]}).status_code == 422
    assert service.call(Role.STATION, "POST", where, json={**BY, "first_pages": [2]}).status_code == 403

    body = {**BY, "first_pages": [part["first_page"] for part in proposal]}
    former, *parts = service.call(Role.OFFICER, "POST", where, json=body).json()["papers"]
    assert (former["state"], former["split_by"]) == ("split", "Trần Văn Bình")
    assert former["parts"] == [part["id"] for part in parts]
    assert [part["split_from"] for part in parts] == [scan["id"]] * 2
    again = service.call(Role.OFFICER, "POST", where, json=body).json()["papers"]
    assert [paper["id"] for paper in again] == [former["id"], *former["parts"]]
    other = service.call(Role.OFFICER, "POST", where, json={**BY, "first_pages": [1]})
    assert (other.status_code, other.json()["code"]) == (409, "wrong-state")

    _, card = (waiting(service, part["id"]) for part in parts)
    assert (card["paper_type"], card["pages"], card["name"]) == ("identity-card", 1, "ho-so.pdf [2]")
    (file,) = service.call(Role.STATION, "GET", f"/v1/batches/{batch}").json()["files"]
    assert (file["paper"], file["state"], file["duplicate"]) == (scan["id"], "split", False)
    assert file["parts"] == former["parts"]
    listed = service.call(Role.STATION, "GET", "/v1/papers", params={"batch": batch}).json()["papers"]
    assert [paper["id"] for paper in listed] == [scan["id"], *former["parts"]]

    assert service.call(Role.OFFICER, "GET", f"/v1/papers/{scan['id']}/file").json()["code"] == "not-sealed"
    assert service.call(Role.OFFICER, "GET", f"/v1/papers/{scan['id']}/original").content == path.read_bytes()
    confirmation = service.call(Role.OFFICER, "POST", f"/v1/papers/{scan['id']}/confirmation", json=BY)
    assert (confirmation.status_code, confirmation.json()["code"]) == (409, "wrong-state")


def test_parts_are_joined_again_and_read_anew(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "tach-nham.pdf"
    scan_together(path, [Kind.APPLICATION, Kind.IDENTITY_CARD], seed=7)
    batch = announce(service, Role.STATION, "join.1", path.name)
    sent = service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/{path.name}", content=path.read_bytes())
    scan = waiting(service, sent.json()["paper"])
    split = {**BY, "first_pages": [2]}
    _, *parts = service.call(Role.OFFICER, "POST", f"/v1/papers/{scan['id']}/split", json=split).json()["papers"]
    first, second = (waiting(service, part["id"]) for part in parts)
    where, body = f"/v1/papers/{second['id']}/join", {**BY, "others": [first["id"]]}

    for wrong in ([], ["x"], [second["id"]], None):
        assert service.call(Role.OFFICER, "POST", where, json={**BY, "others": wrong}).status_code == 422, wrong
    assert service.call(Role.STATION, "POST", where, json=body).status_code == 403
    stranger = keep_paper(service, state=PaperState.READY)
    answer = service.call(Role.OFFICER, "POST", where, json={**BY, "others": [stranger.id.value]})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-joinable")

    joined, *gone = service.call(Role.OFFICER, "POST", where, json=body).json()["papers"]
    assert (joined["state"], joined["split_from"], joined["name"]) == ("received", scan["id"], "tach-nham.pdf [1-2]")
    assert [(one["id"], one["state"], one["joined_into"], one["joined_by"]) for one in gone] == [
        (one["id"], "joined", joined["id"], "Trần Văn Bình") for one in (first, second)
    ]
    again = service.call(Role.OFFICER, "POST", where, json=body).json()["papers"]
    assert [paper["id"] for paper in again] == [joined["id"], first["id"], second["id"]]
    assert waiting(service, joined["id"])["pages"] == 2
    (file,) = service.call(Role.STATION, "GET", f"/v1/batches/{batch}").json()["files"]
    assert (file["paper"], file["parts"]) == (scan["id"], [joined["id"]])
    for path_ in ("confirmation", "split"):
        body = {**BY, **({"first_pages": [1]} if path_ == "split" else {})}
        answer = service.call(Role.OFFICER, "POST", f"/v1/papers/{first['id']}/{path_}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")


@pytest.mark.parametrize("state", [PaperState.CONFIRMED, PaperState.STORED, PaperState.REJECTED])
def test_what_was_decided_is_not_split(service: Service, state: PaperState) -> None:
    paper = keep_paper(service, state=state)
    for method, request in (("GET", {}), ("POST", {"json": {**BY, "first_pages": [2]}})):
        answer = service.call(Role.OFFICER, method, f"/v1/papers/{paper.id}/split", **request)
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")


def test_of_another_stations_scan_nothing_is_proposed(service: Service) -> None:
    paper = keep_paper(service, station="station-8", state=PaperState.READY)
    assert service.call(Role.STATION, "GET", f"/v1/papers/{paper.id}/split").status_code == 404
    assert service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}/split").json() == {"proposed": []}
