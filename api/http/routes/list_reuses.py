"""``GET /v1/dossiers/{dossier}/reuses``: the papers of the store that stand in a dossier."""

from typing import Annotated

from fastapi import Path

from api.http.access import allow
from api.http.answers.reuses import AcceptedReuses
from api.http.deps import HouseDep, note_reads
from api.http.reading import new_router
from api.http.views import reuse_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier.identifiers import DossierNumber
from storage.reuse.reuses import reuses_in

router = new_router()


@router.get(
    "/v1/dossiers/{dossier}/reuses",
    response_model=AcceptedReuses,
    summary="Giấy tờ dùng lại của một hồ sơ / The papers accepted into a dossier",
)
def list_reuses(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.SYSTEM, Role.AUDITOR)],
    house: HouseDep,
    dossier: Annotated[str, Path(max_length=100, examples=[DossierNumber.example])],
) -> Json:
    """List them, withdrawn ones too, in the order in which they were accepted; a system sees its own."""
    own = caller.name if caller.role is Role.SYSTEM else None
    number = DossierNumber.parse(dossier)
    found = reuses_in(house.catalogue, number, consumer=own)
    note_reads(house, caller, (paper for _, paper in found), f"dossier:{number.canonical}")
    return {"reuses": [reuse_json(reuse, paper, house) for reuse, paper in found]}
