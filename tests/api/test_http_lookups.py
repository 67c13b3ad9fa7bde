"""The one lookup: what is given, what not and why, to whom, and on which ground."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from api.granting import FIRST_GRANT
from api.keys import Role, issue_key
from dossier import times
from dossier.dossiers import Channel, Dossier, Outcome
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode
from dossier.papers import PaperKind, PaperState, SourceGrade
from dossier.verdicts import Verdict
from storage.database import reading
from storage.reports.dossiers import keep_dossier
from storage.reuse import grants
from storage.reuse.disclosures import DisclosureKind, disclosures
from storage.schema import AuditRow
from tests.api.http_service import BIRTH_PLACE, DOSSIER, NEED, OWNER_NAME, OWNER_NUMBER, Service, keep_paper, running

LOOKUP = "/v1/reuse/lookup"
TODAY = times.today()
YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


def audited(service: Service, about: str) -> list[tuple[str, str]]:
    with reading(service.house.catalogue.engine) as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.object == about).order_by(AuditRow.seq))
        return [(row.actor, row.action) for row in rows]


def told(service: Service, owner: str, paper_type: str = "birth-certificate", **more: object) -> dict[str, Any]:
    """Return what a lookup tells of one type."""
    need = {**NEED, "owner_number": owner, "paper_types": [paper_type], **more}
    answer = service.call(Role.SYSTEM, "POST", LOOKUP, json=need)
    assert answer.status_code == 200, answer.text
    (one,) = answer.json()["paper_types"]
    assert one["paper_type"] == paper_type
    return dict(one)


def granted(service: Service, consumer: str, **more: object) -> str:
    """Make a key for ``consumer``, let it look up, and return the key."""
    key = issue_key(service.house.catalogue, consumer, Role.SYSTEM)
    body = {"consumer": consumer, "basis": "law", "citation": "Điều 4", "purposes": ["settle-dossier"], **more}
    given = service.call(Role.ADMIN, "POST", "/v1/grants", json=body)
    assert given.status_code == 201, given.text
    return key


def test_a_lookup_gives_the_paper_and_the_right_to_its_file(service: Service) -> None:
    paper, other = keep_paper(service), keep_paper(service, paper_type="decision", owner_number="0100109106")
    assert service.call(Role.SYSTEM, "GET", f"/v1/papers/{paper.id}/file").status_code == 404

    answer = service.call(Role.SYSTEM, "POST", LOOKUP, json={**NEED, "paper_types": ["birth-certificate"]}).json()
    (found,) = answer["paper_types"]
    assert (answer["valid_on"], found["status"], found["usable"]) == (TODAY.isoformat(), "usable", 1)
    (given,) = found["papers"]
    assert (given["id"], given["verdict"], given["state"]) == (paper.id.value, "valid", "stored")
    assert given["owner"] == {"number": OWNER_NUMBER, "kind": "citizen_number", "name": OWNER_NAME}
    assert [(f["key"], f["value"]) for f in given["fields"]] == [
        ("number", "12/2021"),
        ("full_name", OWNER_NAME),
        ("birth_place", BIRTH_PLACE),
    ]
    number = given["fields"][0]
    provenance = ("page", "box", "source", "confidence")
    assert [number[key] for key in provenance] == [1, [100, 200, 300, 40], "ocr", 0.97]
    assert given["fields"][2]["normalized"]["province_now"] == "Bắc Ninh"
    assert not {"confirmed_by", "batch", "name", "original", "checks"} & set(given)
    assert OWNER_NUMBER not in given["file"]

    assert service.call(Role.SYSTEM, "GET", given["file"]).content == b"%PDF-1.7 sealed"
    assert service.call(Role.SYSTEM, "GET", f"/v1/papers/{other.id}/file").status_code == 404
    with service.client(None, issue_key(service.house.catalogue, "stranger", Role.SYSTEM)) as client:
        assert client.get(given["file"]).status_code == 404

    looked_up, fetched = disclosures(service.house.catalogue, paper.id)
    assert (looked_up.consumer, looked_up.kind, looked_up.dossier) == (
        "system",
        DisclosureKind.LOOKUP,
        DossierNumber(DOSSIER),
    )
    assert (looked_up.purpose, looked_up.fields) == ("settle-dossier", ("number", "full_name", "birth_place"))
    assert (fetched.kind, fetched.grants) == (DisclosureKind.FETCH, (FIRST_GRANT,))
    assert ("system", "paper.given") in audited(service, f"dossier:{DOSSIER}")
    assert ("system", "paper.fetched") in audited(service, f"paper:{paper.id}")


def test_a_paper_of_two_is_looked_up_by_either(service: Service) -> None:
    husband, wife = "001090012345", "001192012345"
    paper = keep_paper(service, paper_type="marriage-certificate", owner_number=husband, co_owner_number=wife)
    for number in (husband, wife):
        (given,) = told(service, number, "marriage-certificate")["papers"]
        owners = (given["owner"]["number"], [o["number"] for o in given["co_owners"]])
        assert (given["id"], owners) == (paper.id.value, (husband, [wife]))
    assert told(service, "001192099999", "marriage-certificate")["status"] == "never_seen"


def test_the_better_source_comes_first_and_every_other_can_be_had(service: Service) -> None:
    owner = "001190000002"
    scans = [
        keep_paper(service, owner_number=owner, issued_on=day, grade=SourceGrade.SEALED_SCAN)
        for day in (YESTERDAY, TODAY)
    ]
    copy = keep_paper(service, owner_number=owner, issued_on=YESTERDAY, grade=SourceGrade.CERTIFIED_COPY)
    original = keep_paper(service, owner_number=owner, issued_on=YESTERDAY, grade=SourceGrade.ELECTRONIC_ORIGINAL)
    found = told(service, owner)
    assert [p["id"] for p in found["papers"]] == [original.id.value]
    others = [copy, scans[1], scans[0]]
    assert [p["id"] for p in found["alternatives"]] == [p.id.value for p in others]
    assert found["alternatives"][1] == {"id": scans[1].id.value, "issued_on": TODAY.isoformat()}
    assert found["usable"] == 4
    assert service.call(Role.SYSTEM, "GET", f"/v1/papers/{copy.id}/file").status_code == 404
    chosen = service.look_up(owner_number=owner, papers=[copy.id.value, scans[0].id.value])
    assert {kind: [p["id"] for p in papers] for kind, papers in chosen.items()} == {
        "birth-certificate": [copy.id.value, scans[0].id.value]
    }
    assert service.call(Role.SYSTEM, "GET", f"/v1/papers/{copy.id}/file").status_code == 200
    assert service.look_up(owner_number="001190000003", papers=[copy.id.value]) == {}


def test_of_land_every_certificate_in_force_is_given(service: Service) -> None:
    owner = "001190000004"
    kept = [
        keep_paper(service, owner_number=owner, paper_type="land-use-certificate", issued_on=d)
        for d in (TODAY, YESTERDAY)
    ]
    found = told(service, owner, "land-use-certificate")
    assert [p["id"] for p in found["papers"]] == [p.id.value for p in kept]
    assert found["alternatives"] == []


def test_an_answer_says_why_nothing_can_be_used(service: Service) -> None:
    def why(owner: str, **paper: Any) -> dict[str, Any]:
        kept = keep_paper(service, owner_number=owner, **paper)
        found = told(service, owner, paper.get("paper_type", "birth-certificate"))
        assert (found["status"], found["papers"]) == ("not_usable", [])
        assert found["why_not"].pop("paper") == kept.id.value
        assert found["why_not"].pop("text") != found["why_not"].pop("text_en")
        return {key: value for key, value in found["why_not"].items() if value is not None}

    assert why("001190000010", valid_until=YESTERDAY) == {"code": "expired", "valid_until": YESTERDAY.isoformat()}
    assert why("001190000011", state=PaperState.NEEDS_REVIEW) == {"code": "in_process", "state": "needs_review"}
    assert why("001190000012", verdict=Verdict.UNDETERMINED) == {
        "code": "signature_not_valid",
        "verdict": "undetermined",
    }
    assert why("001190000013", issued_on=TOMORROW) == {"code": "not_yet_issued", "issued_on": TOMORROW.isoformat()}
    dossier = DossierNumber("H15.50-261008-0001")
    assert why("001190000014", dossier=dossier) == {"code": "not_accepted_yet"}
    assert why("001190000015", dossier=dossier, kind=PaperKind.RESULT) == {"code": "hidden"}
    assert told(service, "001190000016")["why_not"]["code"] == "never_seen"
    form = told(service, "001190000016", "birth-registration-form")
    assert (form["status"], form["why_not"]["code"]) == ("not_usable", "not_reusable")


def test_a_successor_is_named(service: Service) -> None:
    owner, catalogue = "001190000020", service.house.catalogue
    old, new = keep_paper(service, owner_number=owner), keep_paper(service, owner_number="001190000021")
    replaced = replace(catalogue.paper(old.id), state=PaperState.SUPERSEDED, superseded_by=new.id)
    catalogue.save(replaced, actor="test", action="paper.superseded")
    assert told(service, owner)["why_not"]["superseded_by"] == new.id.value


def test_a_paper_waits_for_its_dossier(service: Service) -> None:
    owner, number = "001190000022", DossierNumber("000.00.50.H15-261008-0002")
    paper = keep_paper(service, owner_number=owner, dossier=number)
    assert told(service, owner)["why_not"]["code"] == "not_accepted_yet"
    ended = Dossier(
        DossierNumber("H15.50-261008-0002"),
        ProcedureCode("1.001193"),
        AgencyCode("H15.50"),
        channel=Channel.DIRECT,
        ended_at=times.now(),
        outcome=Outcome.SUCCESSFUL,
    )
    keep_dossier(service.house.catalogue, ended, actor="test")
    assert [p["id"] for p in told(service, owner)["papers"]] == [paper.id.value]


def test_only_papers_that_can_be_used_again_are_given(service: Service) -> None:
    owner = "079085067890"
    keep_paper(service, owner_number=owner, verdict=Verdict.UNDETERMINED)
    keep_paper(service, owner_number=owner, state=PaperState.READY)
    keep_paper(service, owner_number=owner, paper_type="other")
    keep_paper(service, owner_number=owner, paper_type="retired-type")
    expired = keep_paper(service, owner_number=owner, valid_until=YESTERDAY)
    valid = keep_paper(service, owner_number=owner, valid_until=TOMORROW)

    def look_up(**more: object) -> set[str]:
        return {p["id"] for papers in service.look_up(**{"owner_number": owner, **more}).values() for p in papers}

    assert look_up() == {valid.id.value}
    both = told(service, owner, valid_on=YESTERDAY.isoformat())
    assert {p["id"] for p in (*both["papers"], *both["alternatives"])} == {valid.id.value, expired.id.value}
    assert look_up(paper_types=["decision"]) == set()
    assert look_up(owner_number="079 085 067 890") == {valid.id.value}
    assert set(service.look_up(owner_number=owner)) == {c for c, t in service.house.paper_types.items() if t.reusable}
    assert ("system", "lookup.empty") in audited(service, f"dossier:{DOSSIER}")


def test_the_components_of_a_procedure_are_looked_up_at_once(service: Service) -> None:
    owner = "001190000030"
    paper = keep_paper(service, owner_number=owner, paper_type="marriage-certificate")
    need = {**NEED, "owner_number": owner, "procedure": "1.001193.000.00.00.H40", "procedure_components": True}
    answer = service.call(Role.SYSTEM, "POST", LOOKUP, json=need).json()
    assert {one["code"]: (one["status"], one["paper"]) for one in answer["components"]} == {
        "declaration": ("not_usable", None),
        "birth-notice": ("not_kept", None),
        "parents-marriage": ("usable", paper.id.value),
        "identity": ("never_seen", None),
    }
    assert [one["paper_type"] for one in answer["paper_types"]] == [
        "birth-registration-form",
        "marriage-certificate",
        "identity-card",
    ]
    for change, code in (
        ({"procedure": "3.999999"}, "procedure-unknown"),
        ({"papers": [paper.id.value]}, "request-invalid"),
    ):
        refused = service.call(Role.SYSTEM, "POST", LOOKUP, json={**need, **change})
        assert (refused.status_code, refused.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"owner_number": "001190"}, "owner-number-invalid"),
        ({"paper_types": ["no-such"]}, "paper-type-unknown"),
        ({"paper_types": []}, "request-invalid"),
        ({"dossier": "12"}, "identifier-invalid"),
        ({"procedure": "x"}, "identifier-invalid"),
        ({"purpose": "đăng ký thường trú"}, "value-invalid"),
        ({"papers": ["x"]}, "identifier-invalid"),
        ({"valid_on": "22/11/2026"}, "request-invalid"),
        ({"purpose": None}, "request-invalid"),
    ],
)
def test_a_lookup_says_for_whom_and_what_for(service: Service, change: dict[str, object], code: str) -> None:
    answer = service.call(Role.SYSTEM, "POST", LOOKUP, json={**NEED, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert OWNER_NUMBER not in answer.text


def test_as_little_is_given_as_the_grant_says(service: Service) -> None:
    owner = "001190000040"
    paper = keep_paper(service, owner_number=owner, co_owner_number="001190000041")
    key = granted(service, "few-fields", paper_types=["birth-certificate"], personal_fields=["full_name"])
    need = {**NEED, "owner_number": owner}
    with service.client(None, key) as client:
        answer = client.post(LOOKUP, json=need).json()
        (found,) = answer["paper_types"]
        (given,) = found["papers"]
        assert [f["key"] for f in given["fields"]] == ["number", "full_name"]
        assert (given["file"], given["co_owners"]) == (None, [])
        assert given["owner"] == {"number": owner, "kind": "citizen_number", "name": None}
        assert given["code"] == f"{owner}.birth-certificate.01"
        assert client.get(f"/v1/papers/{paper.id}/file").json()["code"] == "no-grant"
        by_other = client.post(LOOKUP, json={**need, "owner_number": "001190000041"}).json()
        (given,) = by_other["paper_types"][0]["papers"]
        assert (given["owner"], given["code"]) == (None, None)
        assert owner not in str(by_other)
        named = client.post(LOOKUP, json={**need, "paper_types": ["decision", "birth-certificate"]}).json()
        assert [(one["paper_type"], one["status"]) for one in named["paper_types"]] == [
            ("decision", "not_granted"),
            ("birth-certificate", "usable"),
        ]
    (first, *_) = disclosures(service.house.catalogue, paper.id)
    assert (first.consumer, first.fields) == ("few-fields", ("number", "full_name"))
    assert ("few-fields", "paper.fetch-refused") in audited(service, f"paper:{paper.id}")


def test_without_a_grant_nothing_is_given_and_that_is_on_record(service: Service) -> None:
    keep_paper(service, owner_number="001190000050")
    need = {**NEED, "owner_number": "001190000050", "dossier": "H15.50-261008-0050"}
    key = granted(service, "other-purpose", purposes=["inspect"])
    with service.client(None, key) as client:
        for more in ({}, {"paper_types": ["birth-certificate"]}):
            refused = client.post(LOOKUP, json={**need, **more})
            assert (refused.status_code, refused.json()["code"]) == (403, "no-grant")
        assert client.post(LOOKUP, json={**need, "purpose": "inspect"}).status_code == 200
    about = audited(service, "dossier:H15.50-261008-0050")
    assert about == [("other-purpose", "lookup.refused")] * 2 + [("other-purpose", "paper.given")]


def test_a_paper_revoked_since_the_lookup_is_not_given_out_any_more(service: Service) -> None:
    paper = keep_paper(service)
    path = f"/v1/papers/{paper.id}/file"
    assert paper.id.value in {one["id"] for given in service.look_up().values() for one in given}
    assert service.call(Role.SYSTEM, "GET", path).status_code == 200
    why = {"reason": "forged", "authority": "Thanh tra tỉnh Mẫu", "by": "Trần Văn Bình"}
    assert service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/revocation", json=why).is_success
    refused = service.call(Role.SYSTEM, "GET", path)
    assert (refused.status_code, refused.json()["hindrance"]) == (409, "revoked")
    assert service.call(Role.AUDITOR, "GET", path).status_code == 200


def test_a_revoked_grant_ends_the_lookup_and_the_fetch(service: Service) -> None:
    owner = "001190000060"
    paper = keep_paper(service, owner_number=owner)
    key = granted(service, "soon-over", file=True)
    (grant,) = (one for one in grants.grants(service.house.catalogue) if one.consumer == "soon-over")
    need = {**NEED, "owner_number": owner}
    with service.client(None, key) as client:
        assert client.post(LOOKUP, json=need).status_code == 200
        assert client.get(f"/v1/papers/{paper.id}/file").status_code == 200
        assert service.call(Role.ADMIN, "DELETE", f"/v1/grants/{grant.id}").status_code == 204
        assert client.get(f"/v1/papers/{paper.id}/file").json()["code"] == "no-grant"
        assert client.post(LOOKUP, json=need).json()["code"] == "no-grant"


def test_an_officer_acts_by_law(service: Service) -> None:
    paper = keep_paper(service, owner_number="001190000070")
    need = {**NEED, "owner_number": "001190000070"}
    answer = service.call(Role.OFFICER, "POST", LOOKUP, json=need)
    assert answer.status_code == 200
    assert (
        service.call(Role.OFFICER, "POST", LOOKUP, json={k: v for k, v in need.items() if k != "dossier"}).status_code
        == 422
    )
    (given,) = disclosures(service.house.catalogue, paper.id)
    assert (given.consumer, given.grants, len(given.fields)) == ("officer", ("counter",), 3)


def test_looking_up_twice_is_harmless(service: Service) -> None:
    owner = "001190000080"
    paper = keep_paper(service, owner_number=owner)
    assert told(service, owner) == told(service, owner)
    first, second = disclosures(service.house.catalogue, paper.id)
    assert (first.fields, first.grants) == (second.fields, second.grants)
