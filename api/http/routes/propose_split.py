"""``GET /v1/papers/{paper}/split``: which papers a scan seems to hold, for a person to decide."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.papers import SplitProposal
from api.http.deps import HouseDep, PaperIdPath, note_read, paper_for
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json, proposal_json
from ingest.people.split import proposed

router = new_router()


@router.get(
    "/v1/papers/{paper}/split",
    response_model=SplitProposal,
    summary="Xem đề xuất tách bản quét / Show where a scan might be split",
)
def propose_split(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath
) -> Json:
    """Propose where to split a scan that waits to be confirmed; nothing is split by asking."""
    found = paper_for(house, caller, paper)
    note_read(house, caller, paper)
    return proposal_json(proposed(house, found.id))
