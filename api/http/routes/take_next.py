"""``POST /v1/reviews/next``: take the first paper that waits in hand, by lane and age."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.people import Taken
from api.http.deps import HouseDep, note_read
from api.http.reading import new_router
from api.http.views import taken_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier.identifiers import PaperId
from dossier.lanes import Lane
from dossier.papers import PaperState
from ingest.people.second_person import critical_fields
from storage.under_way import claims

router = new_router()
_MOST_SKIPPED = 200


class Wanted(BaseModel):
    """Lấy giấy tờ nào. / Which papers are wanted, and which were laid aside."""

    model_config = ConfigDict(extra="forbid")

    state: Literal[PaperState.READY, PaperState.NEEDS_REVIEW] | None = None
    lane: Lane | None = None
    skip: Annotated[list[Annotated[str, Field(pattern=f"^{PaperId.pattern}$")]], Field(max_length=_MOST_SKIPPED)] = []


@router.post("/v1/reviews/next", response_model=Taken, summary="Nhận giấy tờ tiếp theo / Take the next paper in hand")
def take_next(caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, body: Wanted) -> Json:
    """Take in hand the first paper that nobody else has: until it is decided, laid back, or untouched for a while.

    A paper of which the caller corrected a critical field is left to others, where a second person must confirm it.
    """
    states = (body.state,) if body.state else claims.WAITING
    skip = [PaperId(paper) for paper in body.skip]
    claim = claims.claim_next(
        house.catalogue,
        states=states,
        actor=caller.name,
        person=caller.person or "",
        account=caller.account,
        lanes=(body.lane,) if body.lane else tuple(Lane),
        skip=skip,
        critical=critical_fields(house),
    )
    if claim is None:
        return {"claim": None, "corrected": [], "papers": []}
    note_read(house, caller, claim.paper)
    return taken_json(claim, caller, house)
