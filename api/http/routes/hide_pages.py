"""``POST /v1/papers/{paper}/hidden-pages``: which pages of a scan are not archived, decided before it is confirmed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from ingest.scan.hidden_pages import hide_pages

router = new_router()

_MOST_PAGES = 5000


class HiddenPages(BaseModel):
    """Các trang không đưa vào bản lưu. / The pages that are left out of what is archived; all others are in it."""

    model_config = ConfigDict(extra="forbid")

    hidden: Annotated[list[Annotated[int, Field(ge=1, strict=True)]], Field(max_length=_MOST_PAGES)]


@router.post(
    "/v1/papers/{paper}/hidden-pages",
    response_model=Papers,
    summary="Ẩn hoặc khôi phục trang trống / Hide empty pages, or restore them",
)
def hide_empty_pages(
    caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath, body: HiddenPages
) -> Json:
    """Say which of the empty pages and separator sheets of a paper that waits to be confirmed stay hidden.

    An empty list restores all. Saying the same again changes nothing.
    """
    changed = hide_pages(house, paper, body.hidden, actor=caller.name)
    note_read(house, caller, paper)
    return papers_json([changed], house)
