"""A station announces a batch, uploads its files, and sees where they stand; and sees nothing of others."""

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from api.http.reading import MAX_JSON_BYTES
from api.keys import Role, issue_key
from dossier import times
from dossier.errors import StoreUnavailable
from dossier.identifiers import PaperId
from dossier.papers import PaperState
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

LIMIT = 50_000


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house"), max_upload_bytes=LIMIT) as service:
        yield service


def upload(service: Service, batch: str, name: str, data: bytes, role: Role = Role.STATION) -> httpx.Response:
    return service.call(role, "PUT", f"/v1/batches/{batch}/files/{name}", content=data)


def test_a_batch_from_announcement_to_its_papers(service: Service) -> None:
    batch = announce(service, Role.STATION, "lo-1", "001.png", "002.png")
    assert batch == "station.lo-1"

    data = png(1)
    kept = upload(service, batch, "001.png", data)
    assert kept.status_code == 201
    receipt = kept.json()
    assert receipt["duplicate"] is False
    assert receipt["state"] == "received"
    assert receipt["sha256"] == hashlib.sha256(data).hexdigest()

    shown = service.call(Role.STATION, "GET", f"/v1/batches/{batch}").json()
    assert [(f["name"], f["state"]) for f in shown["files"]] == [("001.png", "received"), ("002.png", None)]
    assert (shown["dossier"], shown["procedure"], shown["station"]) == (DOSSIER, PROCEDURE, "station")

    papers = service.call(Role.STATION, "GET", "/v1/papers", params={"batch": batch}).json()
    assert [p["id"] for p in papers["papers"]] == [receipt["paper"]]
    assert papers["papers"][0]["owner"] == {"number": OWNER_NUMBER, "kind": "citizen_number", "name": OWNER_NAME}


def test_sending_everything_again_is_harmless(service: Service) -> None:
    batch = announce(service, Role.STATION, "lo-2", "001.png")
    first = upload(service, batch, "001.png", png(2)).json()
    assert announce(service, Role.STATION, "lo-2", "001.png") == batch
    again = upload(service, batch, "001.png", png(2))
    assert again.status_code == 200
    assert again.json() == {**first, "duplicate": True}
    assert len(service.call(Role.STATION, "GET", "/v1/papers", params={"batch": batch}).json()["papers"]) == 1


def test_a_batch_is_the_same_whichever_form_its_dossiers_agency_code_has(service: Service) -> None:
    body = {"batch": "lo-hai-ma", "papers": [{"name": "001.png"}]}
    old, new = (
        service.call(Role.STATION, "POST", "/v1/batches", json=body | {"dossier": dossier})
        for dossier in ("000.00.53.H48-220921-0099", "H48.53-220921-0099")
    )
    assert (old.status_code, new.status_code) == (201, 201)
    assert old.json()["dossier"] == new.json()["dossier"] == "H48.53-220921-0099"
    other = service.call(Role.STATION, "POST", "/v1/batches", json=body | {"dossier": "H48.53-220921-0100"})
    assert other.json()["code"] == "batch-mismatch"


def test_the_same_batch_with_other_content_is_refused(service: Service) -> None:
    announce(service, Role.STATION, "lo-3", "001.png")
    body = {"batch": "lo-3", "papers": [{"name": "other.png"}]}
    answer = service.call(Role.STATION, "POST", "/v1/batches", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "batch-mismatch")


def test_stations_may_use_the_same_identifiers_and_do_not_see_each_other(service: Service) -> None:
    other_key = issue_key(service.house.catalogue, "station-2", Role.STATION)
    batch = announce(service, Role.STATION, "lo-4", "001.png")
    paper = upload(service, batch, "001.png", png(4)).json()["paper"]
    with service.client(None, other_key) as other:
        own = other.post("/v1/batches", json={"batch": "lo-4", "papers": [{"name": "x.png"}]})
        assert own.json()["id"] == "station-2.lo-4"
        for hidden in (
            other.get(f"/v1/batches/{batch}"),
            other.get("/v1/papers", params={"batch": batch}),
            other.get(f"/v1/papers/{paper}"),
            other.put(f"/v1/batches/{batch}/files/001.png", content=png(5)),
        ):
            assert (hidden.status_code, hidden.json()["code"]) == (404, "not-found")
        assert other.get("/v1/papers").status_code == 422
        assert other.get("/v1/papers", params={"batch": "station-2.lo-4"}).json()["papers"] == []
    assert service.call(Role.STATION, "GET", f"/v1/papers/{paper}").status_code == 200
    assert service.call(Role.OFFICER, "GET", f"/v1/papers/{paper}").status_code == 200


def test_a_duplicate_of_another_stations_paper_tells_no_more_than_that(service: Service) -> None:
    other_key = issue_key(service.house.catalogue, "station-3", Role.STATION)
    batch = announce(service, Role.STATION, "lo-5", "001.png")
    first = upload(service, batch, "001.png", png(6)).json()
    with service.client(None, other_key) as other:
        entry = {"name": "scan.png", "owner_number": OWNER_NUMBER}
        own = other.post("/v1/batches", json={"batch": "b", "papers": [entry]}).json()["id"]
        receipt = other.put(f"/v1/batches/{own}/files/scan.png", content=png(6))
        (file,) = other.get(f"/v1/batches/{own}").json()["files"]
        assert other.get(f"/v1/papers/{first['paper']}").status_code == 404
    assert receipt.status_code == 200
    assert set(receipt.json()) == {"name", "paper", "state", "duplicate", "sha256", "size", "twins"}
    assert receipt.json()["paper"] == first["paper"]
    assert file == {
        "name": "scan.png",
        "paper": first["paper"],
        "state": "received",
        "problem": None,
        "duplicate": True,
        "parts": [],
    }


def test_a_station_follows_what_its_batch_duplicates(service: Service) -> None:
    earlier = announce(service, Role.STATION, "lo-10", "001.png")
    first = upload(service, earlier, "001.png", png(10)).json()["paper"]
    batch = announce(service, Role.STATION, "lo-11", "again.png", "new.png", "new-again.png", "not-sent.png")
    assert upload(service, batch, "again.png", png(10)).json()["duplicate"] is True
    new = upload(service, batch, "new.png", png(11)).json()["paper"]
    assert upload(service, batch, "new-again.png", png(11)).json()["duplicate"] is True

    files = service.call(Role.STATION, "GET", f"/v1/batches/{batch}").json()["files"]
    assert [(f["name"], f["paper"], f["state"], f["duplicate"]) for f in files] == [
        ("again.png", first, "received", True),
        ("new.png", new, "received", False),
        ("new-again.png", new, "received", True),
        ("not-sent.png", None, None, False),
    ]
    assert service.call(Role.STATION, "GET", f"/v1/papers/{first}").json()["papers"][0]["batch"] == earlier


def test_the_state_of_a_batch_takes_one_object_however_many_files_it_has(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number}.png" for number in range(12)]
    batch = announce(service, Role.STATION, "lo-nhieu-tep", *names)
    for number, name in enumerate(names):
        upload(service, batch, name, png(230 + number))
    asked: list[str] = []
    objects = service.house.objects
    get = objects.get
    monkeypatch.setattr(objects, "get", lambda key, *rest: asked.append(key) or get(key, *rest))
    shown = service.call(Role.STATION, "GET", f"/v1/batches/{batch}").json()
    assert [file["state"] for file in shown["files"]] == ["received"] * 12
    assert len(asked) == 1, "the manifest"


def test_a_file_sent_several_times_at_once_is_one_paper(service: Service) -> None:
    batch = announce(service, Role.STATION, "lo-12", "001.png")
    with ThreadPoolExecutor(4) as senders:
        answers = list(senders.map(lambda _: upload(service, batch, "001.png", png(12)), range(4)))
    answers.append(upload(service, batch, "001.png", png(12)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert answers[-1].status_code == 200
    (paper,) = {answer.json()["paper"] for answer in answers}
    listed = service.call(Role.STATION, "GET", "/v1/papers", params={"batch": batch}).json()["papers"]
    assert [p["id"] for p in listed] == [paper]


def test_other_bytes_under_a_name_replace_rejected_ones_only(service: Service) -> None:
    batch = announce(service, Role.STATION, "lo-13", "001.png")
    first = upload(service, batch, "001.png", png(13)).json()["paper"]
    refused = upload(service, batch, "001.png", png(14))
    assert (refused.status_code, refused.json()["code"]) == (409, "already-exists")
    assert "tệp '001.png'" in refused.json()["detail"]

    catalogue = service.house.catalogue
    rejected = replace(catalogue.paper(PaperId(first)), state=PaperState.REJECTED, problem="file-damaged")
    catalogue.save(rejected, actor="test", action="paper.stopped")
    again = upload(service, batch, "001.png", png(13))
    assert (again.status_code, again.json()["paper"], again.json()["state"]) == (200, first, "rejected")

    second = upload(service, batch, "001.png", png(14))
    assert second.status_code == 201
    (file,) = service.call(Role.STATION, "GET", f"/v1/batches/{batch}").json()["files"]
    assert (file["paper"], file["state"], file["problem"]) == (second.json()["paper"], "received", None)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"name": "a.png", "owner_number": "001190012"}, None),
        ({"name": "a.png", "owner_number": "123"}, "owner-number-invalid"),
        ({"name": "a.png", "paper_type": "no-such"}, "paper-type-unknown"),
        ({"name": "a.png", "kind": "else"}, "request-invalid"),
        ({"name": "a.png", "colour": "red"}, "request-invalid"),
        ({"name": "../a.png"}, "request-invalid"),
        ({"name": ".."}, "request-invalid"),
        ({"name": "a\x00.png"}, "request-invalid"),
        ({"name": f"{OWNER_NUMBER}.png", "owner_number": OWNER_NUMBER}, "value-invalid"),
        ({"name": "001 190-012.345 mặt trước.png", "owner_number": OWNER_NUMBER}, "value-invalid"),
        ({"name": "khai-sinh_LE-THI-SEN.png", "owner_number": OWNER_NUMBER, "owner_name": OWNER_NAME}, "value-invalid"),
    ],
)
def test_what_is_announced_is_checked(service: Service, entry: dict[str, str], code: str | None) -> None:
    answer = service.call(Role.STATION, "POST", "/v1/batches", json={"papers": [entry]})
    if code is None:
        assert answer.status_code == 201
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("batch", ["", "a/b", "a b", "ố", "x" * 65, f"ho-so-{OWNER_NUMBER}"])
def test_batch_identifiers_are_checked(service: Service, batch: str) -> None:
    body = {"batch": batch, "papers": [{"name": "a.png", "owner_number": OWNER_NUMBER}]}
    assert service.call(Role.STATION, "POST", "/v1/batches", json=body).status_code == 422


def test_two_files_of_one_name_are_refused(service: Service) -> None:
    names = ["giấy.png", unicodedata.normalize("NFD", "giấy.png")]
    answer = service.call(Role.STATION, "POST", "/v1/batches", json={"papers": [{"name": n} for n in names]})
    assert (answer.status_code, answer.json()["code"]) == (422, "value-invalid")


def test_file_names_are_vietnamese_in_either_normal_form(service: Service) -> None:
    batch = announce(service, Role.STATION, "lo-6", "giấy khai sinh.png")
    answer = upload(service, batch, unicodedata.normalize("NFD", "giấy khai sinh.png"), png(7))
    assert answer.status_code == 201
    assert answer.json()["name"] == "giấy khai sinh.png"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "file-empty"),
        (b"hello", 422, "file-type-unsupported"),
        (b"x" * (LIMIT + 1), 413, "file-too-large"),
    ],
    ids=["empty", "text", "large"],
)
def test_unusable_files_are_refused_whole(service: Service, data: bytes, status: int, code: str) -> None:
    batch = announce(service, Role.STATION, f"lo-bad-{code}", "001.png")
    answer = upload(service, batch, "001.png", data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert service.call(Role.STATION, "GET", "/v1/papers", params={"batch": batch}).json()["papers"] == []


def test_an_upload_of_unknown_length_is_cut_at_the_limit(service: Service) -> None:
    batch = announce(service, Role.STATION, "lo-7", "001.png")
    pieces = (b"x" * 10_000 for _ in range(100))  # sent in chunks, without Content-Length
    answer = service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/001.png", content=pieces)
    assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")


def test_what_strangers_send_is_not_even_measured(service: Service) -> None:
    data = b"x" * (LIMIT + 1)
    assert service.call(None, "PUT", "/v1/batches/station.b/files/a.png", content=data).status_code == 401
    assert service.call(None, "POST", "/v1/verifications", content=data).status_code == 401
    assert service.call(Role.AUDITOR, "POST", "/v1/verifications", content=data).status_code == 413


def test_a_file_at_the_limit_is_accepted(service: Service) -> None:
    batch = announce(service, Role.STATION, "lo-8", "001.png")
    data = png(8)
    answer = upload(service, batch, "001.png", data + b"\x00" * (LIMIT - len(data)))
    assert answer.status_code == 201
    assert answer.json()["size"] == LIMIT


def test_a_file_that_was_not_announced_is_refused(service: Service) -> None:
    batch = announce(service, Role.STATION, "lo-9", "001.png")
    assert upload(service, batch, "002.png", png(9)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/v1/batches", "/v1/reuse/lookup", "/v1/keys", "/v1/papers/0000000000000000/confirmation"]
)
def test_long_json_is_refused_before_it_is_parsed(service: Service, path: str) -> None:
    role = Role.ADMIN if path == "/v1/keys" else Role.OFFICER
    pieces = (b" " * 65_536 for _ in range(MAX_JSON_BYTES // 65_536 + 1))
    answer = service.call(role, "POST", path, content=pieces, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")


def test_lists_are_paged(service: Service) -> None:
    for _ in range(3):
        keep_paper(service, state=PaperState.READY)
    seen: list[str] = []
    after = None
    while True:
        params = {"state": "ready", "limit": 2} | ({"after": after} if after else {})
        page = service.call(Role.OFFICER, "GET", "/v1/papers", params=params).json()
        seen += [p["id"] for p in page["papers"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 3

    first = service.call(Role.AUDITOR, "GET", "/v1/batches", params={"limit": 2}).json()
    second = service.call(Role.AUDITOR, "GET", "/v1/batches", params={"limit": 2, "before": first["next"]}).json()
    assert not {b["id"] for b in first["batches"]} & {b["id"] for b in second["batches"]}


def test_batches_that_somebody_waits_for_are_listed_until_their_end(tmp_path: Path) -> None:
    def waiting(role: Role, day: dt.date) -> list[str]:
        asked = {"lane": "on-the-spot", "going_on_since": day.isoformat()}
        return [one["id"] for one in service.call(role, "GET", "/v1/batches", params=asked).json()["batches"]]

    today = times.today()
    with running(tmp_path) as service:
        announce(service, Role.STATION, "lo-1", "001.png")
        for role, name in ((Role.STATION, "lo-2"), (Role.OFFICER, "lo-3")):
            body = {"batch": name, "on_the_spot": True, "papers": [{"name": "001.png"}]}
            assert service.call(role, "POST", "/v1/batches", json=body).status_code == 201
        assert waiting(Role.OFFICER, today) == ["officer.lo-3", "station.lo-2"]
        assert waiting(Role.STATION, today) == ["station.lo-2"], "a station sees its own"
        assert waiting(Role.OFFICER, today + dt.timedelta(days=1)) == []

        paper = upload(service, "station.lo-2", "001.png", png(1)).json()["paper"]
        assert service.call(Role.STATION, "POST", "/v1/batches/station.lo-2/receipt", json={}).is_success
        assert waiting(Role.STATION, today) == ["station.lo-2"], "it has its receipt, and its paper goes on"
        rejected = replace(service.house.catalogue.paper(PaperId(paper)), state=PaperState.REJECTED)
        service.house.catalogue.save(rejected, actor="test", action="paper.rejected")
        assert waiting(Role.STATION, today) == []


@pytest.mark.parametrize(
    ("limit", "status", "code"),
    [({"max_under_way": 1, "min_free_mb": 0}, 429, "queue-full"), ({"min_free_mb": 10**12}, 503, "disk-low")],
)
def test_a_station_is_asked_to_come_later(tmp_path: Path, limit: dict[str, int], status: int, code: str) -> None:
    with running(tmp_path) as roomy:
        batch = announce(roomy, Role.STATION, "lo-1", "001.png", "002.png")
        assert upload(roomy, batch, "001.png", png(1)).status_code == 201
        body = {"batch": "lo-2", "on_the_spot": True, "papers": [{"name": "001.png", "size": 1, "sha256": "0" * 64}]}
        hurried = roomy.call(Role.STATION, "POST", "/v1/batches", json=body).json()
        assert hurried["lane"] == "on-the-spot"
    with running(tmp_path, **limit) as full:
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "1", "Upload-Metadata": "filename MDAxLnBuZw=="}
        for answer in (
            full.call(Role.STATION, "POST", "/v1/batches", json={"papers": [{"name": "001.png"}]}),
            upload(full, batch, "002.png", png(2)),
            full.call(Role.STATION, "POST", f"/v1/batches/{batch}/uploads", headers=tus),
        ):
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert int(answer.headers["Retry-After"]) > 0
        assert full.call(Role.STATION, "GET", f"/v1/batches/{batch}").status_code == 200
        begun = full.call(Role.STATION, "POST", f"/v1/batches/{hurried['id']}/uploads", headers=tus)
        assert begun.status_code == (201 if code == "queue-full" else 503)


def test_a_batch_is_shown_while_a_file_of_it_is_on_its_way_in(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a file came is noted before it is a paper: who asks in between, or after a crash there, gets an answer."""
    batch = announce(service, Role.STATION, "on-its-way", "001.png")

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable(part="catalogue", reason="test")

    path = f"/v1/batches/{batch}"
    with monkeypatch.context() as patch:
        patch.setattr(service.house.catalogue, "add_papers", away)
        assert service.call(Role.STATION, "PUT", f"{path}/files/001.png", content=png(77)).status_code == 503
    (file,) = service.call(Role.STATION, "GET", path).json()["files"]
    assert (file["paper"], file["state"]) == (None, None)
    assert service.call(Role.STATION, "PUT", f"{path}/files/001.png", content=png(77)).status_code == 201
