"""Uploads: a file that arrives in pieces over a bad line, and goes on where it stopped, days later if need be.

The pieces lie in the object store, so that any process goes on with what another one received. A file whose last piece
is there is received as if it had come in one (`ingest.intake.receive`). Its manifest must have told its size and
SHA-256: the upload's identifier follows from them, so that a sender who forgot everything finds it again by announcing
it.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from dossier.errors import AlreadyExists, FileDiffers, FileTooLarge, InvalidValue, NotFound, OffsetDiffers, SohoaError
from dossier.identifiers import PaperId
from ingest.house import House
from ingest.intake.receive import Received, entry_of, manifest_of, note_refusal, receive, received_before
from ingest.workspace import Workspace
from storage.under_way import upload_quota
from storage.upkeep.inventory import WORK

KEPT = dt.timedelta(days=14)
"""So long an unfinished upload waits for its next piece."""
_BEGUN, _PIECE = "upload", "piece-"
_MOST_PIECES = 4096
"""A sender whose every byte comes alone would fill the store with small objects."""
_OURS = 500
"""HTTP status from which on an error is none of the file: the pieces stay, and it is tried again."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What an upload is of.

    Attributes:
        batch, name: The announced file. size, sha256: As announced. at: When it was begun, UTC.
    """

    batch: str
    name: str
    size: int
    sha256: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload and how far it is.

    Attributes:
        id: Of the upload. begun: What it is of. offset: Bytes received, 0 to ``begun.size``.
    """

    id: PaperId
    begun: Begun
    offset: int

    @property
    def is_complete(self) -> bool:
        """Whether every byte is there."""
        return self.offset == self.begun.size

    @property
    def expires_at(self) -> dt.datetime:
        """Until when it waits for its next piece, UTC."""
        return self.begun.at + KEPT


def begin(house: House, batch: str, name: str, size: int) -> Upload:
    """Begin to upload an announced file, or go on with it: doing it again changes nothing.

    Args:
        house: The parts.
        batch: Identifier of an announced batch.
        name: Of a file whose size and SHA-256 were announced.
        size: Bytes the sender means to send.

    Raises:
        NotFound: No such batch, or it does not announce ``name``.
        InvalidValue: Size or SHA-256 of the file were not announced. FileDiffers: Another size was.
        FileTooLarge: More than a file may have; noted as the file's refusal.
        UploadsUnfinished: Its station has begun too much and finished too little.
    """
    entry = entry_of(manifest_of(house, batch), name)
    if entry.size is None or entry.sha256 is None:
        raise InvalidValue(
            key="sha256",
            reason="files sent in pieces are announced with 'size' and 'sha256'",
            reason_vi="tệp gửi từng phần phải được khai báo kèm 'size' và 'sha256'",
        )
    if size != entry.size:
        raise FileDiffers
    if size > house.limits.max_bytes:
        refusal = FileTooLarge(size=size, limit=house.limits.max_bytes)
        note_refusal(house, batch, name, refusal)
        raise refusal
    upload = PaperId.derived("upload", batch, name, entry.sha256)
    space = Workspace(house.objects, upload)
    begun = Begun(batch, name, size, entry.sha256, house.catalogue.now())
    if not _received(house, begun):
        station, most = house.catalogue.batch(batch).station, house.settings.station_unfinished_bytes
        upload_quota.reserve(house.catalogue, upload, station, size, most=most, kept=KEPT)
    if not space.has(_BEGUN):
        space.put_value(_BEGUN, begun)
    return found(house, upload)


def found(house: House, upload: PaperId) -> Upload:
    """Return an upload.

    Raises:
        NotFound: There is none, or it waited too long.
    """
    space = Workspace(house.objects, upload)
    try:
        begun = space.get_value(_BEGUN, Begun)
    except NotFound:
        raise NotFound(kind="upload", id=upload) from None
    return Upload(upload, begun, begun.size if _received(house, begun) else _end(space))


def append(house: House, upload: Upload, data: bytes) -> Upload:
    """Keep the next piece of an upload; the pieces are safe when this returns.

    Raises:
        OffsetDiffers: Another request has sent what comes here already. FileDiffers: More than was announced.
    """
    if not data:
        return upload
    if upload.offset + len(data) > upload.begun.size:
        raise FileDiffers
    space = Workspace(house.objects, upload.id)
    if len(space.names(_PIECE)) >= _MOST_PIECES:
        space.clear(_PIECE)
        raise OffsetDiffers(offset=0)
    key = f"{WORK}{upload.id}/{_PIECE}{upload.offset:012d}"
    try:
        house.objects.put(key, data, media_type="application/octet-stream", if_absent=True)
    except AlreadyExists:
        raise OffsetDiffers(offset=_end(space)) from None
    return Upload(upload.id, upload.begun, upload.offset + len(data))


def finish(house: House, upload: Upload) -> Received:
    """Receive a complete file, and forget its pieces; doing it again changes nothing.

    Raises:
        FileDiffers: The pieces do not make the announced file: they are forgotten, and it is sent again.
        SohoaError: As `ingest.intake.receive.receive`; of a file that is refused the pieces are forgotten.
    """
    space, begun = Workspace(house.objects, upload.id), upload.begun
    received = _received(house, begun)
    try:
        if received is None:
            data = b"".join(space.get(name) for name in space.names(_PIECE))
            if hashlib.sha256(data).hexdigest() == begun.sha256:
                received = receive(house, begun.batch, begun.name, data)
            else:  # or another request, which had the last piece too, has just received it and cleared the pieces
                received = _received(house, begun)
        if received is None:
            raise FileDiffers
    except SohoaError as error:
        if error.status < _OURS:
            _end_counting(house, space, upload.id)
        raise
    _end_counting(house, space, upload.id)
    return received


def _end_counting(house: House, space: Workspace, upload: PaperId) -> None:
    """Forget the pieces of an upload that needs them no more, which then is no unfinished one."""
    space.clear(_PIECE)
    upload_quota.release(house.catalogue, upload)


def _received(house: House, begun: Begun) -> Received | None:
    """Return the file if it was received, by whatever request."""
    present = received_before(house, begun.batch, begun.name)
    if present is None or present.original.sha256 != begun.sha256:
        return None
    return Received(begun.name, present, duplicate=True)


def drop(house: House, upload: PaperId) -> None:
    """Forget an upload and its pieces; what was received of it stays."""
    Workspace(house.objects, upload).clear()
    upload_quota.release(house.catalogue, upload)


def is_waiting(house: House, upload: PaperId) -> bool:
    """Return whether this is an upload that may still go on."""
    try:
        begun = Workspace(house.objects, upload).get_value(_BEGUN, Begun)
    except NotFound:
        return False
    return begun.at + KEPT > house.catalogue.now()


def drop_expired(house: House) -> int:
    """Forget uploads that waited too long, and return how many; of those received, pieces that a crash left."""
    keys = list(house.objects.keys(WORK))
    begun = {PaperId(key.split("/")[1]) for key in keys if key.endswith(f"/{_BEGUN}")}
    for upload in begun & {PaperId(key.split("/")[1]) for key in keys if f"/{_PIECE}" in key}:
        space = Workspace(house.objects, upload)
        if _received(house, space.get_value(_BEGUN, Begun)):
            _end_counting(house, space, upload)
    old = [upload for upload in begun if not is_waiting(house, upload)]
    for upload in old:
        drop(house, upload)
    return len(old)


def _end(space: Workspace) -> int:
    """Return where the pieces end."""
    pieces = space.names(_PIECE)
    return int(pieces[-1].removeprefix(_PIECE)) + space.size(pieces[-1]) if pieces else 0
