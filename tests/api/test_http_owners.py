"""Owners over HTTP: looked up, merged, split, and told who read their papers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from api.keys import Role
from dossier import times
from dossier.identifiers import parse_owner_number
from storage.audit_log import audit
from storage.people.owners import link
from tests.api.http_service import DOSSIER, OWNER_NAME, OWNER_NUMBER, Service, keep_paper, running

OLD, STRANGER = "012345678", "001090054321"
BY = {"by": "Trần Văn Bình", "reason": "đối chiếu căn cước bản chính"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path) as service:
        yield service


def test_numbers_are_merged_looked_up_and_split(service: Service) -> None:
    old, new = keep_paper(service, owner_number=OLD), keep_paper(service)
    order = {**BY, "numbers": [OLD, OWNER_NUMBER], "paper": new.id.value}
    merged = service.call(Role.OFFICER, "POST", "/v1/owners/merges", json=order)
    assert merged.status_code == 201
    assert service.call(Role.OFFICER, "POST", "/v1/owners/merges", json=order).json() == merged.json()
    both = [old.id.value, new.id.value]
    given = service.look_up(papers=both)["birth-certificate"]
    assert {one["id"] for one in given} == set(both)
    assert {one["code"].partition(".")[0] for one in given} == {OLD, OWNER_NUMBER}, "sealed codes stay"

    known = service.call(Role.AUDITOR, "POST", "/v1/owners/lookup", json={"number": OLD}).json()
    assert {one["number"]: one["names"] for one in known["numbers"]} == {OLD: [OWNER_NAME], OWNER_NUMBER: [OWNER_NAME]}
    assert known["history"] == [merged.json()]
    assert known["papers"] == [{"paper_type": "birth-certificate", "state": "stored", "count": 2}]
    assert {(r["consumer"], r["role"], r["purpose"], r["dossier"]) for r in known["reads"]} == {
        ("system", "system", "settle-dossier", DOSSIER)
    }
    events = service.call(Role.SYSTEM, "GET", "/v1/changes").json()["changes"]
    assert [e["paper"] for e in events if e["kind"] == "paper.owner-merged"] == [old.id.value, new.id.value]

    body = {**BY, "merge": merged.json()["merge"]}
    split = service.call(Role.OFFICER, "POST", "/v1/owners/splits", json=body).json()
    assert split["split"]["by"] == "Trần Văn Bình"
    given = service.look_up(papers=both)["birth-certificate"]
    assert [one["id"] for one in given] == [new.id.value]


def test_what_cannot_be_right_is_refused_and_conflicts_wait_for_a_person(service: Service) -> None:
    card, other = keep_paper(service), keep_paper(service, owner_number=STRANGER)
    catalogue = service.house.catalogue
    for paper, number in ((card, OWNER_NUMBER), (other, STRANGER)):
        link(catalogue, parse_owner_number(number), parse_owner_number(OLD), paper.id, actor="pipeline")
    (conflict,) = service.call(Role.AUDITOR, "GET", "/v1/owners/conflicts").json()["merges"]
    assert (conflict["source"], conflict["refused"], conflict["paper"]) == ("qr", "two-citizens", other.id.value)
    order = {**BY, "numbers": [STRANGER, OLD]}
    refused = service.call(Role.OFFICER, "POST", "/v1/owners/merges", json=order)
    assert (refused.status_code, refused.json()["code"]) == (409, "owners-differ")
    assert service.call(Role.OFFICER, "POST", "/v1/owners/merges", json={**order, "forced": True}).json()["forced"]
    assert service.call(Role.OFFICER, "GET", "/v1/owners/conflicts").json() == {"merges": []}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("merges", {**BY, "numbers": [OLD]}, 422),
        ("merges", {**BY, "numbers": [OLD, OLD]}, 422),
        ("merges", {**BY, "numbers": [OLD, "1"]}, 422),
        ("merges", {"by": " ", "reason": "x", "numbers": [OLD, OWNER_NUMBER]}, 422),
        ("merges", {**BY, "numbers": [OLD, OWNER_NUMBER], "paper": "0" * 16}, 404),
        ("splits", {**BY, "merge": 99}, 404),
        ("lookup", {"number": "x"}, 422),
        ("reads", {"number": OLD, "from": "9999-12-31"}, 422),
        ("reads", {"number": OLD, "limit": 0}, 422),
    ],
)
def test_what_is_wrong_is_refused_and_not_repeated(
    service: Service, path: str, body: dict[str, object], status: int
) -> None:
    answer = service.call(Role.OFFICER, "POST", f"/v1/owners/{path}", json=body)
    assert answer.status_code == status
    assert OLD not in answer.text


def test_an_owner_is_told_who_read_the_papers(service: Service) -> None:
    paper = keep_paper(service)
    strangers = keep_paper(service, owner_number=STRANGER)
    for one in (paper, strangers):
        service.call(Role.OFFICER, "GET", f"/v1/papers/{one.id}")
    today = times.today().isoformat()
    body = {"number": OWNER_NUMBER, "from": today, "to": today}
    (read,) = service.call(Role.AUDITOR, "POST", "/v1/owners/reads", json=body).json()["reads"]
    assert (read["paper"], read["paper_type"]) == (paper.id.value, "birth-certificate")
    assert (read["consumer"], read["role"], read["action"]) == ("officer", "officer", "paper.read")
    again = service.call(Role.OFFICER, "POST", "/v1/owners/reads", json={"number": OWNER_NUMBER}).json()["reads"]
    assert [(one["action"], one["paper"]) for one in again] == [
        ("owner.reads-shown", None),
        ("paper.read", paper.id.value),
    ]
    past = {**body, "from": "2020-01-01", "to": "2020-12-31"}
    assert service.call(Role.OFFICER, "POST", "/v1/owners/reads", json=past).json() == {"reads": []}


def test_a_number_that_nobody_has_is_empty(service: Service) -> None:
    answer = service.call(Role.OFFICER, "POST", "/v1/owners/lookup", json={"number": OLD}).json()
    assert answer == {"numbers": [], "history": [], "papers": [], "reads": []}


def test_no_number_is_in_the_log(service: Service) -> None:
    keep_paper(service)
    with capture_logs() as logged:
        for path in ("lookup", "reads"):
            service.call(Role.OFFICER, "POST", f"/v1/owners/{path}", json={"number": OWNER_NUMBER})
        order = {**BY, "numbers": [OLD, OWNER_NUMBER]}
        service.call(Role.OFFICER, "POST", "/v1/owners/merges", json=order)
    told = str(logged) + str(audit.entries(service.house.catalogue, limit=1000))
    assert not [secret for secret in (OWNER_NUMBER, OLD, OWNER_NAME, *BY.values()) if secret in told]
