"""``GET /v1/openapi.json``: this API described. There is no page about it: such pages load code from elsewhere."""

from fastapi import Request
from fastapi.responses import JSONResponse

from api.http.access import public
from api.http.reading import new_router

router = new_router()


@router.get("/v1/openapi.json", include_in_schema=False, dependencies=[public])
def openapi(request: Request) -> JSONResponse:
    """Return the OpenAPI 3.1 document."""
    return JSONResponse(request.app.openapi())
