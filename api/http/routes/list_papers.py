"""``GET /v1/papers``: papers in the order they came in."""

from typing import Annotated

from fastapi import Query

from api.http.access import allow
from api.http.answers.papers import PaperPage
from api.http.deps import BATCH_ID, AfterPaper, HouseDep, PageSize, batch_for, note_reads
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from dossier.errors import InvalidValue
from dossier.papers import PaperState

router = new_router()


@router.get("/v1/papers", response_model=PaperPage, summary="Danh sách giấy tờ / List papers")
def list_papers(
    *,
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    after: AfterPaper,
    state: PaperState | None = None,
    batch: Annotated[str | None, Query(pattern=f"^{BATCH_ID}$")] = None,
    limit: PageSize = 50,
) -> Json:
    """List papers, all or of one state or batch; a station names one of its batches."""
    if batch is not None:
        batch_for(house, caller, batch)
    elif caller.role is Role.STATION:
        raise InvalidValue(
            key="batch", reason="a station names one of its batches", reason_vi="trạm quét phải nêu mã lô"
        )
    papers = house.catalogue.papers(state=state, batch=batch, limit=limit, after=after)
    note_reads(house, caller, papers, f"batch:{batch}" if batch else "papers")
    return {**papers_json(papers, house), "next": papers[-1].id.value if len(papers) == limit else None}
