"""The change feed: every event in the order of its transaction, to be read on from where one stopped.

Nothing is ever missed: writing transactions follow one another (`storage.database`), so an event's number rises in the
order in which events become visible, and none appears later between two that were seen.

A cursor names the last event that was seen, by its number and a fingerprint of it. A catalogue that was put back from
a backup has other events under the same numbers: a cursor from before is refused there rather than skipping some.
"""

import base64
import binascii
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from dossier.errors import CursorUnknown
from storage.database import reading
from storage.records import Event
from storage.rows import event_from
from storage.schema import EventRow

if TYPE_CHECKING:  # it is opened elsewhere
    from storage.catalogue import Catalogue

CURSOR = r"[A-Za-z0-9_-]{16}"
"""Form of a cursor."""
START = "A" * 16
"""The cursor before the first event."""
_NUMBER_BYTES = 8


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of the feed.

    Attributes:
        events: In order. next: The cursor from which to read on. position: The number of the event it names.
    """

    events: tuple[Event, ...]
    next: str
    position: int


def changes(catalogue: "Catalogue", after: str = START, *, kinds: Collection[str] = (), limit: int = 100) -> Changes:
    """Return up to ``limit`` events that follow the one ``after`` names.

    Args:
        catalogue: Whose.
        after: A cursor.
        kinds: Only of these; none means all. What is left out is passed over: ``next`` lies behind it.
        limit: How many at most.

    Raises:
        CursorUnknown: There is no such event here.
        StoreUnavailable: The database does not answer.
    """
    with reading(catalogue.engine) as session:
        position = _position(session, after)
        head = _newest(session)
        rows = events_after(session, position, kinds=kinds, limit=limit)
        last = rows[-1] if len(rows) == limit or (rows and not kinds) else head
        cursor = cursor_of(last) if last else START
        return Changes(tuple(event_from(row) for row in rows), cursor, last.id if last else 0)


def newest(catalogue: "Catalogue") -> int:
    """Return the number of the newest event, 0 if there is none."""
    with reading(catalogue.engine) as session:
        return session.scalar(select(EventRow.id).order_by(EventRow.id.desc()).limit(1)) or 0


def position_of(catalogue: "Catalogue", cursor: str) -> int:
    """Return the number of the event that a cursor names.

    Raises:
        CursorUnknown: There is no such event here.
    """
    with reading(catalogue.engine) as session:
        return _position(session, cursor)


def events_after(session: Session, position: int, *, kinds: Collection[str] = (), limit: int = 100) -> list[EventRow]:
    """Return up to ``limit`` rows that follow event ``position``, in order, of some ``kinds`` or of all."""
    following = select(EventRow).where(EventRow.id > position).order_by(EventRow.id).limit(limit)
    if not kinds:
        return list(session.scalars(following))
    # One look into the index for each kind: rare kinds are found at once, however many others lie between.
    of_each = [
        select(following.with_only_columns(EventRow.id).where(EventRow.kind == kind).subquery().c.id)
        for kind in sorted(set(kinds))
    ]
    found = sorted(session.scalars(union_all(*of_each)))[:limit]
    return list(session.scalars(select(EventRow).where(EventRow.id.in_(found)).order_by(EventRow.id)))


def cursor_of(row: EventRow) -> str:
    """Return the cursor that names an event."""
    return base64.urlsafe_b64encode(row.id.to_bytes(_NUMBER_BYTES) + _fingerprint(row)).decode()


def _fingerprint(row: EventRow) -> bytes:
    told = f"{row.id}\0{row.kind}\0{row.paper or row.about}\0{row.at.timestamp():.6f}"
    return hashlib.sha256(told.encode()).digest()[:4]


def _position(session: Session, cursor: str) -> int:
    if cursor == START:
        return 0
    try:
        raw = base64.urlsafe_b64decode(cursor)
    except (binascii.Error, ValueError):
        raise CursorUnknown from None
    position = int.from_bytes(raw[:_NUMBER_BYTES])
    row = session.get(EventRow, position) if position < 1 << 62 else None
    if row is None or _fingerprint(row) != raw[_NUMBER_BYTES:]:
        raise CursorUnknown
    return position


def _newest(session: Session) -> EventRow | None:
    return session.scalar(select(EventRow).order_by(EventRow.id.desc()).limit(1))
