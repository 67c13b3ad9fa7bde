"""``GET /v1/session``: who is signed in."""

from typing import Annotated

from fastapi import Request

from api.accounts import page_token
from api.http.access import allow, session_secret
from api.http.answers.people import Session
from api.http.reading import new_router
from api.http.views import session_json
from api.keys import Caller, Role
from api.shapes import Json

router = new_router()


@router.get("/v1/session", response_model=Session, summary="Ai đang đăng nhập / Who is signed in")
def show_session(caller: Annotated[Caller, allow(*Role)], request: Request) -> Json:
    """Tell whose session or key this is; with a key there is no person and no token."""
    secret = session_secret(request)
    return session_json(caller, page_token(secret) if secret and caller.person else None)
