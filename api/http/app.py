"""The application: routes, access, problems and measurements put together."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.desks import entry, pages
from api.http import problems
from api.http.access import declared_roles
from api.http.answers.service import Problem
from api.http.batch_watch import BatchWatch
from api.http.metrics import Metrics
from api.http.observe import Observe
from api.http.rates import Allowances, Refusals
from api.http.routes import ROUTERS
from api.http.routes.ready import Readiness
from api.http.watch import Watch
from api.oidc import issuer_of
from api.oidc_client import client_of
from ingest.house import House
from ingest.reports.operations import Watched
from ingest.work import Work

_DESCRIPTION = """\
Số hóa giấy tờ của hồ sơ thủ tục hành chính: nhận bản quét, đọc, ký số, lưu kho và dùng lại.
/ Digitizes the papers of administrative dossiers: takes scans in, reads, seals, stores, and gives them out again.
"""
_BURST_S = 5.0
"""Seconds' worth of requests that a key may send at once."""
_PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Lỗi / Problem (RFC 9457)",
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


def create_app(house: House, work: Work | None) -> FastAPI:
    """Return the API.

    Args:
        house: The parts. Those every request needs are opened here, before the first request can come.
        work: The queue for papers; ``None`` leaves it to another process to notice what is to be done.

    Raises:
        ConfigurationError: A route does not declare who may call it, or the settings contradict each other.
        StoreUnavailable: The catalogue or the object store cannot be opened.
    """
    app = FastAPI(
        title="sohoa",
        version=version("sohoa"),
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=_PROBLEM,
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(pages.router)
    app.include_router(entry.router)
    problems.install(app)

    # Opened before there are threads: two first requests would each open their own.
    app.state.house, app.state.work = house, work
    app.state.issuer = issuer_of(house.settings)
    app.state.client = client_of(house.settings, app.state.issuer)
    settings = house.settings
    app.state.allowances = Allowances(settings.rate_per_key, max(1.0, _BURST_S * settings.rate_per_key))
    by_address = Allowances(settings.refusals_per_minute / 60, max(1.0, settings.refusals_per_minute))
    app.state.sign_ins = Allowances(by_address.per_second, by_address.burst)
    app.state.refusals = Refusals(by_address, lambda count: _tell_refusals(house, count))
    _ = (
        house.objects,
        house.gate,
        house.paper_types,
        house.procedures,
        house.units,
        house.limits,
        house.readers.tesseract,
        house.trust,
        house.seals,
    )
    app.state.metrics = Metrics(house)
    app.state.readiness = Readiness(house)
    app.state.operations = Watched(house.catalogue)
    app.state.watch = Watch(house.catalogue)
    app.state.batch_watch = BatchWatch(house.catalogue)
    app.add_middleware(Observe, metrics=app.state.metrics)
    _complete_description(app)
    return app


def _tell_refusals(house: House, count: int) -> None:
    """Record how often callers without a valid key were refused; nothing of who they are."""
    house.catalogue.record("access", "access.refused", "service", {"count": str(count)})


def _complete_description(app: FastAPI) -> None:
    """Add to the OpenAPI document what FastAPI cannot know: who may call a route, and the shape of problems."""
    document = app.openapi()
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
    for route in iter_route_contexts(app.routes):
        roles = sorted(declared_roles(route.dependant))
        for method in route.methods or ():
            operation = document["paths"].get(route.path, {}).get(method.lower(), {})
            operation["x-roles"] = roles
