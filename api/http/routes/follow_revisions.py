"""``POST /v1/file-histories``: how a signed PDF came about, with pictures of what was changed. The file is not kept."""

import threading

from api.http.access import allow
from api.http.answers.histories import FileHistory
from api.http.deps import HouseDep
from api.http.reading import FILE_BODY, FileBody, new_router
from api.keys import Role
from api.shapes import Json
from api.shapes.histories import history_json
from dossier.errors import TooManyRequests
from ingest.house import House
from ingest.proof.revisions import history

router = new_router()
_ONE = threading.BoundedSemaphore(1)
"""Pages are rendered twice for each change: many files at once would keep papers waiting."""
_PATIENCE_S = 20


@router.post(
    "/v1/file-histories",
    response_model=FileHistory,
    dependencies=[allow(Role.AUDITOR)],
    openapi_extra=FILE_BODY,
    summary="Diễn biến của một tệp đã ký / How a signed file came about",
)
def follow_revisions(house: HouseDep, data: FileBody) -> Json:
    """List the revisions of a PDF, and show what each changed; whether that may be is the verification's to say."""
    return told_of(house, data)


def told_of(house: House, data: bytes) -> Json:
    """Return how a file came about.

    Raises:
        TooManyRequests: Others' files are being looked at.
        DamagedFile: It cannot be taken apart. LimitExceeded: It takes too much.
    """
    if not _ONE.acquire(timeout=_PATIENCE_S):
        raise TooManyRequests(seconds=_PATIENCE_S)
    try:
        return history_json(history(data, house.limits))
    finally:
        _ONE.release()
