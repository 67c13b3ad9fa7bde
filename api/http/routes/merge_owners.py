"""``POST /v1/owners/merges``: a named person states that two numbers are one owner's."""

from typing import Annotated

from fastapi import status
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.owners import Merge
from api.http.deps import HouseDep
from api.http.reading import PersonName, Text, Words, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.owners import merge_json
from dossier.identifiers import PaperId, parse_owner_number
from storage.people.owner_records import Statement
from storage.people.owners import merge

router = new_router()


class MergeOrder(BaseModel):
    """Hai số của cùng một chủ; ai gộp, vì sao, căn cứ giấy tờ nào. / Two numbers of one owner, who says so, and why.

    ``forced``: gộp dù mâu thuẫn với điều đã biết. / Though it contradicts what is known.
    """

    model_config = ConfigDict(extra="forbid")

    numbers: Annotated[list[Text], Field(min_length=2, max_length=2)]
    by: PersonName
    reason: Words
    paper: Annotated[str | None, Field(pattern=f"^{PaperId.pattern}$")] = None
    forced: bool = False


@router.post(
    "/v1/owners/merges",
    response_model=Merge,
    status_code=status.HTTP_201_CREATED,
    summary="Gộp hai số của cùng một chủ / Merge two numbers of one owner",
)
def merge_owners(caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, body: MergeOrder) -> Json:
    """Merge two numbers, and with them all that were merged with either; merging them again changes nothing."""
    first, second = (parse_owner_number(number) for number in body.numbers)
    statement = Statement(body.by, body.reason, PaperId(body.paper) if body.paper else None)
    return merge_json(merge(house.catalogue, first, second, statement, actor=caller.name, forced=body.forced))
