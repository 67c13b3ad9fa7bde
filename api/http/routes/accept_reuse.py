"""``POST /v1/reuse``: a paper of the store stands in a dossier in place of one handed in again."""

from typing import Annotated

from fastapi import status
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.reuses import AcceptedReuse
from api.http.deps import HouseDep
from api.http.reading import Code, PersonName, Words, new_router
from api.http.views import reuse_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier.accepted import Use
from dossier.identifiers import DossierNumber, PaperId, ProcedureCode
from ingest.reuse.accepting import Wanted, accept

router = new_router()


class ReuseAccepted(BaseModel):
    """Giấy tờ nào được dùng lại cho hồ sơ nào. / Which paper stands in which dossier, and who says so."""

    model_config = ConfigDict(extra="forbid")

    paper: Annotated[Code, Field(examples=[PaperId.example])]
    dossier: Annotated[Code, Field(examples=[DossierNumber.example])]
    procedure: Annotated[Code, Field(examples=[ProcedureCode.example])]
    component: Code | None = None
    how: Use | None = None
    by: PersonName
    purpose: Words


@router.post(
    "/v1/reuse",
    response_model=AcceptedReuse,
    status_code=status.HTTP_201_CREATED,
    summary="Dùng lại giấy tờ cho hồ sơ / Accept a paper of the store into a dossier",
)
def accept_reuse(
    body: ReuseAccepted, caller: Annotated[Caller, allow(Role.OFFICER, Role.SYSTEM)], house: HouseDep
) -> Json:
    """Accept a paper; accepting it again for the same dossier and component changes nothing and answers the same.

    A system accepts only papers that a lookup of its own, or a form filled in for it, gave it.
    """
    wanted = Wanted(
        paper=body.paper,
        dossier=body.dossier,
        procedure=body.procedure,
        person=body.by,
        purpose=body.purpose,
        component=body.component,
        how=body.how,
    )
    reuse = accept(house, wanted, consumer=caller.name, given_only=caller.role is Role.SYSTEM)
    return reuse_json(reuse, house.catalogue.paper(reuse.paper), house)
