"""``POST /v1/webhooks/{webhook}/resumption``: serve a suspended subscription again, from where it stopped."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.webhooks import Webhook
from api.http.deps import HouseDep, WebhookIdPath
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.webhooks import webhook_json
from storage.telling import webhooks

router = new_router()


@router.post(
    "/v1/webhooks/{webhook}/resumption",
    response_model=Webhook,
    summary="Gửi tiếp cho đăng ký đã tạm dừng / Resume a suspended subscription",
)
def resume_webhook(caller: Annotated[Caller, allow(Role.ADMIN)], house: HouseDep, webhook: WebhookIdPath) -> Json:
    """Go on where it stopped; nothing was lost meanwhile. Resuming one that is served changes nothing."""
    return webhook_json(webhooks.resume(house.catalogue, webhook, actor=caller.name))
