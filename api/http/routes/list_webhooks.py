"""``GET /v1/webhooks``: who is told of changes, without the secrets."""

from api.http.access import allow
from api.http.answers.webhooks import Webhooks
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import Role
from api.shapes import Json
from api.shapes.webhooks import webhook_json
from storage.telling import webhooks

router = new_router()


@router.get(
    "/v1/webhooks",
    response_model=Webhooks,
    dependencies=[allow(Role.ADMIN, Role.AUDITOR)],
    summary="Danh sách đăng ký nhận thông báo / List subscriptions",
)
def list_webhooks(house: HouseDep) -> Json:
    """List the subscriptions, oldest first."""
    return {"webhooks": [webhook_json(webhook) for webhook in webhooks.subscriptions(house.catalogue)]}
