"""``GET /v1/batches/{batch}/events``: how a batch gets on, as server-sent events, until nothing changes any more."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request, Response, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from api.http.access import allow
from api.http.batch_watch import BatchWatch
from api.http.deps import BatchIdPath, HouseDep, batch_for
from api.http.events import HEADERS, MEDIA_TYPE, event
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from dossier.errors import SohoaError
from ingest.house import House
from ingest.intake.receive import manifest_of
from storage.under_way.batch_progress import BatchProgress, PaperProgress, progress

HEARTBEAT_S = 15.0
"""Seconds of silence after which a line of comment shows that the line still holds."""
_RETRY_MS = 3000
router = new_router()


def _watch(request: Request) -> BatchWatch:
    watch: BatchWatch = request.app.state.batch_watch
    return watch


@router.get(
    "/v1/batches/{batch}/events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {MEDIA_TYPE: {}}, "description": "Sự kiện của lô / The batch's events"},
        204: {"description": "Đã kết thúc, không còn gì mới / Ended, nothing new"},
    },
    summary="Theo dõi một lô / Follow a batch",
)
async def follow_batch(
    *,
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    watch: Annotated[BatchWatch, Depends(_watch)],
    batch: BatchIdPath,
    last: Annotated[str, Header(alias="Last-Event-ID", pattern=r"^[0-9]{0,18}$")] = "",
) -> Response:
    """Tell where each paper of a batch stands, and again whenever that changes, with counts after each change.

    A connection that broke is resumed by ``Last-Event-ID``. After the event ``end`` nothing follows.
    """
    announced = await run_in_threadpool(_announced, house, caller, batch)
    now = await run_in_threadpool(progress, house.catalogue, batch)
    if last and now.has_ended and not _changed(now, int(last)):
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    told = _Told(house, watch, batch, announced, int(last or 0), now)
    return StreamingResponse(told.events(), media_type=MEDIA_TYPE, headers=HEADERS)


def _announced(house: House, caller: Caller, batch: str) -> int:
    batch_for(house, caller, batch)
    return len(manifest_of(house, batch).entries)


@dataclass
class _Told:
    """What one listener is told.

    Attributes:
        announced: Files of the batch. since: Entry of the audit log up to which the listener knows everything.
        now: How the batch stood when the listener came.
    """

    house: House
    watch: BatchWatch
    batch: str
    announced: int
    since: int
    now: BatchProgress

    async def events(self) -> AsyncIterator[str]:
        """Yield events; an event without a number is part of the next one that has it."""
        yield f"retry: {_RETRY_MS}\n\n"
        known: dict[str, Json] = {}
        counted = None
        now = self.now
        while not self.watch.is_closed:
            changed = {p.paper.value: _paper_json(p) for p in _changed(now, self.since)}
            fresh = [one for key, one in changed.items() if known.get(key) != one]
            known |= changed
            counts = _counts(now, self.announced)
            for paper in fresh:
                yield event("paper", paper)
            if fresh or counts != counted:
                yield event("batch", counts, number=now.position)
            elif counted is not None:
                yield ": \n\n"
            counted, self.since = counts, now.position
            if now.has_ended:
                yield event("end", {}, number=now.position)
                return
            await self.watch.beyond(self.batch, now.position, HEARTBEAT_S)
            try:
                now = await run_in_threadpool(progress, self.house.catalogue, self.batch)
            except SohoaError:
                return  # the listener comes again, and is told then what is wrong


def _changed(now: BatchProgress, since: int) -> tuple[PaperProgress, ...]:
    return tuple(paper for paper in now.papers if paper.entry > since)


def _paper_json(paper: PaperProgress) -> Json:
    return {
        "paper": paper.paper.value,
        "name": paper.name,
        "state": paper.state.value,
        "problem": paper.problem,
        "split_from": paper.split_from.value if paper.split_from else None,
        "checked_after_s": paper.checked_after_s,
        "stored_after_s": paper.stored_after_s,
    }


def _counts(now: BatchProgress, announced: int) -> Json:
    return {
        "files": announced,
        "papers": len(now.papers),
        "states": dict(sorted(Counter(paper.state.value for paper in now.papers).items())),
        "closed": now.closed,
    }
