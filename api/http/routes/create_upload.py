"""``POST /v1/batches/{batch}/uploads``: begin to send an announced file in pieces, or find what was begun."""

from typing import Annotated

from fastapi import Header, Response, status

from api.http import tus
from api.http.access import allow
from api.http.deps import BatchIdPath, HouseDep, WorkDep, batch_for
from api.http.reading import new_router
from api.keys import Caller, Role
from ingest.intake import uploads

router = new_router()


@router.post(
    "/v1/batches/{batch}/uploads",
    dependencies=[tus.spoken],
    response_class=Response,
    status_code=status.HTTP_201_CREATED,
    responses={201: {"description": "Gửi các phần tới Location / Send the pieces to Location"}},
    summary="Bắt đầu gửi một tệp từng phần / Begin a resumable upload",
)
def create_upload(
    *,
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)],
    house: HouseDep,
    work: WorkDep,
    batch: BatchIdPath,
    length: Annotated[int, Header(alias="Upload-Length", ge=0)],
    metadata: Annotated[str, Header(alias="Upload-Metadata", max_length=1000, examples=["filename MDAxLnBkZg=="])],
) -> Response:
    """Begin, or go on: whoever lost the address of an upload gets it again, with how far it is."""
    house.gate.require_room(batch_for(house, caller, batch).lane)
    upload = uploads.begin(house, batch, tus.file_name(metadata), length)
    if upload.is_complete:
        received = uploads.finish(house, upload)
        if work:
            work.start(received.paper.id)
    location = {"Location": f"/v1/uploads/{upload.id}"}
    return Response(status_code=status.HTTP_201_CREATED, headers=tus.headers(upload) | location)
