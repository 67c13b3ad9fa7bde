"""``GET /v1/papers/{paper}/original``: the bytes as they came in, for a person who compares."""

from typing import Annotated

from fastapi import Response

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.fetching import NOT_MODIFIED, WantedDep, answers, given
from api.http.reading import new_router
from api.keys import Caller, Role
from dossier.errors import NotFound, WrongState
from dossier.papers import PaperState

router = new_router()

_EXTENSIONS = {"application/pdf": "pdf", "image/tiff": "tif", "image/jpeg": "jpg", "image/png": "png"}


@router.get(
    "/v1/papers/{paper}/original",
    response_class=Response,
    responses=answers(*_EXTENSIONS, description="Tệp gốc / The bytes as received"),
    summary="Tải tệp gốc / Download the original",
)
def get_original(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    paper: PaperIdPath,
    wanted: WantedDep,
) -> Response:
    """Return the bytes as received. Quarantined ones are kept apart and never served."""
    found = house.catalogue.paper(paper)
    if found.state is PaperState.QUARANTINED:
        raise WrongState(state=found.state.value, needed=f"≠ {PaperState.QUARANTINED.value}")
    if found.state is PaperState.DISPOSED:
        raise NotFound(kind="paper", id=paper)
    extension = _EXTENSIONS.get(found.original.media_type, "bin")
    response = given(house, found.original, f"{paper}-original.{extension}", wanted)
    if response.status_code < NOT_MODIFIED:
        note_read(house, caller, paper, "paper.original-fetched")
    return response
