"""``POST /v1/owners/splits``: a named person takes a merge of two numbers back."""

from typing import Annotated

from fastapi import status
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.owners import Merge
from api.http.deps import HouseDep
from api.http.reading import PersonName, Words, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.owners import merge_json
from storage.people.owner_records import Statement
from storage.people.owners import split

router = new_router()


class SplitOrder(BaseModel):
    """Lần gộp cần tách, ai tách, vì sao. / Which merge is taken back, by whom, and why."""

    model_config = ConfigDict(extra="forbid")

    merge: Annotated[int, Field(ge=1, le=2**62, strict=True)]
    by: PersonName
    reason: Words


@router.post(
    "/v1/owners/splits",
    response_model=Merge,
    status_code=status.HTTP_201_CREATED,
    summary="Tách lại hai số đã gộp / Take a merge back",
)
def split_owners(caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, body: SplitOrder) -> Json:
    """Take a merge back, or turn down a refused one; done again, it changes nothing."""
    return merge_json(split(house.catalogue, body.merge, Statement(body.by, body.reason), actor=caller.name))
