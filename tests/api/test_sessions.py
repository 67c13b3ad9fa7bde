"""People sign in; what they do under their session stands under their own name, and no page of others can do it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

import api.accounts
from api.accounts import ensure_first_accounts, new_account
from api.cli import app
from api.desks.pages import DESKS
from api.desks.texts import LANGUAGES, texts
from api.http.access import COOKIE, TOKEN_HEADER
from api.http.observe import HEADERS
from api.keys import Role, issue_key
from dossier.errors import AlreadyExists
from dossier.papers import PaperState
from ingest.house import House
from ingest.settings import Environment, Settings
from storage.audit_log import audit
from tests.api.http_service import Service, keep_paper, running

PASSWORD = "một câu dễ nhớ"  # noqa: S105 - of a test
PERSON = "Trần Văn Bình"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch, running(tmp_path_factory.mktemp("house")) as service:
        patch.setattr(api.accounts, "_hasher", lambda: quick)
        first = new_account(service.house.catalogue, "binh", PERSON, Role.OFFICER)
        assert post(service, name="binh", password=first, new_password=PASSWORD).status_code == 201
        yield service


def post(service: Service, **body: str) -> httpx.Response:
    return service.call(None, "POST", "/v1/session", json=body, headers={"Origin": service.url})


@contextmanager
def signed_in(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, trust_env=False, headers={"Origin": service.url}, timeout=60) as client:
        answer = client.post("/v1/session", json={"name": "binh", "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers[TOKEN_HEADER] = answer.json()["page_token"]
        yield client


def test_the_first_password_is_good_for_one_sign_in_with_another_one(service: Service) -> None:
    first = new_account(service.house.catalogue, "hai", "Lê Thị Hai", Role.AUDITOR)
    assert post(service, name="hai", password=first).json()["code"] == "password-change-needed"
    for weak in ("short", first):
        assert post(service, name="hai", password=first, new_password=weak).json()["code"] == "value-invalid"
    opened = post(service, name="HAI ", password=first, new_password=PASSWORD)
    assert (opened.status_code, opened.json()["person"], opened.json()["role"]) == (201, "Lê Thị Hai", "auditor")
    assert post(service, name="hai", password=first).json()["code"] == "sign-in-refused"
    assert post(service, name="hai", password=PASSWORD).status_code == 201


def test_the_cookie_is_for_this_service_alone_and_no_script_reads_it(service: Service) -> None:
    cookie = post(service, name="binh", password=PASSWORD).headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=strict", cookie)
    proxied = {"Origin": service.url, "X-Forwarded-Proto": "https"}
    body = {"name": "binh", "password": PASSWORD}
    cookie = service.call(None, "POST", "/v1/session", json=body, headers=proxied).headers["set-cookie"]
    assert re.fullmatch(rf"__Host-{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=strict; Secure", cookie)


def test_who_guesses_waits_and_learns_nothing(service: Service) -> None:
    new_account(service.house.catalogue, "ba", "Phạm Ba", Role.OFFICER)
    seq = audit.check(service.house.catalogue).entries
    answers = {name: [post(service, name=name, password=PASSWORD[:-1]) for _ in range(6)] for name in ("ba", "nobody")}
    for tried in answers.values():
        assert [answer.status_code for answer in tried] == [401] * 5 + [429]
        assert tried[-1].json()["seconds"] > 0
    told = {name: [a.json() | {"instance": ""} for a in tried[:5]] for name, tried in answers.items()}
    assert told["ba"] == told["nobody"]
    entries = audit.entries(service.house.catalogue, after=seq, limit=100)
    assert {(e.actor, e.action, e.object) for e in entries} == {
        ("desk", "session.refused", "account:ba"),
        ("desk", "session.refused", "account:unknown"),
    }


def test_a_session_is_let_in_where_its_role_is_and_ends(service: Service) -> None:
    with signed_in(service) as client:
        assert client.get("/v1/session").json() == {
            "name": "binh",
            "role": "officer",
            "person": PERSON,
            "page_token": client.headers[TOKEN_HEADER],
        }
        assert client.get("/v1/papers").status_code == 200
        assert client.get("/v1/keys").status_code == 403
        cookie = dict(client.cookies)
        assert client.delete("/v1/session").status_code == 204
        assert not client.cookies
        client.cookies.update(cookie)
        assert client.get("/v1/papers").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {TOKEN_HEADER: "0" * 64},
        {TOKEN_HEADER: ""},
    ],
    ids=str,
)
def test_a_strangers_page_changes_nothing(service: Service, headers: dict[str, str]) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    with signed_in(service) as client:
        answer = client.post(f"/v1/papers/{paper.id}/confirmation", json={"by": PERSON}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "request-forged")
    assert service.house.catalogue.paper(paper.id).state is PaperState.READY


def test_nobody_signs_in_from_elsewhere(service: Service) -> None:
    body = {"name": "binh", "password": PASSWORD}
    for headers in ({}, {"Origin": "https://elsewhere.example"}):
        answer = service.call(None, "POST", "/v1/session", json=body, headers=headers)
        assert answer.json()["code"] == "request-forged"


def test_what_a_person_states_stands_under_that_persons_name(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    with signed_in(service) as client:
        path = f"/v1/papers/{paper.id}/confirmation"
        assert client.post(path, json={"by": "Lê Thị Hai"}).json()["code"] == "name-differs"
        batch = {"operator": "Lê Thị Hai", "papers": [{"name": "001.png"}]}
        assert client.post("/v1/batches", json=batch).json()["code"] == "name-differs"
        batch = {"papers": [{"name": "001.png", "confirmed_by": "Lê Thị Hai"}]}
        assert client.post("/v1/batches", json=batch).json()["code"] == "name-differs"
        assert client.post(path, json={"by": PERSON}).json()["papers"][0]["confirmed_by"] == PERSON
    entry = audit.entries(service.house.catalogue, limit=10_000)[-2]
    assert (entry.actor, entry.action) == ("binh", "paper.confirmed")


def test_a_paper_in_hand_is_confirmed_by_nobody_else(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    path, by = f"/v1/papers/{paper.id}", {"by": "Nguyễn Thị Quầy"}
    with signed_in(service) as client:
        assert client.put(f"{path}/claim").json()["claim"]["person"] == PERSON
        (mine,) = (p for p in client.get("/v1/reviews?limit=200").json()["papers"] if p["id"] == paper.id.value)
        assert mine["claim"]["own"]
        assert service.call(Role.OFFICER, "PUT", f"{path}/claim").json()["code"] == "claimed"
        assert service.call(Role.OFFICER, "POST", f"{path}/confirmation", json=by).json()["code"] == "claimed"
        assert client.delete(f"{path}/claim").status_code == 204
    assert service.call(Role.OFFICER, "POST", f"{path}/confirmation", json=by).is_success


def test_pages_lead_to_where_one_may_be(service: Service) -> None:
    with httpx.Client(base_url=service.url, trust_env=False) as stranger:
        for path in ("/desk", *(f"/desk/{name}" for name in DESKS)):
            assert stranger.get(path).headers["location"] == "/desk/sign-in"
        assert stranger.get("/").headers["location"] == "/desk"
    with signed_in(service) as officer:
        assert officer.get("/desk").headers["location"] == "/desk/review"
    assert service.call(Role.STATION, "GET", "/desk/review").headers["location"] == "/desk"
    assert service.call(Role.SYSTEM, "GET", "/desk").status_code == 200, "it says that there is no desk"


def test_pages_load_from_here_alone_and_data_stays_no_page(service: Service) -> None:
    with signed_in(service) as client:
        page = client.get("/desk/review")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert client.get("/v1/session").headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
        style = client.get("/desk/static/desks.css")
        tag = {"If-None-Match": style.headers["etag"]}
        assert client.get("/desk/static/desks.css", headers=tag).status_code == 304
        assert client.get("/desk/static/none.css").status_code == 404
    markup = re.sub(r'<script type="application/json".*?</script>', "", page.text)
    assert not re.search(r"https?://|\bstyle=|\bon\w+=", markup)
    parts = [p.name for p in files("api.desks").joinpath("static").iterdir()]
    assert sum(len(files("api.desks").joinpath("static", name).read_bytes()) for name in parts) < 200_000


def keys_of(table: dict[str, object]) -> set[str]:
    return {f"{name}.{key}" for name, words in table.items() for key in (words if isinstance(words, dict) else ())}


def test_both_languages_say_everything(service: Service) -> None:
    assert keys_of(texts("vi")) == keys_of(texts("en"))
    used = "".join(p.read_text() for p in files("api.desks").joinpath("static").iterdir() if p.name.endswith(".js"))
    known = texts("vi")["script"]
    assert set(re.findall(r"\btexts\.([a-z_]+)", used)) <= set(known)
    beginnings = set(re.findall(r"\btexts\[`([a-z_]+)\$", used)) - {"reason_", "purpose_"}  # these are the catalogue's
    assert [one for one in beginnings if not any(key.startswith(one) for key in known)] == []
    with signed_in(service) as client:
        for language in LANGUAGES:
            client.cookies.set("sohoa-lang", language)
            assert f'<html lang="{language}">' in client.get("/desk/review").text


def test_accounts_are_made_and_closed_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_DATA_DIR", str(tmp_path))
    run = CliRunner().invoke
    made = run(app, ["accounts", "new", "binh", "--person", PERSON, "--role", "officer"])
    assert made.exit_code == 0, made.output
    assert run(app, ["accounts", "password", "binh", "--json"]).exit_code == 0
    assert PERSON in run(app, ["accounts", "list"]).output
    assert run(app, ["accounts", "close", "binh"]).exit_code == 0
    assert "closed_at" in run(app, ["accounts", "list", "--json"]).output


@pytest.mark.parametrize("environment", Environment)
def test_the_first_run_makes_accounts_in_development_alone(tmp_path: Path, environment: Environment) -> None:
    house = House(Settings(data_dir=tmp_path, environment=environment))
    made = ensure_first_accounts(house)
    assert set(made) == (set() if environment is Environment.PRODUCTION else {"quay", "canbo", "thanhtra"})
    assert ensure_first_accounts(house) == {}
    house.close()


def test_keys_and_accounts_share_their_names(service: Service) -> None:
    issue_key(service.house.catalogue, "counter-9", Role.OFFICER)
    for name in ("counter-9", "pipeline", "oidc-somebody"):
        with pytest.raises(AlreadyExists):
            new_account(service.house.catalogue, name, "A B", Role.OFFICER)
