"""``GET /v1/reviews``: the papers that wait for a person."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.people import ReviewQueue
from api.http.deps import HouseDep, PageSize
from api.http.reading import new_router
from api.http.views import waiting_paper_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier.papers import PaperState
from storage import claims

router = new_router()


@router.get("/v1/reviews", response_model=ReviewQueue, summary="Hàng chờ xem / What waits for a person")
def list_reviews(caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, limit: PageSize = 50) -> Json:
    """List what waits, by lane and age, and who has what in hand; nothing of what papers say."""
    counts = claims.count(house.catalogue)
    return {
        "ready": counts[PaperState.READY],
        "needs_review": counts[PaperState.NEEDS_REVIEW],
        "papers": [
            waiting_paper_json(paper, claim, caller) for paper, claim in claims.queue(house.catalogue, limit=limit)
        ],
    }
