"""``GET /v1/reviews``: the papers that wait for a person."""

from typing import Annotated, Literal

from fastapi import Query

from api.http.access import allow
from api.http.answers.people import ReviewQueue
from api.http.deps import HouseDep, PageSize
from api.http.reading import new_router
from api.http.views import waiting_paper_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier.lanes import Lane
from dossier.papers import PaperState
from ingest.people.second_person import critical_fields
from storage.under_way import claims

router = new_router()


@router.get("/v1/reviews", response_model=ReviewQueue, summary="Hàng chờ xem / What waits for a person")
def list_reviews(
    *,
    caller: Annotated[Caller, allow(Role.OFFICER)],
    house: HouseDep,
    limit: PageSize = 50,
    state: Annotated[Literal[PaperState.READY, PaperState.NEEDS_REVIEW] | None, Query()] = None,
    lane: Annotated[Lane | None, Query()] = None,
) -> Json:
    """List what waits, by lane and age, and who has what in hand; nothing of what papers say.

    The counts are of all that waits, however little is listed.
    """
    waiting = claims.queue(
        house.catalogue,
        states=(state,) if state else claims.WAITING,
        limit=limit,
        lanes=(lane,) if lane else tuple(Lane),
        person=caller.person or "",
        account=caller.account,
        critical=critical_fields(house),
    )
    counts = claims.count(house.catalogue)
    return {
        "ready": counts[PaperState.READY],
        "needs_review": counts[PaperState.NEEDS_REVIEW],
        "papers": [waiting_paper_json(paper, caller) for paper in waiting],
    }
