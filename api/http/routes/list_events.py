"""``GET /v1/events``: what happened, in order, for systems that keep up. Events hold no personal data."""

from typing import Annotated

from fastapi import Query

from api.http.access import Role, allow
from api.http.answers.events import Events
from api.http.deps import HouseDep, PageSize
from api.http.reading import new_router
from api.shapes import Json
from dossier import times

router = new_router()


@router.get(
    "/v1/events",
    response_model=Events,
    dependencies=[allow(Role.OFFICER, Role.SYSTEM, Role.AUDITOR)],
    summary="Sự kiện / Events",
)
def list_events(house: HouseDep, after: Annotated[int, Query(ge=0, le=2**62)] = 0, limit: PageSize = 100) -> Json:
    """List the events after ``after``; ask again with ``next``."""
    events = house.catalogue.events(after, limit)
    return {
        "events": [
            {
                "id": event.id,
                "kind": event.kind,
                "paper": event.paper.value,
                "at": times.iso_local(event.at),
                "payload": dict(event.payload),
            }
            for event in events
        ],
        "next": events[-1].id if events else after,
    }
