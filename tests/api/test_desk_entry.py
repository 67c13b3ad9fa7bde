"""People sign in with an account of the issuer: to its page and back in a browser, and every way that fails."""

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from api import oidc_client
from api.accounts import digest, new_account, renew_password, sign_in
from api.desks.entry import BACK, COOKIE
from api.desks.texts import texts
from api.http.access import COOKIE as SESSION
from api.keys import Role
from api.oidc import issuer_of
from api.oidc_client import client_of
from dossier.errors import ConfigurationError, InvalidValue, SignInRefused
from ingest.settings import Settings
from storage.audit_log import audit
from storage.people import accounts
from tests.api.desks import Desk, needs_browser, started_browser
from tests.api.http_service import Service, running
from tests.api.issuer import AUDIENCE, CLIENT, CLIENT_SECRET, PERSON, SUBJECT, Issuer, issuing

NAME = f"oidc-{SUBJECT}"
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "wrong nonce": ({"nonce": "of another attempt"}, "unproven"),
    "no nonce": ({"nonce": ""}, "unproven"),
    "wrong audience": ({"aud": AUDIENCE}, "unproven"),
    "asked by another": ({"aud": [CLIENT, "other"], "azp": "other"}, "unproven"),
    "asked by nobody": ({"aud": [CLIENT, "other"]}, "unproven"),
    "another issuer": ({"iss": "https://elsewhere.example"}, "unproven"),
    "expired": ({"iat": 1_600_000_000, "exp": 1_600_000_300}, "unproven"),
    "nobody by name": ({"name": " "}, "unproven"),
    "no role": ({"roles": []}, "no-role"),
    "two roles": ({"roles": ["officer", "auditor"]}, "no-role"),
    "a system": ({"roles": ["system"]}, "no-role"),
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Issuer]]:
    """The service, and an issuer that is another site to a browser."""
    folder = tmp_path_factory.mktemp("entry")
    settings = {"oidc_audience": AUDIENCE, "oidc_client_id": CLIENT, "oidc_client_secret": CLIENT_SECRET}
    with issuing("localhost") as issuer, running(folder, oidc_issuer=issuer.url, **settings) as service:
        issuer.redirects = {service.url + BACK}
        yield service, issuer


@pytest.fixture
def service(known: tuple[Service, Issuer]) -> Service:
    return known[0]


@pytest.fixture
def issuer(known: tuple[Service, Issuer]) -> Iterator[Issuer]:
    _, issuer = known
    yield issuer
    issuer.claims, issuer.away = {}, False
    issuer.left.clear()


@pytest.fixture
def person(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, trust_env=False, timeout=60) as client:
        yield client


def went(person: httpx.Client, issuer: Issuer) -> dict[str, str]:
    """Go to the issuer's page, sign in there, and return what it sends along to the way back."""
    place = person.get("/desk/sign-in/issuer").headers["location"]
    assert place.startswith(f"{issuer.url}/auth?realm=1&")
    status, _ = issuer.page({name: value for name, (value,) in parse_qs(urlsplit(place).query).items()})
    assert status == 200
    code, asked = list(issuer.codes.items())[-1]
    return {"code": code, "state": asked["state"], "iss": issuer.url}


def came_back(person: httpx.Client, told: dict[str, str]) -> str:
    """Return why nobody was signed in; empty: somebody was."""
    answer = person.get(BACK, params=told)
    if answer.status_code == 200:
        return ""
    assert answer.status_code == 303
    assert SESSION not in person.cookies
    assert COOKIE not in person.cookies
    shown = person.get(answer.headers["location"])
    why = answer.headers["location"].removeprefix("/desk/sign-in?why=")
    assert texts("vi")["sign_in"][f"why_{why}"] in shown.text
    return why


def entries_since(service: Service, act: Callable[[], object]) -> list[tuple[str, str, str]]:
    seq = audit.check(service.house.catalogue).entries
    act()
    return [(e.actor, e.action, e.object) for e in audit.entries(service.house.catalogue, after=seq, limit=100)]


REFUSED = [("desk", "session.refused", "account:unknown")]


@needs_browser
def test_a_person_signs_in_with_the_provinces_account_and_out(service: Service, issuer: Issuer) -> None:
    with started_browser() as browser, browser.new_context(viewport={"width": 1366, "height": 768}) as context:
        page = context.new_page()
        desk = Desk(page)
        page.on("console", desk.note_console)
        addresses: list[str] = []
        page.on("request", lambda request: addresses.append(request.url))
        page.goto(service.url)
        desk.audit()
        desk.show("desk-sign-in-issuer")
        page.focus("#by-issuer")
        page.keyboard.press("Enter")
        page.click("#no")
        page.wait_for_url("**/desk/sign-in?why=refused")
        assert page.inner_text("#problem") == texts("vi")["sign_in"]["why_refused"]
        desk.audit()
        desk.show("desk-sign-in-issuer-refused")
        page.click("#by-issuer")
        page.click("#yes")
        page.wait_for_url("**/desk/review")
        assert page.inner_text(".person") == PERSON
        (session,) = (one for one in context.cookies() if one["name"] == SESSION)
        assert (session["httpOnly"], session["sameSite"]) == (True, "Strict")
        assert COOKIE not in {one["name"] for one in context.cookies()}
        page.click("#sign-out")
        page.wait_for_url("**/desk/sign-in")
        page.goto(f"{service.url}/desk/review")
        assert page.url.endswith("/desk/sign-in")
        assert desk.complaints == []
        (left,) = issuer.left
        assert (left["client_id"], left["post_logout_redirect_uri"]) == (CLIENT, f"{service.url}/desk/sign-in")
        hint = jwt.decode(left["id_token_hint"], options={"verify_signature": False})
        assert (hint["sub"], hint["name"]) == (SUBJECT, PERSON)
        assert not [one for one in addresses if left["id_token_hint"] in one], "it stands in no address"


def test_the_session_is_as_one_of_an_account_here(service: Service, issuer: Issuer, person: httpx.Client) -> None:
    told = went(person, issuer)
    noted = entries_since(service, lambda: came_back(person, told))
    assert noted[-1] == (NAME, "session.opened", f"account:{NAME}")
    assert PERSON not in str(noted)
    shown = person.get("/v1/session").json()
    assert (shown["name"], shown["role"], shown["person"]) == (NAME, "officer", PERSON)
    kept = accounts.id_token_of(service.house.catalogue, digest(person.cookies[SESSION])) or ""
    assert not kept.startswith("eyJ"), "nobody reads in the database what the issuer said"
    assert len(base64.b64decode(kept)) > 100
    forged = person.delete("/v1/session", headers={"Origin": service.url})
    assert forged.json()["code"] == "request-forged"
    mine = {"Origin": service.url, "X-Page-Token": shown["page_token"]}
    assert person.delete("/v1/session", headers=mine).status_code == 204
    assert person.get("/v1/session").status_code == 401


def test_an_issuer_that_ends_no_sessions_is_not_asked_to(
    service: Service, issuer: Issuer, person: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert came_back(person, went(person, issuer)) == ""
    offered = person.get("/desk/sign-out")
    assert f'action="{issuer.url}/logout?realm=1"' in offered.text
    origin = issuer.url.removesuffix("/realm")
    assert f"form-action 'self' {origin};" in offered.headers["Content-Security-Policy"]
    monkeypatch.setattr(service.app.state.issuer, "_metadata", {})
    monkeypatch.setitem(issuer.metadata, "end_session_endpoint", None)
    plain = person.get("/desk/sign-out")
    assert "at-issuer" not in plain.text
    assert "form-action 'self';" in plain.headers["Content-Security-Policy"]
    monkeypatch.setattr(service.app.state.issuer, "_metadata", {})
    issuer.away = True
    assert "at-issuer" not in person.get("/desk/sign-out").text


def test_name_and_role_are_as_the_issuer_says_now(service: Service, issuer: Issuer, person: httpx.Client) -> None:
    assert came_back(person, went(person, issuer)) == ""
    issuer.claims = {"roles": ["auditor"], "name": "Đặng Thị  Đổi Tên"}
    told = went(person, issuer)
    noted = entries_since(service, lambda: came_back(person, told))
    assert noted[0] == ("issuer", "account.role-set", f"account:{NAME}")
    shown = person.get("/v1/session").json()
    assert (shown["role"], shown["person"]) == ("auditor", "Đặng Thị Đổi Tên")


@pytest.mark.parametrize("case", CASES)
def test_an_answer_that_proves_nobody_opens_nothing(
    service: Service, issuer: Issuer, person: httpx.Client, case: str
) -> None:
    claims, why = CASES[case]
    told = went(person, issuer)
    issuer.claims = claims
    found: list[str] = []
    assert entries_since(service, lambda: found.append(came_back(person, told))) == REFUSED
    assert found == [why]


def test_an_answer_is_good_once_for_one_browser(service: Service, issuer: Issuer, person: httpx.Client) -> None:
    told = went(person, issuer)
    cookie = person.cookies[COOKIE]
    with httpx.Client(base_url=service.url, trust_env=False) as other:
        assert came_back(other, told) == "stale"
        went(other, issuer)
        assert came_back(other, told) == "stale", "it has an attempt of its own"
    assert came_back(person, told | {"state": "made up"}) == "stale"
    person.cookies.set(COOKIE, cookie, domain="127.0.0.1", path="/")
    assert came_back(person, told | {"iss": "https://elsewhere.example"}) == "stale"
    person.cookies.set(COOKIE, cookie, domain="127.0.0.1", path="/")
    assert came_back(person, told) == ""
    person.cookies.clear()
    person.cookies.set(COOKIE, cookie, domain="127.0.0.1", path="/")
    assert entries_since(service, lambda: came_back(person, told)) == REFUSED


def test_an_attempt_ends(issuer: Issuer, person: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told = went(person, issuer)
    monkeypatch.setattr(oidc_client, "WITHIN", -oidc_client.WITHIN)
    assert came_back(person, told) == "stale"


def test_a_code_of_somebody_else_is_refused_by_the_issuer(issuer: Issuer, person: httpx.Client) -> None:
    theirs = went(person, issuer)
    assert came_back(person, went(person, issuer) | {"code": theirs["code"]}) == "unproven"


def test_a_person_or_an_issuer_may_refuse(issuer: Issuer, person: httpx.Client) -> None:
    for error, why in {"access_denied": "refused", "server_error": "away", "invalid_scope": "unproven"}.items():
        assert came_back(person, {"state": went(person, issuer)["state"], "error": error}) == why


def test_an_issuer_that_is_away(
    service: Service, issuer: Issuer, person: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = went(person, issuer)
    issuer.away = True
    found: list[str] = []
    assert entries_since(service, lambda: found.append(came_back(person, told))) == []
    assert found == ["away"]
    monkeypatch.setattr(service.app.state.issuer, "_metadata", {})
    assert person.get("/desk/sign-in/issuer").headers["location"] == "/desk/sign-in?why=away"


def test_an_account_closed_here_stays_closed(service: Service, issuer: Issuer, person: httpx.Client) -> None:
    issuer.claims = {"sub": "9f0c9a52-1d5e-4c8e-9b7a-6a2f0d1c4e00"}
    assert came_back(person, went(person, issuer)) == ""
    name = person.get("/v1/session").json()["name"]
    with pytest.raises(InvalidValue):
        renew_password(service.house.catalogue, name)
    with pytest.raises(SignInRefused):
        sign_in(service.house.catalogue, name, "")
    accounts.close(service.house.catalogue, name, actor="test")
    assert person.get("/v1/session").status_code == 401
    person.cookies.clear()
    assert came_back(person, went(person, issuer)) == "no-role"


def test_without_a_client_there_is_no_such_way(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("plain")) as service:
        new_account(service.house.catalogue, "mot", "Một", Role.OFFICER)
        assert "by-issuer" not in service.call(None, "GET", "/desk/sign-in").text
        for path in ("/desk/sign-in/issuer", BACK):
            assert service.call(None, "GET", path).status_code == 404


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_client_id": CLIENT},
        {"oidc_client_id": "one", "oidc_issuer": "https://id.example", "oidc_audience": "one"},
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, Any]) -> None:
    told = Settings(**settings)
    with pytest.raises(ConfigurationError):
        client_of(told, issuer_of(told))


def test_tokens_of_people_and_of_programs_do_not_pass_for_each_other(issuer: Issuer, person: httpx.Client) -> None:
    now = int(time.time())
    identity = issuer.token(aud=CLIENT, nonce="n", name=PERSON, iat=now, exp=now + 60)
    assert person.get("/v1/papers", headers={"Authorization": f"Bearer {identity}"}).status_code == 401
    assert person.get("/v1/papers", headers={"Authorization": f"Bearer {issuer.token()}"}).status_code == 200
