"""``GET /v1/papers/{paper}/pages/{page}/picture``: a page as it is archived, for a person who compares."""

from typing import Annotated

from fastapi import Path, Query, Response

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import new_router
from api.keys import Caller, Role
from ingest.scan.crop import PageKind, page_picture

router = new_router()
_LAST_PAGE = 10_000


@router.get(
    "/v1/papers/{paper}/pages/{page}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "image/png": {}}, "description": "Ảnh trang / The page"}},
    summary="Xem ảnh một trang / See a page",
)
def get_page_picture(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    paper: PaperIdPath,
    page: Annotated[int, Path(ge=1, le=_LAST_PAGE)],
    image: Annotated[PageKind, Query()] = PageKind.MASTER,
) -> Response:
    """Return the master of a page: upright and in colour. Boxes of fields are in its pixels.

    Until the paper is stored ``image`` has it also as it came, or as the reader saw it, of the master's size.
    """
    picture, media_type = page_picture(house, paper, page, image)
    note_read(house, caller, paper)
    return Response(picture, media_type=media_type)
