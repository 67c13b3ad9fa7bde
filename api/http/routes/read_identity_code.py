"""``POST /v1/identity-codes``: whose card is it? Its QR code on a picture is read; the picture is not kept."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.owners import CardOwner
from api.http.deps import HouseDep
from api.http.reading import FILE_BODY, PictureBody, new_router
from api.keys import Caller, Role
from api.shapes import Json
from ingest.scan.identity_codes import read_identity

router = new_router()


@router.post(
    "/v1/identity-codes",
    response_model=CardOwner,
    openapi_extra=FILE_BODY,
    summary="Đọc mã QR của thẻ căn cước / Read the QR code of an identity card",
)
def read_identity_code(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)], house: HouseDep, picture: PictureBody
) -> Json:
    """Return number and name that the code says, and nothing else of it."""
    card = read_identity(house, picture, actor=caller.name)
    return {"number": card.citizen_number, "name": card.full_name}
