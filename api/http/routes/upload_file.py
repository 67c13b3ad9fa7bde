"""``PUT /v1/batches/{batch}/files/{name}``: the bytes of an announced file. Sending them again is harmless."""

from typing import Annotated

from fastapi import Path, Response, status

from api.http.access import allow
from api.http.answers.batches import Receipt
from api.http.deps import BatchIdPath, HouseDep, WorkDep, batch_for
from api.http.reading import FILE_BODY, FileBody, new_router
from api.keys import Caller, Role
from api.shapes import Json, twin_json
from dossier.papers import PaperState
from dossier.text import nfc
from ingest.intake.receive import receive

router = new_router()


@router.put(
    "/v1/batches/{batch}/files/{name}",
    response_model=Receipt,
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": Receipt, "description": "Đã có từ trước / These bytes were there already"}},
    openapi_extra=FILE_BODY,
    summary="Gửi một tệp / Upload a file",
)
def upload_file(
    *,
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)],
    house: HouseDep,
    work: WorkDep,
    batch: BatchIdPath,
    name: Annotated[str, Path(max_length=120)],
    data: FileBody,
    response: Response,
) -> Json:
    """Keep a file; once this answers 201, its bytes are safe and its preparation is queued."""
    house.gate.require_room(batch_for(house, caller, batch).lane)
    received = receive(house, batch, nfc(name), data)
    if work:
        work.start(received.paper.id)
    # Bytes that were rejected before duplicate no paper, yet sending them again makes nothing new either.
    known = received.duplicate or received.paper.state is not PaperState.RECEIVED
    if known:
        response.status_code = status.HTTP_200_OK
    return {
        "name": received.name,
        "paper": received.paper.id.value,
        "state": received.paper.state.value,
        "duplicate": known,
        "sha256": received.paper.original.sha256,
        "size": received.paper.original.size,
        "twins": [twin_json(twin) for twin in received.twins],
    }
