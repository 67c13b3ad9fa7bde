"""Who may call what: the declaration every route makes, and how it is enforced.

Threat: somebody without a key, or with the key of another role, reads or changes papers; a stranger's page lets the
browser of a person who is signed in do so. What stops it: a route is public or names its roles, and the application
does not start with one that does neither; keys are those of ``api.keys`` or tokens of an issuer (``api.oidc``),
sessions those of ``api.accounts``; what changes anything under a session needs the page's token besides its cookie, and
comes from our own origin. Residual risk accepted: TLS is ended by a reverse proxy.
"""

import hmac
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.accounts import caller_of_session, page_token
from api.keys import Caller, Role, caller_of
from api.oidc import Issuer, is_token
from dossier.errors import ConfigurationError, Forbidden, RequestForged, Unauthenticated
from ingest.settings import Environment

COOKIE, SECURE_COOKIE = "sohoa-session", "__Host-sohoa-session"
"""Names of the session's cookie, without TLS and with it."""
TOKEN_HEADER = "X-Page-Token"  # noqa: S105 - a header's name
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="Khóa truy cập / access key")


@dataclass(frozen=True)
class Access:
    """A route's declaration of who may call it, which is also the dependency that enforces it.

    Attributes:
        roles: Any of these; empty means anybody, without a key.
    """

    roles: frozenset[Role]

    async def __call__(
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Caller:
        """Return the caller; asked twice of one request, the key or session is looked up once.

        Raises:
            Unauthenticated: No key or session, or none in force. Forbidden: One of another role.
            RequestForged: A change under a session that does not come from a page of ours.
            TooManyRequests: The caller asks more often than it may.
        """
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:
            secret = session_secret(request)
            if credentials is None and secret:
                if request.method not in _HARMLESS:
                    require_own_page(request, secret)
                caller = await run_in_threadpool(_admitted, request, session=secret)
            else:
                key = credentials.credentials if credentials else ""
                caller = await run_in_threadpool(_admitted, request, key=key)
            request.state.caller = caller
        if caller.role not in self.roles:
            raise Forbidden(roles=", ".join(sorted(self.roles)))
        return caller


def _admitted(request: Request, *, key: str = "", session: str = "") -> Caller:
    """Return who calls, if it may ask now; a refusal of what may be a guess is counted."""
    if not (key or session):
        raise Unauthenticated
    try:
        caller = caller_of_session(request.app.state.house, session) if session else _bearer_of(request, key)
    except Unauthenticated:
        request.app.state.refusals.note(request.client.host if request.client else "")
        raise
    request.app.state.allowances.take(caller.name)
    return caller


def _bearer_of(request: Request, key: str) -> Caller:
    """Return who sends a key of ours, or a token of the issuer that the settings name."""
    issuer: Issuer | None = request.app.state.issuer
    if issuer is not None and is_token(key):
        return issuer.caller(key)
    return caller_of(request.app.state.house.catalogue, key)


def is_secure(request: Request) -> bool:
    """Return whether cookies go over TLS alone: in production always."""
    production = request.app.state.house.settings.environment is Environment.PRODUCTION
    return production or request.url.scheme == "https"


def session_secret(request: Request) -> str:
    """Return the secret of the session that a request comes under, empty if it comes under none."""
    return request.cookies.get(SECURE_COOKIE if is_secure(request) else COOKIE, "")


def give_session(request: Request, response: Response, secret: str) -> None:
    """Give a browser the session's secret in a cookie that no script can read."""
    secure = is_secure(request)
    name = SECURE_COOKIE if secure else COOKIE
    response.set_cookie(name, secret, httponly=True, samesite="strict", secure=secure, path="/")


def own_address(request: Request) -> str:
    """Return where the browser finds this service: scheme, host and port."""
    return f"{'https' if is_secure(request) else 'http'}://{request.headers.get('host', '')}"


def require_own_origin(request: Request) -> None:
    """Do nothing if a browser says that a request comes from our own origin.

    Raises:
        RequestForged: It says another one, or none.
    """
    if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host"):
        raise RequestForged


def require_own_page(request: Request, secret: str) -> None:
    """Do nothing if a request under a session comes from a page that this session was shown.

    Raises:
        RequestForged: It comes from elsewhere.
    """
    require_own_origin(request)
    told = request.headers.get(TOKEN_HEADER, "")
    if not hmac.compare_digest(told.encode(), page_token(secret).encode()):
        raise RequestForged


def allow(*roles: Role) -> Any:  # noqa: ANN401 - what FastAPI's Depends returns
    """Declare that a route may be called with a key or under a session of one of ``roles``."""
    return Depends(Access(frozenset(roles)))


@dataclass(frozen=True)
class Public:
    """The declaration that anybody may call a route."""

    async def __call__(self) -> None:
        """Let everybody in."""


public: Any = Depends(Public())


async def admit(request: Request, dependant: Dependant) -> None:
    """Decide whether the caller may call a route, before anything it sent is looked at.

    Args:
        request: The call.
        dependant: What the route declares.

    Raises:
        Unauthenticated: No key, or none in force. Forbidden: A key of another role.
    """
    for declared in dependant.dependencies:
        if isinstance(declared.call, Access):
            await declared.call(request, await _bearer(request))


def declared_roles(dependant: Dependant) -> frozenset[Role]:
    """Return the roles a route declares, none if it is public.

    Raises:
        ConfigurationError: It declares nothing, or twice.
    """
    declared = [d.call for d in dependant.dependencies if isinstance(d.call, Access | Public)]
    if len(declared) != 1:
        raise ConfigurationError(reason=f"{dependant.path} must declare exactly once who may call it")
    return declared[0].roles if isinstance(declared[0], Access) else frozenset()
