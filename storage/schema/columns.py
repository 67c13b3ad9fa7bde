"""What the tables share: their base, and the types of columns that both databases keep alike."""

import datetime as dt
import re
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Boolean, Date, DateTime, Double, Integer, LargeBinary, MetaData, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from dossier.errors import InvalidValue

_HALF = re.compile("[\ud800-\udfff]")
Serial = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only where the column is an INTEGER."""


class Words(TypeDecorator[str]):
    """Text that both databases can keep: PostgreSQL refuses NUL, neither takes half a surrogate pair.

    Raises:
        InvalidValue: On writing such text.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Check text on its way in."""
        del dialect
        if value is not None and ("\x00" in value or _HALF.search(value)):
            raise InvalidValue(key="text", reason="control character NUL or broken Unicode")
        return value


InOrder = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that both databases order by its characters, as object stores order their keys."""


class Moment(TypeDecorator[dt.datetime]):
    """An aware moment; UTC in the database and out of it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn into UTC; SQLite keeps it without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise InvalidValue(key="time", reason="a moment without a zone")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Make aware again."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """All tables of the catalogue."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Words,
        int: BigInteger,
        bool: Boolean,
        bytes: LargeBinary,
        float: Double,
        dt.datetime: Moment,
        dt.date: Date,
        dict[str, str]: JSON,
        list[str]: JSON,
        list[int]: JSON,
    }
