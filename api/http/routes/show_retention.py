"""``GET /v1/papers/{paper}/retention``: until when a paper must be kept, by which law, and who holds it."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.retention import KeptPaper
from api.http.deps import HouseDep, PaperIdPath, note_read, paper_for
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import kept_json

router = new_router()


@router.get(
    "/v1/papers/{paper}/retention", response_model=KeptPaper, summary="Thời hạn lưu của giấy tờ / Retention of a paper"
)
def show_retention(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath
) -> Json:
    """Return until when a paper must be kept, and its holds, lifted ones too."""
    shown = kept_json(house, paper_for(house, caller, paper))
    note_read(house, caller, paper)
    return shown
