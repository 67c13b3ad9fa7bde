"""``GET /v1/papers/{paper}/fields/{key}/picture``: what a person looks at to read a field by eye."""

from typing import Annotated

from fastapi import Path, Response

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import FIELD_KEY, new_router
from api.keys import Caller, Role
from ingest.scan.crop import field_picture

router = new_router()


@router.get(
    "/v1/papers/{paper}/fields/{key}/picture",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}, "description": "Ảnh của trường / The field's picture"}},
    summary="Xem ảnh của một trường / See a field's picture",
)
def get_field_picture(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    paper: PaperIdPath,
    key: Annotated[str, Path(pattern=FIELD_KEY, examples=["document_number"])],
) -> Response:
    """Return a field and what stands around it, until the paper is stored: handwriting is read here by a person."""
    picture = field_picture(house, paper, key)
    note_read(house, caller, paper)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})
