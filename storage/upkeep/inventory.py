"""The inventory: what should be in the object store, when each version was last read whole, and where its twin is.

It holds every version but those of work in progress (`WORK`). Entries come from a walk through the store and from the
audit log (`ingest.upkeep.inventory`); they go when an object that nothing names or locks is deleted.

Functions on a `Catalogue`; each is one transaction, and each may raise ``StoreUnavailable``. Where something was
damaged, mended or given up, its audit entry is in the same transaction.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from dossier.papers import PaperState, StoredObject
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.schema import BookmarkRow, EventRow, ObjectRow, PaperRow
from storage.upkeep import references

WORK = "work/"
"""Where work in progress is: it comes and goes by the minute and can be made again, so it is not in the inventory."""
DAMAGED, MENDED = "object.damaged", "object.mended"
"""Actions in the audit log."""
PAPER_DAMAGED, PAPER_MENDED = "paper.damaged", "paper.mended"
"""Kinds of events."""
_PAGE = 1000


class Outcome(StrEnum):
    """What is known of a version."""

    NEW = "new"
    """It was not read yet."""
    SOUND = "sound"
    """Its bytes are those that were kept."""
    DAMAGED = "damaged"
    """They are not, and could not be mended."""
    MISSING = "missing"
    """It is gone, and could not be fetched from anywhere."""
    REPLACED = "replaced"
    """It was damaged and a further version took its place; it stays because it is locked."""


LOST = (Outcome.DAMAGED, Outcome.MISSING)
"""What somebody must look after."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A version in the inventory.

    Attributes:
        stored: What it should be. put_at: When it was kept, UTC. locked_until: The longest lock ever seen, UTC.
        outcome: What is known of it. checked_at: When it was last read, UTC.
        replica_version: Its twin in the replica store.
    """

    stored: StoredObject
    put_at: dt.datetime
    locked_until: dt.datetime | None = None
    outcome: Outcome = Outcome.NEW
    checked_at: dt.datetime | None = None
    replica_version: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What the inventory tells of the whole store.

    Attributes:
        objects: Versions by outcome, none left out. unchecked_since: When the version read longest ago was read, or
            kept if it never was, UTC; ``None`` of an empty store.
        replicated: Versions with a twin. waiting: Without one. waiting_since: When the oldest of these was kept, UTC.
    """

    objects: dict[Outcome, int]
    unchecked_since: dt.datetime | None
    replicated: int
    waiting: int
    waiting_since: dt.datetime | None

    @property
    def lost(self) -> int:
        """How many versions are damaged or gone."""
        return sum(self.objects[outcome] for outcome in LOST)


def in_order(catalogue: Catalogue) -> Iterator[Entry]:
    """Yield all entries in the order of keys and versions; it bears that others change them meanwhile."""
    last = ("", "")
    while True:
        query = (
            select(ObjectRow)
            .where(tuple_(ObjectRow.key, ObjectRow.version) > last)
            .order_by(ObjectRow.key, ObjectRow.version)
            .limit(_PAGE)
        )
        with reading(catalogue.engine) as session:
            found = [_entry(row) for row in session.scalars(query)]
        yield from found
        if len(found) < _PAGE:
            return
        last = (found[-1].stored.key, found[-1].stored.version)


def of_key(catalogue: Catalogue, key: str) -> list[Entry]:
    """Return the entries of the versions of a key."""
    with reading(catalogue.engine) as session:
        return [_entry(row) for row in session.scalars(select(ObjectRow).where(ObjectRow.key == key))]


def with_outcome(catalogue: Catalogue, outcomes: Collection[Outcome], *, limit: int = _PAGE) -> list[Entry]:
    """Return up to ``limit`` entries with one of these outcomes, in the order of their keys."""
    query = select(ObjectRow).where(ObjectRow.outcome.in_([o.value for o in outcomes])).order_by(ObjectRow.key)
    with reading(catalogue.engine) as session:
        return [_entry(row) for row in session.scalars(query.limit(limit))]


def add(catalogue: Catalogue, entries: Sequence[Entry]) -> int:
    """Keep entries that are not there yet; return how many were not."""
    with writing(catalogue.engine) as session:
        return add_within(session, entries)


def add_within(session: Session, entries: Sequence[Entry]) -> int:
    """Do what `add` does, within a writing transaction."""
    keys = {entry.stored.key for entry in entries}
    present = {
        (row.key, row.version)
        for row in session.execute(select(ObjectRow.key, ObjectRow.version).where(ObjectRow.key.in_(keys)))
    }
    new = {place: entry for entry in entries if (place := (entry.stored.key, entry.stored.version)) not in present}
    if new:
        session.execute(insert(ObjectRow), [_values(entry) for entry in new.values()])
    return len(new)


def forget(catalogue: Catalogue, gone: Iterable[StoredObject]) -> None:
    """Strike out versions that were deleted as they may be."""
    with writing(catalogue.engine) as session:
        for one in gone:
            row = session.get(ObjectRow, (one.key, one.version))
            if row is not None:
                session.delete(row)


# --- reading everything again ---------------------------------------------------------------------------------------


def claim(catalogue: Catalogue, before: dt.datetime, *, until: dt.datetime, limit: int) -> list[Entry]:
    """Take the versions read longest ago, those never read first, so that nobody else reads them until ``until``.

    Args:
        catalogue: Where.
        before: Only those that were last read before this moment.
        until: When they are free for others again, if they were not read by then.
        limit: How many at most.
    """
    current = and_(_free(catalogue.now()), ObjectRow.outcome != Outcome.REPLACED.value)
    never = select(ObjectRow).where(ObjectRow.checked_at.is_(None), current)
    before_then = select(ObjectRow).where(ObjectRow.checked_at < before, current).order_by(ObjectRow.checked_at)
    return _claim(catalogue, (never, before_then), until, limit)


def claim_unreplicated(catalogue: Catalogue, *, until: dt.datetime, limit: int) -> list[Entry]:
    """Take versions without a twin in the replica store, as `claim` does; the versions of a key in their order."""
    sound = ObjectRow.outcome.in_([Outcome.NEW.value, Outcome.SOUND.value])
    wanted = and_(ObjectRow.replicated_at.is_(None), _free(catalogue.now()), sound)
    taken = _claim(catalogue, (select(ObjectRow).where(wanted),), until, limit)
    return sorted(taken, key=lambda entry: (entry.stored.key, entry.put_at))


def take(catalogue: Catalogue, stored: StoredObject, *, until: dt.datetime) -> bool:
    """Take a version to mend it; ``False`` if somebody else has it, or another version has taken its place.

    Args:
        catalogue: Where.
        stored: The version; one that is not in the inventory yet is anybody's.
        until: When it is free for others again.
    """
    with writing(catalogue.engine) as session:
        row = session.get(ObjectRow, (stored.key, stored.version))
        if row is None:
            return True
        is_held = row.claimed_until is not None and row.claimed_until >= catalogue.now()
        if is_held or row.outcome == Outcome.REPLACED.value:
            return False
        row.claimed_until = until
        return True


def give_back(catalogue: Catalogue, stored: StoredObject) -> None:
    """Let others have a version that was taken and need not be mended."""
    with writing(catalogue.engine) as session:
        session.execute(update(ObjectRow).where(_is(stored)).values(claimed_until=None))


def found_sound(catalogue: Catalogue, checked: Sequence[Entry], *, counted: int) -> None:
    """Keep that versions were read and are sound.

    Args:
        catalogue: Where.
        checked: With the locks they have now.
        counted: Bytes that were read, for `count`.
    """
    at = catalogue.now()
    with writing(catalogue.engine) as session:
        for entry in checked:
            session.execute(
                update(ObjectRow)
                .where(_is(entry.stored))
                .values(checked_at=at, outcome=Outcome.SOUND.value, claimed_until=None, locked_until=entry.locked_until)
            )
        _count(session, "fixity.bytes", counted, at)


def found_lost(catalogue: Catalogue, stored: StoredObject, outcome: Outcome, paper: str | None, *, actor: str) -> bool:
    """Keep that a version is damaged or gone and could not be mended; return whether that is news.

    Only news are told to others, by an event if it belongs to a paper, and to the audit log.
    """
    at = catalogue.now()
    with writing(catalogue.engine) as session:
        row = session.get(ObjectRow, (stored.key, stored.version))
        if row is None:
            return False
        news = row.outcome != outcome.value
        row.checked_at, row.claimed_until, row.outcome = at, None, outcome.value
        if news:
            _tell(session, stored, (DAMAGED, PAPER_DAMAGED), paper, actor=actor, at=at, outcome=outcome.value)
            _count(session, "fixity.damaged", 1, at)
    return news


def found_mended(
    catalogue: Catalogue, stored: StoredObject, mended: StoredObject, source: str, paper: str | None, *, actor: str
) -> None:
    """Keep that a version was damaged or gone and has been mended; every row that names it follows.

    Args:
        catalogue: Where.
        stored: What it should have been.
        mended: Where it is now.
        source: What it was mended from.
        paper: Identifier of the paper it belongs to.
        actor: Who did it.
    """
    at = catalogue.now()
    with writing(catalogue.engine) as session:
        row = session.get(ObjectRow, (stored.key, stored.version))
        if mended.version == stored.version:
            if row is not None:
                row.checked_at, row.claimed_until, row.outcome = at, None, Outcome.SOUND.value
        else:
            references.follow(session, stored.key, stored.version, mended.version)
            if row is not None:
                twin = ObjectRow(**{column.key: getattr(row, column.key) for column in ObjectRow.__table__.columns})
                twin.version, twin.checked_at, twin.outcome, twin.claimed_until = (
                    mended.version, at, Outcome.SOUND.value, None,
                )  # fmt: skip
                session.merge(twin)
                row.checked_at, row.claimed_until, row.outcome = at, None, Outcome.REPLACED.value
        told = {"source": source, "version": mended.version}
        _tell(session, stored, (MENDED, PAPER_MENDED), paper, actor=actor, at=at, **told)
        _count(session, "fixity.mended", 1, at)


def replicated(catalogue: Catalogue, twins: Sequence[tuple[StoredObject, str | None]]) -> None:
    """Keep which version of the replica store is whose twin; ``None``: there is none yet, and others may try."""
    at = catalogue.now()
    with writing(catalogue.engine) as session:
        for stored, version in twins:
            values = {"claimed_until": None, "replica_version": version, "replicated_at": at if version else None}
            session.execute(update(ObjectRow).where(_is(stored)).values(values))


def kept_since(catalogue: Catalogue, paper: str) -> tuple[dt.datetime, str | None] | None:
    """Return when the keeping of a stored paper began, UTC, and its type; ``None`` if it is not in the store."""
    query = select(PaperRow.confirmed_at, PaperRow.created_at, PaperRow.paper_type).where(
        PaperRow.id == paper, PaperRow.sealed_key.is_not(None), PaperRow.state != PaperState.DISPOSED.value
    )
    with reading(catalogue.engine) as session:
        row = session.execute(query).first()
        return (row.confirmed_at or row.created_at, row.paper_type) if row else None


# --- how far, and how well ------------------------------------------------------------------------------------------


def health(catalogue: Catalogue) -> Health:
    """Return what is known of the whole store."""
    current = ObjectRow.outcome != Outcome.REPLACED.value
    alone = and_(ObjectRow.replicated_at.is_(None), current)
    with reading(catalogue.engine) as session:
        by_outcome = session.execute(select(ObjectRow.outcome, func.count()).group_by(ObjectRow.outcome)).all()
        never = session.scalar(select(func.min(ObjectRow.put_at)).where(ObjectRow.checked_at.is_(None), current))
        read = session.scalar(select(func.min(ObjectRow.checked_at)).where(current))
        waiting, since = session.execute(select(func.count(), func.min(ObjectRow.put_at)).where(alone)).one()
        twins = session.scalar(select(func.count()).where(ObjectRow.replicated_at.is_not(None))) or 0
    counted = dict.fromkeys(Outcome, 0) | {Outcome(name): number for name, number in by_outcome}
    oldest = min((moment for moment in (never, read) if moment is not None), default=None)
    return Health(counted, oldest, twins, waiting, since)


def counts(catalogue: Catalogue) -> dict[str, int]:
    """Return what was ever counted: ``fixity.bytes`` read, ``fixity.damaged`` and ``fixity.mended`` versions."""
    with reading(catalogue.engine) as session:
        rows = session.scalars(select(BookmarkRow).where(BookmarkRow.name.startswith("fixity.")))
        return dict.fromkeys(("fixity.bytes", "fixity.damaged", "fixity.mended"), 0) | {r.name: r.place for r in rows}


def place_of(catalogue: Catalogue, name: str) -> tuple[int, dt.datetime] | None:
    """Return how far a duty has come and when that was, UTC; ``None`` if it never began."""
    with reading(catalogue.engine) as session:
        row = session.get(BookmarkRow, name)
        return (row.place, row.at) if row else None


def keep_place(catalogue: Catalogue, name: str, place: int) -> None:
    """Keep how far a duty has come; one that somebody else brought further stays there."""
    with writing(catalogue.engine) as session:
        row = session.get(BookmarkRow, name)
        if row is None:
            session.add(BookmarkRow(name=name, place=place, at=catalogue.now()))
        else:
            row.place, row.at = max(place, row.place), catalogue.now()


def _claim(catalogue: Catalogue, queries: Sequence[Select[ObjectRow]], until: dt.datetime, limit: int) -> list[Entry]:
    """Take what the first query finds, then what the next does; each can be answered from an index alone."""
    rows = list[ObjectRow]()
    with writing(catalogue.engine) as session:
        for query in queries:
            rows += session.scalars(query.limit(limit - len(rows))).all() if len(rows) < limit else []
        for row in rows:
            row.claimed_until = until
        return [_entry(row) for row in rows]


def _free(at: dt.datetime) -> ColumnElement[bool]:
    return or_(ObjectRow.claimed_until.is_(None), ObjectRow.claimed_until < at)


def _is(stored: StoredObject) -> ColumnElement[bool]:
    return and_(ObjectRow.key == stored.key, ObjectRow.version == stored.version)


def _tell(
    session: Session,
    stored: StoredObject,
    news: tuple[str, str],
    paper: str | None,
    *,
    actor: str,
    at: dt.datetime,
    **detail: str,
) -> None:
    """Tell the audit log of an action, and others of an event of a kind where it is about a paper."""
    action, kind = news
    about = f"paper:{paper}" if paper else f"object:{stored.key}"
    told = {"key": stored.key, "sha256": stored.sha256, **detail}
    audit.append(session, actor=actor, action=action, about=about, at=at, detail=told)
    if paper and session.scalar(select(PaperRow.serial).where(PaperRow.id == paper)) is not None:
        session.add(EventRow(kind=kind, paper=paper, at=at, payload={"sha256": stored.sha256}))


def _count(session: Session, name: str, number: int, at: dt.datetime) -> None:
    row = session.get(BookmarkRow, name)
    if row is None:
        session.add(BookmarkRow(name=name, place=number, at=at))
    else:
        row.place, row.at = row.place + number, at
    session.flush()


def _values(entry: Entry) -> dict[str, object]:
    return {
        "key": entry.stored.key,
        "version": entry.stored.version,
        "sha256": entry.stored.sha256,
        "size": entry.stored.size,
        "media_type": entry.stored.media_type,
        "put_at": entry.put_at,
        "locked_until": entry.locked_until,
        "checked_at": entry.checked_at,
        "outcome": entry.outcome.value,
    }


def _entry(row: ObjectRow) -> Entry:
    stored = StoredObject(row.key, row.version, row.sha256, row.size, row.media_type)
    return Entry(stored, row.put_at, row.locked_until, Outcome(row.outcome), row.checked_at, row.replica_version)
