"""``POST /v1/owners/lookup``: everything known of an owner; the number stands in the body, never in an address."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.owners import KnownOwner
from api.http.deps import HouseDep
from api.http.reading import Text, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.owners import owner_known_json
from dossier.identifiers import parse_owner_number
from storage.audit_log.audit_reads import reads, record_owner_read
from storage.people.owners import LOOKED_UP, known_owner

router = new_router()


class WhichOwner(BaseModel):
    """Một số định danh bất kỳ của chủ. / Any number of the owner."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[Text, Field(examples=["001190012345"])]


@router.post("/v1/owners/lookup", response_model=KnownOwner, summary="Xem một chủ giấy tờ / Show an owner")
def look_up_owner(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, body: WhichOwner
) -> Json:
    """Show an owner's numbers, names, merges, counts of papers, and the latest reads of these; empty if unknown."""
    number = parse_owner_number(body.number)
    known, latest = known_owner(house.catalogue, number), reads(house.catalogue, number)
    record_owner_read(house.catalogue, number, actor=caller.name, action=LOOKED_UP)
    return owner_known_json(known, latest)
