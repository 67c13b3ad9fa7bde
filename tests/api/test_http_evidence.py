"""Papers verified anew, their verdicts listed, and their evidence given to whoever may read them."""

import hashlib
import io
import zipfile
from collections.abc import Iterator

import pytest

from api.keys import Role
from dossier import times
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from storage.audit_log import audit
from tests.api.http_service import Service, keep_paper, running
from tests.ingest.arrivals import OWNER, drawn_pdf, prepared, stored
from tests.signing.others import sign
from tests.signing.pki import Tree


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


@pytest.fixture(scope="module")
def paper(service: Service) -> Paper:
    return stored(service.house, "a.pdf", drawn_pdf("QUYET DINH", "Dieu 1."))


def test_a_paper_is_verified_anew_and_every_verdict_listed(service: Service, paper: Paper) -> None:
    path = f"/v1/papers/{paper.id}/verifications"
    answer = service.call(Role.AUDITOR, "POST", path)
    assert answer.status_code == 201
    (made,) = answer.json()["verifications"]
    assert (made["occasion"], made["verdict"], made["verdict_before"], made["changes"]) == (
        "demand",
        "valid",
        "valid",
        [],
    )
    assert paper.sealed is not None
    assert made["file"] == paper.sealed.sha256
    assert made["report"]["signatures"][0]["field"] == "sohoa-seal"
    listed = service.call(Role.OFFICER, "GET", path).json()["verifications"]
    assert [one["occasion"] for one in listed] == ["seal", "demand"]
    assert listed[-1] == made
    assert {one["verdict_before"] for one in listed} == {None, "valid"}


def test_a_changed_verdict_is_shown_with_what_changed(service: Service) -> None:
    """The file under the paper's name is no signed PDF, so the verdict it was given turns into another."""
    damaged = keep_paper(service)
    path = f"/v1/papers/{damaged.id}/verifications"
    assert service.call(Role.AUDITOR, "GET", path).json() == {"verifications": []}
    (made,) = service.call(Role.AUDITOR, "POST", path).json()["verifications"]
    assert (made["verdict"], made["verdict_before"]) == ("invalid", None)
    (event,) = [
        e for e in service.call(Role.SYSTEM, "GET", "/v1/changes").json()["changes"] if e["paper"] == damaged.id.value
    ]
    assert (event["kind"], event["payload"]) == ("paper.verdict-changed", {"from": "valid", "to": "invalid"})
    shown = service.call(Role.OFFICER, "GET", f"/v1/papers/{damaged.id}").json()["papers"][0]
    assert shown["verdict"] == "invalid"
    given = service.look_up(owner_number=OWNER)
    assert damaged.id.value not in {one["id"] for papers in given.values() for one in papers}


def test_what_has_no_signed_file_is_a_conflict(service: Service) -> None:
    waiting = keep_paper(service, state=PaperState.READY)
    for method, what in (("POST", "verifications"), ("GET", "evidence")):
        answer = service.call(Role.AUDITOR, method, f"/v1/papers/{waiting.id}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (409, "not-sealed")
    for method, what in (("POST", "verifications"), ("GET", "verifications"), ("GET", "evidence")):
        assert service.call(Role.AUDITOR, method, f"/v1/papers/{PaperId.new()}/{what}").status_code == 404


def test_the_evidence_comes_as_one_file_and_is_on_record(service: Service, paper: Paper) -> None:
    answer = service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}/evidence")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{paper.id}-evidence.zip"'
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert paper.sealed is not None
    assert hashlib.sha256(archive.read("paper.pdf")).hexdigest() == paper.sealed.sha256
    assert "original.pdf" not in archive.namelist()
    more = service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}/evidence", params={"with_original": "true"})
    assert "original.pdf" in zipfile.ZipFile(io.BytesIO(more.content)).namelist()
    exports = [e for e in audit.entries(service.house.catalogue, limit=1000) if e.action == "paper.evidence-exported"]
    assert [(e.actor, e.detail["with_original"]) for e in exports] == [("auditor", "no"), ("officer", "yes")]
    assert exports[0].detail["sha256"] == hashlib.sha256(answer.content).hexdigest()


def test_who_confirms_says_what_a_signed_file_is(service: Service, gov: Tree) -> None:
    signed = sign(drawn_pdf("QUYET DINH", "Dieu 1."), gov.key(), at=times.now())
    waiting = prepared(service.house, "b.pdf", signed)
    path = f"/v1/papers/{waiting.id}"
    (shown,) = service.call(Role.OFFICER, "GET", path).json()["papers"]
    assert (shown["verdict"], shown["grade"]) == ("undetermined", "sealed_scan")
    by = {"by": "Trần Văn Bình"}
    assert service.call(Role.OFFICER, "POST", f"{path}/confirmation", json=by | {"grade": "best"}).status_code == 422
    body = by | {"grade": "certified_copy"}
    (confirmed,) = service.call(Role.OFFICER, "POST", f"{path}/confirmation", json=body).json()["papers"]
    assert confirmed["grade"] == "certified_copy"
    scan = keep_paper(service, state=PaperState.READY)
    refused = service.call(Role.OFFICER, "POST", f"/v1/papers/{scan.id}/confirmation", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "value-invalid")
