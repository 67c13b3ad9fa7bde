"""How much each station has begun to upload and not finished: what is begun and given up fills the store for weeks.

Functions on a `Catalogue`; each may raise ``StoreUnavailable``.
"""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from dossier.errors import UploadsUnfinished
from dossier.identifiers import PaperId
from storage.database import writing
from storage.schema import UnfinishedUploadRow

if TYPE_CHECKING:  # it is opened elsewhere
    from storage.catalogue import Catalogue


def reserve(catalogue: "Catalogue", upload: PaperId, station: str, size: int, *, most: int, kept: dt.timedelta) -> None:
    """Count an upload as begun; one that is counted already is not counted twice.

    Args:
        catalogue: Whose.
        upload: Which.
        station: Whose it is.
        size: Bytes it will have.
        most: Bytes that a station may have begun; a single upload may always be.
        kept: After which time what was begun is forgotten.

    Raises:
        UploadsUnfinished: The station has begun too much.
    """
    now, row = catalogue.now(), UnfinishedUploadRow
    with writing(catalogue.engine) as session:
        session.execute(delete(row).where(row.begun_at <= now - kept))
        if session.get(row, upload.value) is not None:
            return
        begun = int(session.scalar(select(func.coalesce(func.sum(row.size), 0)).where(row.station == station)) or 0)
        if begun and begun + size > most:
            raise UploadsUnfinished(begun=begun, limit=most)
        session.add(row(upload=upload.value, station=station, size=size, begun_at=now))


def release(catalogue: "Catalogue", upload: PaperId) -> None:
    """Count an upload no more; one that is not counted is none."""
    with writing(catalogue.engine) as session:
        session.execute(delete(UnfinishedUploadRow).where(UnfinishedUploadRow.upload == upload.value))
