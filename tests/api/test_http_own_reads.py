"""A portal tells an owner who read the papers: by a grant for that alone, in groups, and with no officer's name."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.accounts import new_account
from api.keys import Role, issue_key
from dossier import times
from storage.audit_log import audit
from storage.audit_log.audit_reads import record_reads
from tests.api.http_service import DOSSIER, OWNER_NUMBER, Service, keep_paper, running

PATH = "/v1/owners/reads/own"
ASKED = {"owner_number": OWNER_NUMBER, "authenticated_by": "vneid-2", "reference": "YC-2026-000123"}
BY_LAW = {"consumer": "citizen-app", "basis": "law", "citation": "Luật 91/2025/QH15", "purposes": ["owner-access"]}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path) as service:
        yield service


@pytest.fixture
def portal(service: Service) -> str:
    """The key of a portal, which has no grant yet."""
    return issue_key(service.house.catalogue, "citizen-app", Role.SYSTEM)


def granted(service: Service, **more: object) -> None:
    role = Role.OFFICER if more.get("basis") == "owner" else Role.ADMIN
    given = service.call(role, "POST", "/v1/grants", json={**BY_LAW, **more})
    assert given.status_code == 201, given.text


def asked(service: Service, key: str, **more: object) -> httpx.Response:
    with service.client(None, key) as client:
        return client.post(PATH, json={**ASKED, **more})


def test_who_read_is_told_in_groups_without_officers_names(service: Service, portal: str) -> None:
    granted(service)
    papers = [keep_paper(service), keep_paper(service, paper_type="identity-card")]
    strangers = keep_paper(service, owner_number="001090054321")
    for paper in (*papers, strangers):
        service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}")
    service.look_up()
    service.look_up()
    new_account(service.house.catalogue, "an.nguyen", "Nguyễn Văn An", Role.OFFICER)
    record_reads(service.house.catalogue, [papers[0].id], actor="an.nguyen")
    record_reads(service.house.catalogue, [papers[0].id], actor="oidc-https-an.nguyen")
    answer = asked(service, portal)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert not told["more"]
    groups = {
        (one["consumer"], one["role"], one["action"], one["purpose"], one["dossier"]): one for one in told["reads"]
    }
    assert set(groups) == {
        (None, None, "papers.listed", None, None),
        (None, "officer", "papers.listed", None, None),
        ("system", "system", "paper.given", "settle-dossier", DOSSIER),
        ("officer", "officer", "paper.read", None, None),
    }
    given = groups["system", "system", "paper.given", "settle-dossier", DOSSIER]
    assert given["times"] == 2
    assert given["first_at"] <= given["last_at"]
    assert {one["paper"] for one in given["papers"]} == {paper.id.value for paper in papers}
    for name in ("an.nguyen", "Nguyễn Văn An", strangers.id.value):
        assert name not in answer.text


def test_the_asking_is_recorded_and_told_the_next_time(service: Service, portal: str) -> None:
    granted(service)
    keep_paper(service)
    before = audit.check(service.house.catalogue).entries
    assert asked(service, portal).json() == {"reads": [], "more": False}
    (entry,) = audit.entries(service.house.catalogue, after=before)
    assert (entry.actor, entry.action) == ("citizen-app", "owner.reads-shown")
    assert entry.detail == {"purpose": "owner-access", "authenticated_by": "vneid-2", "reference": "YC-2026-000123"}
    assert OWNER_NUMBER not in str(entry)
    (again,) = asked(service, portal).json()["reads"]
    assert (again["consumer"], again["purpose"], again["papers"]) == ("citizen-app", "owner-access", [])


def test_without_a_grant_nothing_is_told_and_the_asking_is_recorded(service: Service, portal: str) -> None:
    keep_paper(service)
    granted(service, purposes=["settle-dossier"])
    before = audit.check(service.house.catalogue).entries
    refused = asked(service, portal)
    assert (refused.status_code, refused.json()["code"]) == (403, "no-grant")
    (entry,) = audit.entries(service.house.catalogue, after=before)
    assert (entry.actor, entry.action) == ("citizen-app", "owner.reads-refused")


def test_a_grant_for_this_gives_no_paper(service: Service, portal: str) -> None:
    keep_paper(service)
    granted(service)
    need = {"owner_number": OWNER_NUMBER, "dossier": DOSSIER, "procedure": "1.001193"}
    with service.client(None, portal) as client:
        for purpose, code in (("owner-access", "value-invalid"), ("settle-dossier", "no-grant")):
            refused = client.post("/v1/reuse/lookup", json={**need, "purpose": purpose})
            assert refused.json()["code"] == code


def test_an_owners_own_grant_is_for_that_owner_and_those_types(service: Service, portal: str) -> None:
    papers = [keep_paper(service), keep_paper(service, paper_type="identity-card")]
    granted(
        service,
        basis="owner",
        owner_number=OWNER_NUMBER,
        paper_types=["identity-card"],
        until=times.today().isoformat(),
    )
    for paper in papers:
        service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}")
    (group,) = asked(service, portal).json()["reads"]
    assert group["papers"] == [{"paper": papers[1].id.value, "paper_type": "identity-card"}]
    assert asked(service, portal, owner_number="001090054321").json()["code"] == "no-grant"


def test_more_than_is_gone_through_is_said(service: Service, portal: str) -> None:
    granted(service)
    for paper in (keep_paper(service), keep_paper(service)):
        service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}")
    told = asked(service, portal, limit=1).json()
    assert told["more"]
    assert [one["times"] for one in told["reads"]] == [1]
    past = asked(service, portal, **{"from": "2020-01-01", "to": "2020-12-31"}).json()
    assert past == {"reads": [], "more": False}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reference": ""}, "request-invalid"),
        ({"reference": f"YC-{OWNER_NUMBER}"}, "value-invalid"),
        ({"authenticated_by": "Nguyễn Văn An"}, "request-invalid"),
        ({"owner_number": "12"}, "owner-number-invalid"),
    ],
)
def test_what_is_wrong_is_refused_and_not_repeated(
    service: Service, portal: str, more: dict[str, object], code: str
) -> None:
    granted(service)
    answer = asked(service, portal, **more)
    assert answer.json()["code"] == code
    assert OWNER_NUMBER not in answer.text
