"""Reading the catalogue's TOML files strictly: a wrong, missing or unknown key is named with its file."""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from dossier.errors import ConfigurationError, InvalidIdentifier

T = TypeVar("T")

CATALOGUE = files("dossier") / "catalogue"
"""The folder of all catalogue files."""


def read_file(path: Path | Traversable, read: "Callable[[Table], T]") -> T:
    """Return what ``read`` makes of the top table of a TOML file; it must ask for every key.

    Raises:
        ConfigurationError: The file is not TOML in UTF-8, or breaks the schema.
    """
    table = Table.of_file(path)
    made = read(table)
    table.finish()
    return made


def toml_files(folder: Path | Traversable, what: str) -> list[Path | Traversable]:
    """Return the ``*.toml`` files of a folder by name.

    Args:
        folder: Where.
        what: They declare, for the message.

    Raises:
        ConfigurationError: There is no such folder.
    """
    if not folder.is_dir():
        raise ConfigurationError(reason=f"there is no folder of {what} named '{folder.name}'")
    return sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)


class Table:
    """One TOML table being read; every key must be asked for before :meth:`finish`.

    Args:
        content: The table. where: File and place inside it, for the messages.
    """

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        self._content = dict(content)
        self.where = where

    @classmethod
    def of_file(cls, path: Path | Traversable) -> "Table":
        """Return the top table of a TOML file.

        Raises:
            ConfigurationError: The file is not TOML in UTF-8.
        """
        try:
            return cls(tomllib.loads(path.read_bytes().decode()), path.name)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise ConfigurationError(reason=f"{path.name}: {fault}") from None

    def fault(self, key: str, reason: str) -> ConfigurationError:
        """Return the error to raise for ``key``."""
        return ConfigurationError(reason=f"{self.where}: '{key}' {reason}")

    def has(self, key: str) -> bool:
        """Return whether ``key`` is there and was not asked for yet."""
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        """Go through the keys not asked for yet; each may be asked for meanwhile."""
        return iter(tuple(self._content))

    def _take(self, key: str, kind: type[T], name: str, default: T | None, *, required: bool) -> T | None:
        if key not in self._content:
            if required:
                raise self.fault(key, "is missing")
            return default
        value = self._content.pop(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fault(key, f"must be {name}")
        return value

    def text(self, key: str) -> str:
        """Return a text that must be there and not be empty."""
        value = self._take(key, str, "a text", None, required=True)
        if not value:
            raise self.fault(key, "must not be empty")
        return value

    def matching(self, key: str, pattern: str, must: str) -> str:
        """Return a text of a form; ``must`` says which, for the message."""
        value = self.text(key)
        if not re.fullmatch(pattern, value):
            raise self.fault(key, f"must be {must}")
        return value

    def kebab(self, key: str) -> str:
        """Return a code in kebab case."""
        return self.matching(key, r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "in kebab case")

    def snake(self, key: str) -> str:
        """Return a code in snake case."""
        return self.matching(key, r"[a-z][a-z0-9_]*", "in snake case")

    def parsed(self, key: str, parse: Callable[[str], T]) -> T:
        """Return an identifier that must be there and have its form."""
        try:
            return parse(self.text(key))
        except InvalidIdentifier as fault:
            raise self.fault(key, str(fault)) from None

    def optional_text(self, key: str) -> str | None:
        """Return a text or ``None``."""
        return self._take(key, str, "a text", None, required=False)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty if absent."""
        values = self._take(key, list, "a list of texts", [], required=False) or []
        if not all(isinstance(v, str) and v for v in values):
            raise self.fault(key, "must be a list of texts")
        return tuple(values)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._take(key, bool, "true or false", default, required=False)
        return bool(value)

    def whole(self, key: str, *, default: int | None = None) -> int:
        """Return a whole number; required if there is no default."""
        value = self._take(key, int, "a whole number", default, required=default is None)
        return 0 if value is None else value

    def share(self, key: str, *, default: float) -> float:
        """Return a number from 0 to 1."""
        value = self._take(key, (int | float), "a number", default, required=False)  # type: ignore[arg-type]  # isinstance takes unions, type[T] does not
        if value is None or not 0 <= value <= 1:
            raise self.fault(key, "must lie between 0 and 1")
        return float(value)

    def date(self, key: str) -> dt.date | None:
        """Return a date or ``None``."""
        value = self._take(key, dt.date, "a date without quotes, as in 2025-07-01", None, required=False)
        if isinstance(value, dt.datetime):
            raise self.fault(key, "must be a date without a time")
        return value

    def table(self, key: str) -> "Table":
        """Return a table inside this one, empty if absent."""
        return Table(self._take(key, dict, "a table", {}, required=False) or {}, f"{self.where}, [{key}]")

    def tables(self, key: str) -> list["Table"]:
        """Return a list of tables inside this one, empty if absent."""
        values = self._take(key, list, "a list of tables", [], required=False) or []
        if not all(isinstance(v, dict) for v in values):
            raise self.fault(key, "must be a list of tables")
        return [Table(v, f"{self.where}, [[{key}]] {i}") for i, v in enumerate(values, start=1)]

    def each(self, key: str, read: "Callable[[Table], T]") -> tuple[T, ...]:
        """Return what ``read`` makes of each table in a list; it must ask for every key of each."""
        made = []
        for table in self.tables(key):
            made.append(read(table))
            table.finish()
        return tuple(made)

    def require_distinct(self, key: str, codes: Sequence[object]) -> None:
        """Raise if one of the tables in a list has the code of another."""
        for code in codes:
            if codes.count(code) > 1:
                raise self.fault(key, f"declares '{code}' twice")

    def finish(self) -> None:
        """Raise if a key was never asked for: most often a misspelt one.

        Raises:
            ConfigurationError: Naming the file and the key.
        """
        for key in self._content:
            raise self.fault(key, "is not known here")
