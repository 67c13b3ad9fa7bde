"""``DELETE /v1/grants/{grant}``: take a grant out of force, from the next request on."""

from typing import Annotated

from fastapi import Path, Response, status

from api.http.access import allow
from api.http.deps import HouseDep, require_ground
from api.http.reading import new_router
from api.keys import Caller, Role
from dossier.grants import Basis
from storage.reuse import grants

router = new_router()


@router.delete(
    "/v1/grants/{grant}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Thu hồi quyền đã cấp / Revoke a grant",
)
def revoke_grant(
    caller: Annotated[Caller, allow(Role.ADMIN, Role.OFFICER)],
    house: HouseDep,
    grant: Annotated[str, Path(pattern=r"^[0-9a-z-]{1,64}$")],
) -> None:
    """Revoke a grant; a revoked one stays revoked. An officer revokes what an owner gave."""
    if grants.grant(house.catalogue, grant).basis is Basis.LAW:
        require_ground(caller, Basis.LAW)
    grants.revoke(house.catalogue, grant, actor=caller.name)
