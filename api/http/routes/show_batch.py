"""``GET /v1/batches/{batch}``: a batch, and where each of its files stands."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from api.http.access import allow
from api.http.answers.batches import BatchState
from api.http.deps import BatchIdPath, HouseDep, batch_for, may_see
from api.http.reading import MAX_JSON_PAPERS, new_router
from api.http.views import batch_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier.errors import NotFound
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from ingest.house import House
from ingest.intake.receive import manifest_of, outcomes, refusals

router = new_router()

_SENT_AGAIN = (PaperState.REJECTED, PaperState.DISPOSED)
"""In which another paper may have come under a paper's name."""


@router.get("/v1/batches/{batch}", response_model=BatchState, summary="Trạng thái một lô / Show a batch and its state")
def show_batch(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.AUDITOR)], house: HouseDep, batch: BatchIdPath
) -> Json:
    """Show a batch. Of a file that duplicates another station's paper, a station sees that paper's state only."""
    found = batch_for(house, caller, batch)
    entries = manifest_of(house, batch).entries
    papers = _papers_received(house, batch, [entry.name for entry in entries])
    refused = refusals(house, batch) if any(entry.name not in papers for entry in entries) else {}
    files = []
    for entry in entries:
        paper = papers.get(entry.name)
        tell = paper is not None and (paper.batch == batch or may_see(house, caller, paper))
        files.append(_file_json(entry.name, paper, batch, refused.get(entry.name), tell=tell))
    return {**batch_json(found), "files": files}


def _papers_received(house: House, batch: str, names: Sequence[str]) -> dict[str, Paper]:
    """Return by file name what each file received became, or the earlier paper it duplicates.

    The notes in the object store, a request each, are asked only about names that have no paper of their own at work or
    stored: stations ask for states again and again.
    """
    own = {paper.id: paper for paper in _papers_of(house, batch)}
    settled = {p.name: p for p in own.values() if p.split_from is None and p.state not in _SENT_AGAIN}
    found = {paper.name: paper for paper in own.values()} | settled
    if unsure := [name for name in names if name not in settled]:
        for name, paper in outcomes(house, batch, unsure).items():
            if known := own.get(paper) or _known(house, paper):
                found[name] = known
    return found


def _known(house: House, paper: PaperId) -> Paper | None:
    """Return a paper, none if only the note that it came is there yet: that is kept first."""
    try:
        return house.catalogue.paper(paper)
    except NotFound:
        return None


def _papers_of(house: House, batch: str) -> Iterator[Paper]:
    after = None
    while papers := house.catalogue.papers(batch=batch, limit=MAX_JSON_PAPERS, after=after):
        yield from papers
        after = papers[-1].id


def _file_json(name: str, paper: Paper | None, batch: str, refusal: str | None, *, tell: bool) -> Json:
    """Return where a file stands.

    Args:
        name: Its name in the batch.
        paper: What it became, or the earlier paper it duplicates; ``None`` if it was not sent yet.
        batch: The batch's identifier.
        refusal: Why it was refused, if it was not received.
        tell: Whether the caller may see the paper itself.
    """
    return {
        "name": name,
        "paper": paper.id.value if paper else None,
        "state": paper.state.value if paper else None,
        "problem": refusal if paper is None else paper.problem if tell else None,
        "duplicate": paper is not None and (paper.batch, paper.name) != (batch, name),
        "parts": [part.value for part in paper.parts] if paper and tell else [],
    }
