"""``DELETE /v1/session``: a person signs out."""

from typing import Annotated

from fastapi import Request, Response, status

from api.accounts import sign_out
from api.http.access import COOKIE, SECURE_COOKIE, allow, session_secret
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import Caller, Role

router = new_router()


@router.delete("/v1/session", status_code=status.HTTP_204_NO_CONTENT, summary="Đăng xuất / Sign out")
def end_session(caller: Annotated[Caller, allow(*Role)], request: Request, house: HouseDep) -> Response:
    """End the session this comes under; a key stays in force."""
    if caller.person is not None:
        sign_out(house.catalogue, session_secret(request))
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, httponly=True, samesite="strict", secure=name == SECURE_COOKIE, path="/")
    return response
