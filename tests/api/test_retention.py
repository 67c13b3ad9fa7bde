"""Retention over HTTP and from the command line."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.keys import Role, issue_key
from dossier.papers import PaperState
from tests.api.http_service import OWNER_NUMBER, Service, keep_paper, running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house"), retention_years=0) as service:
        yield service


def test_a_paper_says_until_when_it_is_kept_and_why(service: Service) -> None:
    paper = keep_paper(service, paper_type="decision")
    kept = service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}/retention").json()
    assert (kept["decision"], kept["retention_class"], kept["holds"]) == ("kept_until", "general", [])
    assert kept["until"] in kept["text"]
    assert kept["legal_basis"] in kept["text_en"]
    refused = service.call(
        Role.OFFICER, "POST", f"/v1/papers/{paper.id}/disposal", json={"by": "Trần Văn Một", "reason": "nhầm"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "retention-locked")


def test_holds_are_placed_and_lifted(service: Service) -> None:
    paper = keep_paper(service, paper_type="decision")
    body = {"by": "  Trần  Văn Một ", "authority": "Tòa án mẫu", "reason": "vụ việc mẫu"}
    held = service.call(Role.AUDITOR, "POST", f"/v1/papers/{paper.id}/holds", json=body)
    assert held.status_code == 201
    assert held.json()["decision"] == "held"
    assert [one["by"] for one in held.json()["holds"]] == ["Trần Văn Một"]
    path = f"/v1/papers/{paper.id}/holds/lifting"
    early = service.call(Role.AUDITOR, "POST", f"{path}/approval", json={"by": "Lê Thị Hai"})
    assert (early.status_code, early.json()["code"]) == (404, "not-found")
    order = {"by": "Trần Văn Một", "authority": "Tòa án mẫu", "reason": "vụ việc đã kết thúc"}
    asked = service.call(Role.OFFICER, "POST", path, json=order).json()
    assert asked["decision"] == "held"
    assert [one["lifting"]["authority"] for one in asked["holds"]] == ["Tòa án mẫu"]
    alone = service.call(Role.OFFICER, "POST", f"{path}/approval", json={"by": "Lê Thị Hai"})
    assert (alone.status_code, alone.json()["code"]) == (409, "same-person"), "the same key"
    assert service.call(Role.OFFICER, "DELETE", path).status_code == 204
    assert service.call(Role.OFFICER, "DELETE", path).status_code == 404
    service.call(Role.OFFICER, "POST", path, json=order)
    lifted = service.call(Role.AUDITOR, "POST", f"{path}/approval", json={"by": "Lê Thị Hai"}).json()
    assert lifted["decision"] == "kept_until"
    assert [one["lifted_by"] for one in lifted["holds"]] == ["Lê Thị Hai"]


def test_disposal_takes_two_keys(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    other = issue_key(service.house.catalogue, "counter-2", Role.OFFICER)
    path = f"/v1/papers/{paper.id}/disposal"
    proposal = {"by": "Trần Văn Một", "reason": "không dùng"}
    assert service.call(Role.OFFICER, "POST", path, json=proposal).json()["approved_by"] is None
    (open_one,) = service.call(Role.AUDITOR, "GET", "/v1/disposals").json()["disposals"]
    assert open_one["paper"] == paper.id.value
    alone = service.call(Role.OFFICER, "POST", f"{path}/approval", json={"by": "Lê Thị Hai"})
    assert (alone.status_code, alone.json()["code"]) == (409, "same-person")
    assert service.call(Role.OFFICER, "DELETE", path).status_code == 204
    service.call(Role.OFFICER, "POST", path, json=proposal)
    with service.client(Role.OFFICER, other) as second:
        done = second.post(f"{path}/approval", json={"by": "Lê Thị Hai"})
        assert second.post(f"{path}/approval", json={"by": "Lê Thị Hai"}).status_code == 200
    assert done.json()["approved_by"] == "Lê Thị Hai"
    assert service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}").json()["papers"][0]["state"] == "disposed"
    assert service.call(Role.AUDITOR, "GET", "/v1/disposals").json() == {"disposals": [], "next": None}


def test_open_disposals_come_in_pages_the_oldest_first(service: Service) -> None:
    papers = [keep_paper(service, state=PaperState.READY) for _ in range(3)]
    for paper in papers:
        body = {"by": "Trần Văn Một", "reason": "không dùng"}
        service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/disposal", json=body)
    seen, path = [], "/v1/disposals?limit=2"
    while path:
        page = service.call(Role.AUDITOR, "GET", path).json()
        seen += [one["paper"] for one in page["disposals"]]
        path = f"/v1/disposals?limit=2&after={page['next']}" if page["next"] else ""
    assert seen == [paper.id.value for paper in papers]
    for paper in papers:
        service.call(Role.OFFICER, "DELETE", f"/v1/papers/{paper.id}/disposal")
    gone = service.call(Role.AUDITOR, "GET", f"/v1/disposals?after={papers[0].id}")
    assert (gone.status_code, gone.json()["code"]) == (404, "not-found")


def test_an_erasure_request_is_answered_paper_by_paper(service: Service) -> None:
    paper = keep_paper(service)
    answer = service.call(Role.OFFICER, "POST", "/v1/owners/erasure", json={"owner_number": OWNER_NUMBER}).json()
    told = {one["paper"]: (one["decision"], one["legal_basis"]) for one in answer["papers"]}
    assert told[paper.id.value][0] == "kept_permanently"
    assert "Luật Hộ tịch" in told[paper.id.value][1]
    again, seen = keep_paper(service), []
    body: dict[str, object] | None = {"owner_number": OWNER_NUMBER, "limit": 1}
    while body:
        page = service.call(Role.OFFICER, "POST", "/v1/owners/erasure", json=body).json()
        seen += [one["paper"] for one in page["papers"]]
        body = {**body, "after": page["next"]} if page["next"] else None
    assert seen == [*told, again.id.value]
    wrong = service.call(Role.OFFICER, "POST", "/v1/owners/erasure", json={"owner_number": "12"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "owner-number-invalid")


def test_the_command_line_shows_and_holds(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_DATA_DIR", str(service.house.settings.data_dir))
    paper, run = keep_paper(service), CliRunner()
    held = ["hold", paper.id.value, "--by", "Một", "--authority", "Tòa án mẫu", "--reason", "vụ việc"]
    lift = ["lift", paper.id.value, "--by", "Hai", "--authority", "Tòa án mẫu", "--reason", "đã xong"]
    for command in (held, ["show", paper.id.value], lift, ["due"], ["open"]):
        done = run.invoke(app, ["retention", *command])
        assert done.exit_code == 0, (command, done.output, done.exception)
    assert "0 giấy tờ" in run.invoke(app, ["retention", "due"]).output
