"""``HEAD /v1/uploads/{upload}``: how far an upload is."""

from typing import Annotated

from fastapi import Response

from api.http import tus
from api.http.access import allow
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import Caller, Role

router = new_router()


@router.head(
    "/v1/uploads/{upload}",
    dependencies=[tus.spoken],
    response_class=Response,
    responses={200: {"description": "Upload-Offset: byte tiếp theo / the next byte"}},
    summary="Đã nhận đến đâu / How far an upload is",
)
def show_upload(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)], house: HouseDep, upload: tus.UploadIdPath
) -> Response:
    """Tell from which byte to go on; a file that was received is complete."""
    return Response(headers=tus.headers(tus.upload_for(house, caller, upload)))
