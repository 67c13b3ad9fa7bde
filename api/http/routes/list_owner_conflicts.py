"""``GET /v1/owners/conflicts``: merges that the codes of cards asked for and that contradict what is known."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.owners import Merges
from api.http.deps import HouseDep, PageSize
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.owners import merge_json
from storage.people.owners import CONFLICTS_LISTED, conflicts

router = new_router()


@router.get(
    "/v1/owners/conflicts",
    response_model=Merges,
    summary="Các mâu thuẫn về số định danh / Conflicts between numbers",
)
def list_owner_conflicts(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, limit: PageSize = 100
) -> Json:
    """List the conflicts that wait for a person, the oldest first: to be merged with ``forced``, or split."""
    found = conflicts(house.catalogue, limit=limit)
    if found:
        house.catalogue.record(caller.name, CONFLICTS_LISTED, "owners")
    return {"merges": [merge_json(merge) for merge in found]}
