"""``DELETE /v1/uploads/{upload}``: give an upload up."""

from typing import Annotated

from fastapi import Response, status

from api.http import tus
from api.http.access import allow
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import Caller, Role
from ingest.intake import uploads

router = new_router()


@router.delete(
    "/v1/uploads/{upload}",
    dependencies=[tus.spoken],
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Bỏ một lần tải lên / Give an upload up",
)
def drop_upload(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)], house: HouseDep, upload: tus.UploadIdPath
) -> Response:
    """Forget what was sent of a file in pieces; a file that was received stays."""
    uploads.drop(house, tus.upload_for(house, caller, upload).id)
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers={"Tus-Resumable": tus.VERSION})
