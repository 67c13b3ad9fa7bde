"""``HEAD /v1/papers/{paper}/file``: what the sealed PDF is, without its bytes."""

from typing import Annotated

from fastapi import Response

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.fetching import WantedDep, described
from api.http.reading import new_router
from api.http.routes.get_file import sealed_for
from api.keys import Caller, Role

router = new_router()


@router.head(
    "/v1/papers/{paper}/file",
    response_class=Response,
    responses={
        200: {"description": "Kích thước và mã băm / Size and hash"},
        304: {"description": "Không thay đổi / Not modified"},
    },
    summary="Thông tin về tệp PDF đã ký số / What the sealed PDF is",
)
def head_file(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.SYSTEM, Role.AUDITOR)],
    house: HouseDep,
    paper: PaperIdPath,
    wanted: WantedDep,
) -> Response:
    """Return the headers that ``GET`` would send with the whole file."""
    response = described(sealed_for(house, caller, paper), f"{paper}.pdf", wanted)
    note_read(house, caller, paper)
    return response
