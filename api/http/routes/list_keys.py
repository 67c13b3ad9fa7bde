"""``GET /v1/keys``: the access keys, revoked ones too, without their secrets."""

from typing import Annotated

from fastapi import Query

from api.http.access import allow
from api.http.answers.keys import Keys
from api.http.deps import HouseDep, PageSize
from api.http.reading import new_router
from api.keys import NAME, Role
from api.shapes import Json
from api.shapes.access import key_json

router = new_router()


@router.get(
    "/v1/keys",
    response_model=Keys,
    dependencies=[allow(Role.ADMIN)],
    summary="Danh sách khóa truy cập / List access keys",
)
def list_keys(
    house: HouseDep,
    after: Annotated[str | None, Query(pattern=f"^{NAME}$", description="'next' of the answer before")] = None,
    limit: PageSize = 100,
) -> Json:
    """List the keys by name."""
    found = house.catalogue.keys(limit=limit, after=after)
    return {"keys": [key_json(key) for key in found], "next": found[-1].name if len(found) == limit else None}
