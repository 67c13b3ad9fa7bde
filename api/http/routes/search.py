"""``POST /v1/search``: papers by the words that stand on them, for officers and auditors.

A body, not an address: what is looked for may be somebody's name or number. The audit log has who saw which papers, and
not what was looked for.
"""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.search import FoundPapers
from api.http.deps import HouseDep
from api.http.reading import Code, new_router
from api.keys import Caller, Role
from api.shapes import Json, found_json
from dossier.identifiers import AgencyCode, parse_owner_number
from dossier.paper_types import find_type
from dossier.papers import PaperState
from dossier.search import parse_query
from ingest.house import House
from ingest.reuse.search import find
from storage.searching.search import Cursor, Filters

router = new_router()


class Search(BaseModel):
    """Tìm gì, trong những giấy tờ nào. / What is looked for, and among which papers; all of it may be left out.

    ``query``: mọi từ phải có; "cụm từ"; phần đầu ngu*; -từ phải vắng. / Words that all occur, with or without marks.
    """

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(max_length=500, examples=['"nguyễn văn an" quyết định'])] = ""
    owner_number: Annotated[Code | None, Field(examples=["001190012345"])] = None
    paper_types: Annotated[list[Code], Field(max_length=50, examples=[["decision"]])] = []
    issued_from: dt.date | None = None
    issued_to: dt.date | None = None
    stored_from: dt.date | None = None
    stored_to: dt.date | None = None
    agency: Annotated[Code | None, Field(examples=[AgencyCode.example])] = None
    number_symbol: Annotated[str, Field(max_length=100, examples=["320/QĐ-UBND", "320/*"])] = ""
    states: Annotated[list[PaperState], Field(max_length=20)] = []
    after: Annotated[str | None, Field(max_length=40, pattern=r"^[0-9]+-[0-9]+$")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


@router.post("/v1/search", response_model=FoundPapers, summary="Tìm theo nội dung giấy tờ / Search papers")
def search(body: Search, caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep) -> Json:
    """Return the papers in the store that have all the words, the best first, and where the words stand."""
    after = Cursor.parse(body.after) if body.after else None
    found = find(
        house, parse_query(body.query), _filters(body, house), actor=caller.name, limit=body.limit, after=after
    )
    return found_json(found)


def _filters(body: Search, house: House) -> Filters:
    every = Filters()
    return Filters(
        owner=parse_owner_number(body.owner_number) if body.owner_number is not None else None,
        paper_types=tuple(find_type(house.paper_types, code).code for code in body.paper_types),
        issued_from=body.issued_from,
        issued_to=body.issued_to,
        stored_from=body.stored_from,
        stored_to=body.stored_to,
        agency=AgencyCode.parse(body.agency) if body.agency is not None else None,
        number=body.number_symbol,
        states=tuple(body.states) or every.states,
    )
