"""``GET /v1/forms``: the application forms whose fields can be prefilled."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.reuses import Forms
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.http.views import form_json
from api.keys import Caller, Role
from api.shapes import Json

router = new_router()


@router.get("/v1/forms", response_model=Forms, summary="Các biểu mẫu / The forms")
def list_forms(caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.SYSTEM)], house: HouseDep) -> Json:
    """List the forms with their fields and the fact of the owner that each asks."""
    del caller
    return {"forms": [form_json(form) for form in house.forms.values()]}
