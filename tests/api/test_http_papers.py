"""Papers are confirmed, given out and verified; and what was given is on record."""

import base64
import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from api.keys import Role
from dossier import times
from dossier.errors import TimestampUnavailable, WorkerLost
from dossier.identifiers import PaperId
from dossier.papers import PaperState, Setback
from ingest.problems import set_aside, wait_for
from storage.database import reading
from storage.schema import AuditRow
from tests.api.http_service import (
    OWNER_NAME,
    OWNER_NUMBER,
    Service,
    keep_paper,
    png,
    running,
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


def audited(service: Service, about: str) -> list[tuple[str, str]]:
    with reading(service.house.catalogue.engine) as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.object == about).order_by(AuditRow.seq))
        return [(row.actor, row.action) for row in rows]


def test_an_officer_confirms_once(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    path = f"/v1/papers/{paper.id}/confirmation"
    assert service.call(Role.OFFICER, "POST", path, json={"by": "  "}).status_code == 422
    confirmed = service.call(Role.OFFICER, "POST", path, json={"by": "Trần Văn Bình"}).json()["papers"][0]
    assert (confirmed["state"], confirmed["confirmed_by"]) == ("confirmed", "Trần Văn Bình")
    again = service.call(Role.OFFICER, "POST", path, json={"by": "Somebody Else"}).json()["papers"][0]
    assert again == confirmed


def test_a_paper_that_waits_says_for_what_and_until_when(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    path = f"/v1/papers/{paper.id}"
    service.call(Role.OFFICER, "POST", f"{path}/confirmation", json={"by": "Trần Văn Bình"})
    assert service.call(Role.OFFICER, "GET", path).json()["papers"][0]["waiting"] is None
    wait_for(service.house, paper.id, TimestampUnavailable(reason="tsa: no answer", reason_vi="tsa: không trả lời"))
    answer = service.call(Role.OFFICER, "GET", path).json()["papers"][0]
    assert (answer["state"], answer["problem"]) == ("confirmed", None)
    waiting = answer["waiting"]
    assert (waiting["code"], waiting["tries"]) == ("timestamp-unavailable", 1)
    assert "không trả lời" in waiting["text"]
    assert "no answer" in waiting["text_en"]
    wait = dt.datetime.fromisoformat(waiting["retry_at"]) - dt.datetime.fromisoformat(waiting["since"])
    assert dt.timedelta(seconds=4) <= wait <= dt.timedelta(seconds=6)
    metrics = service.call(Role.ADMIN, "GET", "/v1/metrics").text.splitlines()
    assert 'sohoa_papers_waiting{code="timestamp-unavailable"} 1.0' in metrics


def test_a_paper_that_failed_says_where_and_is_tried_again(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.RECEIVED)
    lost = Setback("clean", "0123456789abcdef", 3, times.now())
    set_aside(service.house, paper.id, WorkerLost(losses=3, step="clean"), lost)
    path = f"/v1/papers/{paper.id}"
    (failed,) = service.call(Role.OFFICER, "GET", "/v1/papers", params={"state": "failed"}).json()["papers"]
    assert (failed["id"], failed["problem"]) == (paper.id.value, "worker-lost")
    told = {"step": "clean", "trace": "0123456789abcdef", "losses": 3, "at": times.iso_local(lost.at)}
    assert failed["setback"] == told
    metrics = service.call(Role.ADMIN, "GET", "/v1/metrics").text.splitlines()
    assert 'sohoa_papers_failed{code="worker-lost"} 1.0' in metrics
    (tried,) = service.call(Role.OFFICER, "POST", f"{path}/retry").json()["papers"]
    assert (tried["state"], tried["problem"], tried["setback"]) == ("received", None, None)
    assert audited(service, f"paper:{paper.id}")[-2:] == [("officer", "paper.retried"), ("officer", "paper.read")]
    assert service.call(Role.OFFICER, "POST", f"{path}/retry").status_code == 409


def test_an_agency_is_named_with_the_batch(service: Service) -> None:
    body = {"batch": "of-another", "papers": [{"name": "1.png", "copy_form": "extract"}]}
    assert service.call(Role.STATION, "POST", "/v1/batches", json=body | {"agency": "hội"}).status_code == 422
    answer = service.call(Role.STATION, "POST", "/v1/batches", json=body | {"agency": "H41.12.5"})
    batch = answer.json()["id"]
    service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/1.png", content=png(7))
    (paper,) = service.call(Role.STATION, "GET", f"/v1/papers?batch={batch}").json()["papers"]
    assert paper["agency"] == "H41.12.5"


def test_who_confirms_names_the_owner_of_a_paper_without_one(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.NEEDS_REVIEW, owner_number=None)
    path = f"/v1/papers/{paper.id}/confirmation"
    by = {"by": "Trần Văn Bình"}
    for owner in ({}, {"owner_number": "123"}, {"owner_number": ""}, {"owner_name": OWNER_NAME}):
        answer = service.call(Role.OFFICER, "POST", path, json=by | owner)
        assert (answer.status_code, answer.json()["code"]) == (422, "owner-number-invalid"), owner
    owner = {"owner_number": OWNER_NUMBER, "owner_name": OWNER_NAME}
    (confirmed,) = service.call(Role.OFFICER, "POST", path, json=by | owner).json()["papers"]
    assert confirmed["state"] == "confirmed"
    assert confirmed["owner"] == {"number": OWNER_NUMBER, "kind": "citizen_number", "name": OWNER_NAME}


def test_an_owner_already_known_stays(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    body = {"by": "Trần Văn Bình", "owner_number": "079085067890"}
    (confirmed,) = service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/confirmation", json=body).json()["papers"]
    assert confirmed["owner"]["number"] == OWNER_NUMBER


def test_what_cannot_be_confirmed_now_is_a_conflict(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.RECEIVED)
    answer = service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/confirmation", json={"by": "Trần Văn Bình"})
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")


def test_the_sealed_file_comes_with_its_hash_and_without_personal_data_in_headers(service: Service) -> None:
    paper = keep_paper(service)
    answer = service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}/file")
    digest = hashlib.sha256(answer.content)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["ETag"] == f'"{digest.hexdigest()}"'
    assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{paper.id}.pdf"'
    assert OWNER_NUMBER not in str(answer.headers)
    assert ("officer", "paper.fetched") in audited(service, f"paper:{paper.id}")


def test_before_it_is_sealed_there_is_no_file(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    answer = service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}/file")
    assert (answer.status_code, answer.json()["code"]) == (409, "not-sealed")


def test_the_original_is_given_as_received(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    answer = service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}/original")
    assert answer.content == png()
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{paper.id}-original.png"'


def test_quarantined_papers_are_never_served(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.QUARANTINED)
    for role in (Role.OFFICER, Role.AUDITOR):
        answer = service.call(role, "GET", f"/v1/papers/{paper.id}/original")
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")


def test_a_damaged_object_is_an_error_and_not_a_file(service: Service) -> None:
    paper = keep_paper(service)
    (data,) = service.house.settings.root.glob(f"objects/**/{paper.id}/paper.pdf~/*/data.enc")
    data.chmod(0o600)
    data.write_bytes(b"%PDF-1.7 forged")
    answer = service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}/file")
    assert (answer.status_code, answer.json()["code"]) == (500, "object-damaged")
    assert "papers/" not in answer.json()["detail"] + answer.json()["detail_en"]


def test_reading_is_on_record(service: Service) -> None:
    paper = keep_paper(service)
    service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}")
    service.call(Role.AUDITOR, "GET", "/v1/papers")
    assert ("auditor", "paper.read") in audited(service, f"paper:{paper.id}")
    assert ("auditor", "papers.listed") in audited(service, "papers")


def test_a_file_that_is_no_signed_pdf_is_not_valid(service: Service) -> None:
    for data in (b"hello", b"", png()):
        answer = service.call(Role.AUDITOR, "POST", "/v1/verifications", content=data)
        assert answer.status_code in {200, 422}
        if answer.status_code == 200:
            (report,) = answer.json()["files"]
            assert report["file"] == hashlib.sha256(data).hexdigest()
            assert report["verdict"] != "valid"


def test_a_report_comes_in_the_form_asked_for(service: Service) -> None:
    def asked(accept: str) -> httpx.Response:
        headers = {"Accept": accept, "Content-Type": "application/octet-stream"}
        return service.call(Role.AUDITOR, "POST", "/v1/verifications", content=b"hello", headers=headers)

    for accept in ("*/*", "application/json", "text/html, application/xml;q=0, application/json;q=0.5", "x;q=y"):
        answer = asked(accept)
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["files"][0]["sub_indication"] == "FORMAT_FAILURE"
    for accept in ("application/xml", "application/json;q=0.5, application/xml", "APPLICATION/XML; q=0.9"):
        answer = asked(accept)
        assert answer.headers["content-type"].startswith("application/xml")
        assert b"subindication:FORMAT_FAILURE" in answer.content
    page = asked("application/pdf")
    assert page.headers["content-type"] == "application/pdf"
    assert page.content.startswith(b"%PDF-")


def test_a_scan_is_judged_and_not_kept(service: Service, small_scan: Path) -> None:
    before = list(service.house.objects.keys(""))
    scan = small_scan.read_bytes()
    answer = service.call(Role.STATION, "POST", "/v1/quality-checks", content=scan).json()
    assert (answer["file"], answer["advice"]) == (hashlib.sha256(scan).hexdigest(), "accept")
    assert [(page["page"], page["advice"]) for page in answer["pages"]] == [(1, "accept")]
    tiny = service.call(Role.STATION, "POST", "/v1/quality-checks", content=png()).json()
    (page,) = tiny["pages"]
    assert (tiny["advice"], page["measures"]["dpi"]) == ("rescan", 5)
    assert "scan-resolution-low" in {reason["code"] for reason in page["reasons"]}
    refused = service.call(Role.STATION, "POST", "/v1/quality-checks", content=b"no scan")
    assert (refused.status_code, refused.json()["code"]) == (422, "file-type-unsupported")
    assert list(service.house.objects.keys("")) == before


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_unknown_papers_are_not_found(service: Service, role: Role) -> None:
    for path in ("", "/file", "/original"):
        assert service.call(role, "GET", f"/v1/papers/{PaperId.new()}{path}").status_code == 404
