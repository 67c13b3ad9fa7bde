"""``OPTIONS /v1/uploads``: what of the upload protocol is spoken here."""

from fastapi import Response

from api.http import tus
from api.http.access import public
from api.http.deps import HouseDep
from api.http.reading import new_router

router = new_router()


@router.options(
    "/v1/uploads",
    dependencies=[public],
    response_class=Response,
    responses={200: {"description": "Tus-Version, Tus-Extension, Tus-Checksum-Algorithm, Tus-Max-Size"}},
    summary="Giao thức tải lên / The upload protocol",
)
async def upload_options(house: HouseDep) -> Response:
    """Tell version, extensions, checksums and the largest file (tus 1.0.0, OPTIONS)."""
    return Response(
        headers={
            "Tus-Resumable": tus.VERSION,
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
            "Tus-Max-Size": str(house.limits.max_bytes),
        }
    )
