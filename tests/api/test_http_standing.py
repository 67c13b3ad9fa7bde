"""Dossiers told, results handed over, papers superseded and revoked; and the list that tells everybody."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from api.keys import Role
from dossier import times
from dossier.papers import Paper, PaperKind, PaperState
from signing.status_check import check_status_list
from storage.lifecycle.standing import expire
from tests.api.http_service import DOSSIER, PROCEDURE, Service, keep_paper, running

FACTS = {
    "dossier": DOSSIER,
    "procedure": PROCEDURE,
    "agency": "H15.50.05.13",
    "received_at": "2026-10-08T08:00:00+07:00",
}
ENDED = {**FACTS, "ended_at": "2026-10-10T16:30:00+07:00", "outcome": "successful"}
REVOCATION = {"reason": "forged", "authority": "Kết luận 03/KL-TTr, Thanh tra tỉnh Mẫu", "by": "Trần Văn Bình"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


def post(service: Service, path: str, body: dict[str, Any] | None = None, role: Role = Role.OFFICER) -> dict[str, Any]:
    answer = service.call(role, "POST", path, json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refused(service: Service, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
    answer = service.call(Role.OFFICER, "POST", path, json=body)
    return answer.status_code, answer.json()["code"]


def events(service: Service, paper: Paper) -> list[str]:
    return [e.kind for e in service.house.catalogue.events(limit=1000) if e.paper == paper.id]


def test_a_dossier_is_told_and_told_again(service: Service) -> None:
    told = post(service, "/v1/dossiers", FACTS, Role.SYSTEM)
    assert told == {
        **FACTS,
        "decided_by": None,
        "channel": "direct",
        "processing_started_at": None,
        "ended_at": None,
        "outcome": None,
        "returned_at": None,
    }
    ended = {**ENDED, "channel": "online", "decided_by": "H15.50"}
    assert post(service, "/v1/dossiers", ended) == post(service, "/v1/dossiers", ended) == {**told, **ended}
    older = {**ended, "dossier": "000.00.53.H48-261108-0001"}
    assert post(service, "/v1/dossiers", older)["dossier"] == "H48.53-261108-0001"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dossier": "12"}, "identifier-invalid"),
        ({"agency": "x"}, "identifier-invalid"),
        ({"outcome": "successful"}, "value-invalid"),
        ({"returned_at": "2026-10-01T00:00:00+07:00"}, "value-invalid"),
        ({"received_at": "2026-10-08T08:00:00"}, "request-invalid"),
        ({"received_at": "0001-01-01T00:00:00+07:00"}, "value-invalid"),
        ({"returned_at": "9999-12-31T20:00:00Z"}, "value-invalid"),
        ({"outcome": "perhaps"}, "request-invalid"),
        ({"owner_number": "001190012345"}, "request-invalid"),
    ],
)
def test_facts_that_do_not_fit_are_refused(service: Service, change: dict[str, str], code: str) -> None:
    assert refused(service, "/v1/dossiers", {**FACTS, **change}) == (422, code)


def test_a_result_is_handed_over(service: Service) -> None:
    component = keep_paper(service)
    assert refused(service, f"/v1/papers/{component.id}/hand-over") == (422, "value-invalid")
    result = keep_paper(service, kind=PaperKind.RESULT)
    (given,) = post(service, f"/v1/papers/{result.id}/hand-over")["papers"]
    assert given["handed_over_at"] is not None
    assert post(service, f"/v1/papers/{result.id}/hand-over")["papers"] == [given]
    assert events(service, result).count("paper.handed-over") == 1


def test_a_revoked_paper_says_so_everywhere(service: Service) -> None:
    paper = keep_paper(service, content=b"%PDF-1.7 to be revoked")
    path, body = f"/v1/papers/{paper.id}/revocation", {**REVOCATION, "on": "2026-11-02"}
    (revoked,) = post(service, path, body)["papers"]
    assert revoked["state"] == "revoked"
    assert revoked["standing"] == {
        "state": "revoked",
        "since": "2026-11-02T00:00:00+07:00",
        "reason": "forged",
        "authority": REVOCATION["authority"],
        "superseded_by": None,
    }
    assert post(service, path, body)["papers"] == [revoked]
    assert refused(service, path, REVOCATION) == (409, "wrong-state")
    assert service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}").json()["papers"] == [revoked]
    listed = service.call(Role.OFFICER, "GET", "/v1/papers", params={"state": "revoked"}).json()["papers"]
    assert revoked in listed
    data = service.house.objects.get(paper.sealed.key) if paper.sealed else b""
    verified = service.call(Role.STATION, "POST", "/v1/verifications", content=data).json()["files"][0]
    assert (verified["status"]["state"], verified["status"]["reason"]) == ("revoked", "forged")
    assert "paper-revoked" in {finding["code"] for finding in verified["findings"]}
    unknown = service.call(Role.STATION, "POST", "/v1/verifications", content=b"hello").json()["files"][0]
    assert unknown["status"] is None


def test_a_revocation_needs_a_reason_of_its_own(service: Service) -> None:
    path = f"/v1/papers/{keep_paper(service).id}/revocation"
    tomorrow = (times.today() + dt.timedelta(days=1)).isoformat()
    for change, code in (
        ({"reason": "reissued"}, "request-invalid"),
        ({"on": tomorrow}, "value-invalid"),
        ({"on": "0001-01-01"}, "request-invalid"),
        ({"reason": "because"}, "request-invalid"),
        ({"authority": " "}, "request-invalid"),
        ({"by": None}, "request-invalid"),
    ):
        assert refused(service, path, {**REVOCATION, **change}) == (422, code)


def test_another_paper_takes_the_place(service: Service) -> None:
    old, new, strangers = keep_paper(service), keep_paper(service), keep_paper(service, owner_number="079085067890")
    body = {"successor": new.id.value, "reason": "corrected", "by": "Trần Văn Bình"}
    path = f"/v1/papers/{old.id}/supersession"
    assert refused(service, path, {**body, "successor": strangers.id.value}) == (422, "value-invalid")
    (done,) = post(service, path, body)["papers"]
    assert (done["state"], done["standing"]["superseded_by"]) == ("superseded", new.id.value)
    assert post(service, path, body)["papers"] == [done]
    assert refused(service, f"/v1/papers/{new.id}/supersession", {**body, "successor": old.id.value}) == (
        409,
        "wrong-state",
    )
    assert refused(service, path, {**body, "reason": "forged"}) == (422, "request-invalid")


def test_the_status_list_is_for_everybody(service: Service) -> None:
    yesterday = times.today() - dt.timedelta(days=1)
    expired = keep_paper(service, owner_number="001090054321", valid_until=yesterday, content=b"%PDF-1.7 expired")
    expire(service.house.catalogue, times.today(), actor="expiry")
    assert service.house.catalogue.paper(expired.id).state is PaperState.EXPIRED
    answer = service.call(None, "GET", "/v1/status-list")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pkcs7-mime")
    checked = check_status_list(answer.content, service.house.trust, at=times.now())
    assert checked.content is not None
    assert expired.sealed
    assert expired.sealed.sha256 in checked.content.by_hash
    assert service.call(None, "GET", "/v1/status-list").content == answer.content
    have = {"If-None-Match": answer.headers["etag"]}
    assert service.call(None, "GET", "/v1/status-list", headers=have).status_code == 304
    everything = answer.content.decode("latin-1")
    assert "001090054321" not in everything
    assert expired.id.value not in everything
    assert not any(paper.id.value in everything for paper in service.house.catalogue.papers(limit=1000))
