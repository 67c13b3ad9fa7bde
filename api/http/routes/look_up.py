"""``POST /v1/reuse/lookup``: the one call of another system: which of the owner's papers can be used again?

"Once only" (decree 118/2025 as amended by decree 309/2026): what is here is not asked of the citizen again. As much is
given as the caller's grants allow, and each paper given is recorded with the caller, the dossier and the purpose.
"""

import datetime as dt
from typing import Annotated, Self

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.http.access import allow
from api.http.answers.lookups import LookupAnswer
from api.http.deps import HouseDep
from api.http.found import answer_json
from api.http.reading import Text, new_router
from api.keys import Caller, Role
from dossier import times
from dossier.grants import counter_grant, require_lookup_purpose
from dossier.identifiers import DossierNumber, PaperId, ProcedureCode, parse_owner_number
from dossier.lookups import MOST_IN_FULL, Need
from dossier.procedures import Component, find_procedure
from ingest.house import House
from storage.reuse.lookups import look_up as look_up_in

router = new_router()

_Code = Annotated[str, Field(max_length=100)]
_MOST_TYPES = 100


class Lookup(BaseModel):
    """Cần giấy tờ nào, cho hồ sơ nào, để làm gì. / Which papers, for which dossier, and what for."""

    model_config = ConfigDict(extra="forbid")

    owner_number: Annotated[_Code, Field(examples=["001190012345"])]
    paper_types: Annotated[
        list[_Code] | None, Field(min_length=1, max_length=_MOST_TYPES, examples=[["birth-certificate"]])
    ] = None
    valid_on: dt.date | None = None
    dossier: Annotated[_Code, Field(examples=[DossierNumber.example])]
    procedure: Annotated[_Code, Field(examples=[ProcedureCode.example])]
    purpose: Annotated[_Code, Field(examples=["settle-dossier"])]
    note: Text = ""
    procedure_components: bool = False
    papers: Annotated[list[_Code], Field(max_length=MOST_IN_FULL)] = []

    @model_validator(mode="after")
    def _components_name_their_types(self) -> Self:
        if self.procedure_components and (self.paper_types is not None or self.papers):
            raise ValueError("procedure_components takes the place of paper_types and papers")
        return self


@router.post(
    "/v1/reuse/lookup",
    response_model=LookupAnswer,
    summary="Tra cứu giấy tờ dùng lại / Look up papers that can be used again",
)
def look_up(body: Lookup, caller: Annotated[Caller, allow(Role.SYSTEM, Role.OFFICER)], house: HouseDep) -> JSONResponse:
    """Return, by type, the best papers of the owner's that can be used again on the day, or why there is none."""
    procedure = ProcedureCode.parse(body.procedure)
    components = _components(house, procedure) if body.procedure_components else None
    named = body.paper_types if components is None else [code for one in components for code in one.paper_types]
    need = Need(
        owner=parse_owner_number(body.owner_number),
        on=body.valid_on or times.today(),
        dossier=DossierNumber.parse(body.dossier),
        procedure=procedure,
        purpose=require_lookup_purpose(body.purpose),
        note=body.note,
        paper_types=None if named is None else tuple(named),
        papers=tuple(map(PaperId.parse, body.papers)),
    )
    built_in = counter_grant(caller.name) if caller.role is Role.OFFICER else None
    found = look_up_in(house.catalogue, need, house.paper_types, consumer=caller.name, built_in=built_in)
    # Written here and not by the framework, which would check it first: this is the call that must be quick.
    return JSONResponse(answer_json(found, need, components, house))


def _components(house: House, procedure: ProcedureCode) -> tuple[Component, ...]:
    return find_procedure(house.procedures, procedure).components
