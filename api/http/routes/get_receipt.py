"""``GET /v1/batches/{batch}/receipt``: the receipt of a closed batch, under the agency's seal."""

from typing import Annotated

from fastapi import Response

from api.http.access import allow
from api.http.deps import BatchIdPath, HouseDep, batch_for
from api.http.reading import new_router
from api.keys import Caller, Role
from ingest.intake.receipts import MEDIA_TYPE, signed_receipt

router = new_router()


@router.get(
    "/v1/batches/{batch}/receipt",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
    summary="Biên nhận có ký số của lô / The signed receipt of a batch",
)
def get_receipt(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.AUDITOR)], house: HouseDep, batch: BatchIdPath
) -> Response:
    """Return one CMS file (CAdES) with the receipt as JSON in it: ``openssl cms -verify`` checks it and shows it."""
    batch_for(house, caller, batch)
    return Response(
        signed_receipt(house, batch),
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{batch}.p7m"'},
    )
