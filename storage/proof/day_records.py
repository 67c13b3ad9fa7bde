"""The evidence records of days: which files each proves, and until when.

A day is closed once: the files sealed until its end that no record proves yet go into its record, and with that into
none other. A file that comes late, because its transaction ended after its day was closed, goes into the next day's.

Functions on a `Catalogue`; like its methods each is one transaction with its audit entry, and each may raise
``StoreUnavailable``.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, func, select, update

from dossier.identifiers import PaperId
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.lifecycle.disposal import DISPOSED_KEY
from storage.schema import DayRecordRow, SealedVersionRow

MADE, RENEWED = "record.made", "record.renewed"
"""Actions in the audit log."""
_TAKE = (
    update(SealedVersionRow)
    .where(SealedVersionRow.paper == bindparam("of_paper"), SealedVersionRow.number == bindparam("of_number"))
    .values(day=bindparam("closed"))
)


@dataclass(frozen=True, slots=True)
class SealedVersion:
    """A version of a paper's sealed file.

    Attributes:
        paper: Whose. number: From 1, which was stored; later ones renewed it. key, version: In the object store.
        sha256: Lower-case hex.
    """

    paper: PaperId
    number: int
    key: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class DayRecord:
    """What is known of a day's record.

    Attributes:
        day: In Vietnam. files: How many it proves. key, version, sha256: Of the object that holds it.
        made_at: When it was made or renewed, UTC. protected_until: When it must have been renewed before, UTC.
    """

    day: dt.date
    files: int
    key: str
    version: str
    sha256: str
    made_at: dt.datetime
    protected_until: dt.datetime


def first_open(catalogue: Catalogue) -> dt.datetime | None:
    """Return since when the oldest file that no record proves was sealed, UTC; ``None`` if there is none."""
    query = select(func.min(SealedVersionRow.since)).where(_is_open())
    with reading(catalogue.engine) as session:
        since: dt.datetime | None = session.scalar(query)
        return since


def unproven(catalogue: Catalogue, before: dt.datetime) -> list[SealedVersion]:
    """Return the files sealed before ``before`` that no record proves, in a fixed order."""
    query = (
        select(SealedVersionRow)
        .where(_is_open(), SealedVersionRow.since < before)
        .order_by(SealedVersionRow.paper, SealedVersionRow.number)
    )
    with reading(catalogue.engine) as session:
        return [_version(row) for row in session.scalars(query)]


def close_day(catalogue: Catalogue, record: DayRecord, files: Sequence[SealedVersion], *, actor: str) -> bool:
    """Keep a day's record and that it proves ``files``; ``False``, and nothing changed, if the day is closed.

    Files whose paper was disposed of since the record was made are passed over.
    """
    with writing(catalogue.engine) as session:
        if session.get(DayRecordRow, record.day):
            return False
        session.add(_row(record))
        session.flush()
        if files:
            taken = [{"of_paper": file.paper.value, "of_number": file.number, "closed": record.day} for file in files]
            session.connection().execute(_TAKE, taken)
        detail = {"files": str(record.files), "sha256": record.sha256}
        audit.append(session, actor=actor, action=MADE, about=f"record:{record.day}", at=catalogue.now(), detail=detail)
    return True


def keep_renewed(catalogue: Catalogue, before: DayRecord, record: DayRecord, *, actor: str) -> bool:
    """Keep a renewed record; ``False``, and nothing changed, if somebody else renewed it meanwhile."""
    with writing(catalogue.engine) as session:
        row = session.get(DayRecordRow, record.day)
        if row is None or row.version != before.version:
            return False
        session.merge(_row(record))
        detail = {"before_sha256": before.sha256, "sha256": record.sha256}
        audit.append(
            session, actor=actor, action=RENEWED, about=f"record:{record.day}", at=catalogue.now(), detail=detail
        )
    return True


def day_records(
    catalogue: Catalogue, *, until: dt.datetime | None = None, day: dt.date | None = None
) -> list[DayRecord]:
    """Return the records, the oldest day first.

    Args:
        catalogue: Where.
        until: Only those that must be renewed before this moment.
        day: Only this day's.
    """
    query = select(DayRecordRow).order_by(DayRecordRow.day)
    if until is not None:
        query = query.where(DayRecordRow.protected_until < until)
    if day is not None:
        query = query.where(DayRecordRow.day == day)
    with reading(catalogue.engine) as session:
        return [_record(row) for row in session.scalars(query)]


def day_of(catalogue: Catalogue, paper_id: PaperId, sha256: str) -> dt.date | None:
    """Return the day whose record proves a version of a paper's sealed file; ``None`` if none does yet."""
    query = select(SealedVersionRow.day).where(
        SealedVersionRow.paper == paper_id.value, SealedVersionRow.sha256 == sha256
    )
    with reading(catalogue.engine) as session:
        return session.scalar(query.limit(1))


def present_version(catalogue: Catalogue, file: SealedVersion) -> str:
    """Return under which version identifier a sealed file is in the object store now.

    A record says under which it was when its day was closed; where the store was restored elsewhere, the rows followed.
    """
    query = select(SealedVersionRow.version).where(
        SealedVersionRow.paper == file.paper.value, SealedVersionRow.number == file.number
    )
    with reading(catalogue.engine) as session:
        return session.scalar(query) or file.version


def _is_open() -> ColumnElement[bool]:
    """Return the condition that no record proves a file, and that the file is there."""
    return and_(SealedVersionRow.day.is_(None), SealedVersionRow.key != DISPOSED_KEY)


def _version(row: SealedVersionRow) -> SealedVersion:
    return SealedVersion(PaperId(row.paper), row.number, row.key, row.version, row.sha256)


def _record(row: DayRecordRow) -> DayRecord:
    return DayRecord(row.day, row.files, row.key, row.version, row.sha256, row.made_at, row.protected_until)


def _row(record: DayRecord) -> DayRecordRow:
    return DayRecordRow(
        day=record.day,
        files=record.files,
        key=record.key,
        version=record.version,
        sha256=record.sha256,
        made_at=record.made_at,
        protected_until=record.protected_until,
    )
