"""Reading request bodies without ever holding more than is allowed.

Threat: a caller fills the memory. What stops it: JSON is cut at ``MAX_JSON_BYTES``, files at the size the settings
allow, whatever length was announced, and nothing is read from callers without a key. Residual risk accepted: a file
is held in memory while it is received, so many uploads at once from our own stations take as many times its size.
"""

import datetime as dt
import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.types import Message, Receive

from api.http.access import admit
from api.keys import Caller
from dossier import times
from dossier.errors import FileTooLarge, NameDiffers, RequestTooLarge, SohoaError
from dossier.owners import Owner
from dossier.text import tidy
from ingest.scan.identity_codes import MOST_BYTES

MAX_JSON_BYTES = 1024 * 1024
"""A manifest of a thousand papers takes a fifth of it."""
MAX_JSON_PAPERS = 1000
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A line of text in a JSON body."""
_SAID = r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"
FIELD_KEY = r"^[a-z][a-z0-9_]{0,63}(\.[1-9][0-9]{0,3}\.[a-z][a-z0-9_]{0,63})?$"
"""How a field is called: ``birth_date``, or ``members.2.name`` in a table."""
Code = Annotated[str, Field(max_length=100)]
"""A code or number, checked by rules of its own."""
PersonName = Annotated[str, Field(min_length=1, max_length=200, pattern=_SAID), AfterValidator(tidy)]
"""The name of the person who answers for what is asked, everywhere under the key ``by``."""
Words = Annotated[str, Field(min_length=1, max_length=500, pattern=_SAID), AfterValidator(tidy)]
"""Why, what for, or by which document, in a person's words."""
Day = Annotated[dt.date, Field(ge=times.EARLIEST, le=times.LATEST)]
"""A day in Vietnam."""


class OwnerNamed(BaseModel):
    """Chủ giấy tờ, nếu chưa biết. / The owner, where not known yet."""

    model_config = ConfigDict(extra="forbid")

    owner_number: Text | None = None
    owner_name: Text | None = None

    @property
    def owner(self) -> Owner | None:
        """The owner, checked.

        Raises:
            InvalidOwnerNumber: The number fails its checks, or there is a name without a number.
        """
        if self.owner_number is None and self.owner_name is None:
            return None
        return Owner.parse(self.owner_number or "", self.owner_name)


FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Nội dung tệp: PDF, TIFF, JPEG hoặc PNG. / The file's bytes; their type is found by looking.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""What the OpenAPI document says of a route that takes a file."""


class StrictRoute(APIRoute):
    """A route that decides access first, and takes no unknown query parameter and no JSON over ``MAX_JSON_BYTES``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See ``APIRoute``."""
        handle = super().get_route_handler()
        known = _query_names(self.dependant)
        takes_json = self.body_field is not None

        async def strictly(request: Request) -> Response:
            await admit(request, self.dependant)
            _refuse_unknown(known, request)
            if not takes_json:
                return await handle(request)
            body = await _read_at_most(request, MAX_JSON_BYTES, RequestTooLarge(limit=MAX_JSON_BYTES))
            _require_own_name(getattr(request.state, "caller", None), body)
            return await handle(Request(request.scope, _replay(body)))

        return strictly


def new_router() -> APIRouter:
    """Return the router of one endpoint's module."""
    return APIRouter(route_class=StrictRoute)


def _query_names(dependant: Dependant) -> set[str]:
    own = {parameter.alias for parameter in dependant.query_params}
    return own.union(*(_query_names(needed) for needed in dependant.dependencies))


def _refuse_unknown(known: set[str], request: Request) -> None:
    """Refuse what would silently be ignored: a misspelt filter would answer with everything.

    Raises:
        RequestValidationError: A query parameter is not among ``known``.
    """
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        parts = [{"type": "extra_forbidden", "loc": ("query", name), "msg": "Unknown parameter"} for name in unknown]
        raise RequestValidationError(parts)


def _require_own_name(caller: Caller | None, body: bytes) -> None:
    """Do nothing if nobody, or the person who is signed in, answers for what is asked.

    Raises:
        NameDiffers: Another person is named.
    """
    if caller is None or caller.person is None:
        return
    try:
        said = json.loads(body)
    except ValueError:
        return  # refused as malformed next
    if not isinstance(said, dict):
        return
    papers = said.get("papers")
    named = [said.get("by"), said.get("operator")]
    named += [one.get("confirmed_by") for one in papers if isinstance(one, dict)] if isinstance(papers, list) else []
    if any(isinstance(name, str) and name and tidy(name) != caller.person for name in named):
        raise NameDiffers


async def _read_file(request: Request) -> bytes:
    limit: int = request.app.state.house.limits.max_bytes
    declared = request.headers.get("content-length", "")
    size = int(declared) if declared.isdecimal() else f"> {limit}"
    return await _read_at_most(request, limit, FileTooLarge(size=size, limit=limit))


FileBody = Annotated[bytes, Depends(_read_file)]
"""The bytes of a file sent as the body."""


async def _read_picture(request: Request) -> bytes:
    return await _read_at_most(request, MOST_BYTES, FileTooLarge(size=f"> {MOST_BYTES}", limit=MOST_BYTES))


PictureBody = Annotated[bytes, Depends(_read_picture)]
"""The bytes of a picture sent as the body."""


async def _read_at_most(request: Request, limit: int, refusal: SohoaError) -> bytes:
    """Return the body.

    Raises:
        SohoaError: ``refusal``, as soon as the body is known to be longer than ``limit`` bytes.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise refusal
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise refusal
    return bytes(body)


def _replay(body: bytes) -> Receive:
    """Return an ASGI ``receive`` that gives ``body`` and then says that nothing more comes."""
    messages: list[Message] = [{"type": "http.disconnect"}, {"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if len(messages) > 1 else messages[0]

    return receive
