"""``POST /v1/batches/{batch}/receipt``: close a batch, and get the receipt of all that arrived."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.batches import BatchReceipt
from api.http.deps import BatchIdPath, HouseDep, batch_for
from api.http.reading import MAX_JSON_PAPERS, Text, new_router
from api.http.views import receipt_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier.text import nfc
from ingest.intake.receipts import close

router = new_router()


class Closing(BaseModel):
    """Những tệp sẽ không gửi. / Files that will not come."""

    model_config = ConfigDict(extra="forbid")

    leave_out: Annotated[list[Text], Field(max_length=MAX_JSON_PAPERS)] = []


@router.post(
    "/v1/batches/{batch}/receipt", response_model=BatchReceipt, summary="Chốt lô, nhận biên nhận / Close a batch"
)
def close_batch(
    body: Closing,
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)],
    house: HouseDep,
    batch: BatchIdPath,
) -> Json:
    """Close a batch whose files have all arrived, been refused or been left out; asked again, tell the same."""
    batch_for(house, caller, batch)
    return receipt_json(close(house, batch, left_out=[nfc(name) for name in body.leave_out], actor=caller.name))
