"""Tokens of an issuer: those in force let their bearers in as their role, every other is refused."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from api import oidc
from api.keys import Caller, Role, issue_key
from api.oidc import issuer_of
from dossier.errors import AlreadyExists, ConfigurationError, Forbidden, IssuerUnavailable, Unauthenticated
from ingest.settings import Environment, Settings
from tests.api.http_service import Service, running
from tests.api.issuer import AUDIENCE, KEYS, SUBJECT, Issuer, issuing, public


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


def checking(issuer: Issuer, **settings: Any) -> oidc.Issuer:
    settings = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, **settings}
    found = issuer_of(Settings(**settings))
    assert found is not None
    return found


def unsigned(claims: dict[str, Any], algorithm: str, signature: str = "") -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': algorithm, 'kid': 'one', 'typ': 'JWT'})}.{part(claims)}.{signature}"


def test_a_token_in_force_tells_who_bears_it_and_keys_are_fetched_once(issuer: Issuer) -> None:
    known = checking(issuer)
    for _ in range(3):
        assert known.caller(issuer.token()) == Caller(f"oidc-{SUBJECT}", Role.OFFICER)
    assert issuer.asked == 2


def test_a_subject_that_may_be_a_name_is_not_repeated(issuer: Issuer) -> None:
    name = checking(issuer).caller(issuer.token(sub="nguyen.van.an")).name
    assert name == f"oidc-{hashlib.sha256(b'nguyen.van.an').hexdigest()[:32]}"


@pytest.mark.parametrize("algorithm", KEYS)
def test_each_kind_of_key_signs(issuer: Issuer, algorithm: str) -> None:
    issuer.keys = {"one": KEYS[algorithm]}
    assert checking(issuer).caller(issuer.token(algorithm=algorithm)).role is Role.OFFICER


def signed_with(secret: bytes, claims: dict[str, Any]) -> str:
    token = unsigned(claims, "HS256")
    digest = hmac.digest(secret, token.removesuffix(".").encode(), "sha256")
    return token + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def bad_tokens(issuer: Issuer) -> dict[str, str]:
    now = int(time.time())
    claims = {"iss": issuer.url, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + 300, "roles": ["admin"]}
    good = issuer.token()
    head, body, signature = good.split(".")
    shared = json.dumps(public(KEYS["RS256"], "one")).encode()
    return {
        "another audience": issuer.token(aud="another-service"),
        "no audience": issuer.token(aud=None),
        "another issuer": issuer.token(iss="https://elsewhere.example/realm"),
        "expired": issuer.token(iat=now - 900, exp=now - 600),
        "without end": issuer.token(exp=None),
        "without issue time": issuer.token(iat=None),
        "without subject": issuer.token(sub=None),
        "not yet": issuer.token(nbf=now + 600),
        "issued in the future": issuer.token(iat=now + 600),
        "a key nobody knows": issuer.token("other", key=KEYS["RS256"]),
        "signed by another": issuer.token(key=KEYS["PS256"]),
        "algorithm none": unsigned(claims, "none"),
        "algorithm none, capital": unsigned(claims, "NONE", "AA"),
        "a secret of all": signed_with(shared, claims),
        "an algorithm of another key": unsigned(claims, "ES256", signature),
        "without a key's number": jwt.encode(claims, KEYS["RS256"], "RS256"),
        "claims changed": ".".join([head, unsigned(claims, "RS256").split(".")[1], signature]),
        "signature cut": f"{head}.{body}.{signature[:-8]}",
        "for logging out": jwt.encode(claims, KEYS["RS256"], "RS256", headers={"kid": "one", "typ": "logout+jwt"}),
        "no end of it": f"{head}.{body}{'A' * oidc.MAX_TOKEN}.{signature}",
        "nothing": "..",
        "no text": "é.é.é",
    }


def test_every_other_token_is_refused_without_a_reason(issuer: Issuer) -> None:
    known = checking(issuer)
    assert known.caller(issuer.token())
    for what, token in bad_tokens(issuer).items():
        with pytest.raises(Unauthenticated):
            print(what, known.caller(token))
    assert issuer.asked == 2, "made-up tokens are no requests to the issuer"


def test_clocks_may_differ_a_little(issuer: Issuer) -> None:
    now = int(time.time())
    late = issuer.token(iat=now - 300, exp=now - 20)
    assert checking(issuer, oidc_leeway_s=120).caller(late)
    with pytest.raises(Unauthenticated):
        checking(issuer, oidc_leeway_s=0).caller(late)


def test_keys_that_are_replaced_are_found_and_the_old_ones_forgotten(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "_REST_S", 0.0)
    known = checking(issuer)
    old = issuer.token()
    assert known.caller(old)
    issuer.keys = {"two": KEYS["ES256"]}
    assert known.caller(issuer.token("two", "ES256"))
    with pytest.raises(Unauthenticated):
        known.caller(old)


def test_remembered_keys_end(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "_REST_S", 0.0)
    known = checking(issuer, oidc_keys_s=1e-9)
    token = issuer.token()
    assert known.caller(token)
    issuer.keys = {}
    with pytest.raises(Unauthenticated):
        known.caller(token)


def test_an_issuer_that_is_away_is_not_waited_for_once_its_keys_are_known(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "_REST_S", 0.0)
    known, late = checking(issuer, oidc_keys_s=1e-9), checking(issuer)
    assert known.caller(issuer.token())
    issuer.away = True
    assert known.caller(issuer.token())
    with pytest.raises(IssuerUnavailable):
        late.caller(issuer.token())


@pytest.mark.parametrize("metadata", [{"issuer": "https://elsewhere.example"}, {"jwks_uri": "file:///etc/passwd"}])
def test_metadata_that_leads_elsewhere_is_not_followed(issuer: Issuer, metadata: dict[str, str]) -> None:
    issuer.metadata = metadata
    with pytest.raises(IssuerUnavailable):
        checking(issuer).caller(issuer.token())


@pytest.mark.parametrize("roles", [None, [], ["guest"], ["officer", "auditor"], 7, {"officer": True}])
def test_exactly_one_role_must_follow(issuer: Issuer, roles: Any) -> None:
    with pytest.raises(Forbidden):
        checking(issuer).caller(issuer.token(roles=roles))


def test_roles_of_other_names_and_places(issuer: Issuer) -> None:
    known = checking(
        issuer, oidc_roles_claim="realm_access.roles", oidc_roles="can-bo-mot-cua=officer kiem-toan=auditor"
    )
    assert known.caller(issuer.token(realm_access={"roles": ["offline", "kiem-toan"]})).role is Role.AUDITOR
    with pytest.raises(Forbidden):
        known.caller(issuer.token(realm_access={"roles": ["auditor"]}))
    assert checking(issuer, oidc_roles_claim="scope").caller(issuer.token(scope="openid system")).role is Role.SYSTEM


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_issuer": "https://id.example/realm"},
        {"oidc_issuer": "https://id.example/realm", "oidc_audience": "sohoa", "oidc_roles": "counter=clerk"},
        {"oidc_issuer": "ftp://id.example", "oidc_audience": "sohoa"},
        {"oidc_issuer": "http://id.example", "oidc_audience": "sohoa", "environment": Environment.PRODUCTION},
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        issuer_of(Settings(**settings))


@pytest.fixture(scope="module")
def service_of_issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Issuer]]:
    folder = tmp_path_factory.mktemp("oidc")
    with issuing() as issuer, running(folder, oidc_issuer=issuer.url, oidc_audience=AUDIENCE) as service:
        yield service, issuer


def test_tokens_and_keys_open_the_same_doors(service_of_issuer: tuple[Service, Issuer]) -> None:
    service, issuer = service_of_issuer

    def status(token: str, path: str = "/v1/batches") -> int:
        return httpx.get(service.url + path, headers={"Authorization": f"Bearer {token}"}).status_code

    assert status(issuer.token()) == 200
    assert status(issuer.token(), "/v1/keys") == 403
    assert status(issuer.token(roles=["admin"]), "/v1/keys") == 200
    assert status(issuer.token(roles=["guest"])) == 403
    assert status(service.keys[Role.OFFICER]) == 200
    assert {status(token) for token in bad_tokens(issuer).values() if token.isascii()} == {401}


def test_no_key_passes_for_a_token(service_of_issuer: tuple[Service, Issuer]) -> None:
    service, _ = service_of_issuer
    with pytest.raises(AlreadyExists):
        issue_key(service.house.catalogue, f"oidc-{SUBJECT}", Role.SYSTEM)
