"""``POST /v1/papers/{paper}/disposal/approval``: the second person agrees, and the paper is destroyed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.retention import Disposal
from api.http.deps import HouseDep, PaperIdPath
from api.http.reading import PersonName, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import disposal_json
from ingest.upkeep.disposal import approve

router = new_router()


class Approval(BaseModel):
    """Người thứ hai đồng ý. / The second person who agrees."""

    model_config = ConfigDict(extra="forbid")

    by: PersonName


@router.post(
    "/v1/papers/{paper}/disposal/approval", response_model=Disposal, summary="Đồng ý tiêu hủy / Agree to a disposal"
)
def approve_disposal(
    caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath, body: Approval
) -> Json:
    """Agree, as another person with another key than the proposal's; what is left is a tombstone."""
    return disposal_json(approve(house, paper, person=body.by, actor=caller.name))
