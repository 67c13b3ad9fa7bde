"""``GET /v1/changes``: what happened, in order, for systems that keep up. It holds no personal data."""

import time
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.http.access import allow
from api.http.answers.changes import Changes
from api.http.deps import HouseDep, PageSize
from api.http.reading import new_router
from api.http.watch import Watch
from api.keys import Role
from api.shapes import Json
from ingest.telling.webhooks import change_json
from storage.audit_log import audit
from storage.telling.changes import CURSOR, START, changes

LOG = "Sohoa-Log"
"""The header with the number and hash of the newest entry of the audit log: who follows changes can witness for it."""
MOST_WAIT_S = 30
KIND = r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*"
"""Form of a kind of event."""
MOST_KINDS = 30

router = new_router()


def _watch(request: Request) -> Watch:
    watch: Watch = request.app.state.watch
    return watch


@router.get(
    "/v1/changes",
    response_model=Changes,
    dependencies=[allow(Role.OFFICER, Role.SYSTEM, Role.AUDITOR)],
    summary="Thay đổi / Changes",
)
async def list_changes(
    *,
    house: HouseDep,
    response: Response,
    watch: Annotated[Watch, Depends(_watch)],
    after: Annotated[str, Query(pattern=f"^{CURSOR}$", description="'next' of the answer before")] = START,
    limit: PageSize = 100,
    kind: Annotated[list[Annotated[str, Query(pattern=f"^{KIND}$")]] | None, Query(max_length=MOST_KINDS)] = None,
    wait: Annotated[int, Query(ge=0, le=MOST_WAIT_S, description="giây / seconds")] = 0,
) -> Json:
    """List what happened after ``after``; with ``wait``, answer when there is something, or when so long has passed."""
    ends = time.monotonic() + wait
    while True:
        page = await run_in_threadpool(changes, house.catalogue, after, kinds=kind or (), limit=limit)
        left = ends - time.monotonic()
        if page.events or left <= 0 or watch.is_closed:
            head = await run_in_threadpool(audit.head, house.catalogue)
            response.headers[LOG] = f"{head.entries}:{head.head_hash}"
            return {"changes": [change_json(event) for event in page.events], "next": page.next}
        after = page.next
        await watch.beyond(page.position, left)
