"""``GET /v1/version``: what is running."""

from fastapi import Request

from api.http.access import public
from api.http.answers.service import Version
from api.http.reading import new_router
from api.shapes import Json

router = new_router()


@router.get("/v1/version", response_model=Version, dependencies=[public], summary="Phiên bản / Version")
def show_version(request: Request) -> Json:
    """Name the product and its version."""
    return {"name": "sohoa", "version": request.app.version, "api": "v1"}
