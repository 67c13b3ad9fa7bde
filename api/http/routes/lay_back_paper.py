"""``DELETE /v1/papers/{paper}/claim``: lay a paper back."""

from typing import Annotated

from fastapi import Response, status

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath
from api.http.reading import new_router
from api.keys import Caller, Role
from storage.under_way import claims

router = new_router()


@router.delete(
    "/v1/papers/{paper}/claim", status_code=status.HTTP_204_NO_CONTENT, summary="Trả lại giấy tờ / Lay a paper back"
)
def lay_back_paper(caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath) -> Response:
    """Let others have a paper; one that is not in hand stays as it is."""
    claims.release(house.catalogue, house.catalogue.paper(paper).id, actor=caller.name)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
