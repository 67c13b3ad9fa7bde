"""``DELETE /v1/webhooks/{webhook}``: end a subscription and forget its deliveries."""

from typing import Annotated

from fastapi import Response, status

from api.http.access import allow
from api.http.deps import HouseDep, WebhookIdPath
from api.http.reading import new_router
from api.keys import Caller, Role
from storage.telling import webhooks

router = new_router()


@router.delete(
    "/v1/webhooks/{webhook}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Hủy đăng ký nhận thông báo / End a subscription",
)
def delete_webhook(caller: Annotated[Caller, allow(Role.ADMIN)], house: HouseDep, webhook: WebhookIdPath) -> None:
    """End a subscription; a delivery under way may still arrive."""
    webhooks.remove(house.catalogue, webhook, actor=caller.name)
