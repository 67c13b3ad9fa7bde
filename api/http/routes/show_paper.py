"""``GET /v1/papers/{paper}``: everything known of one paper."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, note_read, paper_for
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json

router = new_router()


@router.get("/v1/papers/{paper}", response_model=Papers, summary="Xem một giấy tờ / Show a paper")
def show_paper(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath
) -> Json:
    """Show a paper: its state, fields, checks and verdict."""
    found = paper_for(house, caller, paper)
    note_read(house, caller, paper)
    return papers_json([found], house)
