"""``GET /v1/batches/{batch}``: a batch, and where each of its files stands."""

from collections.abc import Iterator
from typing import Annotated

from api.http import answers
from api.http.access import Caller, Role, allow
from api.http.deps import BatchIdPath, HouseDep, batch_for
from api.http.reading import MAX_JSON_PAPERS, new_router
from api.http.views import batch_json
from api.shapes import Json
from dossier.papers import Paper
from ingest.house import House
from ingest.receive import manifest_of

router = new_router()


@router.get(
    "/v1/batches/{batch}", response_model=answers.BatchState, summary="Trạng thái một lô / Show a batch and its state"
)
def show_batch(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.AUDITOR)], house: HouseDep, batch: BatchIdPath
) -> Json:
    """Show a batch. A file without a paper was not sent yet, or was a duplicate of an earlier one."""
    found = batch_for(house, caller, batch)
    papers = {paper.name: paper for paper in _papers_of(house, batch)}
    return {
        **batch_json(found),
        "files": [_file_json(entry.name, papers.get(entry.name)) for entry in manifest_of(house, batch).entries],
    }


def _papers_of(house: House, batch: str) -> Iterator[Paper]:
    after = None
    while papers := house.catalogue.papers(batch=batch, limit=MAX_JSON_PAPERS, after=after):
        yield from papers
        after = papers[-1].id


def _file_json(name: str, paper: Paper | None) -> Json:
    return {
        "name": name,
        "paper": paper.id.value if paper else None,
        "state": paper.state.value if paper else None,
        "problem": paper.problem if paper else None,
    }
