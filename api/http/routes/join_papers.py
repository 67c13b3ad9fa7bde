"""``POST /v1/papers/{paper}/join``: a named person joins parts of a scan that was split wrongly."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, WorkDep, note_reads
from api.http.reading import PersonName, new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from dossier.identifiers import PaperId
from ingest.people.split import join

router = new_router()

_MOST_OTHERS = 1000
"""A scan of as many pages as are accepted has fewer parts."""


class Join(BaseModel):
    """Người gộp và các giấy tờ khác của cùng bản quét. / Who joins, and the other parts of the same scan."""

    model_config = ConfigDict(extra="forbid")

    by: PersonName
    others: Annotated[
        list[Annotated[str, Field(pattern=f"^{PaperId.pattern}$")]], Field(min_length=1, max_length=_MOST_OTHERS)
    ]


@router.post(
    "/v1/papers/{paper}/join",
    response_model=Papers,
    summary="Gộp lại các giấy tờ đã tách nhầm / Join papers that were split wrongly",
)
def join_papers(
    caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, work: WorkDep, paper: PaperIdPath, body: Join
) -> Json:
    """Join parts of a scan that wait to be confirmed; answer with the paper they became, which is read anew, and them.

    Joining the same again changes nothing.
    """
    joined, *parts = join(house, paper, [PaperId(other) for other in body.others], by=body.by, actor=caller.name)
    note_reads(house, caller, [joined, *parts])
    if work:
        work.start(joined.id)
    return papers_json([joined, *parts], house)
