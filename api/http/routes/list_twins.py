"""``POST /v1/twins``: which components of a procedure an owner need not hand in, for a station before it scans.

A station is told as little as of the files it announces: whether the store has a usable paper, and of which day.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.batches import KeptComponents
from api.http.deps import HouseDep
from api.http.reading import Code, new_router
from api.keys import Caller, Role
from api.shapes import Json
from dossier.identifiers import DossierNumber, ProcedureCode, parse_owner_number
from dossier.procedures import find_procedure
from ingest.intake.twins import component_twins, tell

router = new_router()


class WhoseComponents(BaseModel):
    """Chủ giấy tờ, hồ sơ, thủ tục. / Whose papers, for which dossier of which procedure."""

    model_config = ConfigDict(extra="forbid")

    owner_number: Annotated[Code, Field(examples=["001190012345"])]
    dossier: Annotated[Code, Field(examples=[DossierNumber.example])]
    procedure: Annotated[Code, Field(examples=[ProcedureCode.example])]


@router.post(
    "/v1/twins",
    response_model=KeptComponents,
    summary="Thành phần hồ sơ kho đã có / Components that the store has already",
)
def list_twins(
    body: WhoseComponents, caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)], house: HouseDep
) -> Json:
    """Say of each component whether a paper of the owner's serves that can be used again today, and its day."""
    dossier, procedure = DossierNumber.parse(body.dossier), ProcedureCode.parse(body.procedure)
    owner = parse_owner_number(body.owner_number)
    found = component_twins(house, owner, find_procedure(house.procedures, procedure))
    tell(house, (twin for _, twin in found if twin), actor=caller.name, dossier=dossier)
    components = [
        {
            "code": component.code,
            "name": component.name_vi,
            "name_en": component.name_en,
            "in_store": twin is not None,
            "issued_on": twin.paper.issued_on.isoformat() if twin and twin.paper.issued_on else None,
        }
        for component, twin in found
    ]
    return {"components": components}
