"""``POST /v1/owners/reads``: who read an owner's papers, for the owner who asks.

Whoever's data are processed may ask by whom (Law on personal data protection 91/2025/QH15).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.owners import Reads
from api.http.deps import HouseDep
from api.http.reading import Day, Text, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.owners import reads_json
from dossier import times
from dossier.identifiers import parse_owner_number
from storage.audit_log.audit_reads import READS_SHOWN, reads, record_owner_read

router = new_router()


class WhoseReads(BaseModel):
    """Một số định danh của chủ, và khoảng ngày. / Any number of the owner, and from which day to which."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[Text, Field(examples=["001190012345"])]
    since: Annotated[Day | None, Field(alias="from")] = None
    until: Annotated[Day | None, Field(alias="to")] = None
    limit: Annotated[int, Field(ge=1, le=1000, strict=True)] = 200


@router.post(
    "/v1/owners/reads",
    response_model=Reads,
    summary="Ai đã xem giấy tờ của một chủ / Who read an owner's papers",
)
def list_owner_reads(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, body: WhoseReads
) -> Json:
    """List reads of the owner's papers on these days in Vietnam, both included, the newest first."""
    number = parse_owner_number(body.number)
    since, until = times.span(body.since, body.until)
    found = reads(house.catalogue, number, since=since, until=until, limit=body.limit)
    record_owner_read(house.catalogue, number, actor=caller.name, action=READS_SHOWN)
    return reads_json(found)
