"""Using papers again: accepted into dossiers, put into forms, and told before they are scanned again."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.keys import Role, issue_key
from dossier import times
from dossier.identifiers import PaperId, ReuseReference
from dossier.papers import Paper, PaperState
from dossier.verdicts import Verdict
from storage.reuse.disclosures import disclose, disclosures
from tests.api.http_service import (
    DOSSIER,
    OWNER_NAME,
    OWNER_NUMBER,
    PROCEDURE,
    Service,
    announce,
    keep_paper,
    png,
    running,
)
from tests.storage.examples import disclosed

CARD = {
    "citizen_number": OWNER_NUMBER,
    "full_name": "LÊ THỊ SEN",
    "birth_date": "1990-03-05",
    "sex": "female",
    "residence": "Thôn Quýt, xã Tân Lĩnh",
}
HUSBAND = "001088000123"
MARRIAGE = {
    "husband_name": "TRẦN VĂN BÌNH",
    "husband_birth_date": "1988-01-02",
    "husband_citizen_number": HUSBAND,
    "wife_name": "Lê Thị Sen",
    "wife_birth_date": "1990-03-05",
    "wife_citizen_number": OWNER_NUMBER,
    "wife_residence": "Thôn Mơ, xã Tân Lĩnh",
}
FOR = {"dossier": DOSSIER, "procedure": PROCEDURE, "purpose": "đăng ký khai sinh"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path) as service:
        yield service


def accept(service: Service, paper: Paper | PaperId, role: Role = Role.OFFICER, **more: object) -> Any:
    paper_id = paper.id if isinstance(paper, Paper) else paper
    body = {"paper": paper_id.value, **FOR, "by": "Trần Văn Bình", **more}
    return service.call(role, "POST", "/v1/reuse", json=body)


def reuses(service: Service, role: Role = Role.AUDITOR) -> list[dict[str, Any]]:
    answer = service.call(role, "GET", f"/v1/dossiers/{DOSSIER}/reuses")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["reuses"]
    return found


def test_a_paper_is_accepted_listed_and_withdrawn(service: Service) -> None:
    paper = keep_paper(service)
    first = accept(service, paper)
    assert first.status_code == 201, first.text
    told = first.json()
    assert accept(service, paper).json() == told
    assert reuses(service) == [told]
    assert {name: told[name] for name in ("paper", "dossier", "procedure", "how", "by", "actor")} == {
        "paper": paper.id.value,
        "dossier": DOSSIER,
        "procedure": PROCEDURE,
        "how": "file",
        "by": "Trần Văn Bình",
        "actor": "officer",
    }
    assert told["digitized_code"] == f"{OWNER_NUMBER}.birth-certificate.01"
    assert (told["from_national_store"], told["result_code"], told["withdrawn"]) == (False, None, None)
    path = f"/v1/reuse/{told['reference']}"
    gone = service.call(Role.OFFICER, "DELETE", path, json={"by": "Lê Thị Sen", "reason": "nhầm hồ sơ"})
    assert gone.status_code == 200, gone.text
    assert (gone.json()["withdrawn"]["by"], gone.json()["withdrawn"]["reason"]) == ("Lê Thị Sen", "nhầm hồ sơ")
    assert reuses(service) == [gone.json()]
    events = service.call(Role.SYSTEM, "GET", "/v1/changes").json()["changes"]
    assert [event["kind"] for event in events] == ["paper.reused", "paper.reuse-withdrawn"]
    assert "Sen" not in str(events)
    assert "Bình" not in str(events)
    nothing = service.call(
        Role.OFFICER, "DELETE", f"/v1/reuse/{ReuseReference.new()}", json={"by": "A B", "reason": "c"}
    )
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not-found")


def test_the_component_says_as_what_a_paper_stands(service: Service) -> None:
    card = keep_paper(service, paper_type="identity-card")
    marriage = keep_paper(service, paper_type="marriage-certificate")
    assert accept(service, card, component="identity").json()["how"] == "file"
    instead = accept(service, marriage, component="identity").json()
    assert (instead["how"], instead["result_code"]) == ("replacement", "KQ.G15.000032")
    assert accept(service, marriage, component="parents-marriage").json()["how"] == "file"
    assert accept(service, marriage, how="replacement").json()["how"] == "replacement"
    unknown = accept(service, card, component="no-such")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")
    assert accept(service, card, component="no such").json()["code"] == "identifier-invalid"
    elsewhere = accept(service, card, procedure="2.999999", component="000.00.00.G09-KQ002269")
    assert (elsewhere.status_code, elsewhere.json()["how"]) == (201, "file")
    assert len(reuses(service)) == 5


@pytest.mark.parametrize(
    ("made", "hindrance"),
    [
        ({"paper_type": "general-application"}, "not_reusable"),
        ({"state": PaperState.READY}, "in_process"),
        ({"verdict": Verdict.UNDETERMINED}, "signature_not_valid"),
        ({"valid_until": dt.date(2020, 1, 1)}, "expired"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_used_again_is_refused_and_says_why(
    service: Service, made: dict[str, Any], hindrance: str
) -> None:
    answer = accept(service, keep_paper(service, **made))
    assert (answer.status_code, answer.json()["code"]) == (409, "paper-not-reusable")
    assert answer.json()["hindrance"] == hindrance
    assert reuses(service) == []


def test_a_system_accepts_only_what_it_was_given_and_sees_its_own(service: Service) -> None:
    paper = keep_paper(service)
    refused = accept(service, paper, Role.SYSTEM)
    missing = accept(service, PaperId.new(), Role.SYSTEM)
    assert refused.status_code == missing.status_code == 404
    assert refused.json()["code"] == missing.json()["code"]
    disclose(service.house.catalogue, [disclosed(paper.id, "system")])
    told = accept(service, paper, Role.SYSTEM).json()
    assert reuses(service, Role.SYSTEM) == [told]
    key = issue_key(service.house.catalogue, "other-portal", Role.SYSTEM)
    with service.client(None, key) as other:
        assert other.get(f"/v1/dossiers/{DOSSIER}/reuses").json() == {"reuses": []}
        withdrawn = other.request("DELETE", f"/v1/reuse/{told['reference']}", json={"by": "A B", "reason": "c"})
        assert withdrawn.status_code == 404


# --- forms ------------------------------------------------------------------------------------------------------------


def prefill(service: Service, **asked: object) -> Any:
    body = {"owner_number": OWNER_NUMBER, **FOR, **asked}
    return service.call(Role.OFFICER, "POST", "/v1/reuse/prefill", json=body)


def test_a_form_is_filled_from_the_owners_papers(service: Service) -> None:
    card = keep_paper(service, paper_type="identity-card", issued_on=times.today() - dt.timedelta(days=30), fields=CARD)
    keep_paper(service, paper_type="marriage-certificate", fields=MARRIAGE, issued_on=dt.date(2020, 1, 1))
    keep_paper(service, paper_type="general-application", fields={"residence": "Ở đâu đó"})
    answer = prefill(service, form="birth-registration-form", role="mother")
    assert answer.status_code == 200, answer.text
    found = {field["field"]: field for field in answer.json()["fields"]}
    (name,) = found["mother_name"]["values"]
    assert name["value"] == "LÊ THỊ SEN"
    assert [source["value"] for source in name["sources"]] == ["LÊ THỊ SEN", "Lê Thị Sen"]
    assert {key: name["sources"][0][key] for key in ("paper", "paper_type", "field", "age_days")} == {
        "paper": card.id.value,
        "paper_type": "identity-card",
        "field": "full_name",
        "age_days": 30,
    }
    assert [value["value"] for value in found["mother_birth_year"]["values"]] == ["1990"]
    assert [value["value"] for value in found["father_name"]["values"]] == ["TRẦN VĂN BÌNH"]
    assert found["mother_residence"]["conflict"]
    assert len(found["mother_residence"]["values"]) == 2
    assert (found["full_name"]["fact"], found["full_name"]["values"]) == (None, [])
    told = answer.json()
    assert (told["asked"], told["known"], told["conflicts"]) == (len(found), 6, 2)


def test_facts_are_asked_by_themselves_and_of_one_side(service: Service) -> None:
    keep_paper(
        service, paper_type="marriage-certificate", fields=MARRIAGE, owner_number=HUSBAND, co_owner_number=OWNER_NUMBER
    )
    answer = prefill(service, fields=["full_name", "spouse.birth_date", "full_name", "sex"]).json()
    values = {field["field"]: [value["value"] for value in field["values"]] for field in answer["fields"]}
    assert values == {"full_name": ["Lê Thị Sen"], "spouse.birth_date": ["1988-01-02"], "sex": []}
    assert answer["form"] is None


def test_each_paper_that_tells_something_is_recorded(service: Service) -> None:
    card = keep_paper(service, paper_type="identity-card", fields=CARD)
    silent = keep_paper(service, paper_type="business-registration", fields={"company_name": "CÔNG TY HOA GẠO"})
    prefill(service, fields=["sex"])
    (given,) = disclosures(service.house.catalogue, card.id)
    assert (given.consumer, given.kind, given.fields, given.grants) == ("officer", "prefill", ("sex",), ("counter",))
    assert disclosures(service.house.catalogue, silent.id) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "request-invalid"),
        ({"form": "general-application", "fields": ["sex"]}, "request-invalid"),
        ({"form": "tax-return"}, "form-unknown"),
        ({"form": "birth-registration-form", "role": "husband"}, "value-invalid"),
        ({"fields": ["shoe_size"]}, "value-invalid"),
        ({"fields": ["sex"], "owner_number": "123"}, "owner-number-invalid"),
    ],
)
def test_what_nobody_can_answer_is_refused(service: Service, asked: dict[str, Any], code: str) -> None:
    answer = prefill(service, **asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_forms_are_listed(service: Service) -> None:
    forms = {form["code"]: form for form in service.call(Role.STATION, "GET", "/v1/forms").json()["forms"]}
    assert [role["code"] for role in forms["marriage-registration-form"]["roles"]] == ["husband", "wife"]
    assert {"full_name", "birth_date"} <= {field["fact"] for field in forms["general-application"]["fields"]}


# --- reuse first ------------------------------------------------------------------------------------------------------


def twins_of(service: Service, batch: str, **entry: object) -> Any:
    body = {
        "batch": batch,
        "papers": [{"name": "a.png", "owner_number": OWNER_NUMBER, "owner_name": OWNER_NAME, **entry}],
    }
    answer = service.call(Role.STATION, "POST", "/v1/batches", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["files"]


def test_a_station_is_told_what_is_there_and_no_more(service: Service) -> None:
    day = dt.date(2021, 3, 15)
    paper = keep_paper(service, station="other-station", issued_on=day)
    keep_paper(service, station="other-station", state=PaperState.READY)
    twin = {
        "paper": paper.id.value,
        "paper_type": "birth-certificate",
        "issued_on": "2021-03-15",
        "valid_until": None,
        "how": "owner_and_type",
    }
    files = twins_of(service, "t1", paper_type="birth-certificate")
    assert files == [{"name": "a.png", "twins": [twin]}]
    assert twins_of(service, "t1", paper_type="birth-certificate") == files
    sent = service.call(Role.STATION, "PUT", "/v1/batches/station.t1/files/a.png", content=png(3))
    assert (sent.status_code, sent.json()["twins"]) == (201, [twin])
    again = service.call(Role.STATION, "PUT", "/v1/batches/station.t1/files/a.png", content=png(3))
    assert (again.status_code, again.json()["twins"]) == (200, [twin])
    assert service.call(Role.STATION, "GET", f"/v1/papers/{paper.id}").status_code == 404
    assert twins_of(service, "t2") == [{"name": "a.png", "twins": []}]
    duplicate = service.call(Role.STATION, "PUT", "/v1/batches/station.t2/files/a.png", content=png())
    assert [(twin["paper"], twin["how"]) for twin in duplicate.json()["twins"]] == [(paper.id.value, "same_bytes")]


def test_by_policy_a_twin_is_refused_until_there_is_a_reason(tmp_path: Path) -> None:
    with running(tmp_path, intake_twins="refuse") as service:
        paper = keep_paper(service)
        batch = announce(service, Role.STATION, "p1", "a.png", paper_type="birth-certificate")
        path = f"/v1/batches/{batch}/files/a.png"
        refused = service.call(Role.STATION, "PUT", path, content=png(3))
        assert (refused.status_code, refused.json()["code"]) == (409, "paper-known")
        assert (refused.json()["twin"], refused.json()["how"]) == (paper.id.value, "owner_and_type")
        announce(service, Role.STATION, "p1", "a.png", paper_type="birth-certificate", despite_twin="cấp lại")
        assert service.call(Role.STATION, "PUT", path, content=png(3)).status_code == 201
