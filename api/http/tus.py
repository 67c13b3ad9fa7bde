"""Resumable uploads as tus 1.0.0 has them: the words of the protocol, for the routes that speak it.

Spoken are the core and the extensions creation, expiration, checksum and termination. A file is announced in a batch's
manifest first, with its size and SHA-256, so neither its length nor what is done with it is open.
"""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Path
from starlette.requests import ClientDisconnect, Request

from api.http.deps import batch_for
from api.keys import Caller
from dossier.errors import ChecksumDiffers, InvalidRequest, NotFound, ProtocolUnknown
from dossier.identifiers import PaperId
from dossier.text import nfc
from ingest.house import House
from ingest.intake import uploads
from ingest.intake.uploads import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256")
MEDIA_TYPE = "application/offset+octet-stream"
PIECE = 1024 * 1024
"""Bytes after which what has arrived is kept: a line that breaks costs no more than these."""


async def _spoken(tus_resumable: Annotated[str, Header(alias="Tus-Resumable", examples=[VERSION])] = "") -> None:
    if tus_resumable != VERSION:
        raise ProtocolUnknown(version=VERSION)


async def _upload_id(
    upload: Annotated[str, Path(pattern=f"^{PaperId.pattern}$", examples=[PaperId.example])],
) -> PaperId:
    return PaperId(upload)


UploadIdPath = Annotated[PaperId, Depends(_upload_id)]
spoken: Any = Depends(_spoken)
"""Refuses requests of another version of the protocol."""


def headers(upload: Upload) -> dict[str, str]:
    """Return the headers that tell where an upload stands."""
    return {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.begun.size),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
    }


def upload_for(house: House, caller: Caller, upload: PaperId) -> Upload:
    """Return an upload of a batch that ``caller`` may see.

    Raises:
        NotFound: There is none, or it is another station's: which of the two is not told.
    """
    found = uploads.found(house, upload)
    try:
        batch_for(house, caller, found.begun.batch)
    except NotFound:
        raise NotFound(kind="upload", id=upload) from None
    return found


def require_room(house: House, upload: Upload) -> None:
    """Do nothing if more of an upload is taken in at this moment.

    Raises:
        QueueFull, DiskLow: It is not.
    """
    house.gate.require_room(house.catalogue.batch(upload.begun.batch).lane)


def file_name(metadata: str) -> str:
    """Return the member ``filename`` of a header ``Upload-Metadata``, NFC.

    Raises:
        InvalidRequest: There is none, or it is not written as the protocol wants it.
    """
    members = dict(part.strip().partition(" ")[::2] for part in metadata.split(","))
    try:
        name = base64.b64decode(members.get("filename", ""), validate=True).decode()
    except ValueError:  # not base64, not ASCII, not UTF-8
        name = ""
    if not name:
        raise InvalidRequest
    return nfc(name)


def require_checksum(header: str, data: bytes) -> None:
    """Do nothing if ``data`` has the checksum that a header ``Upload-Checksum`` tells.

    Raises:
        InvalidRequest: The header is malformed, or of another algorithm than ``ALGORITHMS``.
        ChecksumDiffers: It has not.
    """
    algorithm, _, told = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise InvalidRequest
    try:
        expected = base64.b64decode(told, validate=True)
    except ValueError:
        raise InvalidRequest from None
    if not hmac.compare_digest(hashlib.new(algorithm, data, usedforsecurity=False).digest(), expected):
        raise ChecksumDiffers


async def pieces(request: Request) -> AsyncIterator[bytes]:
    """Yield a body in pieces of about ``PIECE`` bytes; where the line breaks, what arrived until then is the last.

    Raises:
        ClientDisconnect: The line broke, after the last piece.
    """
    kept = bytearray()
    try:
        async for chunk in request.stream():
            kept += chunk
            if len(kept) >= PIECE:
                yield bytes(kept)
                kept.clear()
    except ClientDisconnect:
        if kept:
            yield bytes(kept)
        raise
    if kept:
        yield bytes(kept)
