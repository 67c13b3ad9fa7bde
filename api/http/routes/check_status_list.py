"""``GET /v1/status-list/check``: what the newest status list says, and whether it can be relied on."""

from typing import Annotated

from fastapi import Query

from api.http.access import allow
from api.http.answers.audit import StatusListCheck
from api.http.deps import HouseDep, note_read, paper_for
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.audit import checked_list_json, listed_json
from dossier import times
from dossier.identifiers import PaperId
from ingest.proof.status_lists import present_list
from ingest.settings import Environment
from ingest.upkeep.fixity import sound
from signing.status_check import check_status_list
from storage.proof.status_lists import files_of

router = new_router()


@router.get(
    "/v1/status-list/check",
    response_model=StatusListCheck,
    summary="Kiểm tra danh sách tình trạng / Check the status list",
)
def check_newest_list(
    caller: Annotated[Caller, allow(Role.AUDITOR)],
    house: HouseDep,
    paper: Annotated[str | None, Query(pattern=f"^{PaperId.pattern}$", examples=[PaperId.example])] = None,
) -> Json:
    """Check the signed list as a stranger would, count what is in it, and look a paper's files up in it."""
    data = sound(house, present_list(house).file)
    test_allowed = house.settings.environment is not Environment.PRODUCTION
    checked = check_status_list(data, house.trust, at=times.now(), allow_test=test_allowed)
    files = None
    if paper is not None:
        shown = paper_for(house, caller, PaperId(paper))
        note_read(house, caller, shown.id)
        listed = checked.content.by_hash if checked.content else {}
        files = listed_json((one, listed.get(one)) for one in files_of(house.catalogue, shown.id))
    return {**checked_list_json(checked), "files": files}
