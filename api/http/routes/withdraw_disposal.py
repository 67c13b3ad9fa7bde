"""``DELETE /v1/papers/{paper}/disposal``: a proposal is taken back."""

from typing import Annotated

from fastapi import status

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath
from api.http.reading import new_router
from api.keys import Caller, Role
from storage.lifecycle.disposal import withdraw

router = new_router()


@router.delete(
    "/v1/papers/{paper}/disposal",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Rút đề nghị tiêu hủy / Take a proposal back",
)
def withdraw_disposal(caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath) -> None:
    """Take it back while no second person has agreed."""
    withdraw(house.catalogue, paper, actor=caller.name)
