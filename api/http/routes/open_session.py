"""``POST /v1/session``: a person signs in; the browser gets a cookie that no script can read."""

from typing import Annotated

from fastapi import Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from api.accounts import page_token, sign_in
from api.http.access import give_session, public, require_own_origin
from api.http.answers.people import Session
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.http.views import session_json
from api.shapes import Json

router = new_router()
_MOST = 200


class SignIn(BaseModel):
    """Tên, mật khẩu; mật khẩu mới nếu muốn đổi. / Name and password, and the one that takes its place."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=_MOST)]
    new_password: Annotated[str, Field(max_length=_MOST)] | None = None


@router.post(
    "/v1/session",
    dependencies=[public],
    response_model=Session,
    status_code=status.HTTP_201_CREATED,
    summary="Đăng nhập / Sign in",
)
def open_session(request: Request, response: Response, body: SignIn, house: HouseDep) -> Json:
    """Sign in from a page of this service. The answer's ``page_token`` goes with every change (``X-Page-Token``)."""
    require_own_origin(request)
    request.app.state.sign_ins.take(request.client.host if request.client else "")
    secret, caller = sign_in(house.catalogue, body.name, body.password, body.new_password)
    give_session(request, response, secret)
    return session_json(caller, page_token(secret))
