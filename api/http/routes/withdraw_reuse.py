"""``DELETE /v1/reuse/{reference}``: a paper was accepted into a dossier by mistake."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.reuses import AcceptedReuse
from api.http.deps import HouseDep
from api.http.reading import PersonName, Words, new_router
from api.http.views import reuse_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier.identifiers import ReuseReference
from storage.reuse.reuses import withdraw

router = new_router()


class ReuseWithdrawn(BaseModel):
    """Ai hủy và vì sao. / Who takes it back, and why."""

    model_config = ConfigDict(extra="forbid")

    by: PersonName
    reason: Words


@router.delete(
    "/v1/reuse/{reference}",
    response_model=AcceptedReuse,
    summary="Hủy lần dùng lại bị nhầm / Withdraw a reuse accepted by mistake",
)
def withdraw_reuse(
    body: ReuseWithdrawn,
    caller: Annotated[Caller, allow(Role.OFFICER, Role.SYSTEM)],
    house: HouseDep,
    reference: Annotated[str, Path(pattern=f"^{ReuseReference.pattern}$", examples=[ReuseReference.example])],
) -> Json:
    """Withdraw a reuse: it counts no longer and stays on record. A system withdraws its own."""
    reuse = withdraw(
        house.catalogue,
        ReuseReference(reference),
        consumer=caller.name,
        own_only=caller.role is Role.SYSTEM,
        person=body.by,
        reason=body.reason,
    )
    return reuse_json(reuse, house.catalogue.paper(reuse.paper), house)
