"""``GET /v1/metrics``: measurements for Prometheus, which sends a key like everybody else."""

from fastapi import Request, Response

from api.http.access import allow
from api.http.metrics import MEDIA_TYPE, Metrics
from api.http.reading import new_router
from api.keys import Role

router = new_router()


@router.get(
    "/v1/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus"}},
    dependencies=[allow(Role.AUDITOR, Role.ADMIN)],
    summary="Số đo / Measurements",
)
def show_metrics(request: Request) -> Response:
    """Return papers by state, and requests by route."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(), media_type=MEDIA_TYPE)
