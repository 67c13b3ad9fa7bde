"""Who may call what: the declaration every route makes, and how it is enforced.

Threat: somebody without a key, or with the key of another role, reads or changes papers. What stops it: a route is
public or names its roles, and the application does not start with one that does neither; keys are those of
``api.keys`` or tokens of an issuer (``api.oidc``). Residual risk accepted: TLS is ended by a reverse proxy.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.keys import Caller, Role, caller_of
from api.oidc import Issuer, is_token
from dossier.errors import ConfigurationError, Forbidden, Unauthenticated

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
        """Return the caller; asked twice of one request, the key is looked up once.

        Raises:
            Unauthenticated: No key, or none in force. Forbidden: A key of another role.
            TooManyRequests: The caller asks more often than it may.
        """
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:
            key = credentials.credentials if credentials else ""
            caller = await run_in_threadpool(_admitted, request, key)
            request.state.caller = caller
        if caller.role not in self.roles:
            raise Forbidden(roles=", ".join(sorted(self.roles)))
        return caller


def _admitted(request: Request, credentials: str) -> Caller:
    """Return who calls, if it may ask now; a refusal is counted."""
    try:
        caller = _caller(request, credentials)
    except Unauthenticated:
        request.app.state.refusals.note(request.client.host if request.client else "")
        raise
    request.app.state.allowances.take(caller.name)
    return caller


def _caller(request: Request, credentials: str) -> Caller:
    """Return who sends these credentials: a key of ours, or a token of the issuer that the settings name."""
    issuer: Issuer | None = request.app.state.issuer
    if issuer is not None and is_token(credentials):
        return issuer.caller(credentials)
    return caller_of(request.app.state.house.catalogue, credentials)


def allow(*roles: Role) -> Any:  # noqa: ANN401 - what FastAPI's Depends returns
    """Declare that a route may be called with a key of one of ``roles``."""
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
