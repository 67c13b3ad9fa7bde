"""``POST /v1/owners/erasure``: what can be erased when an owner asks for it, and which law forbids the rest.

Law on the protection of personal data 91/2025/QH15 gives the right; it leaves what other laws order to be kept.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.retention import Erasure
from api.http.deps import HouseDep
from api.http.reading import Code, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.retention import retention_json
from dossier.identifiers import PaperId, parse_owner_number
from ingest.upkeep.disposal import erasure

router = new_router()


class ErasureRequest(BaseModel):
    """Chủ giấy tờ yêu cầu xóa dữ liệu. / The owner who asks that data be erased."""

    model_config = ConfigDict(extra="forbid")

    owner_number: Annotated[Code, Field(examples=["001190012345"])]
    limit: Annotated[int, Field(ge=1, le=1000, strict=True)] = 200
    after: Code | None = None


@router.post(
    "/v1/owners/erasure", response_model=Erasure, summary="Trả lời yêu cầu xóa dữ liệu / Answer an erasure request"
)
def answer_erasure(caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, body: ErasureRequest) -> Json:
    """Return the owner's papers with what can be done, as they came in; nothing is erased. The asking is recorded."""
    number = parse_owner_number(body.owner_number)
    after = PaperId.parse(body.after) if body.after else None
    found = erasure(house, number, actor=caller.name, limit=body.limit, after=after)
    return {
        "papers": [retention_json(one) for one in found],
        "next": found[-1].paper.id.value if len(found) == body.limit else None,
    }
