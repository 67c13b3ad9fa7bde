"""``GET /v1/batches``: batches, newest first; a station sees its own."""

from typing import Annotated

from fastapi import Query

from api.http.access import allow
from api.http.answers.batches import BatchPage
from api.http.deps import BATCH_ID, HouseDep, PageSize
from api.http.reading import Day, new_router
from api.http.views import batch_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier import times
from dossier.lanes import Lane

router = new_router()


@router.get("/v1/batches", response_model=BatchPage, summary="Danh sách lô / List batches")
def list_batches(
    *,
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    before: Annotated[str | None, Query(pattern=f"^{BATCH_ID}$", description="'next' of the answer before")] = None,
    lane: Lane | None = None,
    going_on_since: Annotated[Day | None, Query(description="chỉ lô chưa xong / only those not at their end")] = None,
    limit: PageSize = 50,
) -> Json:
    """List batches: of one lane, or those announced since a day in Vietnam of which something still changes."""
    since, _ = times.span(going_on_since, None)
    own = caller.name if caller.role is Role.STATION else None
    batches = house.catalogue.batches(limit=limit, before=before, station=own, lane=lane, going_on_since=since)
    return {
        "batches": [batch_json(batch) for batch in batches],
        "next": batches[-1].id if len(batches) == limit else None,
    }
