"""``POST /v1/papers/{paper}/holds/lifting/approval``: the second person agrees, and the holds of a paper end."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.retention import KeptPaper
from api.http.deps import HouseDep, PaperIdPath
from api.http.reading import PersonName, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import kept_json
from ingest.upkeep.disposal import lift

router = new_router()


class LiftingApproval(BaseModel):
    """Người thứ hai đồng ý gỡ. / The second person who agrees."""

    model_config = ConfigDict(extra="forbid")

    by: PersonName


@router.post(
    "/v1/papers/{paper}/holds/lifting/approval",
    response_model=KeptPaper,
    summary="Đồng ý gỡ lệnh tạm giữ / Agree to lift the holds",
)
def lift_holds(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    paper: PaperIdPath,
    body: LiftingApproval,
) -> Json:
    """Agree, as another person with another key than asked for it; a hold that came since stays."""
    lift(house, paper, person=body.by, actor=caller.name)
    return kept_json(house, house.catalogue.paper(paper))
