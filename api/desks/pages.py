"""The routes of the pages: one per desk, the page to sign in, and the parts pages are made of."""

import hashlib
from collections.abc import Callable, Coroutine
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.accounts import SHORTEST, page_token
from api.desks.months import figures_shown
from api.desks.renewals import renewals_shown
from api.desks.texts import COOKIE, LANGUAGES, texts
from api.desks.work import operations_shown
from api.http.access import allow, own_address, public, session_secret
from api.http.deps import HouseDep
from api.http.observe import page_policy
from api.http.reading import StrictRoute
from api.keys import Caller, Role
from api.oidc_client import Client, Why
from dossier import times
from dossier.errors import Forbidden, Unauthenticated, UnknownAddress
from dossier.grants import purposes
from dossier.lanes import Lane
from dossier.papers import PaperState
from dossier.periods import Period
from dossier.standing import REVOKING, SUPERSEDING, Reason
from ingest.reports.figures import By
from ingest.scan.separator_sheets import MOST

DESKS: dict[str, frozenset[Role]] = {
    "review": frozenset({Role.OFFICER}),
    "station": frozenset({Role.STATION, Role.OFFICER}),
    "store": frozenset({Role.OFFICER}),
    "audit": frozenset({Role.AUDITOR}),
    "figures": frozenset({Role.OFFICER, Role.AUDITOR, Role.ADMIN}),
}
"""The desks in the order of the menu, and whose they are."""
WALL = frozenset({Role.STATION, *DESKS["figures"]})
"""Whose the screen on the wall may be: it shows counts alone."""
_SEE_OTHER = 303
_MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_environment = Environment(loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined)


class PageRoute(StrictRoute):
    """A route that sends who may not see a page to one that they may see."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See ``APIRoute``."""
        handle = super().get_route_handler()

        async def leading(request: Request) -> Response:
            try:
                return await handle(request)
            except Unauthenticated:
                return RedirectResponse("/desk/sign-in", _SEE_OTHER)
            except Forbidden:
                return RedirectResponse("/desk", _SEE_OTHER)

        return leading


router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/", dependencies=[public])
def root() -> Response:
    """Lead whoever types the address of the machine to the desks."""
    return RedirectResponse("/desk", _SEE_OTHER)


@router.get("/desk")
def desk(caller: Annotated[Caller, allow(*Role)], request: Request) -> Response:
    """Lead to the first desk of whoever is signed in, or say that there is none."""
    first = next((name for name, roles in DESKS.items() if caller.role in roles), None)
    return RedirectResponse(f"/desk/{first}", _SEE_OTHER) if first else page(request, "none", caller)


@router.get("/desk/sign-in", dependencies=[public])
def sign_in(request: Request, why: Why | None = None) -> Response:
    """Show the page to sign in; ``why``: it did not work with the issuer."""
    return page(request, "sign-in", None, by_issuer=request.app.state.client is not None, why=why)


@router.get("/desk/sign-out")
def sign_out(caller: Annotated[Caller, allow(*Role)], request: Request, house: HouseDep) -> Response:
    """Show the page that ends the session here and then, where the person signed in there, at the issuer."""
    client: Client | None = request.app.state.client
    back = f"{own_address(request)}/desk/sign-in"
    leaving = client.leaving(house.catalogue, session_secret(request), back) if client else None
    response = page(request, "sign-out", caller, leaving=leaving)
    if leaving:
        response.headers["Content-Security-Policy"] = page_policy(leaving.origin)
    return response


@router.get("/desk/review")
def review(
    *,
    caller: Annotated[Caller, allow(*DESKS["review"])],
    request: Request,
    lane: Lane | None = None,
    state: Literal[PaperState.READY, PaperState.NEEDS_REVIEW] | None = None,
) -> Response:
    """Show the desk where papers are compared and confirmed: those of one lane or state, if so chosen."""
    return page(request, "review", caller, lanes=tuple(Lane), only_lane=lane, only_state=state)


@router.get("/desk/station")
def station(caller: Annotated[Caller, allow(*DESKS["station"])], request: Request) -> Response:
    """Show the desk where papers are handed in."""
    return page(request, "station", caller, asks="lookup" if caller.role is Role.OFFICER else "twins", most_sheets=MOST)


@router.get("/desk/store")
def store(caller: Annotated[Caller, allow(*DESKS["store"])], request: Request) -> Response:
    """Show the desk where an owner's papers are found."""
    return page(request, "store", caller, revoking=REVOKING, superseding=SUPERSEDING)


@router.get("/desk/audit")
def audit(caller: Annotated[Caller, allow(*DESKS["audit"])], request: Request, house: HouseDep) -> Response:
    """Show the desk where signed files, the log and the status list are checked."""
    return page(request, "audit", caller, **renewals_shown(house))


@router.get("/desk/figures")
def figures(
    *,
    caller: Annotated[Caller, allow(*DESKS["figures"])],
    request: Request,
    house: HouseDep,
    period: Annotated[str | None, Query(pattern=r"^[0-9]{4}-[0-9]{2}$")] = None,
    by: By = By.AGENCY,
    of: Annotated[str | None, Query(pattern=r"^[0-9A-Z.]{1,60}$")] = None,
) -> Response:
    """Show the figures of a reporting month, of everything or of one row, and how they came about before."""
    chosen, language = Period.parse(period) if period else Period.containing(times.today()), _language(request)
    point = "," if language == "vi" else "."
    work = operations_shown(request.app.state.operations.now(), texts(language)["script"], point)
    return page(request, "figures", caller, **figures_shown(house, chosen, by, of, language), **work, lanes=tuple(Lane))


@router.get("/desk/wall")
def wall(caller: Annotated[Caller, allow(*WALL)], request: Request) -> Response:
    """Show how the work goes on a screen that nobody touches."""
    return page(request, "wall", caller, lanes=tuple(Lane))


@router.get("/desk/static/{name}", dependencies=[public])
def part(request: Request, name: Annotated[str, Path(pattern=r"^[a-z-]+\.(css|js|svg)$")]) -> Response:
    """Give a part of the pages; the browser asks every time whether it is still the same.

    Raises:
        UnknownAddress: There is none of this name.
    """
    content, tag = _part(name)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)


@cache
def _part(name: str) -> tuple[bytes, str]:
    found = files(__package__).joinpath("static", name)
    if not found.is_file():
        raise UnknownAddress
    content = found.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def _language(request: Request) -> str:
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def page(request: Request, name: str, caller: Caller | None, **more: object) -> Response:
    """Return a page in the language of whoever asks; ``more``: what its template needs besides."""
    language = _language(request)
    words, secret = texts(language), session_secret(request)
    said = {f"reason_{one.value}": one.text if language == "vi" else one.text_en for one in Reason}
    said |= {f"purpose_{one.code}": one.name_vi if language == "vi" else one.name_en for one in purposes().values()}
    told = {
        "person": (caller.person or caller.name) if caller else None,
        "token": page_token(secret) if secret and caller else None,
        "language": language,
        "texts": words["script"] | said,
    }
    values = {
        "language": language,
        "other": next(one for one in LANGUAGES if one != language),
        "t": words,
        "desk": name,
        "desks": [one for one, roles in DESKS.items() if caller and caller.role in roles],
        "person": told["person"],
        "shortest": SHORTEST,
        "told": told,
        **more,
    }
    return HTMLResponse(_environment.get_template(f"{name}.html").render(values))
