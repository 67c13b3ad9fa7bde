"""``GET /v1/papers/{paper}/verifications``: every verdict on a paper's signatures, and what changed each time."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.verifications import KeptVerifications
from api.http.deps import HouseDep, PaperIdPath, note_read, paper_for
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json, verified_json
from ingest.proof.verifications import all_of

router = new_router()


@router.get(
    "/v1/papers/{paper}/verifications",
    response_model=KeptVerifications,
    summary="Các lần kiểm tra chữ ký số / The verifications of a paper",
)
def list_verifications(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath
) -> Json:
    """List them, oldest first: at intake, after sealing, on demand."""
    found = paper_for(house, caller, paper)
    note_read(house, caller, paper)
    return {"verifications": [verified_json(one) for one in all_of(house, found.id)]}
