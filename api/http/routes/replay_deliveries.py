"""``POST /v1/webhooks/{webhook}/replays``: deliver again what was given up, one change or all of them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.webhooks import Replayed
from api.http.deps import HouseDep, WebhookIdPath
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from storage.telling import webhooks

router = new_router()


class ReplayWanted(BaseModel):
    """Không có ``event``: tất cả. / Which to deliver again; without ``event`` all that were given up."""

    model_config = ConfigDict(extra="forbid")

    event: Annotated[int | None, Field(ge=1, le=2**62)] = None


@router.post(
    "/v1/webhooks/{webhook}/replays",
    response_model=Replayed,
    summary="Gửi lại thông báo đã ngừng gửi / Deliver again what was given up",
)
def replay_deliveries(
    body: ReplayWanted, caller: Annotated[Caller, allow(Role.ADMIN)], house: HouseDep, webhook: WebhookIdPath
) -> Json:
    """Make deliveries due again that were given up; they come beside the present ones, the oldest first."""
    return {"replayed": webhooks.replay(house.catalogue, webhook, body.event, actor=caller.name)}
