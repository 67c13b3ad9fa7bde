"""``POST /v1/grants``: let a system have papers, by law or because their owner agrees."""

import datetime as dt
from typing import Annotated

from fastapi import status
from pydantic import BaseModel, ConfigDict, Field

from api.granting import give_grant
from api.http.access import allow
from api.http.answers.grants import Grant as GrantAnswer
from api.http.deps import HouseDep, require_ground
from api.http.reading import Code, Text, new_router
from api.keys import NAME, Caller, Role
from api.shapes import Json
from api.shapes.access import grant_json
from dossier.grants import Basis, Grant
from dossier.identifiers import PaperId, parse_owner_number

router = new_router()

_Codes = Annotated[list[Code], Field(max_length=200)]


class GrantWanted(BaseModel):
    """Cho hệ thống nào nhận gì, để làm gì, đến khi nào. / Who may be given what, what for, and until when."""

    model_config = ConfigDict(extra="forbid")

    consumer: Annotated[str, Field(pattern=f"^{NAME}$", examples=["land-registry"])]
    basis: Basis
    citation: Text = ""
    purposes: Annotated[_Codes, Field(min_length=1, examples=[["settle-dossier"]])]
    paper_types: _Codes = []
    personal_fields: _Codes = []
    file: bool = False
    owner_number: Code | None = None
    until: dt.date | None = None


@router.post(
    "/v1/grants",
    response_model=GrantAnswer,
    status_code=status.HTTP_201_CREATED,
    summary="Cấp quyền nhận giấy tờ / Let a system have papers",
)
def create_grant(
    body: GrantWanted, caller: Annotated[Caller, allow(Role.ADMIN, Role.OFFICER)], house: HouseDep
) -> Json:
    """Give a grant: by law the administrator does, for an owner who agrees an officer at the counter."""
    require_ground(caller, body.basis)
    grant = Grant(
        id=PaperId.new().value,
        consumer=body.consumer,
        basis=body.basis,
        citation=body.citation,
        purposes=tuple(dict.fromkeys(body.purposes)),
        paper_types=tuple(dict.fromkeys(body.paper_types)),
        personal_fields=tuple(dict.fromkeys(body.personal_fields)),
        file=body.file,
        owner=parse_owner_number(body.owner_number) if body.owner_number is not None else None,
        until=body.until,
    )
    return grant_json(give_grant(house, grant, actor=caller.name), owner=caller.role is not Role.ADMIN)
