"""The whole catalogue as lines of text, and back into either kind of database.

A dump is one consistent view of all tables, gzip over JSON lines, UTF-8: for each table a line that names its columns
with their kinds, then one list per row. It depends on no database's own format, so that it can be read in decades, and
moves a catalogue from SQLite to PostgreSQL. It is loaded at the migration it was made at and then brought up to date.

Left out are heartbeats, and what only holds for the store it was made at: the inventory and the duties' bookmarks.
"""

import base64
import datetime as dt
import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from dossier.errors import BackupDamaged
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, upgrade
from storage.schema import REVISION, SEARCH_INDEX, AuditRow, Base, Moment
from storage.upkeep.references import batched, in_order_within

LEFT_OUT = frozenset({
    "heartbeats", "objects", "bookmarks", "indexed", "page_words", "sessions", "sign_ins", "claims",
    "entries", "unfinished_uploads",
})  # fmt: skip
"""Tables that are made anew: signs of life, what is known of the objects, the search index, who is at a desk now,
what is being uploaded: its pieces are not kept either."""
_PAGE = 1000


def _same(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    return value


_KINDS: dict[str, tuple[TypeEngine[Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "moment": (Moment(), dt.datetime.isoformat, dt.datetime.fromisoformat),
    "date": (sa.Date(), dt.date.isoformat, dt.date.fromisoformat),
    "json": (sa.JSON(none_as_null=True), _same, _same),
    "boolean": (sa.Boolean(), _same, _same),
    "integer": (sa.BigInteger(), _same, _same),
    "number": (sa.Double(), _same, _same),
    "text": (sa.Text(), _same, _same),
    "bytes": (sa.LargeBinary(), lambda value: base64.b64encode(value).decode(), base64.b64decode),
}
"""By kind: the type of a column, and how its values are written and read."""


@dataclass(frozen=True, slots=True)
class Dump:
    """What is known of a dump.

    Attributes:
        revision: The migration it was made at. rows: How many of each table.
        entries, head_hash: Of the audit log, as in `storage.audit_log.audit.AuditReport`.
    """

    revision: str
    rows: dict[str, int]
    entries: int
    head_hash: str


def dump(catalogue: Catalogue, file: Path, named: IO[str]) -> Dump:
    """Write the whole catalogue into a file, as it is at one moment.

    Args:
        catalogue: Which.
        file: Where to.
        named: Takes a line for each key that its rows name: the key, and the versions.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    rows = dict[str, int]()
    with reading(catalogue.engine) as session, gzip.open(file, "wt", encoding="utf-8", compresslevel=3) as lines:
        last = session.execute(sa.select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)).first()
        for table in _tables():
            columns = [column for column in table.columns if column.computed is None]
            kinds = [_kind(column.type) for column in columns]
            head = {"table": table.name, "columns": [[c.name, kind] for c, kind in zip(columns, kinds, strict=True)]}
            lines.write(_line(head))
            write = [_KINDS[kind][1] for kind in kinds]
            query = sa.select(*columns).order_by(*table.primary_key.columns).execution_options(yield_per=_PAGE)
            rows[table.name] = 0
            for row in session.execute(query):
                lines.write(_line([None if v is None else w(v) for v, w in zip(row, write, strict=True)]))
                rows[table.name] += 1
        for key, references in in_order_within(session):
            named.write(_line([key, sorted({one.version for one in references})]))
    return Dump(REVISION, rows, last.seq if last else 0, last.hash if last else audit.GENESIS)


def is_empty(session: Session) -> bool:
    """Whether no table of the catalogue has a row."""
    return not any(session.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() for table in _tables())


def load(session: Session, file: Path, revision: str) -> None:
    """Fill an empty catalogue from a dump, within a writing transaction, and bring it up to date.

    Args:
        session: Of the transaction.
        file: The dump.
        revision: The migration it was made at.

    Raises:
        BackupDamaged: The dump cannot be read.
        StoreUnavailable: The dump was made by a newer version of sohoa, or the database does not answer.
    """
    connection = session.connection()
    if revision != REVISION:
        Base.metadata.drop_all(connection)
        for other in ("alembic_version", SEARCH_INDEX):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {other}"))
        upgrade(connection, revision)
    for table, rows in _read(file):
        for some in batched(rows, _PAGE):
            connection.execute(sa.insert(table), some)
    if revision != REVISION:
        upgrade(connection, "head")
    if connection.dialect.name == "postgresql":
        _number_on(connection)


def rows_of(file: Path, table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of one table of a dump, by the names of their columns; none if it has no such table.

    Raises:
        BackupDamaged: The dump cannot be read.
    """
    for found, rows in _read(file):
        for row in rows:
            if found.name == table:
                yield row


def _read(file: Path) -> Iterator[tuple[sa.TableClause, Iterator[dict[str, Any]]]]:
    """Yield each table of a dump with its rows, which must be taken before the next."""
    with _unharmed(file), gzip.open(file, "rt", encoding="utf-8") as lines:
        head = next(lines, None)
        while head is not None:
            said = json.loads(head)
            kinds = [(name, *_KINDS[kind]) for name, kind in said["columns"]]
            table = sa.table(said["table"], *(sa.column(name, kind) for name, kind, _, _ in kinds))
            following = list[str]()
            yield table, _rows(file, lines, [(name, read) for name, _, _, read in kinds], following)
            head = following[0] if following else None


def _rows(
    file: Path, lines: Iterable[str], readers: list[tuple[str, Callable[[Any], Any]]], following: list[str]
) -> Iterator[dict[str, Any]]:
    with _unharmed(file):
        for line in lines:
            if line.startswith("{"):
                following.append(line)
                return
            values = zip(readers, json.loads(line), strict=True)
            yield {name: None if value is None else read(value) for (name, read), value in values}


@contextmanager
def _unharmed(file: Path) -> Iterator[None]:
    """Turn what goes wrong in reading a dump into ours."""
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(name=file.name, reason=type(error).__name__) from error


def _number_on(connection: sa.Connection) -> None:
    """Let PostgreSQL number new rows after those that were loaded."""
    for table in _tables():
        for column in table.primary_key.columns:
            name = connection.scalar(
                sa.text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
            )
            if name is not None:
                last = connection.scalar(sa.select(sa.func.max(column)))
                if last is not None:
                    connection.execute(sa.text("SELECT setval(:name, :last)"), {"name": name, "last": last})


def _tables() -> list[sa.Table]:
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def _kind(kind: TypeEngine[Any]) -> str:
    bare: Any = kind.impl if isinstance(kind, sa.TypeDecorator) else kind
    by_type = {
        sa.DateTime: "moment",
        sa.Date: "date",
        sa.JSON: "json",
        sa.Boolean: "boolean",
        sa.Integer: "integer",
        sa.Float: "number",
        sa.LargeBinary: "bytes",
        sa.Text: "text",
    }
    return next(name for one, name in by_type.items() if isinstance(bare, one))


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
