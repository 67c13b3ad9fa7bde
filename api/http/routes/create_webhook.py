"""``POST /v1/webhooks``: a fresh subscription, its secret shown once."""

from typing import Annotated

from fastapi import status
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.webhooks import NewSecret
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.http.routes.list_changes import KIND, MOST_KINDS
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.webhooks import webhook_json
from ingest.telling.outward import MOST_URL
from ingest.telling.webhooks import subscribe
from storage.telling.changes import CURSOR

router = new_router()


class WebhookWanted(BaseModel):
    """Đăng ký cần tạo; không có ``after``: chỉ từ bây giờ. / The subscription to make."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=MOST_URL)]
    kinds: Annotated[list[Annotated[str, Field(pattern=f"^{KIND}$", max_length=60)]], Field(max_length=MOST_KINDS)] = []
    after: Annotated[str | None, Field(pattern=f"^{CURSOR}$")] = None


@router.post(
    "/v1/webhooks",
    response_model=NewSecret,
    status_code=status.HTTP_201_CREATED,
    summary="Đăng ký nhận thông báo / Subscribe an address to changes",
)
def create_webhook(body: WebhookWanted, caller: Annotated[Caller, allow(Role.ADMIN)], house: HouseDep) -> Json:
    """Subscribe an address. Keep the secret at once: it is not shown again."""
    webhook, secret = subscribe(house, body.url, body.kinds, after=body.after, actor=caller.name)
    return {**webhook_json(webhook), "secret": secret}
