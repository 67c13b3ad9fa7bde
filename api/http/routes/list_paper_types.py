"""``GET /v1/paper-types``: the catalogue of paper types, with what people call their fields."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.people import PaperTypes
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.http.views import paper_type_json
from api.keys import Caller, Role
from api.shapes import Json

router = new_router()


@router.get("/v1/paper-types", response_model=PaperTypes, summary="Danh mục loại giấy tờ / List paper types")
def list_paper_types(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.SYSTEM, Role.AUDITOR)], house: HouseDep
) -> Json:
    """List the types in force with their fields, each with its names and the kind of its value."""
    del caller
    return {"paper_types": [paper_type_json(one) for one in house.paper_types.values()]}
