"""``GET /v1/grants``: who may be given what, revoked grants too."""

from typing import Annotated

from api.http.access import Caller, Role, allow
from api.http.answers.grants import Grants
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.http.views import grant_json
from api.shapes import Json
from storage.grants import grants

router = new_router()


@router.get("/v1/grants", response_model=Grants, summary="Danh sách quyền được cấp / List grants")
def list_grants(caller: Annotated[Caller, allow(Role.ADMIN, Role.OFFICER, Role.AUDITOR)], house: HouseDep) -> Json:
    """List the grants in the order in which they were given."""
    return {"grants": [grant_json(one, caller.role) for one in grants(house.catalogue)]}
