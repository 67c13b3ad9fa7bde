"""``GET /v1/disposals``: what waits for a second person, or for the object store."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.retention import Disposals
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import disposal_json
from storage.disposal import disposals

router = new_router()


@router.get("/v1/disposals", response_model=Disposals, summary="Đề nghị tiêu hủy chưa xong / Open disposals")
def list_disposals(_caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep) -> Json:
    """Return the disposals that are not done, the oldest first."""
    return {"disposals": [disposal_json(one) for one in disposals(house.catalogue, unfinished=True)]}
