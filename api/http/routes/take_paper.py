"""``PUT /v1/papers/{paper}/claim``: take a paper in hand, or keep it longer."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.people import Taken
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import new_router
from api.http.views import taken_json
from api.keys import Caller, Role
from api.shapes import Json
from storage.under_way import claims

router = new_router()


@router.put("/v1/papers/{paper}/claim", response_model=Taken, summary="Nhận xử lý một giấy tờ / Take a paper in hand")
def take_paper(caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath) -> Json:
    """Take a paper in hand that waits for a person; nobody else can decide about it meanwhile.

    Keeping it longer is no further reading of it.
    """
    again = claims.is_held(house.catalogue, paper, actor=caller.name)
    claim = claims.claim(house.catalogue, paper, actor=caller.name, person=caller.person or "")
    if not again:
        note_read(house, caller, paper)
    return taken_json(claim, caller, house)
