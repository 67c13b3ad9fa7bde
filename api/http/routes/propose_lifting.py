"""``POST /v1/papers/{paper}/holds/lifting``: the first of two persons asks that the holds of a paper be lifted."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.retention import KeptPaper
from api.http.deps import HouseDep, PaperIdPath
from api.http.reading import PersonName, Words, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import kept_json
from ingest.upkeep import disposal

router = new_router()


class LiftingProposal(BaseModel):
    """Ai đề nghị gỡ, theo quyết định của ai, vì sao. / Who asks for it, on whose order, and why."""

    model_config = ConfigDict(extra="forbid")

    by: PersonName
    authority: Words
    reason: Words


@router.post(
    "/v1/papers/{paper}/holds/lifting",
    response_model=KeptPaper,
    summary="Đề nghị gỡ lệnh tạm giữ / Propose to lift the holds",
)
def propose_lifting(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    paper: PaperIdPath,
    body: LiftingProposal,
) -> Json:
    """Ask for it; the holds last until a second person agrees. Of a paper under none nothing changes."""
    disposal.propose_lifting(
        house, paper, person=body.by, authority=body.authority, reason=body.reason, actor=caller.name
    )
    return kept_json(house, house.catalogue.paper(paper))
