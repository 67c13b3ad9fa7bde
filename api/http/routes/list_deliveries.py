"""``GET /v1/webhooks/{webhook}/deliveries``: what became of each change for one subscription."""

from typing import Annotated

from fastapi import Query

from api.http.access import allow
from api.http.answers.webhooks import Deliveries
from api.http.deps import HouseDep, PageSize, WebhookIdPath
from api.http.reading import new_router
from api.keys import Role
from api.shapes import Json
from api.shapes.webhooks import delivery_json
from storage.telling import webhooks
from storage.telling.webhooks import DeliveryState

router = new_router()


@router.get(
    "/v1/webhooks/{webhook}/deliveries",
    response_model=Deliveries,
    dependencies=[allow(Role.ADMIN, Role.AUDITOR)],
    summary="Các lần gửi thông báo / Deliveries of a subscription",
)
def list_deliveries(
    house: HouseDep,
    webhook: WebhookIdPath,
    state: DeliveryState | None = None,
    after: Annotated[str, Query(pattern="^[0-9]{1,18}$", description="'next' of the answer before")] = "0",
    limit: PageSize = 100,
) -> Json:
    """List deliveries in the order of the changes; those that arrived are shown for 30 days."""
    found = webhooks.deliveries(house.catalogue, webhook, state=state, after=int(after), limit=limit)
    return {
        "deliveries": [delivery_json(delivery) for delivery in found],
        "next": str(found[-1].event) if found else after,
    }
