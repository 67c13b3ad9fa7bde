"""``GET /v1/grants``: who may be given what, revoked grants too."""

from typing import Annotated

from fastapi import Query

from api.granting import grants_shown
from api.http.access import allow
from api.http.answers.grants import Grants
from api.http.deps import HouseDep, PageSize
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.access import grant_json

router = new_router()


@router.get("/v1/grants", response_model=Grants, summary="Danh sách quyền được cấp / List grants")
def list_grants(
    caller: Annotated[Caller, allow(Role.ADMIN, Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    after: Annotated[str | None, Query(pattern=r"^[0-9a-z-]{1,64}$", description="'next' of the answer before")] = None,
    limit: PageSize = 100,
) -> Json:
    """List the grants in the order in which they were given."""
    owners = caller.role is not Role.ADMIN  # whose papers a grant lets be given is no matter of the administrator's
    found = grants_shown(house, owners=owners, actor=caller.name, limit=limit, after=after)
    return {
        "grants": [grant_json(one, owner=owners) for one in found],
        "next": found[-1].id if len(found) == limit else None,
    }
