"""``POST /v1/papers/{paper}/disposal``: the first of two persons says that a paper need not be kept any more."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.retention import Disposal
from api.http.deps import HouseDep, PaperIdPath
from api.http.reading import PersonName, Words, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import disposal_json
from ingest.upkeep.disposal import propose

router = new_router()


class Proposal(BaseModel):
    """Ai đề nghị tiêu hủy, vì sao. / Who proposes the disposal, and why."""

    model_config = ConfigDict(extra="forbid")

    by: PersonName
    reason: Words


@router.post("/v1/papers/{paper}/disposal", response_model=Disposal, summary="Đề nghị tiêu hủy / Propose a disposal")
def propose_disposal(
    caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath, body: Proposal
) -> Json:
    """Propose it; nothing is deleted. Proposing again returns the first proposal."""
    return disposal_json(propose(house, paper, person=body.by, reason=body.reason, actor=caller.name))
