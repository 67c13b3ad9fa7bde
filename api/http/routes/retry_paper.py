"""``POST /v1/papers/{paper}/retry``: a paper that failed is sent on its way again; one that waits is tried now."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, WorkDep, note_read
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from ingest.people.retry import retry

router = new_router()


@router.post(
    "/v1/papers/{paper}/retry", response_model=Papers, summary="Xử lý lại giấy tờ bị lỗi / Try a failed paper again"
)
def retry_paper(
    caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, work: WorkDep, paper: PaperIdPath
) -> Json:
    """Send a paper on its way again from where it failed; what was done of it is not done again."""
    tried = retry(house, paper, actor=caller.name)
    note_read(house, caller, paper)
    if work:
        work.start(paper)
    return papers_json([tried], house)
