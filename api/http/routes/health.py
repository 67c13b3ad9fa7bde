"""``GET /v1/health``: the process answers. Nothing else is looked at, so that a broken part does not get it killed."""

from api.http.access import public
from api.http.answers.service import Alive
from api.http.reading import new_router
from api.shapes import Json

router = new_router()


@router.get("/v1/health", response_model=Alive, dependencies=[public], summary="Dịch vụ đang chạy / Liveness")
def health() -> Json:
    """Answer."""
    return {"status": "ok"}
