"""Which rows of the catalogue name an object of the store, and what they say of it: one list for all who compare both.

A row names a version by its key, the store's version identifier and the SHA-256 of its bytes. The identifier is the
store's own: where an object had to be kept anew (mended, restored into another store), the rows that name it follow.

Functions on a `Catalogue`; each is one transaction, and each may raise ``StoreUnavailable``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    and_,
    cast,
    collate,
    insert,
    literal,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy import Column as SqlColumn
from sqlalchemy.orm import InstrumentedAttribute, Session

from dossier.papers import PaperState
from storage.catalogue import Catalogue
from storage.database import reading
from storage.lifecycle.disposal import DISPOSED_KEY
from storage.schema import DayRecordRow, PaperRow, SealedVersionRow, StatusListRow, VerificationRow

_PAGE = 1000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reference:
    """What rows say of one version of an object.

    Attributes:
        key, version, sha256: Of the object. size: Bytes; ``None`` where the rows do not tell.
        paper: Identifier of the paper it belongs to; ``None``: to none. original: It is what that paper came as.
    """

    key: str
    version: str
    sha256: str
    size: int | None
    paper: str | None
    original: bool


@dataclass(frozen=True, slots=True)
class Column:
    """Columns of one table that together name an object.

    Attributes:
        key, version, sha256: They do. size, paper: They tell more, where there are such.
        original: It is what a paper came as.
    """

    key: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
    version: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
    sha256: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
    size: InstrumentedAttribute[int] | InstrumentedAttribute[int | None] | None = None
    paper: InstrumentedAttribute[str] | None = None
    original: bool = False


COLUMNS: tuple[Column, ...] = (
    Column(
        PaperRow.original_key,
        PaperRow.original_version,
        PaperRow.original_sha256,
        PaperRow.original_size,
        PaperRow.id,
        original=True,
    ),
    Column(PaperRow.sealed_key, PaperRow.sealed_version, PaperRow.sealed_sha256, PaperRow.sealed_size, PaperRow.id),
    Column(SealedVersionRow.key, SealedVersionRow.version, SealedVersionRow.sha256, paper=SealedVersionRow.paper),
    Column(
        VerificationRow.report_key,
        VerificationRow.report_version,
        VerificationRow.report_sha256,
        VerificationRow.report_size,
        VerificationRow.paper,
    ),
    Column(DayRecordRow.key, DayRecordRow.version, DayRecordRow.sha256),
    Column(StatusListRow.key, StatusListRow.version, StatusListRow.sha256, StatusListRow.size),
)
"""Every place where the catalogue names an object."""


def in_order(catalogue: Catalogue) -> Iterator[tuple[str, list[Reference]]]:
    """Yield each key that rows name, in the order of its characters, with what they say; in bounded memory.

    All of it is one consistent view of the catalogue, which lasts until the last one was taken.
    """
    with reading(catalogue.engine) as session:
        yield from in_order_within(session)


def in_order_within(session: Session) -> Iterator[tuple[str, list[Reference]]]:
    """Do what `in_order` does, in a session's view of the catalogue."""
    told = union_all(*(_told(column) for column in COLUMNS)).subquery()
    binary = "C" if session.connection().dialect.name == "postgresql" else "BINARY"
    query = select(told).order_by(collate(told.c.key, binary)).execution_options(yield_per=_PAGE)
    with session.execute(query) as rows:
        for key, same in groupby((_reference(row) for row in rows), key=lambda one: one.key):
            yield key, list(dict.fromkeys(same))


def of_key(catalogue: Catalogue, key: str) -> list[Reference]:
    """Return what rows say now of the versions of a key."""
    with reading(catalogue.engine) as session:
        query = union_all(*(_told(column, column.key == key) for column in COLUMNS))
        return list(dict.fromkeys(_reference(row) for row in session.execute(query)))


def follow(session: Session, key: str, before: str, after: str) -> None:
    """Let all rows that name version ``before`` of a key name ``after`` instead, within a writing transaction."""
    for column in COLUMNS:
        table = column.key.class_
        named = and_(column.key == key, column.version == before)
        session.execute(update(table).where(named).values({column.version: after}))


def follow_all(session: Session, moved: Iterable[tuple[str, str, str]]) -> None:
    """Let all rows follow to other versions, many at once, within a writing transaction.

    Args:
        session: Of the transaction.
        moved: Key, version before, version after.
    """
    ways = Table(
        "moved_versions",
        MetaData(),
        SqlColumn("key", Text, primary_key=True),
        SqlColumn("before", Text, primary_key=True),
        SqlColumn("after", Text, nullable=False),
        prefixes=["TEMPORARY"],
    )
    connection = session.connection()
    ways.create(connection)
    for some in batched(moved, _PAGE):
        session.execute(insert(ways), [{"key": key, "before": old, "after": new} for key, old, new in some])
    for column in COLUMNS:
        way = and_(ways.c.key == column.key, ways.c.before == column.version)
        after = select(ways.c.after).where(way).scalar_subquery()
        session.execute(
            update(column.key.class_)
            .where(select(ways.c.key).where(way).exists())
            .values({column.version: after})
            .execution_options(synchronize_session=False)
        )
    ways.drop(connection)


def batched(found: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield what is found in lists of ``size``, the last one shorter."""
    some = iter(found)
    while together := list(islice(some, size)):
        yield together


def _told(column: Column, *wanted: ColumnElement[bool]) -> Select[Any]:
    size: ColumnElement[Any] = cast(column.size if column.size is not None else null(), BigInteger)
    paper: ColumnElement[Any] = cast(column.paper if column.paper is not None else null(), Text)
    return select(
        column.key.label("key"),
        column.version.label("version"),
        column.sha256.label("sha256"),
        size.label("size"),
        paper.label("paper"),
        literal(column.original).label("original"),
    ).where(column.key.is_not(None), *_not_disposed(column), *wanted)


def _not_disposed(column: Column) -> Iterator[ColumnElement[bool]]:
    """Yield the condition that leaves out what was disposed of: such rows say only that there was something."""
    if column.key.class_ is PaperRow:
        yield PaperRow.state != PaperState.DISPOSED.value
    if column.key.class_ is SealedVersionRow:
        yield SealedVersionRow.key != DISPOSED_KEY


def _reference(row: Row[Any]) -> Reference:
    return Reference(row.key, row.version, row.sha256, row.size, row.paper, bool(row.original))
