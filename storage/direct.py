"""Statements straight to the driver, for the calls that must be quick: written once by SQLAlchemy, and not each time.

Over a small statement SQLAlchemy and its sessions take several times as long as the driver and the database together.
A `Statement` is put together by SQLAlchemy, from the same tables and with the same kinds of values, but only the first
time; what is left is to turn values and to call the driver. On PostgreSQL several go one way to the server together.
Transactions are those of :mod:`storage.database`.
"""

from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg
from psycopg import IsolationLevel
from sqlalchemy import JSON, ColumnElement, Dialect, Engine, Insert, Text, bindparam, insert
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.types import TypeEngine

from storage.database import ADVISORY_LOCK, failures
from storage.schema import Base

_Turn = Callable[[Any], Any]
_Values = Mapping[str, object]
_AT_ONCE = 100
"""Rows added by one statement: a server takes so many parameters, and each number of rows is a statement of its own."""


class Among(ColumnElement[bool]):
    """Whether a column is one of the texts of a list: with ``IN`` there would be a statement for each length.

    Args:
        column: Of texts.
        name: Of the parameter that is the list.
    """

    inherit_cache = False

    def __init__(self, column: InstrumentedAttribute[Any] | ColumnElement[Any], name: str) -> None:
        self.column = column.expression
        self.texts = bindparam(name, type_=JSON().with_variant(ARRAY(Text), "postgresql"))


@compiles(Among)
def _in_json(one: Among, compiler: SQLCompiler, **more: object) -> str:
    column, texts = (compiler.process(part, **more) for part in (one.column, one.texts))
    return f"{column} IN (SELECT value FROM json_each({texts}))"  # noqa: S608 - names of ours


@compiles(Among, "postgresql")
def _in_array(one: Among, compiler: SQLCompiler, **more: object) -> str:
    column, texts = (compiler.process(part, **more) for part in (one.column, one.texts))
    return f"{column} = ANY ({texts})"


@dataclass(slots=True)
class _Written:
    """A statement as a driver takes it.

    Attributes:
        sql: Its text. names: Of its parameters, in order where they have no names there.
        fixed: Those that are always the same. into: What turns the others on their way in, by name.
        columns: Of its rows, by name. row: Makes a row of them. out: What turns them, by place, once that is known.
    """

    sql: str
    names: tuple[str, ...] | None
    fixed: _Values
    into: Mapping[str, _Turn]
    columns: Mapping[str, TypeEngine[Any]]
    row: Callable[[Iterable[Any]], Any]
    out: tuple[tuple[int, _Turn], ...] | None = None

    def taken(self, values: _Values) -> dict[str, object] | list[object]:
        turned = {**self.fixed, **values, **{name: turn(values[name]) for name, turn in self.into.items()}}
        return turned if self.names is None else [turned[name] for name in self.names]

    def given(self, cursor: Any, dialect: Dialect) -> list[Any]:  # noqa: ANN401 - either driver's
        found = cursor.fetchall()
        if self.out is None:
            kinds = zip(self.columns.values(), cursor.description, strict=True)
            turns = [_impl(kind, dialect).result_processor(dialect, column[1]) for kind, column in kinds]
            self.out = tuple((place, turn) for place, turn in enumerate(turns) if turn)
        return [self._row(row, self.out) for row in found]

    def _row(self, row: tuple[Any, ...], out: tuple[tuple[int, _Turn], ...]) -> Any:  # noqa: ANN401 - of its columns
        turned = list(row)
        for place, turn in out:
            turned[place] = turn(turned[place])
        return self.row(turned)


class Statement:
    """A query, with parameters by name.

    Args:
        query: With a ``bindparam`` for each value that is not always the same.
    """

    def __init__(self, query: SelectBase) -> None:
        self._query = query
        self._written: dict[str, _Written] = {}

    def on(self, dialect: Dialect) -> _Written:
        """Return it as the driver of a database takes it."""
        if dialect.name not in self._written:
            self._written[dialect.name] = _write(self._query, dialect, self._query.selected_columns)
        return self._written[dialect.name]


class Adding:
    """The adding of rows, however many, as one statement.

    Args:
        table: Of what. columns: Those that are given.
    """

    def __init__(self, table: type[Base], *columns: str) -> None:
        self._table, self._columns = table, columns
        self._written: dict[tuple[str, int], _Written] = {}

    def on(self, dialect: Dialect, rows: int) -> _Written:
        """Return the adding of so many rows; the parameters of each end in its number."""
        if (dialect.name, rows) not in self._written:
            kinds = {name: self._table.__table__.columns[name].type for name in self._columns}
            values = [{name: bindparam(f"{name}_{row}", type_=kinds[name]) for name in kinds} for row in range(rows)]
            self._written[dialect.name, rows] = _write(insert(self._table).values(values), dialect, ())
        return self._written[dialect.name, rows]


def _write(statement: SelectBase | Insert, dialect: Dialect, columns: Iterable[ColumnElement[Any]]) -> _Written:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what is not is no statement
    into = {name: _impl(bind.type, dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    given = {str(column.key): column.type for column in columns}
    row: Any = namedtuple("Row", given)  # type: ignore[misc] # noqa: PYI024 - whatever columns it has
    return _Written(
        str(compiled),
        tuple(compiled.positiontup) if compiled.positiontup is not None else None,
        {name: bind.value for name, bind in compiled.binds.items() if not bind.required},
        {name: turn for name, turn in into.items() if turn and compiled.binds[name].required},
        given,
        row._make,
    )


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


class Direct:
    """A transaction. Attributes: info: What is kept with it, for whoever has it."""

    def __init__(self, connection: Any, dialect: Dialect, info: dict[Any, Any] | None = None) -> None:  # noqa: ANN401
        self._connection, self._dialect = connection, dialect
        self.info: dict[Any, Any] = {} if info is None else info

    @classmethod
    def of(cls, transaction: "Session | Direct") -> "Direct":
        """Return the transaction that a session has begun, or this one."""
        if isinstance(transaction, Direct):
            return transaction
        connection = transaction.connection()
        return cls(connection.connection.driver_connection, connection.dialect, transaction.info)

    def ask(self, statement: Statement, **values: object) -> Callable[[], list[Any]]:
        """Ask, and return what gives the rows, also when the transaction has ended.

        Several queries asked before the rows of the first are wanted go one way together.
        """
        written = statement.on(self._dialect)
        with _faults(self._dialect):
            cursor = self._connection.execute(written.sql, written.taken(values))
            if self._dialect.name == "sqlite":
                found = written.given(cursor, self._dialect)
                return lambda: found

        def rows() -> list[Any]:
            with _faults(self._dialect):
                return written.given(cursor, self._dialect)

        return rows

    def rows(self, statement: Statement, **values: object) -> list[Any]:
        """Return the rows of a query, each with its columns by name."""
        return self.ask(statement, **values)()

    def add(self, adding: Adding, rows: Collection[_Values]) -> None:
        """Add rows, if there are any."""
        left = iter(rows)
        while some := list(islice(left, _AT_ONCE)):
            written = adding.on(self._dialect, len(some))
            values = {f"{name}_{row}": value for row, one in enumerate(some) for name, value in one.items()}
            with _faults(self._dialect):
                self._connection.execute(written.sql, written.taken(values))


@contextmanager
def reading(engine: Engine, *, statements: int = 2) -> Iterator[Direct]:
    """Run the body on one consistent view of the database: see `storage.database.reading`.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    with _connected(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.execute("BEGIN")
            yield Direct(connection, engine.dialect)
        elif statements == 1:
            with _set(connection, autocommit=True):
                yield Direct(connection, engine.dialect)
        else:
            with _set(connection, isolation_level=IsolationLevel.REPEATABLE_READ), connection.pipeline():
                # To plan a query of several tables takes the server several times as long as to run it.
                connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
                yield Direct(connection, engine.dialect)
                connection.execute("COMMIT")


@contextmanager
def writing(engine: Engine) -> Iterator[Direct]:
    """Run the body as one transaction, one at a time over all processes: see `storage.database.writing`.

    What the body adds may be on its way still when it ends, so that a fault of it shows at the end.

    Raises:
        StoreUnavailable: The database does not answer, or stayed busy. DiskFull: It has no room.
    """
    with _connected(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.execute("BEGIN IMMEDIATE")
            yield Direct(connection, engine.dialect)
            connection.execute("COMMIT")
        else:
            with _set(connection, isolation_level=IsolationLevel.READ_COMMITTED), connection.pipeline():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
                yield Direct(connection, engine.dialect)
                connection.execute("COMMIT")


@contextmanager
def _connected(engine: Engine) -> Iterator[Any]:
    """Yield a connection of the pool, which takes back what is not committed."""
    with failures(), _faults(engine.dialect):
        pooled = engine.raw_connection()
        try:
            yield pooled.driver_connection
        except Exception as error:
            fault = error.orig if isinstance(error, DBAPIError) else error
            if isinstance(fault, engine.dialect.loaded_dbapi.Error) and engine.dialect.is_disconnect(
                fault, pooled.driver_connection, None
            ):
                pooled.invalidate(fault)
            raise
        finally:
            pooled.close()


@contextmanager
def _faults(dialect: Dialect) -> Iterator[None]:
    """Give the driver's errors the names that they have everywhere else."""
    try:
        yield
    except dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance("", {}, error, dialect.loaded_dbapi.Error, hide_parameters=True) from error


@contextmanager
def _set(connection: "psycopg.Connection[Any]", **how: object) -> Iterator[None]:
    """Let the body have a connection that is set so, and leave it as the next one expects it."""
    for name, value in how.items():
        setattr(connection, name, value)
    try:
        yield
    finally:
        connection.rollback()
        connection.autocommit, connection.isolation_level = False, None
