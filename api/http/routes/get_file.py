"""``GET /v1/papers/{paper}/file``: the sealed PDF."""

from typing import Annotated

from fastapi import Response

from api.http.access import Caller, Role, allow
from api.http.deps import HouseDep, PaperIdPath, note_read, paper_for
from api.http.reading import new_router
from api.http.views import file_response
from dossier.errors import NotFound, NotSealed
from dossier.identifiers import PaperId
from ingest.house import House

router = new_router()


@router.get(
    "/v1/papers/{paper}/file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "Tệp PDF đã ký số / The sealed PDF"}},
    summary="Tải tệp PDF đã ký số / Download the sealed PDF",
)
def get_file(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.SYSTEM, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath
) -> Response:
    """Return the sealed PDF. A system gets the papers that a lookup of its own gave it, no others."""
    if caller.role is Role.SYSTEM:
        _require_given(house, caller, paper)
    found = paper_for(house, caller, paper)
    if found.sealed is None:
        raise NotSealed(state=found.state.value)
    response = file_response(house, found.sealed, f"{paper}.pdf")
    note_read(house, caller, paper, "paper.fetched")
    return response


def _require_given(house: House, caller: Caller, paper: PaperId) -> None:
    if not any(reuse.consumer == caller.name for reuse in house.catalogue.reuses(paper)):
        raise NotFound(kind="paper", id=paper)
