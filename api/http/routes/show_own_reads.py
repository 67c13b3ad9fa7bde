"""``POST /v1/owners/reads/own``: who read an owner's papers, for a portal on which that owner is signed in.

Whoever's data are processed may ask by whom (Law on personal data protection 91/2025/QH15). Threat: a system asks for
owners who asked nothing. What stops it: it needs a grant for this purpose alone, which gives no paper; each asking is
in the audit log with the reference under which the owner's request is filed, and in the next answer to that owner.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.owners import OwnReads
from api.http.deps import HouseDep
from api.http.reading import Code, Day, new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.owners import grouped_reads_json
from dossier import times
from dossier.errors import InvalidValue, NoGrant
from dossier.grants import OWNER_ACCESS
from dossier.identifiers import OwnerNumber, parse_owner_number
from ingest.house import House
from storage.audit_log.audit_reads import READS_REFUSED, READS_SHOWN, reads, record_owner_read
from storage.reuse.lookups import scopes_of

router = new_router()

_Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]


class OwnReadsWanted(BaseModel):
    """Chủ nào hỏi, xác thực ra sao, yêu cầu lưu ở đâu. / Which owner asks, how that is known, where it is filed."""

    model_config = ConfigDict(extra="forbid")

    owner_number: Annotated[Code, Field(examples=["001190012345"])]
    authenticated_by: Annotated[_Reference, Field(examples=["vneid-2"])]
    reference: Annotated[_Reference, Field(examples=["YC-2026-000123"])]
    since: Annotated[Day | None, Field(alias="from")] = None
    until: Annotated[Day | None, Field(alias="to")] = None
    limit: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1000


@router.post(
    "/v1/owners/reads/own",
    response_model=OwnReads,
    summary="Chủ giấy tờ xem ai đã xem giấy tờ của mình / Tell an owner who read the papers",
)
def show_own_reads(caller: Annotated[Caller, allow(Role.SYSTEM)], house: HouseDep, body: OwnReadsWanted) -> Json:
    """Tell, in groups, who read the owner's papers on these days in Vietnam, both included, and what for."""
    number = parse_owner_number(body.owner_number)
    _require_no_number(number, authenticated_by=body.authenticated_by, reference=body.reference)
    since, until = times.span(body.since, body.until)
    types = _granted_types(house, number, caller)
    found = (
        reads(house.catalogue, number, since=since, until=until, paper_types=types, limit=body.limit + 1)
        if types
        else []
    )
    detail = {"purpose": OWNER_ACCESS, "authenticated_by": body.authenticated_by, "reference": body.reference}
    action = READS_SHOWN if types else READS_REFUSED
    record_owner_read(house.catalogue, number, actor=caller.name, action=action, detail=detail)
    if not types:
        raise NoGrant
    return {"reads": grouped_reads_json(found[: body.limit]), "more": len(found) > body.limit}


def _granted_types(house: House, number: OwnerNumber, caller: Caller) -> list[str]:
    """Return of which types of this owner's papers the caller may tell who read them."""
    scopes = scopes_of(house.catalogue, number, house.paper_types, OWNER_ACCESS, consumer=caller.name)
    return [code for code, scope in scopes.items() if scope]


def _require_no_number(number: OwnerNumber, **said: str) -> None:
    for key, text in said.items():
        if number.value in text:
            raise InvalidValue(key=key, reason="it holds the owner's number", reason_vi="có chứa số của chủ giấy tờ")
