"""Fetching files: in part, under conditions, without their bytes, and by links that need no key."""

import base64
import contextlib
import datetime as dt
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.fetching import BLOCK, parse_range
from api.http.links import Link, link_of, token_of
from api.keys import Role
from dossier import times
from dossier.errors import LinkExpired, RangeNotSatisfiable, UnknownAddress
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from storage.audit_log import audit
from storage.lifecycle import disposal
from storage.proof.renewals import keep_renewed
from tests.api.http_service import OWNER_NUMBER, Service, keep_paper, running
from tests.servers import S3Server

SEALED = b"%PDF-1.7 sealed"
O, Y, U = Role.OFFICER, Role.SYSTEM, Role.AUDITOR  # noqa: E741 - O is the officer


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


@pytest.fixture(scope="module")
def on_s3(tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server) -> Iterator[Service]:
    with running(
        tmp_path_factory.mktemp("house"),
        object_store="s3",
        s3_endpoint=s3_server.endpoint,
        s3_bucket=f"test-{secrets.token_hex(6)}",
        s3_access_key=s3_server.access_key,
        s3_secret_key=s3_server.secret_key,
        s3_secure=False,
    ) as service:
        yield service


def fetch(service: Service, paper: Paper, method: str = "GET", role: Role = O, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return service.call(role, method, f"/v1/papers/{paper.id}/file", headers=named)


def fetched(service: Service, paper: Paper) -> list[tuple[str, dict[str, str]]]:
    """Return who fetched a paper, as the audit log has it."""
    entries = audit.entries(service.house.catalogue, limit=10_000)
    told = [entry for entry in entries if (entry.action, entry.object) == ("paper.fetched", f"paper:{paper.id}")]
    return [(entry.actor, dict(entry.detail)) for entry in told]


def new_link(service: Service, paper: Paper, role: Role = O, **body: object) -> httpx.Response:
    return service.call(role, "POST", f"/v1/papers/{paper.id}/links", json=body)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("bytes=0-4", (0, 5)),
        ("Bytes= 0-4 ", (0, 5)),
        ("bytes=3-", (3, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=9-999999999999999999", (9, 10)),
        ("bytes=0-0", (0, 1)),
        ("bytes=4-3", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
        ("bytes=" + "9" * 5000 + "-", None),
        ("items=0-4", None),
        ("", None),
    ],
)
def test_of_ranges_what_is_understood_is_taken(text: str, part: tuple[int, int] | None) -> None:
    assert parse_range(text, 10) == part


@pytest.mark.parametrize(("text", "size"), [("bytes=10-", 10), ("bytes=11-12", 10), ("bytes=-0", 10), ("bytes=-5", 0)])
def test_a_part_that_is_not_there_is_refused(text: str, size: int) -> None:
    with pytest.raises(RangeNotSatisfiable):
        parse_range(text, size)


@given(
    text=st.one_of(st.text(), st.from_regex(r"bytes=[0-9]{0,3}-[0-9]{0,3}", fullmatch=True)), size=st.integers(0, 99)
)
def test_a_part_lies_within_the_whole(text: str, size: int) -> None:
    with contextlib.suppress(RangeNotSatisfiable):
        part = parse_range(text, size)
        assert part is None or 0 <= part[0] < part[1] <= size


@pytest.mark.parametrize("name", ["service", "on_s3"])
def test_a_part_is_given_and_named(name: str, request: pytest.FixtureRequest) -> None:
    service: Service = request.getfixturevalue(name)
    paper = keep_paper(service)
    answer = fetch(service, paper, Range="bytes=5-7")
    assert (answer.status_code, answer.content) == (206, b"1.7")
    assert answer.headers["Content-Range"] == "bytes 5-7/15"
    assert answer.headers["Content-Length"] == "3"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(SEALED).hexdigest()}"'
    assert base64.b64encode(hashlib.sha256(SEALED).digest()).decode() in answer.headers["Repr-Digest"]
    refused = fetch(service, paper, Range="bytes=15-")
    assert (refused.status_code, refused.json()["code"]) == (416, "range-not-satisfiable")
    assert refused.headers["Content-Range"] == "bytes */15"
    assert fetch(service, paper, Range="bytes=0-1,3-4").content == SEALED
    assert [actor for actor, _ in fetched(service, paper)] == ["officer", "officer"]


def test_a_part_is_given_of_what_the_caller_has_or_all(service: Service) -> None:
    paper = keep_paper(service)
    etag = fetch(service, paper, "HEAD").headers["ETag"]
    assert fetch(service, paper, Range="bytes=0-3", If_Range=etag).content == b"%PDF"
    for other in ('"other"', f"W/{etag}", "Sun, 29 Nov 2026 19:00:00 GMT"):
        answer = fetch(service, paper, Range="bytes=0-3", If_Range=other)
        assert (answer.status_code, answer.content) == (200, SEALED)


def test_what_the_caller_has_is_not_sent_again(service: Service) -> None:
    paper = keep_paper(service)
    etag = fetch(service, paper, "HEAD").headers["ETag"]
    for method in ("GET", "HEAD"):
        for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
            answer = fetch(service, paper, method, If_None_Match=known, Range="bytes=0-3")
            assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert fetched(service, paper) == []
    assert fetch(service, paper, If_None_Match='"other"').content == SEALED


def test_head_tells_what_get_would(service: Service) -> None:
    paper = keep_paper(service)
    head, get = fetch(service, paper, "HEAD"), fetch(service, paper)
    assert (head.status_code, head.content) == (200, b"")
    same = ("Content-Length", "Content-Type", "ETag", "Repr-Digest", "Accept-Ranges", "Content-Disposition")
    assert [head.headers[name] for name in same] == [get.headers[name] for name in same]
    assert fetch(service, keep_paper(service, state=PaperState.RECEIVED), "HEAD").status_code == 409


def test_a_system_gets_by_every_way_what_it_was_given_alone(service: Service) -> None:
    paper = keep_paper(service)
    for method in ("GET", "HEAD"):
        assert fetch(service, paper, method, Y).status_code == 404
    assert new_link(service, paper, Y).status_code == 404


def renewed(service: Service, paper: Paper, data: bytes) -> None:
    """Give a stored paper another version of its sealed file."""
    assert paper.sealed is not None
    sealed = service.house.objects.put(paper.sealed.key, data, media_type="application/pdf")
    keep_renewed(service.house.catalogue, paper, sealed, times.now(), actor="test", at=times.now())


def test_a_long_file_comes_whole(service: Service) -> None:
    paper, data = keep_paper(service), secrets.token_bytes(3 * BLOCK + 11)
    renewed(service, paper, data)
    assert fetch(service, paper).content == data
    assert fetch(service, paper, Range="bytes=100000-700000").content == data[100000:700001]


def test_another_object_in_the_place_of_the_kept_one_is_not_given(service: Service) -> None:
    paper, forged = keep_paper(service), b"%PDF-1.7 forged"
    (version,) = service.house.settings.root.glob(f"objects/**/{paper.id}/paper.pdf~/0*")
    for path in version.iterdir():
        path.unlink()
    meta = {"media_type": "application/pdf", "sha256": hashlib.sha256(forged).hexdigest(), "size": len(forged)}
    (version / "data").write_bytes(forged)
    (version / "meta.json").write_text(json.dumps(meta))
    assert paper.sealed is not None
    assert service.house.objects.get(paper.sealed.key) == forged  # the store believes it, the catalogue does not
    answer = fetch(service, paper)
    assert (answer.status_code, answer.json()["code"]) == (500, "object-damaged")


def test_a_lost_object_is_no_paper_that_never_was(service: Service) -> None:
    paper = keep_paper(service)
    url = new_link(service, paper).json()["url"]
    for path in service.house.settings.root.glob(f"objects/**/{paper.id}/*~/0*/*"):
        path.unlink()
    answers = [fetch(service, paper), fetch(service, paper, Range="bytes=0-3"), service.call(None, "GET", url)]
    answers.append(service.call(U, "GET", f"/v1/papers/{paper.id}/original"))
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (500, "object-damaged")
        assert "papers/" not in answer.text.replace("/v1/papers/", "")


def test_a_link_gives_the_file_without_a_key(service: Service) -> None:
    paper = keep_paper(service)
    made = new_link(service, paper, U, seconds=120)
    assert made.status_code == 201
    body = made.json()
    assert (body["sha256"], body["size"]) == (hashlib.sha256(SEALED).hexdigest(), 15)
    left = dt.datetime.fromisoformat(body["ends_at"]) - times.now()
    assert dt.timedelta(seconds=100) < left <= dt.timedelta(seconds=120)
    assert body["url"].startswith("/v1/links/")
    whole = service.call(None, "GET", body["url"])
    assert (whole.status_code, whole.content) == (200, SEALED)
    assert whole.headers["Content-Disposition"] == f'attachment; filename="{paper.id}.pdf"'
    assert service.call(None, "GET", body["url"], headers={"Range": "bytes=0-3"}).content == b"%PDF"
    made_detail = {"link": "made", "by": "service", "ends_at": body["ends_at"]}
    assert fetched(service, paper) == [("auditor", made_detail), *[("auditor", {"link": "used"})] * 2]


def test_a_link_on_s3_leads_to_the_store(on_s3: Service) -> None:
    paper = keep_paper(on_s3)
    body = new_link(on_s3, paper, seconds=60).json()
    assert body["url"].startswith(f"http://{on_s3.house.settings.s3_endpoint}/")
    assert OWNER_NUMBER not in body["url"]
    given = httpx.get(body["url"], trust_env=False)
    assert (given.status_code, given.content) == (200, SEALED)
    assert fetched(on_s3, paper) == [("officer", {"link": "made", "by": "store", "ends_at": body["ends_at"]})]


def test_a_link_leads_through_the_service_where_the_store_is_reached_by_nobody_else(
    tmp_path: Path, on_s3: Service
) -> None:
    settings = on_s3.house.settings.model_dump(exclude={"data_dir", "workers"}, exclude_unset=True)
    with running(tmp_path, **{**settings, "s3_link_endpoint": "none"}) as service:
        url = new_link(service, keep_paper(service)).json()["url"]
        assert url.startswith("/v1/links/")
        assert service.call(None, "GET", url).content == SEALED


def test_a_link_ends(service: Service) -> None:
    paper = keep_paper(service)
    url = new_link(service, paper, seconds=1).json()["url"]
    deadline = time.monotonic() + 30
    while (answer := service.call(None, "GET", url)).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (answer.status_code, answer.json()["code"]) == (410, "link-expired")


def test_a_link_leads_to_the_version_it_was_made_for(service: Service) -> None:
    paper = keep_paper(service)
    url = new_link(service, paper).json()["url"]
    renewed(service, paper, SEALED + b" renewed")
    assert service.call(None, "GET", url).content == SEALED
    assert service.call(None, "GET", new_link(service, paper).json()["url"]).content == SEALED + b" renewed"


@pytest.mark.parametrize(
    "body", [{"seconds": 0}, {"seconds": 901}, {"seconds": "60"}, {"minutes": 1}, {"seconds": 1.5}]
)
def test_a_link_lives_a_quarter_of_an_hour_at_most(service: Service, body: dict[str, object]) -> None:
    answer = new_link(service, keep_paper(service), **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


def test_a_paper_that_is_disposed_of_is_gone_by_every_way(service: Service) -> None:
    paper, catalogue, now = keep_paper(service), service.house.catalogue, times.now()
    url = new_link(service, paper).json()["url"]
    disposal.propose(catalogue, disposal.Disposal(paper.id, "hết thời hạn", "Trần Văn Bình", "a", now), actor="a")
    assert fetch(service, paper).status_code == 200
    disposal.approve(catalogue, paper.id, person="Lê Thị Sen", actor="b", at=now)
    # Its objects are still there: they are deleted next.
    for path in ("file", "original"):
        assert service.call(O, "GET", f"/v1/papers/{paper.id}/{path}").status_code == 404
    assert new_link(service, paper).status_code == fetch(service, paper, "HEAD").status_code == 404
    answer = service.call(None, "GET", url)
    assert (answer.status_code, answer.json()["code"]) == (404, "address-unknown")


def test_there_is_no_link_to_what_is_not_sealed(service: Service) -> None:
    answer = new_link(service, keep_paper(service, state=PaperState.READY))
    assert (answer.status_code, answer.json()["code"]) == (409, "not-sealed")


@given(data=st.data())
def test_whatever_is_changed_in_a_link_leads_nowhere(service: Service, data: st.DataObject) -> None:
    house, now = service.house, times.now().replace(microsecond=0)
    link = Link(PaperId.new(), "00000001", "system", now + dt.timedelta(seconds=60))
    token = token_of(house, link)
    assert link_of(house, token, at=now) == link
    with pytest.raises(LinkExpired):
        link_of(house, token, at=link.ends_at)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("Aa0-_=é/").filter(lambda drawn: drawn != token[at]))
    for changed in (token[:at] + letter + token[at + 1 :], token[:at], token + letter, token[:at] + token[at + 1 :]):
        with pytest.raises(UnknownAddress):
            link_of(house, changed, at=now)


def test_a_changed_link_is_an_address_that_is_not_there(service: Service) -> None:
    url = new_link(service, keep_paper(service)).json()["url"]
    for changed in (url[:-5] + "AAAAA", url + "A", "/v1/links/x", "/v1/links/%C3%A9"):
        answer = service.call(None, "GET", changed)
        assert (answer.status_code, answer.json()["code"]) == (404, "address-unknown")
