"""``GET /v1/disposals``: what waits for a second person, or for the object store."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.retention import Disposals
from api.http.deps import AfterPaper, HouseDep, PageSize
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import disposal_json
from storage.lifecycle.disposal import disposals

router = new_router()


@router.get("/v1/disposals", response_model=Disposals, summary="Đề nghị tiêu hủy chưa xong / Open disposals")
def list_disposals(
    _caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    after: AfterPaper,
    limit: PageSize = 100,
) -> Json:
    """Return the disposals that are not done, the oldest first."""
    found = disposals(house.catalogue, unfinished=True, limit=limit, after=after)
    return {
        "disposals": [disposal_json(one) for one in found],
        "next": found[-1].paper.value if len(found) == limit else None,
    }
