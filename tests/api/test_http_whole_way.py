"""The whole way over HTTP: announced, uploaded, read, confirmed, sealed, looked up, downloaded and verified."""

import hashlib
import json
import time
from pathlib import Path

from api.http.answers.verifications import Verifications
from api.keys import Role
from tests.api.http_service import DOSSIER, PROCEDURE, Service, running
from tests.generator.batch import sample_batch

FILES = ("giay-khai-sinh.pdf", "can-cuoc.jpg")
DEADLINE_S = 300


def wait_until(service: Service, batch: str, states: set[str]) -> list[dict[str, str]]:
    """Return the batch's files once all of them are in one of ``states``, as a station sees it by asking."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        files: list[dict[str, str]] = service.call(Role.STATION, "GET", f"/v1/batches/{batch}").json()["files"]
        if all(file["state"] in states for file in files):
            return files
        assert time.monotonic() < deadline, files
        time.sleep(0.2)


def test_the_whole_way(tmp_path: Path) -> None:
    sample_batch(tmp_path / "scans")
    owners = {e["file"]: e["owner"] for e in json.loads((tmp_path / "scans" / "batch.json").read_bytes())["files"]}
    with running(tmp_path / "data", working=True) as service:
        papers = [{"name": f, "owner_number": owners[f]["number"], "owner_name": owners[f]["name"]} for f in FILES]
        announced = {"batch": "sang-1", "dossier": DOSSIER, "procedure": PROCEDURE, "papers": papers}
        batch = service.call(Role.STATION, "POST", "/v1/batches", json=announced).json()["id"]
        for name in FILES:
            scan = (tmp_path / "scans" / name).read_bytes()
            sent = service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/{name}", content=scan)
            assert sent.status_code == 201, sent.text

        for file in wait_until(service, batch, {"ready", "needs_review"}):
            path = f"/v1/papers/{file['paper']}"
            read = service.call(Role.OFFICER, "GET", path).json()["papers"][0]
            assert read["fields"], read
            confirmed = service.call(Role.OFFICER, "POST", f"{path}/confirmation", json={"by": "Trần Văn Bình"})
            assert confirmed.status_code == 200, confirmed.text
        stored = {file["name"]: file["paper"] for file in wait_until(service, batch, {"stored"})}

        number = owners["giay-khai-sinh.pdf"]["number"]
        assert service.look_up(owner_number=number)["birth-certificate"] == [], "its dossier has not ended"
        ended = {"outcome": "successful", "ended_at": "2026-10-10T16:30:00+07:00"}
        facts = {"dossier": DOSSIER, "procedure": PROCEDURE, "agency": "H15.50.05.13", **ended}
        assert service.call(Role.SYSTEM, "POST", "/v1/dossiers", json=facts).is_success
        found = service.look_up(owner_number=number)["birth-certificate"]
        assert [paper["id"] for paper in found] == [stored["giay-khai-sinh.pdf"]]
        sealed = service.call(Role.SYSTEM, "GET", found[0]["file"])
        assert hashlib.sha256(sealed.content).hexdigest() == found[0]["sealed"]["sha256"]

        answer = service.call(Role.AUDITOR, "POST", "/v1/verifications", content=sealed.content).json()
        Verifications.model_validate(answer)
        (report,) = answer["files"]
        assert report["verdict"] == "valid", report
        assert "B-LTA" in {signature["profile"] for signature in report["signatures"]}
        forged = sealed.content.replace(b"/MediaBox", b"/MediaBux", 1)
        (report,) = service.call(Role.AUDITOR, "POST", "/v1/verifications", content=forged).json()["files"]
        assert report["verdict"] == "invalid", report

        events = service.call(Role.SYSTEM, "GET", "/v1/changes").json()["changes"]
        assert {event["paper"] for event in events if event["paper"]} == set(stored.values())
        assert {event["kind"] for event in events} >= {"paper.stored", "dossier.told", "paper.reusable"}
        assert not [owner["number"] for owner in owners.values() if owner["number"] in json.dumps(events)]
