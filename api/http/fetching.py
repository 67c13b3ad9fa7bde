"""Giving out a stored object's bytes: whole, in part, or only the word that they are still the same.

Conditions and ranges are those of RFC 9110, clauses 13 and 14; the ``ETag`` is the SHA-256 of the object, so it is
strong. Of ranges, one is given; several at once are answered with the whole, as that document allows.

A whole object is compared with the hash in the catalogue before its first byte is sent, so it is held in memory, once.
A part is proven only where the store encrypts by itself (``ObjectStore.get_range``): who fetches parts compares the
whole with ``Repr-Digest``.
"""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.responses import StreamingResponse

from api.http.problems import problem
from dossier.errors import NotFound, ObjectDamaged, RangeNotSatisfiable
from dossier.papers import StoredObject
from ingest.house import House
from ingest.upkeep.fixity import require_sound, sound

BLOCK = 256 * 1024
"""Bytes handed to the connection at once."""
_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.IGNORECASE)
_TAGS = re.compile(r'(?:W/)?("[^"]*")')
NOT_MODIFIED, PARTIAL = 304, 206


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller says of the bytes it wants.

    Attributes:
        request: The request it said so in. if_none_match, range, if_range: The headers of these names.
    """

    request: Request
    if_none_match: str | None
    range: str | None
    if_range: str | None


def _wanted(
    request: Request,
    if_none_match: Annotated[str | None, Header(description="ETag đã có / what you have")] = None,
    range_: Annotated[str | None, Header(alias="Range", description="bytes=0-1023")] = None,
    if_range: Annotated[str | None, Header(description="ETag của phần đã có / of the part you have")] = None,
) -> Wanted:
    return Wanted(request, if_none_match, range_, if_range)


WantedDep = Annotated[Wanted, Depends(_wanted)]


def answers(*media_types: str, description: str) -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI document says of a route that gives out bytes."""
    content: dict[str, Any] = {media_type: {} for media_type in media_types}
    return {
        200: {"content": content, "description": description},
        PARTIAL: {"content": content, "description": "Phần đã yêu cầu / The part asked for"},
        NOT_MODIFIED: {"description": "Không thay đổi / Not modified"},
    }


def described(stored: StoredObject, name: str, wanted: Wanted) -> Response:
    """Return the headers alone that ``given`` would send of the whole; nothing is read."""
    if _is_known(stored, wanted):
        return Response(status_code=NOT_MODIFIED, headers=_headers(stored, name))
    headers = {**_headers(stored, name), "Content-Length": str(stored.size)}
    return Response(headers=headers, media_type=stored.media_type)


def given(house: House, stored: StoredObject, name: str, wanted: Wanted) -> Response:
    """Return a stored object's bytes, as far as they are wanted.

    Args:
        house: With the store.
        stored: As the catalogue knows it.
        name: To be saved under; no personal data.
        wanted: By the caller.

    Raises:
        ObjectDamaged: The bytes are gone, or no longer those that were kept.
        StoreUnavailable, ObjectKeyMissing: From the store.
    """
    if _is_known(stored, wanted):
        return Response(status_code=NOT_MODIFIED, headers=_headers(stored, name))
    try:
        part = _part(stored, wanted)
    except RangeNotSatisfiable as error:
        refusal = problem(wanted.request, error)
        refusal.headers["Content-Range"] = f"bytes */{stored.size}"
        return refusal
    try:
        if part is None:
            return _sent(sound(house, stored), stored, name)
        require_sound(house, stored)  # a part cannot be held against the hash of the whole
        start, end = part
        data = house.objects.get_range(stored.key, start, end, stored.version)
    except NotFound:  # what the catalogue has is not what a caller asked wrongly; and keys of objects are told nobody
        raise ObjectDamaged(key=stored.key) from None
    if len(data) != end - start:
        raise ObjectDamaged(key=stored.key)
    response = _sent(data, stored, name)
    response.status_code = PARTIAL
    response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    return response


def parse_range(text: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last that a ``Range`` header asks for; ``None``: it asks for no part.

    What is not understood is to be ignored (RFC 9110, 14.2): other units, several ranges, ends before their beginnings.

    Args:
        text: The header.
        size: Of the whole, bytes.

    Raises:
        RangeNotSatisfiable: It asks for bytes that the whole does not have.
    """
    found = _RANGE.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    first, last = (int(digits) if digits else None for digits in found.groups())
    if first is None:
        start, end = max(0, size - (last or 0)), size
    elif last is not None and last < first:
        return None
    else:
        start, end = first, size if last is None else min(last + 1, size)
    if start >= end:
        raise RangeNotSatisfiable(size=size)
    return start, end


def _part(stored: StoredObject, wanted: Wanted) -> tuple[int, int] | None:
    if wanted.range is None or wanted.if_range not in {None, _etag(stored)}:
        return None
    return parse_range(wanted.range, stored.size)


def _is_known(stored: StoredObject, wanted: Wanted) -> bool:
    """Tell whether the caller has these very bytes; tags are compared weakly (RFC 9110, 13.1.2)."""
    tags = wanted.if_none_match
    return tags is not None and (tags.strip() == "*" or _etag(stored) in _TAGS.findall(tags))


def _sent(data: bytes, stored: StoredObject, name: str) -> Response:
    headers = {**_headers(stored, name), "Content-Length": str(len(data))}
    return StreamingResponse(_blocks(data), media_type=stored.media_type, headers=headers)


async def _blocks(data: bytes) -> AsyncIterator[bytes]:
    """Yield the bytes piece by piece: given at once, a slow connection would hold a second copy of them."""
    for start in range(0, len(data), BLOCK):
        yield data[start : start + BLOCK]


def _headers(stored: StoredObject, name: str) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(stored.sha256)).decode()
    return {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": _etag(stored),
        "Repr-Digest": f"sha-256=:{digest}:",
    }


def _etag(stored: StoredObject) -> str:
    return f'"{stored.sha256}"'
