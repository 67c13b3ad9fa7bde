"""Every error has the one body; what surrounds a request tells nothing it should not."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from api.http import problems
from api.http.access import public
from api.http.app import create_app
from api.http.observe import HEADERS
from api.keys import Role
from dossier import errors
from dossier.errors import SohoaError
from tests.api.http_service import (
    NEED,
    OWNER_NAME,
    OWNER_NUMBER,
    Service,
    announce,
    keep_paper,
    png,
    running,
)

BODY = {
    "type": str,
    "title": str,
    "title_en": str,
    "status": int,
    "detail": str,
    "detail_en": str,
    "instance": str,
    "code": str,
    "advice": str,
    "advice_en": str,
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:

        @service.app.get("/v1/broken", dependencies=[public])
        def broken() -> None:
            raise RuntimeError(f"secret words about {OWNER_NUMBER}")

        yield service


def every_error() -> list[type[SohoaError]]:
    kinds = [SohoaError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return kinds


@pytest.mark.parametrize(
    ("role", "method", "path", "request_", "status", "code"),
    [
        (None, "GET", "/v1/papers", {}, 401, "unauthenticated"),
        (Role.STATION, "GET", "/v1/keys", {}, 403, "forbidden"),
        (Role.OFFICER, "GET", "/v1/papers/0123456789abcdef", {}, 404, "not-found"),
        (Role.OFFICER, "GET", f"/v1/papers/{OWNER_NUMBER}", {}, 422, "request-invalid"),
        (Role.OFFICER, "GET", "/v1/nothing", {}, 404, "address-unknown"),
        (None, "GET", "/v1/papers/", {}, 404, "address-unknown"),
        (None, "GET", "/docs", {}, 404, "address-unknown"),
        (Role.OFFICER, "DELETE", "/v1/papers", {}, 405, "method-not-allowed"),
        (Role.OFFICER, "GET", "/v1/papers", {"params": {"limit": "0"}}, 422, "request-invalid"),
        (Role.OFFICER, "GET", "/v1/papers", {"params": {"owner": OWNER_NUMBER}}, 422, "request-invalid"),
        (
            Role.OFFICER,
            "POST",
            "/v1/reuse/lookup",
            {"content": b"{", "headers": {"Content-Type": "application/json"}},
            422,
            "request-invalid",
        ),
        (
            Role.OFFICER,
            "POST",
            "/v1/reuse/lookup",
            {"content": b"\xff", "headers": {"Content-Type": "application/json"}},
            422,
            "request-invalid",
        ),
        (Role.OFFICER, "POST", "/v1/reuse/lookup", {"content": b"owner"}, 422, "request-invalid"),
        (
            Role.OFFICER,
            "POST",
            "/v1/reuse/lookup",
            {"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}},
            422,
            "request-invalid",
        ),
        (None, "GET", "/v1/broken", {}, 500, "error"),
    ],
)
def test_every_error_has_the_same_body(
    service: Service, *, role: Role | None, method: str, path: str, request_: dict[str, object], status: int, code: str
) -> None:
    answer = service.call(role, method, path, **request_)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {key: type(value) for key, value in body.items() if key != "errors"} == BODY
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:sohoa:error:{code}")
    assert body["instance"] == f"urn:sohoa:request:{answer.headers['X-Request-Id']}"
    assert OWNER_NUMBER not in answer.text


def test_wrong_parts_are_named_and_not_repeated(service: Service) -> None:
    request = {**NEED, "procedure": "1" * 101, "dossier": [OWNER_NUMBER]}
    answer = service.call(Role.SYSTEM, "POST", "/v1/reuse/lookup", json=request)
    assert {e["field"] for e in answer.json()["errors"]} == {"body.procedure", "body.dossier"}
    assert OWNER_NUMBER not in answer.text


def test_method_not_allowed_names_all_methods_of_the_address(service: Service) -> None:
    answer = service.call(None, "PATCH", "/v1/batches")
    assert answer.headers["Allow"] == "GET, POST"
    assert "GET, POST" in answer.json()["detail"]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_of_ours_has_a_title(kind: type[SohoaError]) -> None:
    assert kind.status in problems._TITLES  # noqa: SLF001 - the table is complete or an error has no answer


def test_codes_name_one_class_each() -> None:
    codes = [kind.code for kind in every_error() if "code" in vars(kind)]
    assert len(codes) == len(set(codes))


def test_the_guide_lists_every_error_code() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "integrate.md").read_text(encoding="utf-8")
    kinds = [kind for kind in every_error() if "code" in vars(kind)]
    told = re.findall(r"^\| `[a-z-]+` \| \d{3} \|.*$", guide, re.MULTILINE)
    assert sorted(told) == sorted(f"| `{k.code}` | {k.status} | {k.exit_code} | {k.vi} | {k.en} |" for k in kinds)


def test_the_guide_knows_every_address_and_no_other(service: Service) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "integrate.md").read_text(encoding="utf-8")
    told = set(re.findall(r"/v1/[\w./-]+\w", guide))
    paths = (set(service.app.openapi()["paths"]) | {"/v1/openapi.json"}) - {"/v1/broken"}
    known = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in paths}
    assert {path for path, form in known.items() if any(form.fullmatch(t) for t in told)} == paths
    assert all(any(form.fullmatch(t) for form in known.values()) for t in told)


def test_every_answer_has_safe_headers(service: Service) -> None:
    for path in ("/v1/health", "/v1/openapi.json", "/v1/nothing", "/v1/broken"):
        answer = service.call(None, "GET", path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_an_unexpected_error_is_logged_by_kind_and_place_only(service: Service) -> None:
    with capture_logs() as logged:
        answer = service.call(None, "GET", "/v1/broken")
    (entry,) = (e for e in logged if e["event"] == "unexpected error")
    assert entry["kind"] == "RuntimeError"
    assert any(frame.endswith(" broken") for frame in entry["at"])
    assert entry["request"] == answer.headers["X-Request-Id"]
    assert "secret" not in str(logged) + answer.text


def test_logs_and_addresses_hold_no_personal_data(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    need = {**NEED, "note": "đăng ký thường trú"}
    with capture_logs() as logged, running(tmp_path) as service:
        batch = announce(service, Role.STATION, "log-1", "khai sinh.png")
        paper = keep_paper(service)
        found = service.call(Role.SYSTEM, "POST", "/v1/reuse/lookup", json=need)
        (given,) = (p for one in found.json()["paper_types"] for p in one["papers"])
        answers = [
            service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/khai sinh.png", content=png(77)),
            service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}"),
            service.call(Role.SYSTEM, "GET", given["file"]),
            service.call(Role.OFFICER, "GET", f"/v1/papers/{OWNER_NUMBER}"),
            service.call(Role.OFFICER, "GET", f"/v1/{OWNER_NUMBER}"),
            service.call(Role.OFFICER, "GET", "/v1/papers", params={"state": OWNER_NUMBER}),
            service.call(Role.OFFICER, "POST", "/v1/reuse/lookup", json={**need, "owner_number": OWNER_NUMBER + "9"}),
            service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/confirmation", json={"by": OWNER_NAME}),
        ]
        secrets = (OWNER_NUMBER, OWNER_NAME, "khai sinh", "khai%20sinh", *service.keys.values())
    assert [answer.status_code for answer in answers] == [201, 200, 200, 422, 404, 422, 422, 200]
    requests = [entry for entry in logged if entry["event"] == "request"]
    assert {answer.headers["X-Request-Id"] for answer in answers} <= {entry["request"] for entry in requests}
    assert {"method", "route", "status", "code", "caller", "role", "ms", "request"} <= set(requests[0])
    client = {"httpx", "httpcore"}
    ours = str(logged) + "".join(r.getMessage() for r in caplog.records if r.name.partition(".")[0] not in client)
    assert not [secret for secret in secrets if secret in ours]


def test_owner_numbers_have_no_place_in_addresses(service: Service) -> None:
    in_address = {
        parameter["name"]
        for path in service.app.openapi()["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] != "header"
    }
    papers = {"batch", "name", "paper", "link", "key", "state", "after", "before", "limit", "with_original"}
    others = {
        "period",
        "by",
        "under",
        "form",
        "dossier",
        "reference",
        "webhook",
        "kind",
        "wait",
        "grant",
        "upload",
        "page",
        "image",
        "lane",
        "going_on_since",
    }
    assert in_address == papers | others | {"upload", "page"}


def test_measurements_count_by_template_and_state(service: Service) -> None:
    paper = keep_paper(service)
    service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}")
    service.call(Role.OFFICER, "GET", f"/v1/{OWNER_NUMBER}")
    service.call(Role.OFFICER, "PROPFIND", "/v1/papers")
    answer = service.call(Role.ADMIN, "GET", "/v1/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    lines = answer.text.splitlines()
    assert any(re.fullmatch(r'sohoa_papers\{state="stored"\} [1-9]\d*\.0', line) for line in lines)
    assert 'sohoa_papers{state="quarantined"} 0.0' in lines
    assert any(
        line.startswith('sohoa_http_requests_total{method="GET",route="/v1/papers/{paper}",status="200"}')
        for line in lines
    )
    assert any('method="other"' in line for line in lines)
    assert any('route="unknown"' in line for line in lines)
    assert 'sohoa_papers_waiting{code="timestamp-unavailable"} 0.0' in lines
    assert any(re.fullmatch(r'sohoa_seal_days_left\{agency="H41.99"\} 18\d\d\.\d+', line) for line in lines)
    assert OWNER_NUMBER not in answer.text
    assert paper.id.value not in answer.text


def test_ready_names_the_parts_that_do_not_answer(tmp_path: Path) -> None:
    with running(tmp_path / "good") as service:
        assert service.call(None, "GET", "/v1/ready").json() == {"status": "ok"}
    with running(tmp_path / "bad", language="qqq") as service:
        answer = service.call(None, "GET", "/v1/ready")
        assert (answer.status_code, answer.json()["parts"]) == (503, ["tesseract"])
        assert answer.headers["Retry-After"]
        assert service.call(None, "GET", "/v1/health").status_code == 200


def test_the_description_is_openapi_3_1_and_names_roles_and_problems(service: Service) -> None:
    document = create_app(service.house, None).openapi()
    assert document["openapi"].startswith("3.1")
    operations = [(path, op) for path, methods in document["paths"].items() for op in methods.values()]
    assert all(path.startswith("/v1/") for path, _ in operations)
    for _, operation in operations:
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert bool(operation["x-roles"]) == ("security" in operation)
    assert service.call(None, "GET", "/v1/version").json()["version"] == document["info"]["version"]


def test_errors_module_draws_every_error() -> None:
    assert errors.__doc__ is not None
    for kind in every_error():
        assert re.search(rf"\b{kind.__name__}\b", errors.__doc__)
