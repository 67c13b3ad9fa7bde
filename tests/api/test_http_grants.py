"""Grants over HTTP: who may give which, who sees whose, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.granting import FIRST_GRANT, LISTED
from api.keys import Role, ensure_first_keys, issue_key
from ingest.house import House
from ingest.settings import Environment, Settings
from storage.audit_log import audit
from storage.reuse import grants
from tests.api.http_service import OWNER_NUMBER, Service, running

BY_LAW = {"consumer": "registry", "basis": "law", "citation": "Điều 4", "purposes": ["settle-dossier"]}
BY_OWNER = {
    "consumer": "registry",
    "basis": "owner",
    "purposes": ["check-paper"],
    "owner_number": OWNER_NUMBER,
    "until": "2099-12-31",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        issue_key(service.house.catalogue, "registry", Role.SYSTEM)
        issue_key(service.house.catalogue, "station-9", Role.STATION)
        yield service


def test_by_law_the_administrator_gives_and_for_an_owner_the_counter(service: Service) -> None:
    made = service.call(
        Role.ADMIN, "POST", "/v1/grants", json={**BY_LAW, "personal_fields": ["full_name"], "file": True}
    )
    assert made.status_code == 201, made.text
    assert (made.json()["given_by"], made.json()["until"], made.json()["paper_types"]) == ("admin", None, [])
    consent = service.call(Role.OFFICER, "POST", "/v1/grants", json=BY_OWNER)
    assert consent.status_code == 201, consent.text
    for role, body in ((Role.OFFICER, BY_LAW), (Role.ADMIN, BY_OWNER)):
        refused = service.call(role, "POST", "/v1/grants", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")

    shown = {role: service.call(role, "GET", "/v1/grants").json()["grants"] for role in (Role.ADMIN, Role.AUDITOR)}
    saw_owners = [e.actor for e in audit.entries(service.house.catalogue, limit=1000) if e.action == LISTED]
    assert saw_owners == ["auditor"]
    assert [g["id"] for g in shown[Role.ADMIN]] == [FIRST_GRANT, made.json()["id"], consent.json()["id"]]
    assert [g["owner_number"] for g in shown[Role.AUDITOR]] == [None, None, OWNER_NUMBER]
    assert OWNER_NUMBER not in str(shown[Role.ADMIN])

    assert service.call(Role.OFFICER, "DELETE", f"/v1/grants/{made.json()['id']}").status_code == 403
    assert service.call(Role.OFFICER, "DELETE", f"/v1/grants/{consent.json()['id']}").status_code == 204
    assert service.call(Role.ADMIN, "DELETE", f"/v1/grants/{made.json()['id']}").status_code == 204
    assert service.call(Role.ADMIN, "DELETE", "/v1/grants/none").status_code == 404
    listed = service.call(Role.ADMIN, "GET", "/v1/grants").json()["grants"]
    assert [g["revoked_by"] for g in listed] == [None, "admin", "officer"]
    assert OWNER_NUMBER not in str(audit.entries(service.house.catalogue, limit=1000))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"consumer": "nobody"}, "value-invalid"),
        ({"consumer": "station-9"}, "value-invalid"),
        ({"citation": ""}, "value-invalid"),
        ({"purposes": []}, "request-invalid"),
        ({"purposes": ["curiosity"]}, "value-invalid"),
        ({"paper_types": ["no-such"]}, "paper-type-unknown"),
        ({"personal_fields": ["no-such"]}, "value-invalid"),
        ({"owner_number": OWNER_NUMBER}, "value-invalid"),
        ({"owner_number": "12"}, "owner-number-invalid"),
        ({"until": "2020-01-01"}, "value-invalid"),
        ({"until": "soon"}, "request-invalid"),
        ({"basis": "habit"}, "request-invalid"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(service: Service, change: dict[str, object], code: str) -> None:
    answer = service.call(Role.ADMIN, "POST", "/v1/grants", json={**BY_LAW, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert OWNER_NUMBER not in answer.text


def test_grants_come_in_pages_in_the_order_in_which_they_were_given(service: Service) -> None:
    for _ in range(3):
        service.call(Role.ADMIN, "POST", "/v1/grants", json=BY_LAW)
    whole = service.call(Role.ADMIN, "GET", "/v1/grants").json()
    assert whole["next"] is None
    seen, path = [], "/v1/grants?limit=2"
    while path:
        page = service.call(Role.ADMIN, "GET", path).json()
        assert len(page["grants"]) <= 2
        seen += page["grants"]
        path = f"/v1/grants?limit=2&after={page['next']}" if page["next"] else ""
    assert seen == whole["grants"]
    assert service.call(Role.ADMIN, "GET", "/v1/grants?after=none").status_code == 404


def test_the_first_system_may_look_up_in_development_until_that_is_revoked(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path))
    ensure_first_keys(house)
    ensure_first_keys(house)
    (first,) = grants.grants(house.catalogue)
    assert (first.id, first.consumer, first.file) == (FIRST_GRANT, "system", True)
    grants.revoke(house.catalogue, FIRST_GRANT, actor="admin")
    ensure_first_keys(house)
    (kept,) = grants.grants(house.catalogue)
    house.close()
    assert kept.revoked_at is not None


def test_in_production_nobody_may_until_it_is_granted(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path, environment=Environment.PRODUCTION))
    ensure_first_keys(house)
    listed = grants.grants(house.catalogue)
    house.close()
    assert listed == []
