"""The way to the issuer and back, for people who sign in with its accounts (``api.oidc_client``)."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.desks.pages import page
from api.http.access import give_session, is_secure, own_address, public
from api.http.deps import HouseDep
from api.oidc_client import FAILURES, WITHIN, Client, why
from dossier.errors import SohoaError, UnknownAddress

BACK = "/desk/sign-in/issuer/back"
"""Where the issuer leads browsers back to: the redirect address to enter there."""
COOKIE, SECURE_COOKIE = "sohoa-entry", "__Host-sohoa-entry"
"""Names of the cookie that a browser holds meanwhile, without TLS and with it."""
_SEE_OTHER = 303

router = APIRouter(include_in_schema=False)  # issuers send along more parameters than a strict route would let pass


@router.get("/desk/sign-in/issuer", dependencies=[public])
def go(request: Request, house: HouseDep) -> Response:
    """Lead a browser to the issuer.

    Raises:
        UnknownAddress: People do not sign in there.
    """
    client = _client(request)
    try:
        _take_turn(request)
        secret, place = client.begin(house.catalogue, _back(request))
    except FAILURES as error:
        return _refused(request, error)
    response = RedirectResponse(place, _SEE_OTHER)
    # Lax: it must come along when the issuer's page leads back.
    name, most = _cookie(request), int(WITHIN.total_seconds())
    response.set_cookie(name, secret, most, httponly=True, samesite="lax", secure=is_secure(request), path="/")
    return response


@router.get(BACK, dependencies=[public])
def back(request: Request, house: HouseDep) -> Response:
    """Sign in whoever comes back from the issuer.

    Raises:
        UnknownAddress: People do not sign in there.
    """
    client = _client(request)
    try:
        _take_turn(request)
        secret = client.finish(
            house.catalogue, request.cookies.get(_cookie(request), ""), request.query_params, _back(request)
        )
    except FAILURES as error:
        return _refused(request, error)
    # A page that goes on by itself: a redirection from another site would not carry the session's strict cookie.
    response = page(request, "entered", None)
    give_session(request, response, secret)
    return _forgotten(request, response)


def _client(request: Request) -> Client:
    client: Client | None = request.app.state.client
    if client is None:
        raise UnknownAddress
    return client


def _take_turn(request: Request) -> None:
    request.app.state.sign_ins.take(request.client.host if request.client else "")


def _back(request: Request) -> str:
    return f"{own_address(request)}{BACK}"


def _cookie(request: Request) -> str:
    return SECURE_COOKIE if is_secure(request) else COOKIE


def _refused(request: Request, error: SohoaError) -> Response:
    return _forgotten(request, RedirectResponse(f"/desk/sign-in?why={why(error)}", _SEE_OTHER))


def _forgotten(request: Request, response: Response) -> Response:
    response.delete_cookie(_cookie(request), httponly=True, samesite="lax", secure=is_secure(request), path="/")
    return response
