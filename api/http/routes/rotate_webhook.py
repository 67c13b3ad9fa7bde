"""``POST /v1/webhooks/{webhook}/secret``: replace a subscription's secret, the one before signing too for a while."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.webhooks import NewSecret
from api.http.deps import HouseDep, WebhookIdPath
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.webhooks import webhook_json
from ingest.telling.webhooks import OVERLAP, rotate

router = new_router()


class SecretWanted(BaseModel):
    """Khóa cũ còn ký bao nhiêu giờ; 0: thay ngay. / For how many hours the secret before signs too."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: Annotated[int, Field(ge=0, le=720)] = OVERLAP // dt.timedelta(hours=1)


@router.post(
    "/v1/webhooks/{webhook}/secret",
    response_model=NewSecret,
    summary="Thay khóa bí mật / Replace a subscription's secret",
)
def rotate_webhook(
    body: SecretWanted, caller: Annotated[Caller, allow(Role.ADMIN)], house: HouseDep, webhook: WebhookIdPath
) -> Json:
    """Replace the secret. Keep the fresh one at once: it is not shown again."""
    overlap = dt.timedelta(hours=body.overlap_hours)
    kept, secret = rotate(house, webhook, overlap=overlap, actor=caller.name)
    return {**webhook_json(kept), "secret": secret}
