"""``GET /v1/papers/{paper}/file``: the sealed PDF."""

from typing import Annotated

from fastapi import Response

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath, note_read, paper_for
from api.http.fetching import NOT_MODIFIED, WantedDep, answers, given
from api.http.reading import new_router
from api.keys import Caller, Role
from dossier import times
from dossier.errors import NotFound, NotSealed
from dossier.identifiers import PaperId
from dossier.papers import PaperState, StoredObject
from ingest.house import House
from ingest.reuse.usable import hindrance_of
from storage.reuse.disclosures import note_fetch
from storage.reuse.reuses import not_reusable

router = new_router()


@router.get(
    "/v1/papers/{paper}/file",
    response_class=Response,
    responses=answers("application/pdf", description="Tệp PDF đã ký số / The sealed PDF"),
    summary="Tải tệp PDF đã ký số / Download the sealed PDF",
)
def get_file(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.SYSTEM, Role.AUDITOR)],
    house: HouseDep,
    paper: PaperIdPath,
    wanted: WantedDep,
) -> Response:
    """Return the sealed PDF, or a part of it. A system gets what its lookups gave it, while a grant opens the file."""
    response = given(house, sealed_for(house, caller, paper), f"{paper}.pdf", wanted)
    if response.status_code < NOT_MODIFIED:
        note_read(house, caller, paper, "paper.fetched")
    return response


def sealed_for(house: House, caller: Caller, paper: PaperId) -> StoredObject:
    """Return the sealed file of a paper that ``caller`` may fetch.

    Raises:
        NotFound: There is no such paper, it was not given to this system, or it is disposed of.
        NoGrant: No grant of this system's that opens the file stands any more.
        NotSealed: It has no sealed file yet.
        NotReusable: A system was given it, and it cannot be used any more.
    """
    require_given(house, caller, paper)
    found = paper_for(house, caller, paper)
    if found.state is PaperState.DISPOSED:
        raise NotFound(kind="paper", id=paper)
    if found.sealed is None:
        raise NotSealed(state=found.state.value)
    if caller.role is Role.SYSTEM and (why := hindrance_of(house, found, times.today())):
        raise not_reusable(why)
    return found.sealed


def require_given(house: House, caller: Caller, paper: PaperId) -> None:
    """Do nothing if ``caller`` may fetch the file; a system's fetch is put on record.

    Raises:
        NotFound: No lookup of this system's gave it the paper. NoGrant: No grant for its file stands any more.
    """
    if caller.role is Role.SYSTEM:
        note_fetch(house.catalogue, paper, caller.name)
