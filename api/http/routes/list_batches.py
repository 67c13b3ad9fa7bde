"""``GET /v1/batches``: all batches, newest first. A station knows its own, and asks for each by its identifier."""

from typing import Annotated

from fastapi import Query

from api.http.access import allow
from api.http.answers.batches import BatchPage
from api.http.deps import BATCH_ID, HouseDep, PageSize
from api.http.reading import new_router
from api.http.views import batch_json
from api.keys import Role
from api.shapes import Json

router = new_router()


@router.get(
    "/v1/batches",
    response_model=BatchPage,
    dependencies=[allow(Role.OFFICER, Role.AUDITOR)],
    summary="Danh sách lô / List batches",
)
def list_batches(
    house: HouseDep,
    before: Annotated[str | None, Query(pattern=f"^{BATCH_ID}$", description="'next' of the answer before")] = None,
    limit: PageSize = 50,
) -> Json:
    """List batches."""
    batches = house.catalogue.batches(limit=limit, before=before)
    return {
        "batches": [batch_json(batch) for batch in batches],
        "next": batches[-1].id if len(batches) == limit else None,
    }
