"""The lookup for a dossier of several owners: whose papers serve for which component, by grants of each."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.keys import Role, issue_key
from dossier.lookups import MOST_OWNERS
from storage.audit_log import audit
from storage.reuse.disclosures import disclosures
from tests.api.http_service import DOSSIER, OWNER_NUMBER, Service, keep_paper, running

PATH = "/v1/reuse/lookup/procedure"
MARRIAGE, LAND = "1.000894", "1.012781"
HUSBAND, WIFE = OWNER_NUMBER, "001192012345"
COUPLE = [{"owner_number": HUSBAND, "role": "husband"}, {"owner_number": WIFE, "role": "wife"}]
NEED = {"dossier": DOSSIER, "procedure": MARRIAGE, "purpose": "settle-dossier", "owners": COUPLE}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


def asked(service: Service, key: str | None = None, **more: object) -> httpx.Response:
    with service.client(Role.SYSTEM if key is None else None, key) as client:
        return client.post(PATH, json={**NEED, **more})


def served(answer: Any, component: str) -> list[tuple[int, str | None, str, str | None]]:
    """Return whose papers serve for a component."""
    (one,) = (one for one in answer["components"] if one["code"] == component)
    return [(o["owner"], o["role"], o["status"], o["paper"]) for o in one["owners"]]


def test_each_component_says_whose_paper_serves(service: Service) -> None:
    his = keep_paper(service, paper_type="identity-card", owner_number=HUSBAND)
    hers = keep_paper(service, paper_type="identity-card", owner_number=WIFE)
    before = audit.check(service.house.catalogue).entries
    answer = asked(service).json()
    assert [one["role"] for one in answer["owners"]] == ["husband", "wife"]
    assert served(answer, "identity") == [
        (0, "husband", "usable", his.id.value),
        (1, "wife", "usable", hers.id.value),
    ]
    assert {paper for *_, paper in served(answer, "marital-status")} == {None}
    given = {p["id"] for owner in answer["owners"] for one in owner["paper_types"] for p in one["papers"]}
    assert given == {his.id.value, hers.id.value}
    entries = audit.entries(service.house.catalogue, after=before)
    assert [(e.action, e.detail["shown"]) for e in entries] == [
        ("paper.given", his.id.value),
        ("paper.given", hers.id.value),
    ]
    assert [one.procedure.value for one in disclosures(service.house.catalogue, hers.id)] == [MARRIAGE]


def test_of_an_owner_no_more_is_looked_up_than_serves_in_the_role(service: Service) -> None:
    seller, buyer = "001190000011", "001190000012"
    papers = [keep_paper(service, paper_type="land-use-certificate", owner_number=number) for number in (seller, buyer)]
    owners = [{"owner_number": seller, "role": "transferor"}, {"owner_number": buyer, "role": "transferee"}]
    answer = asked(service, procedure=LAND, owners=owners).json()
    assert served(answer, "certificate") == [(0, "transferor", "usable", papers[0].id.value)]
    assert served(answer, "marriage") == [(1, "transferee", "never_seen", None)]
    assert "land-use-certificate" not in [one["paper_type"] for one in answer["owners"][1]["paper_types"]]
    assert disclosures(service.house.catalogue, papers[1].id) == []
    unsaid = asked(service, procedure=LAND, owners=[{"owner_number": buyer}]).json()
    assert served(unsaid, "certificate") == [(0, None, "usable", papers[1].id.value)]


def test_one_owner_agreed_and_the_other_did_not(service: Service) -> None:
    keep_paper(service, paper_type="identity-card", owner_number="001190000021")
    keep_paper(service, paper_type="identity-card", owner_number="001190000022")
    key = issue_key(service.house.catalogue, "civil-status", Role.SYSTEM)
    owners = [{"owner_number": "001190000021"}, {"owner_number": "001190000022"}]
    assert asked(service, key, owners=owners).json()["code"] == "no-grant"
    grant = {
        "consumer": "civil-status", "basis": "owner", "owner_number": "001190000021",
        "purposes": ["settle-dossier"], "until": "2099-12-31",
    }  # fmt: skip
    assert service.call(Role.OFFICER, "POST", "/v1/grants", json=grant).status_code == 201
    before = audit.check(service.house.catalogue).entries
    answer = asked(service, key, owners=owners).json()
    assert [status for _, _, status, _ in served(answer, "identity")] == ["usable", "not_granted"]
    assert answer["owners"][1] == {"role": None, "paper_types": []}
    actions = [entry.action for entry in audit.entries(service.house.catalogue, after=before)]
    assert actions == ["paper.given", "lookup.refused"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"owners": []}, "request-invalid"),
        ({"owners": [{"owner_number": f"0011900{n:05}"} for n in range(MOST_OWNERS + 1)]}, "request-invalid"),
        ({"owners": [{"owner_number": HUSBAND, "role": "seller"}]}, "value-invalid"),
        ({"owners": [{"owner_number": HUSBAND}, {"owner_number": HUSBAND}]}, "value-invalid"),
        ({"owners": [{"owner_number": "12"}]}, "owner-number-invalid"),
        ({"procedure": "3.999999"}, "procedure-unknown"),
        ({"purpose": "curiosity"}, "value-invalid"),
    ],
)
def test_what_cannot_be_looked_up_is_refused_before_anything_is_given(
    service: Service, more: dict[str, object], code: str
) -> None:
    before = audit.check(service.house.catalogue).entries
    assert asked(service, **more).json()["code"] == code
    assert audit.check(service.house.catalogue).entries == before
