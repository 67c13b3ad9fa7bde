"""``POST /v1/papers/{paper}/holds``: nobody disposes of a paper while it is under a legal hold."""

from typing import Annotated

from fastapi import status
from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.retention import KeptPaper
from api.http.deps import HouseDep, PaperIdPath
from api.http.reading import PersonName, Words, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import kept_json
from ingest.upkeep.disposal import hold

router = new_router()


class NewHold(BaseModel):
    """Ai tạm giữ, theo yêu cầu của ai, vì sao. / Who holds it, on whose order, and why."""

    model_config = ConfigDict(extra="forbid")

    by: PersonName
    authority: Words
    reason: Words


@router.post(
    "/v1/papers/{paper}/holds",
    response_model=KeptPaper,
    status_code=status.HTTP_201_CREATED,
    summary="Tạm giữ giấy tờ / Place a legal hold",
)
def hold_paper(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath, body: NewHold
) -> Json:
    """Place a hold; it lasts until it is lifted, whatever the paper's retention."""
    hold(house, paper, person=body.by, authority=body.authority, reason=body.reason, actor=caller.name)
    return kept_json(house, house.catalogue.paper(paper))
