"""``POST /v1/papers/{paper}/verifications``: verify a paper's signatures anew; what was found before stays."""

from typing import Annotated

from fastapi import status

from api.http.access import allow
from api.http.answers.verifications import KeptVerifications
from api.http.deps import HouseDep, PaperIdPath, paper_for
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json, verified_json
from ingest.proof.verifications import reverify

router = new_router()


@router.post(
    "/v1/papers/{paper}/verifications",
    response_model=KeptVerifications,
    status_code=status.HTTP_201_CREATED,
    summary="Kiểm tra lại chữ ký số của một giấy tờ / Verify a paper's signatures anew",
)
def verify_paper(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath
) -> Json:
    """Verify by what is trusted now, keep the verdict with its evidence, and answer with it and what changed."""
    verified = reverify(house, paper_for(house, caller, paper), actor=caller.name)
    return {"verifications": [verified_json(verified)]}
