"""``POST /v1/audit-checks``: is the audit log what it was; one check at a time in a process."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.audit import LogCheck
from api.http.deps import HouseDep
from api.http.events import HEADERS, MEDIA_TYPE, event
from api.http.reading import new_router
from api.http.watch import Watch
from api.keys import Caller, Role
from api.shapes import Json, problem_json
from api.shapes.audit import break_json, log_json
from dossier import times
from dossier.errors import AuditChainBroken, ObjectDamaged, SohoaError, TooManyRequests
from ingest.house import House
from ingest.upkeep.audit_log import Progress, check_log

router = new_router()
_ONE = threading.Lock()
"""The whole log is gone over, in a thread of its own; a second check would only make both slower."""
_LATER_S = 10
_TELL_S = 0.5
"""Seconds between two events."""
_BEGUN = Progress(0, 0)


class HowFar(BaseModel):
    """Có đối chiếu từng mục với bản lưu trong kho không. / Whether every entry is compared with its segment too."""

    model_config = ConfigDict(extra="forbid")

    segments: bool = False


@router.post(
    "/v1/audit-checks",
    response_model=LogCheck,
    responses={200: {"content": {MEDIA_TYPE: {}}, "description": "Kết quả, hoặc sự kiện / What was found, or events"}},
    summary="Kiểm tra nhật ký kiểm toán / Check the audit log",
)
async def check_audit_log(
    request: Request, caller: Annotated[Caller, allow(Role.AUDITOR)], house: HouseDep, body: HowFar
) -> Json | Response:
    """Recompute the chain, compare it with the object store, prove its time stamps; a break is told, and where.

    It takes as long as the log is. Whoever accepts ``text/event-stream`` is told meanwhile how far it is, by events
    ``progress``; ``end`` has the answer, ``problem`` what kept it from coming. Who no longer listens ends the check.

    Raises:
        TooManyRequests: Another check is going on.
    """
    if not _ONE.acquire(blocking=False):
        raise TooManyRequests(seconds=_LATER_S)
    going_on = _Check(house, caller.name, body.segments)
    work = asyncio.create_task(run_in_threadpool(going_on.run))
    if MEDIA_TYPE in request.headers.get("accept", ""):
        told = _told(going_on, work, request.app.state.watch)
        return StreamingResponse(told, media_type=MEDIA_TYPE, headers=HEADERS)
    return await work


class _NobodyListensError(Exception):
    """The check is no longer wanted."""


@dataclass
class _Check:
    """A check that is going on.

    Attributes:
        actor: Who asked for it. segments: Whether segments are compared. progress: How far it is.
        unwanted: Whether it shall end before its end.
    """

    house: House
    actor: str
    segments: bool
    progress: Progress = _BEGUN
    unwanted: bool = False

    def run(self) -> Json:
        """Check, and let the next one begin.

        Raises:
            _NobodyListensError: It was no longer wanted.
        """
        at, whole, broken = times.now(), None, None
        try:
            whole = log_json(check_log(self.house, segments=self.segments, at=at, heard=self._hear))
        except (AuditChainBroken, ObjectDamaged) as error:
            broken = break_json(error)
        finally:
            _ONE.release()
        outcome = "broken" if broken else "whole"
        self.house.catalogue.record(self.actor, "audit.checked", "audit", {"outcome": outcome})
        return {"checked_at": times.iso_local(at), "whole": whole, "broken": broken}

    def _hear(self, progress: Progress) -> None:
        self.progress = progress
        if self.unwanted:
            raise _NobodyListensError


async def _told(check: _Check, work: asyncio.Task[Json], watch: Watch) -> AsyncIterator[str]:
    """Yield how far a check is, then what came of it."""
    try:
        while not work.done() and not watch.is_closed:
            yield event("progress", asdict(check.progress))
            await asyncio.wait({work}, timeout=_TELL_S)
        if work.done():
            yield event("end", work.result())
    except SohoaError as error:
        yield event("problem", problem_json(error))
    finally:
        check.unwanted = True
        work.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # nobody else asks for it
