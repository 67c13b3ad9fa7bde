"""``PATCH /v1/uploads/{upload}``: the next bytes of a file. With the last one the file is received."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Header, Request, Response, status
from starlette.concurrency import run_in_threadpool

from api.http import tus
from api.http.access import allow
from api.http.deps import HouseDep, WorkDep
from api.http.reading import new_router
from api.keys import Caller, Role
from dossier.errors import FileDiffers, OffsetDiffers, WrongMediaType
from ingest.intake import uploads

router = new_router()


@router.patch(
    "/v1/uploads/{upload}",
    dependencies=[tus.spoken],
    status_code=status.HTTP_204_NO_CONTENT,
    responses={204: {"description": "Đã lưu; Upload-Offset: byte tiếp theo / Kept; the next byte"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {tus.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    summary="Gửi phần tiếp theo của tệp / Send the next bytes of a file",
)
async def append_upload(
    *,
    request: Request,
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)],
    house: HouseDep,
    work: WorkDep,
    upload: tus.UploadIdPath,
    offset: Annotated[int, Header(alias="Upload-Offset", ge=0)],
    content_type: Annotated[str, Header(alias="Content-Type", include_in_schema=False)] = "",
    checksum: Annotated[str | None, Header(alias="Upload-Checksum", max_length=200)] = None,
) -> Response:
    """Keep what arrives while it arrives: where the line breaks, all but the last bytes are kept.

    Bytes sent with a checksum are kept together, or not at all.
    """
    if content_type.partition(";")[0].strip().lower() != tus.MEDIA_TYPE:
        raise WrongMediaType(expected=tus.MEDIA_TYPE)
    found = await run_in_threadpool(tus.upload_for, house, caller, upload)
    if offset != found.offset:
        raise OffsetDiffers(offset=found.offset)
    await run_in_threadpool(tus.require_room, house, found)
    arriving = tus.pieces(request)
    if checksum is not None:
        arriving = _checked(arriving, checksum, found.begun.size - found.offset)
    async for piece in arriving:
        found = await run_in_threadpool(uploads.append, house, found, piece)
    if found.is_complete:
        received = await run_in_threadpool(uploads.finish, house, found)
        if work:
            await run_in_threadpool(work.start, received.paper.id)
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers=tus.headers(found))


async def _checked(arriving: AsyncIterator[bytes], checksum: str, most: int) -> AsyncIterator[bytes]:
    """Yield all that arrives as one piece, if it has its checksum.

    Raises:
        ChecksumDiffers: It has not. FileDiffers: It is more than ``most`` bytes.
    """
    kept = bytearray()
    async for piece in arriving:
        kept += piece
        if len(kept) > most:
            raise FileDiffers
    tus.require_checksum(checksum, bytes(kept))
    yield bytes(kept)
