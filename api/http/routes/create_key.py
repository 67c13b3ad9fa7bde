"""``POST /v1/keys``: a fresh access key, shown once."""

from typing import Annotated

from fastapi import status
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.keys import NewKey
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import NAME, Caller, Role, issue_key
from api.shapes import Json
from api.shapes.access import key_json

router = new_router()


class KeyWanted(BaseModel):
    """Khóa cần cấp. / The key to issue; ``name`` names a machine or a function, not a person."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=f"^{NAME}$")]
    role: Role


@router.post(
    "/v1/keys",
    response_model=NewKey,
    status_code=status.HTTP_201_CREATED,
    summary="Cấp khóa truy cập / Issue an access key",
)
def create_key(body: KeyWanted, caller: Annotated[Caller, allow(Role.ADMIN)], house: HouseDep) -> Json:
    """Issue a key. Keep it at once: only its hash stays here."""
    key = issue_key(house.catalogue, body.name, body.role, actor=caller.name)
    kept = next(k for k in house.catalogue.keys() if k.name == body.name)  # noqa: SIM118 - a catalogue, not a dict
    return {**key_json(kept), "key": key}
