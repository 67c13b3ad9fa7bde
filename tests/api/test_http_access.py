"""Every route declares who may call it, and lets in nobody else."""

import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.http.access import allow, declared_roles, public
from api.http.reading import MAX_JSON_BYTES
from api.keys import OWN_NAMES, Role, ensure_first_keys, issue_key, rotate_key
from dossier.errors import AlreadyExists, ConfigurationError, InvalidIdentifier, NotFound
from dossier.identifiers import PaperId
from ingest.house import House
from ingest.settings import Environment, Settings
from tests.api.http_service import Service, running

S, O, Y, U, A = Role.STATION, Role.OFFICER, Role.SYSTEM, Role.AUDITOR, Role.ADMIN  # noqa: E741 - O is the officer
EVERYBODY: frozenset[Role] = frozenset()

WHO_MAY = {
    ("POST", "/v1/batches"): {S, O},
    ("GET", "/v1/batches"): {S, O, U},
    ("GET", "/v1/batches/{batch}"): {S, O, U},
    ("GET", "/v1/batches/{batch}/events"): {S, O, U},
    ("PUT", "/v1/batches/{batch}/files/{name}"): {S, O},
    ("POST", "/v1/batches/{batch}/uploads"): {S, O},
    ("HEAD", "/v1/uploads/{upload}"): {S, O},
    ("PATCH", "/v1/uploads/{upload}"): {S, O},
    ("DELETE", "/v1/uploads/{upload}"): {S, O},
    ("POST", "/v1/batches/{batch}/receipt"): {S, O},
    ("GET", "/v1/batches/{batch}/receipt"): {S, O, U},
    ("POST", "/v1/separators"): {S, O},
    ("POST", "/v1/twins"): {S, O},
    ("GET", "/v1/papers"): {S, O, U},
    ("GET", "/v1/papers/{paper}"): {S, O, U},
    ("GET", "/v1/papers/{paper}/split"): {S, O, U},
    ("POST", "/v1/papers/{paper}/split"): {O},
    ("POST", "/v1/papers/{paper}/join"): {O},
    ("GET", "/v1/paper-types"): {S, O, Y, U},
    ("GET", "/v1/reviews"): {O},
    ("POST", "/v1/reviews/next"): {O},
    ("PUT", "/v1/papers/{paper}/claim"): {O},
    ("DELETE", "/v1/papers/{paper}/claim"): {O},
    ("GET", "/v1/papers/{paper}/pages/{page}/picture"): {O, U},
    ("GET", "/v1/papers/{paper}/fields/{key}/picture"): {O, U},
    ("GET", "/v1/papers/{paper}/hidden-pages"): {O, U},
    ("POST", "/v1/papers/{paper}/hidden-pages"): {O},
    ("POST", "/v1/papers/{paper}/corrections"): {O},
    ("POST", "/v1/papers/{paper}/confirmation"): {O},
    ("POST", "/v1/papers/{paper}/retry"): {O},
    ("GET", "/v1/papers/{paper}/file"): {O, Y, U},
    ("HEAD", "/v1/papers/{paper}/file"): {O, Y, U},
    ("POST", "/v1/papers/{paper}/links"): {O, Y, U},
    ("GET", "/v1/links/{link}"): EVERYBODY,
    ("GET", "/v1/papers/{paper}/original"): {O, U},
    ("POST", "/v1/papers/{paper}/verifications"): {O, U},
    ("GET", "/v1/papers/{paper}/verifications"): {O, U},
    ("GET", "/v1/papers/{paper}/evidence"): {O, U},
    ("GET", "/v1/papers/{paper}/history"): {U},
    ("GET", "/v1/papers/{paper}/evidence-record"): {O, U},
    ("POST", "/v1/reuse/lookup"): {Y, O},
    ("POST", "/v1/reuse/lookup/procedure"): {Y, O},
    ("POST", "/v1/dossiers"): {Y, O},
    ("POST", "/v1/papers/{paper}/hand-over"): {O},
    ("POST", "/v1/papers/{paper}/supersession"): {O},
    ("POST", "/v1/papers/{paper}/revocation"): {O},
    ("GET", "/v1/status-list"): EVERYBODY,
    ("GET", "/v1/status-list/check"): {U},
    ("GET", "/v1/operations"): {S, O, U, A},
    ("POST", "/v1/audit-checks"): {U},
    ("POST", "/v1/file-histories"): {U},
    ("POST", "/v1/owners/lookup"): {O, U},
    ("POST", "/v1/owners/reads"): {O, U},
    ("POST", "/v1/owners/reads/own"): {Y},
    ("POST", "/v1/owners/merges"): {O},
    ("POST", "/v1/owners/splits"): {O},
    ("GET", "/v1/owners/conflicts"): {O, U},
    ("POST", "/v1/reuse"): {O, Y},
    ("DELETE", "/v1/reuse/{reference}"): {O, Y},
    ("GET", "/v1/dossiers/{dossier}/reuses"): {O, Y, U},
    ("GET", "/v1/forms"): {S, O, Y},
    ("POST", "/v1/reuse/prefill"): {O, Y},
    ("POST", "/v1/search"): {O, U},
    ("POST", "/v1/quality-checks"): {S, O},
    ("POST", "/v1/identity-codes"): {S, O},
    ("POST", "/v1/verifications"): {S, O, Y, U},
    ("GET", "/v1/figures"): {O, U, A},
    ("GET", "/v1/changes"): {O, Y, U},
    ("POST", "/v1/webhooks"): {A},
    ("GET", "/v1/webhooks"): {A, U},
    ("DELETE", "/v1/webhooks/{webhook}"): {A},
    ("POST", "/v1/webhooks/{webhook}/secret"): {A},
    ("POST", "/v1/webhooks/{webhook}/resumption"): {A},
    ("GET", "/v1/webhooks/{webhook}/deliveries"): {A, U},
    ("POST", "/v1/webhooks/{webhook}/replays"): {A},
    ("GET", "/v1/renewals/calendar"): {U, A},
    ("GET", "/v1/papers/{paper}/retention"): {O, U},
    ("POST", "/v1/papers/{paper}/holds"): {O, U},
    ("POST", "/v1/papers/{paper}/holds/lifting"): {O, U},
    ("POST", "/v1/papers/{paper}/holds/lifting/approval"): {O, U},
    ("DELETE", "/v1/papers/{paper}/holds/lifting"): {O, U},
    ("POST", "/v1/papers/{paper}/disposal"): {O},
    ("POST", "/v1/papers/{paper}/disposal/approval"): {O},
    ("DELETE", "/v1/papers/{paper}/disposal"): {O},
    ("GET", "/v1/disposals"): {O, U},
    ("POST", "/v1/owners/erasure"): {O},
    ("POST", "/v1/session"): EVERYBODY,
    ("GET", "/v1/session"): {S, O, Y, U, A},
    ("DELETE", "/v1/session"): {S, O, Y, U, A},
    ("POST", "/v1/keys"): {A},
    ("GET", "/v1/keys"): {A},
    ("DELETE", "/v1/keys/{name}"): {A},
    ("POST", "/v1/grants"): {A, O},
    ("GET", "/v1/grants"): {A, O, U},
    ("DELETE", "/v1/grants/{grant}"): {A, O},
    ("OPTIONS", "/v1/uploads"): EVERYBODY,
    ("GET", "/v1/health"): EVERYBODY,
    ("GET", "/v1/ready"): EVERYBODY,
    ("GET", "/v1/metrics"): {U, A},
    ("GET", "/v1/version"): EVERYBODY,
    ("GET", "/v1/openapi.json"): EVERYBODY,
}
"""What was decided, written down apart from the routes' own declarations."""

PAGES = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/desk"): {S, O, Y, U, A},
    ("GET", "/desk/sign-in"): EVERYBODY,
    ("GET", "/desk/sign-out"): {S, O, Y, U, A},
    ("GET", "/desk/sign-in/issuer"): EVERYBODY,
    ("GET", "/desk/sign-in/issuer/back"): EVERYBODY,
    ("GET", "/desk/static/{name}"): EVERYBODY,
    ("GET", "/desk/review"): {O},
    ("GET", "/desk/station"): {S, O},
    ("GET", "/desk/store"): {O},
    ("GET", "/desk/audit"): {U},
    ("GET", "/desk/figures"): {O, U, A},
    ("GET", "/desk/wall"): {S, O, U, A},
}
"""The same of pages, which lead on whom they do not let in."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


def test_every_route_declares_who_may_call_it(service: Service) -> None:
    declared = {
        (method, route.path): set(declared_roles(route.dependant))
        for route in iter_route_contexts(service.app.routes)
        for method in route.methods or ()
    }
    assert declared == {route: set(roles) for route, roles in (WHO_MAY | PAGES).items()}


def test_a_route_that_declares_nothing_or_twice_is_refused() -> None:
    app = FastAPI()

    @app.get("/nothing")
    def nothing() -> None: ...

    @app.get("/twice", dependencies=[public, allow(Role.ADMIN)])
    def twice() -> None: ...

    for route in iter_route_contexts(app.routes):
        if route.path in {"/nothing", "/twice"}:
            with pytest.raises(ConfigurationError, match=str(route.path)):
                declared_roles(route.dependant)


@pytest.mark.parametrize(
    ("route", "roles"), WHO_MAY.items(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_role_matrix(service: Service, route: tuple[str, str], roles: set[Role]) -> None:
    method, template = route
    none = {
        "batch": "station.none",
        "name": "none",
        "key": "none",
        "reference": "0" * 16,
        "dossier": "none",
        "link": "none",
        "grant": "none",
    }
    some = PaperId.new()
    path = template.format(**none, paper=some, webhook=some, upload=some, page=1)
    request = {"json": {}} if method == "POST" and template != "/v1/verifications" else {}
    for role in (None, *Role):
        status = service.call(role, method, path, **request).status_code
        if route == ("POST", "/v1/session"):
            assert status == 422, "nothing was sent"
        elif not roles:
            assert status == (404 if "{" in template else 200), (role, status)
        elif role is None:
            assert status == 401
        elif role in roles:
            assert status not in {401, 403}, (role, status)
        else:
            assert status == 403, (role, status)


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer sohoa_unknown", "Basic c29ob2E6c29ob2E=", "Bearer ờ".encode().decode("latin-1")],
)
def test_without_a_key_in_force_nobody_gets_in(service: Service, header: str) -> None:
    answer = service.call(None, "GET", "/v1/papers", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "request_",
    [
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"content": b"\xff", "headers": {"Content-Type": "text/plain"}},
        {"json": {"no": "such"}, "params": {"no": "such"}},
        {"content": b" " * (MAX_JSON_BYTES + 1)},
    ],
    ids=["cut short", "no JSON", "unknown parts", "too long"],
)
@pytest.mark.parametrize(
    "route",
    [r for r, roles in WHO_MAY.items() if r[0] not in {"GET", "HEAD", "OPTIONS"} and 0 < len(roles) < len(Role)],
    ids=" ".join,
)
def test_access_is_decided_before_anything_sent_is_looked_at(
    service: Service, route: tuple[str, str], request_: dict[str, object]
) -> None:
    method, template = route
    path = template.format(batch="~", name="none", paper="~", reference="~", webhook="~", grant="~", upload="~")
    assert service.call(None, method, path, **request_).status_code == 401
    (stranger, *_) = sorted(set(Role) - WHO_MAY[route])
    assert service.call(stranger, method, path, **request_).status_code == 403


def test_keys_come_in_pages_by_name(service: Service) -> None:
    for number in range(3):
        service.call(A, "POST", "/v1/keys", json={"name": f"paged-{number}", "role": "station"})
    first = service.call(A, "GET", "/v1/keys?limit=2&after=paged").json()
    assert ([key["name"] for key in first["keys"]], first["next"]) == (["paged-0", "paged-1"], "paged-1")
    rest = service.call(A, "GET", "/v1/keys?after=paged-1").json()
    assert (rest["keys"][0]["name"], rest["next"]) == ("paged-2", None)
    assert service.call(A, "GET", "/v1/keys?after=Not a name").status_code == 422


def test_keys_are_issued_shown_once_and_revoked(service: Service) -> None:
    made = service.call(A, "POST", "/v1/keys", json={"name": "scanner-2", "role": "station"})
    assert made.status_code == 201
    key = made.json()["key"]
    with service.client(None, key) as client:
        assert client.get("/v1/batches/scanner-2.none").status_code == 404
        listed = service.call(A, "GET", "/v1/keys")
        assert key not in listed.text
        assert {"scanner-2", "admin"} <= {k["name"] for k in listed.json()["keys"]}
        assert service.call(A, "POST", "/v1/keys", json={"name": "scanner-2", "role": "admin"}).status_code == 409
        assert service.call(A, "DELETE", "/v1/keys/scanner-2").status_code == 204
        assert client.get("/v1/batches/scanner-2.none").status_code == 401
    assert service.call(A, "DELETE", "/v1/keys/nobody").status_code == 404
    audit_actor = {k["name"]: k for k in service.call(A, "GET", "/v1/keys").json()["keys"]}["scanner-2"]
    assert audit_actor["revoked_at"] is not None


def test_a_key_that_is_replaced_goes_on_for_a_while(service: Service) -> None:
    catalogue = service.house.catalogue

    def knows(key: str) -> bool:
        return httpx.get(service.url + "/v1/batches", headers={"Authorization": f"Bearer {key}"}).status_code == 200

    first = issue_key(catalogue, "counter-9", Role.OFFICER)
    second = rotate_key(catalogue, "counter-9", hours=1)
    assert knows(first)
    assert knows(second)
    third = rotate_key(catalogue, "counter-9", hours=0)
    assert [knows(key) for key in (first, second, third)] == [False, False, True]
    catalogue.revoke_key("counter-9", actor="test")
    assert not knows(third)
    with pytest.raises(NotFound):
        rotate_key(catalogue, "counter-9", hours=1)


def test_only_the_hash_of_a_key_is_kept(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path))
    key = issue_key(house.catalogue, "quay-3", Role.OFFICER)
    other = issue_key(house.catalogue, "quay-4", Role.OFFICER)
    house.close()
    assert key != other
    assert len(key) >= len("sohoa_") + 43  # 256 bits in base 64
    assert all(key.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["", "Nguyễn Văn A", "A", "a" * 65, "a/b", "a\n"])
def test_key_names_have_a_form(service: Service, name: str) -> None:
    with pytest.raises(InvalidIdentifier):
        issue_key(service.house.catalogue, name, Role.STATION)


@pytest.mark.parametrize("name", sorted(OWN_NAMES))
def test_no_key_passes_for_what_is_done_without_one(service: Service, name: str) -> None:
    asked = service.call(A, "POST", "/v1/keys", json={"name": name, "role": "station"})
    assert (asked.status_code, asked.json()["code"]) == (409, "already-exists")


def test_first_keys_are_private_and_made_once(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path))
    files = ensure_first_keys(house)
    assert set(files) == set(Role)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files.values())
    before = {role: path.read_text() for role, path in files.items()}
    files[Role.SYSTEM].unlink()
    again = ensure_first_keys(house)
    house.close()
    del before[Role.SYSTEM]
    assert {role: path.read_text() for role, path in again.items()} == before


def test_a_first_key_whose_entry_was_lost_in_a_crash_counts(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path))
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "admin.key").write_text("sohoa_written-before-the-crash\n")
    ensure_first_keys(house)
    with pytest.raises(AlreadyExists):
        issue_key(house.catalogue, "admin", Role.ADMIN)
    digest = hashlib.sha256(b"sohoa_written-before-the-crash").hexdigest()
    found = house.catalogue.key_by_hash(digest)
    house.close()
    assert found is not None
    assert found.role == Role.ADMIN


def test_in_production_only_the_administrator_has_a_first_key(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path, environment=Environment.PRODUCTION))
    files = ensure_first_keys(house)
    house.close()
    assert set(files) == {Role.ADMIN}
