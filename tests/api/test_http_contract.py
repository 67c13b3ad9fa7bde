"""The service keeps to its own OpenAPI document, whatever is sent."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.http import tus
from tests.api.http_service import Service, running
from tests.api.test_http_access import WHO_MAY

DESCRIBED = sorted(set(WHO_MAY) - {("GET", "/v1/openapi.json")})
TRIED = [
    (*route, mode)
    for route in DESCRIBED
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or WHO_MAY[route]  # public ones take nothing that could be wrong
]
MORE_THAN_A_SCHEMA_SAYS = [positive_data_acceptance]
"""Whether an owner number or a paper type exists is no matter of form, so well-formed requests may be refused."""


schemathesis.serializer.alias(tus.MEDIA_TYPE, "application/octet-stream")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house"), max_upload_bytes=100_000) as service:
        service.app.state.watch.close()  # nobody waits for changes here
        service.app.state.batch_watch.close()
        yield service


@pytest.fixture(scope="module")
def document(service: Service) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{service.url}/v1/openapi.json")


@pytest.mark.parametrize(("method", "path", "mode"), TRIED)
def test_answers_are_as_described(
    service: Service, document: schemathesis.BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    operation = document[path][method]
    roles = WHO_MAY[method, path]
    headers = {"Tus-Resumable": tus.VERSION}  # without it uploads are answered 412, whatever else they say
    headers |= {"Authorization": f"Bearer {service.keys[min(roles)]}"} if roles else {}

    @settings(max_examples=15, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, excluded_checks=MORE_THAN_A_SCHEMA_SAYS)

    check()
