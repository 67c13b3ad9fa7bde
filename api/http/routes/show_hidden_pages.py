"""``GET /v1/papers/{paper}/hidden-pages``: which pages of a scan are not archived, and which need not be."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.papers import HiddenPages
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from ingest.scan.hidden_pages import may_be_hidden

router = new_router()


@router.get(
    "/v1/papers/{paper}/hidden-pages",
    response_model=HiddenPages,
    summary="Xem trang trống / Show which pages are hidden, and which may be",
)
def show_hidden_pages(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath
) -> Json:
    """Tell of a paper that waits to be confirmed which of its pages are left out, and which a person may leave out."""
    hidden, hideable = may_be_hidden(house, paper)
    note_read(house, caller, paper)
    return {"hidden": list(hidden), "may_be_hidden": list(hideable)}
