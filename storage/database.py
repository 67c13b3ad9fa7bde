"""The catalogue's database, SQLite or PostgreSQL: engine, transactions, migrations, failures.

Writing transactions follow one another, never side by side, on both databases: the audit chain must not fork, and
events get their numbers in the order in which they become visible. SQLite does so by nature (``BEGIN IMMEDIATE``); on
PostgreSQL a transaction-scoped advisory lock does it.
"""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from sqlite3 import SQLITE_FULL, SQLITE_IOERR_SHMSIZE
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError as SqliteBusy

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, make_url, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from dossier import times
from dossier.errors import ConfigurationError, DiskFull, SohoaError, StoreUnavailable
from storage.schema import REVISION

BUSY_TIMEOUT_S = 30
"""How long a SQLite writer waits for the writer before it."""
CONNECT_TIMEOUT_S = 5
IDLE_S = 1.0
"""How long a connection may be unused before it is tried first."""

ADVISORY_LOCK = int.from_bytes(b"sohoa", "big")
"""What a writing transaction holds on PostgreSQL."""

_NO_ROOM = frozenset({SQLITE_FULL, SQLITE_IOERR_SHMSIZE})
"""What SQLite says on a full disk: where it writes, and where it is opened."""
_WRITER = "sohoa_writer"


def connect(url: str) -> Engine:
    """Return an engine for ``sqlite:///path`` (the folder is made if missing) or ``postgresql://…`` (psycopg).

    Raises:
        ConfigurationError: Another kind of URL, or SQLite without a file.
        StoreUnavailable: The folder cannot be made.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(reason="the database URL is malformed") from None
    match parsed.get_backend_name():
        case "postgresql":
            engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                hide_parameters=True,
                connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
            )
            _ping_idle_connections(engine)
            return engine
        case "sqlite" if parsed.database not in (None, "", ":memory:"):
            try:
                Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise StoreUnavailable(part="catalogue", reason=error.strerror or "no folder") from error
            engine = create_engine(
                parsed.set(drivername="sqlite"), hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_S}
            )
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        case _:
            raise ConfigurationError(reason="the database URL must be sqlite:///path or postgresql://…")


def _ping_idle_connections(engine: Engine) -> None:
    """Ask a server whether it is still there before a connection is used that was idle.

    The pool's own way asks each time, which is a tenth of what a lookup costs.
    """

    def remember(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("idle_since", time.monotonic()) < IDLE_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool drops the connection and opens another

    event.listen(engine, "checkin", remember)
    event.listen(engine, "checkout", ping)


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    # Transactions are begun by _begin_sqlite: the driver itself would begin them late and never IMMEDIATE.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # A stored paper must survive a power failure; a build of SQLite may have another default.
    connection.execute("PRAGMA synchronous = FULL")
    # The switch to write-ahead logging stays with the file. It needs the file alone and, unlike other statements, does
    # not wait for its turn when several processes open a new catalogue at once.
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except SqliteBusy:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITER)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine, *, statements: int = 2) -> Iterator[Session]:
    """Run the body on one consistent view of the database.

    Args:
        engine: The database.
        statements: 1 if the body is one statement, which has its own view: that saves two ways to the server.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    level = "REPEATABLE READ" if statements > 1 else "AUTOCOMMIT"
    options = {"isolation_level": level} if engine.dialect.name == "postgresql" else {}
    with failures(), Session(engine.execution_options(**options)) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Run the body as one transaction, one at a time over all processes; an error in the body undoes all of it.

    Raises:
        StoreUnavailable: The database does not answer, or stayed busy. DiskFull: It has no room.
    """
    is_postgresql = engine.dialect.name == "postgresql"
    # Whatever the server's default: the writer must see what was committed while it waited for its turn.
    level = {"isolation_level": "READ COMMITTED"} if is_postgresql else {}
    with failures(), Session(engine.execution_options(**{_WRITER: True}, **level)) as session, session.begin():
        if is_postgresql:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        yield session


def shared_clock(session: Session) -> dt.datetime:
    """Return the present moment by the clock that all processes share: the database's own where it has one."""
    if session.get_bind().dialect.name != "postgresql":
        return times.now()  # one machine
    moment: dt.datetime = session.scalars(select(func.clock_timestamp())).one()
    return moment


def migrate(engine: Engine) -> None:
    """Bring the database to the newest schema; processes that start together wait for each other.

    Raises:
        StoreUnavailable: The database does not answer, or was made by a newer version of sohoa.
    """
    with reading(engine) as session:
        if _revision(session.connection()) == REVISION:
            return
    with writing(engine) as session:
        upgrade(session.connection(), "head")


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the database to a revision, within a writing transaction.

    Raises:
        StoreUnavailable: It was made by a newer version of sohoa.
    """
    # Imported only where there is something to do: it doubles the time a command takes to start.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    with as_file(files("storage") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise StoreUnavailable(part="catalogue", reason=f"its schema is unknown: {error}") from error


def _revision(connection: Connection) -> str | None:
    """Return the migration the database is at, ``None`` for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


@contextmanager
def failures(part: str = "catalogue") -> Iterator[None]:
    """Turn failures of the database that holds ``part`` into ours; errors of our own statements stay what they are.

    Raises:
        StoreUnavailable: The database does not answer, or stayed busy. DiskFull: It has no room.
    """
    try:
        yield
    except StatementError as error:
        if isinstance(error.orig, SohoaError):
            raise error.orig from None
        own_fault = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
        if isinstance(error, DBAPIError) and not isinstance(error, own_fault):
            if getattr(error.orig, "sqlite_errorcode", None) in _NO_ROOM:
                raise DiskFull from error
            raise StoreUnavailable(part=part, reason=str(error.orig).partition("\n")[0]) from error
        raise
    except PoolTimeoutError as error:
        raise StoreUnavailable(part=part, reason="all connections are busy") from error
