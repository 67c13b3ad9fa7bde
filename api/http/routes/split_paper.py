"""``POST /v1/papers/{paper}/split``: a named person parts a scan that holds several papers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, WorkDep, note_reads
from api.http.reading import PersonName, new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from ingest.people.split import split

router = new_router()

_MOST_PAPERS = 1000
"""In one scan; a scan of as many pages as are accepted has fewer papers."""


class Split(BaseModel):
    """Người tách và các trang bắt đầu mỗi giấy tờ. / Who splits, and the pages on which the scan's papers begin."""

    model_config = ConfigDict(extra="forbid")

    by: PersonName
    first_pages: Annotated[list[Annotated[int, Field(ge=1, strict=True)]], Field(min_length=1, max_length=_MOST_PAPERS)]


@router.post(
    "/v1/papers/{paper}/split",
    response_model=Papers,
    summary="Tách bản quét gồm nhiều giấy tờ / Split a scan of several papers",
)
def split_paper(
    caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, work: WorkDep, paper: PaperIdPath, body: Split
) -> Json:
    """Split a scan that waits to be confirmed, and answer with it and its parts, whose preparation is queued.

    Splitting it again at the same pages changes nothing.
    """
    scan, *parts = split(house, paper, body.first_pages, by=body.by, actor=caller.name)
    note_reads(house, caller, [scan, *parts])
    if work:
        for part in parts:
            work.start(part.id)
    return papers_json([scan, *parts], house)
