"""``POST /v1/reuse/lookup/procedure``: the lookup for a dossier of several owners, each in a role of the procedure.

Husband and wife, seller and buyer, an enterprise and who represents it. Each owner's papers are looked up by the grants
that hold for that owner, and put on record, as if they were asked for alone; and only of the types that serve for a
component of the owner's role.
"""

import datetime as dt
from typing import Annotated

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.lookups import OwnersLookupAnswer
from api.http.deps import HouseDep
from api.http.found import OfOwner, owners_json
from api.http.reading import Code, Text, new_router
from api.keys import Caller, Role
from dossier import times
from dossier.errors import InvalidValue, NoGrant
from dossier.grants import counter_grant, require_lookup_purpose
from dossier.identifiers import DossierNumber, OwnerNumber, ProcedureCode, parse_owner_number
from dossier.lookups import MOST_OWNERS, Need
from dossier.procedures import Procedure, find_procedure
from dossier.roles import require_role
from ingest.house import House
from storage.reuse.lookups import Found, look_up

router = new_router()


class OwnerInRole(BaseModel):
    """Một chủ và vai trò trong hồ sơ; không nêu: giấy tờ dùng cho mọi thành phần. / An owner; in any role if none."""

    model_config = ConfigDict(extra="forbid")

    owner_number: Annotated[Code, Field(examples=["001190012345"])]
    role: Annotated[Code | None, Field(examples=["husband"])] = None


class ProcedureLookup(BaseModel):
    """Các chủ của một hồ sơ, và hồ sơ nào, để làm gì. / The owners of a dossier, which one, and what for."""

    model_config = ConfigDict(extra="forbid")

    owners: Annotated[list[OwnerInRole], Field(min_length=1, max_length=MOST_OWNERS)]
    valid_on: dt.date | None = None
    dossier: Annotated[Code, Field(examples=[DossierNumber.example])]
    procedure: Annotated[Code, Field(examples=[ProcedureCode.example])]
    purpose: Annotated[Code, Field(examples=["settle-dossier"])]
    note: Text = ""


@router.post(
    "/v1/reuse/lookup/procedure",
    response_model=OwnersLookupAnswer,
    summary="Tra cứu cho các chủ của một hồ sơ / Look up for the owners of one dossier",
)
def look_up_procedure(
    body: ProcedureLookup, caller: Annotated[Caller, allow(Role.SYSTEM, Role.OFFICER)], house: HouseDep
) -> JSONResponse:
    """Return what each owner has that can be used again, and whose papers serve for which component."""
    procedure = find_procedure(house.procedures, ProcedureCode.parse(body.procedure))
    needs = [(one.role, _need(body, one, procedure)) for one in body.owners]
    _require_distinct([need.owner for _, need in needs])
    found = [OfOwner(role, need, _found(house, caller, need)) for role, need in needs]
    if all(one.found is None for one in found):
        raise NoGrant
    return JSONResponse(owners_json(found, procedure.components, house))


def _need(body: ProcedureLookup, owner: OwnerInRole, procedure: Procedure) -> Need:
    require_role(procedure.roles, owner.role)
    types = [code for one in procedure.components if one.is_of(owner.role) for code in one.paper_types]
    return Need(
        owner=parse_owner_number(owner.owner_number),
        on=body.valid_on or times.today(),
        dossier=DossierNumber.parse(body.dossier),
        procedure=ProcedureCode.parse(body.procedure),
        purpose=require_lookup_purpose(body.purpose),
        note=body.note,
        paper_types=tuple(types),
    )


def _require_distinct(owners: list[OwnerNumber]) -> None:
    if len(set(owners)) < len(owners):
        raise InvalidValue(key="owners", reason="an owner is named twice", reason_vi="một chủ được nêu hai lần")


def _found(house: House, caller: Caller, need: Need) -> list[Found] | None:
    """Return what was found of one owner's; ``None`` if no grant of this caller covers any of it."""
    built_in = counter_grant(caller.name) if caller.role is Role.OFFICER else None
    try:
        return look_up(house.catalogue, need, house.paper_types, consumer=caller.name, built_in=built_in)
    except NoGrant:
        return None
