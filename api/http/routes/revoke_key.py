"""``DELETE /v1/keys/{name}``: take a key out of force, at once and for good."""

from typing import Annotated

from fastapi import Path, Response, status

from api.http.access import allow
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import NAME, Caller, Role

router = new_router()


@router.delete(
    "/v1/keys/{name}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Thu hồi khóa truy cập / Revoke an access key",
)
def revoke_key(
    caller: Annotated[Caller, allow(Role.ADMIN)], house: HouseDep, name: Annotated[str, Path(pattern=f"^{NAME}$")]
) -> None:
    """Revoke a key; a revoked one stays revoked."""
    house.catalogue.revoke_key(name, actor=caller.name)
