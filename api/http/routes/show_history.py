"""``GET /v1/papers/{paper}/history``: how a paper's signed file came about, with pictures of what was changed."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.histories import FileHistory
from api.http.deps import HouseDep, PaperIdPath, note_read, paper_for
from api.http.reading import new_router
from api.http.routes.follow_revisions import told_of
from api.keys import Caller, Role
from api.shapes import Json
from ingest.proof.verifications import signed_file
from ingest.upkeep.fixity import sound

router = new_router()


@router.get(
    "/v1/papers/{paper}/history",
    response_model=FileHistory,
    summary="Diễn biến tệp của một giấy tờ / How a paper's file came about",
)
def show_history(caller: Annotated[Caller, allow(Role.AUDITOR)], house: HouseDep, paper: PaperIdPath) -> Json:
    """List the revisions of the file that is verified, and show what each changed, as is done of any file."""
    data = sound(house, signed_file(paper_for(house, caller, paper)))
    note_read(house, caller, paper)
    return told_of(house, data)
