"""``POST /v1/papers/{paper}/holds/lifting``: the holds of a paper end."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.retention import KeptPaper
from api.http.deps import HouseDep, PaperIdPath
from api.http.reading import PersonName, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import kept_json
from ingest.disposal import lift

router = new_router()


class Lifting(BaseModel):
    """Ai gỡ lệnh tạm giữ. / Who lifts the holds."""

    model_config = ConfigDict(extra="forbid")

    by: PersonName


@router.post("/v1/papers/{paper}/holds/lifting", response_model=KeptPaper, summary="Gỡ lệnh tạm giữ / Lift the holds")
def lift_holds(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath, body: Lifting
) -> Json:
    """Lift all holds of a paper; lifting none changes nothing."""
    lift(house, paper, person=body.by, actor=caller.name)
    return kept_json(house, house.catalogue.paper(paper))
