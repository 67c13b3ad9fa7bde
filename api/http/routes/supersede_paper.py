"""``POST /v1/papers/{paper}/supersession``: another paper took the place of this one, by a person's word."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import PersonName, new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from dossier.identifiers import PaperId
from dossier.standing import SupersedingReason
from storage.lifecycle.superseding import Supersession, supersede

router = new_router()


class SupersessionWanted(BaseModel):
    """Giấy tờ thay thế, lý do, ai báo. / By which paper, why, and who tells."""

    model_config = ConfigDict(extra="forbid")

    successor: Annotated[str, Field(pattern=f"^{PaperId.pattern}$", examples=[PaperId.example])]
    reason: SupersedingReason
    by: PersonName


@router.post(
    "/v1/papers/{paper}/supersession",
    response_model=Papers,
    summary="Thay thế một giấy tờ bằng giấy tờ khác / Let another paper take the place of a paper",
)
def supersede_paper(
    caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath, body: SupersessionWanted
) -> Json:
    """Let another stored paper of the same owner take the place of this one, for good."""
    word = Supersession(PaperId(body.successor), body.reason, body.by)
    superseded = supersede(house.catalogue, paper, word, actor=caller.name)
    note_read(house, caller, paper)
    return papers_json([superseded], house)
