"""``POST /v1/lookups``: the one call of another system: does the owner already have this paper?

"Once only" (decree 118/2025 as amended by decree 309/2026): what is here is not asked of the citizen again. Each paper
given is recorded with the consumer, the dossier, the procedure and the purpose.
"""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import Caller, Role, allow
from api.http.answers.reuse import ReusablePapers
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.http.views import reusable_json
from api.shapes import Json
from dossier import times
from dossier.identifiers import DossierNumber, ProcedureCode, parse_owner_number
from dossier.paper_types import find_type
from dossier.papers import Paper
from dossier.verdicts import Verdict
from ingest.house import House
from storage.records import Given

router = new_router()

_Code = Annotated[str, Field(max_length=100)]


class Lookup(BaseModel):
    """Cần giấy tờ nào, cho hồ sơ nào, để làm gì. / Which papers, for which dossier, and what for."""

    model_config = ConfigDict(extra="forbid")

    owner_number: Annotated[_Code, Field(examples=["001190012345"])]
    paper_type: Annotated[_Code | None, Field(examples=["birth-certificate"])] = None
    valid_on: dt.date | None = None
    dossier: Annotated[_Code, Field(examples=[DossierNumber.example])]
    procedure: Annotated[_Code, Field(examples=[ProcedureCode.example])]
    purpose: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]


@router.post("/v1/lookups", response_model=ReusablePapers, summary="Tra cứu giấy tờ dùng lại / Look up papers")
def look_up(body: Lookup, caller: Annotated[Caller, allow(Role.SYSTEM, Role.OFFICER)], house: HouseDep) -> Json:
    """Return the owner's papers that can be used again: stored, signed, valid on the day, of a reusable type."""
    dossier, procedure = DossierNumber.parse(body.dossier), ProcedureCode.parse(body.procedure)
    found = house.catalogue.find(
        parse_owner_number(body.owner_number),
        paper_type=find_type(house.paper_types, body.paper_type).code if body.paper_type else None,
        valid_on=body.valid_on or times.today(),
    )
    papers = [paper for paper in found if _is_reusable(house, paper)]
    for paper in papers:
        given = Given(paper.id, caller.name, body.purpose, times.now(), dossier, procedure)
        house.catalogue.record_given(given)
    if not papers:
        house.catalogue.record(caller.name, "lookup.empty", f"dossier:{dossier}")
    return {"papers": [reusable_json(paper, house) for paper in papers]}


def _is_reusable(house: House, paper: Paper) -> bool:
    paper_type = house.paper_types.get(paper.paper_type or "")
    return paper_type is not None and paper_type.reusable and paper.verdict is Verdict.VALID
