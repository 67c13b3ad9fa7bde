"""What the routes share: the house, path parameters, and whose papers a caller sees."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.keys import Caller, Role
from dossier.errors import Forbidden, NotFound
from dossier.grants import Basis
from dossier.identifiers import PaperId
from dossier.papers import Paper
from ingest.house import House
from ingest.work import Work
from storage.audit_log.audit_reads import record_reads
from storage.records import Batch

BATCH_ID = r"[A-Za-z0-9._-]{3,129}"
"""Form of a batch's identifier: the name of the key it came with, a dot, and the sender's own identifier."""


# What the framework asks for is answered without a thread: handing over to one takes longer than the answer.


async def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


async def _work(request: Request) -> Work | None:
    work: Work | None = request.app.state.work
    return work


async def _paper_id(paper: Annotated[str, Path(pattern=f"^{PaperId.pattern}$", examples=[PaperId.example])]) -> PaperId:
    return PaperId(paper)


async def _after(
    after: Annotated[
        str | None, Query(pattern=f"^{PaperId.pattern}$", description="'next' of the answer before")
    ] = None,
) -> PaperId | None:
    return PaperId(after) if after else None


HouseDep = Annotated[House, Depends(_house)]
WorkDep = Annotated[Work | None, Depends(_work)]
PaperIdPath = Annotated[PaperId, Depends(_paper_id)]
AfterPaper = Annotated[PaperId | None, Depends(_after)]
BatchIdPath = Annotated[str, Path(pattern=f"^{BATCH_ID}$", examples=["station-07.2026-11-22.001"])]
WebhookIdPath = Annotated[str, Path(pattern=f"^{PaperId.pattern}$", examples=[PaperId.example])]
PageSize = Annotated[int, Query(ge=1, le=200)]


def batch_for(house: House, caller: Caller, batch_id: str) -> Batch:
    """Return a batch that ``caller`` may see.

    Raises:
        NotFound: There is none, or it is another station's: which of the two is not told.
    """
    batch = house.catalogue.batch(batch_id)
    if caller.role is Role.STATION and batch.station != caller.name:
        raise NotFound(kind="batch", id=batch_id)
    return batch


def paper_for(house: House, caller: Caller, paper_id: PaperId) -> Paper:
    """Return a paper that ``caller`` may see.

    Raises:
        NotFound: There is none, or it is another station's: which of the two is not told.
    """
    paper = house.catalogue.paper(paper_id)
    if not may_see(house, caller, paper):
        raise NotFound(kind="paper", id=paper_id)
    return paper


def may_see(house: House, caller: Caller, paper: Paper) -> bool:
    """Return whether ``caller``, whose role a route has let in, may see this paper: a station sees its own."""
    return caller.role is not Role.STATION or house.catalogue.batch(paper.batch).station == caller.name


def require_ground(caller: Caller, basis: Basis) -> None:
    """Do nothing if ``caller`` answers for grants of this ground: the administrator for the law, a counter for owners.

    Raises:
        Forbidden: Another role does.
    """
    needed = Role.ADMIN if basis is Basis.LAW else Role.OFFICER
    if caller.role is not needed:
        raise Forbidden(roles=needed.value)


def note_read(house: House, caller: Caller, paper_id: PaperId, action: str = "paper.read") -> None:
    """Record in the audit log that ``caller`` read a paper; a station that follows its own batch is not recorded."""
    if caller.role is not Role.STATION:
        house.catalogue.record(caller.name, action, f"paper:{paper_id}")


def note_reads(house: House, caller: Caller, papers: Iterable[Paper], about: str = "papers") -> None:
    """Record in the audit log, in one entry, that ``caller`` was shown several papers; see `note_read`."""
    if caller.role is not Role.STATION:
        record_reads(house.catalogue, (paper.id for paper in papers), actor=caller.name, about=about)
