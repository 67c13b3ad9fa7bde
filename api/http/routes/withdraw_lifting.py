"""``DELETE /v1/papers/{paper}/holds/lifting``: it is taken back that the holds of a paper be lifted."""

from typing import Annotated

from fastapi import status

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath
from api.http.reading import new_router
from api.keys import Caller, Role
from storage.lifecycle import holds

router = new_router()


@router.delete(
    "/v1/papers/{paper}/holds/lifting",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Rút đề nghị gỡ lệnh tạm giữ / Take back that holds be lifted",
)
def withdraw_lifting(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath
) -> None:
    """Take it back while no second person has agreed."""
    holds.withdraw_lifting(house.catalogue, paper, actor=caller.name)
